"""How long a name waits before it may be tried again (SIN-01, SIN-02). Reads only; the tries are rows."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings

from kitclinic.models import SignInTry, StaffUser
from kitclinic.sign_in_rules import COOL_OFF_MIN, COUNTED_MIN, KNOWN_DAYS, NAME_TRIES, PAIR_TRIES, SLOW_S

COUNTED = timedelta(minutes=COUNTED_MIN)
COOL_OFF = timedelta(minutes=COOL_OFF_MIN)
KNOWN = timedelta(days=KNOWN_DAYS)
SLOW = timedelta(seconds=SLOW_S)


def digest_of(way: str, name: str) -> str:
    """What stands for a name in the tries. way: "password", "code", "provider" or "signature".

    A digest under the server's key, because people type passwords into the wrong field.
    """
    said = f"{way} {StaffUser.normalize_username(name).casefold()}"
    return hmac.new(settings.SECRET_KEY.encode(), said.encode(), sha256).hexdigest()


def wait_until(way: str, who: str, address: str, *, at: datetime) -> datetime | None:
    """When this name may be tried again from this address; None for now."""
    here = _after_ten(way, who, address, at)
    if here is not None and here > at:
        return here
    slowed = _slowed(way, who, address, at)
    return slowed if slowed is not None and slowed > at else None


def _after_ten(way: str, who: str, address: str, at: datetime) -> datetime | None:
    tries = SignInTry.objects.filter(who=who, address=address, at__lte=at, at__gt=at - COUNTED - COOL_OFF)
    last_right = tries.filter(right=True).order_by("-pk").values_list("pk", flat=True).first() or 0
    most = PAIR_TRIES[way]
    wrong = list(tries.filter(right=False, pk__gt=last_right).order_by("-at")[:most].values_list("at", flat=True))
    if len(wrong) < most or wrong[0] - wrong[-1] > COUNTED:
        return None
    return wrong[0] + COOL_OFF


def _slowed(way: str, who: str, address: str, at: datetime) -> datetime | None:
    if SignInTry.objects.filter(who=who, address=address, right=True, at__gt=at - KNOWN).exists():
        return None
    wrong = SignInTry.objects.filter(who=who, right=False, at__lte=at, at__gt=at - COUNTED).order_by("-at")
    times = list(wrong[: NAME_TRIES[way]].values_list("at", flat=True))
    return times[0] + SLOW if len(times) >= NAME_TRIES[way] else None


def in_words(until: datetime, *, at: datetime) -> str:
    """How long to wait: "30 seconds", "1 minute", "14 minutes", rounded up."""
    seconds = max(1, -((at - until) // timedelta(seconds=1)))
    if seconds < 60:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    minutes = -(-seconds // 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
