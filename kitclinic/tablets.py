"""Reads about shared tablets: which one a request comes from, who may come in on it, and how."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.module_loading import import_string

from kitclinic.foundation_rules import LOCKS_AFTER_S, PIN_HOURS, TOUCH_LAG_S, WRONG_PINS
from kitclinic.models import PinTry, Site, StaffPin, StaffUser, Tablet, TabletSignIn
from kitclinic.site_rows import every_site
from kitclinic.tokens import token_digest

ON_TABLET = "kc_tablet"  # keys in the session: the tablet's row,
LOCKED_AT = "kc_locked_at"  # when it was locked, seconds since 1970,
TOUCHED_AT = "kc_touched_at"  # and when somebody was last seen to use it
OWN_DEVICE = "kc_own_device"  # key in the session of any other device that locks
SHIFT = timedelta(hours=PIN_HOURS)
IDLE_S = LOCKS_AFTER_S + TOUCH_LAG_S


@dataclass(frozen=True, slots=True)
class Face:
    """One person on the lock screen. why: the password is needed because…, "" where the PIN does."""

    person: StaffUser
    why: str
    has_passkey: bool = False

    @property
    def by_pin(self) -> bool:
        return not self.why


def tablet_of(request: HttpRequest) -> Tablet | None:
    """The enrolled tablet this request comes from, looked up once; None for any other device.

    A browser that comes from another site's link leaves the strict cookie out; then the session knows.
    """
    if not hasattr(request, "kc_tablet"):
        request.kc_tablet = _find(request)  # type: ignore[attr-defined]
    found: Tablet | None = request.kc_tablet  # type: ignore[attr-defined]
    return found


def _find(request: HttpRequest) -> Tablet | None:
    rows = Tablet.objects.select_related("site").filter(ended_at=None)
    pk = request.session.get(ON_TABLET) if hasattr(request, "session") else None
    if token := request.COOKIES.get(settings.TABLET_COOKIE_NAME):
        rows = rows.filter(token_digest=token_digest(token))
    elif pk:
        rows = rows.filter(pk=pk)
    else:
        return None
    with every_site("which tablet this is, by the token in its cookie or the session that was held on it"):
        return rows.first()


def password_at(tablet: Tablet, person: StaffUser) -> datetime | None:
    """When this person last signed in with the password on this tablet."""
    rows = TabletSignIn.objects.filter(site_id=tablet.site_id, tablet=tablet, user=person)
    return rows.aggregate(last=Max("at"))["last"]


def wrong_in_a_row(tablet: Tablet, person: StaffUser, *, since: datetime) -> int:
    """Wrong PINs of this person on this tablet after the last right one, and after the password."""
    tries = PinTry.objects.filter(site_id=tablet.site_id, tablet=tablet, user=person, at__gte=since)
    last_right = tries.filter(right=True).aggregate(last=Max("pk"))["last"] or 0
    return tries.filter(pk__gt=last_right, right=False).count()


def why_password(tablet: Tablet, person: StaffUser, *, at: datetime) -> str:
    """Why the PIN does not open this tablet for this person now; "" when it does."""
    if not StaffPin.objects.filter(site_id=tablet.site_id, user=person).exists():
        return "no PIN is set"
    last = password_at(tablet, person)
    if last is None or at - last >= SHIFT:
        return f"the password has not been used here in the last {PIN_HOURS} hours"
    if wrong_in_a_row(tablet, person, since=last) >= WRONG_PINS:
        return f"there were {WRONG_PINS} wrong PINs in a row"
    return ""


def faces(tablet: Tablet, *, at: datetime) -> list[Face]:
    """Who may tap their name: on shift today, or here by password in the last 12 hours; by name."""
    here = TabletSignIn.objects.filter(site_id=tablet.site_id, tablet=tablet, at__gt=at - SHIFT)
    known = set(here.values_list("user_id", flat=True)) | set(_on_shift(tablet.site, at))
    people = StaffUser.objects.at(tablet.site).filter(pk__in=known).order_by("name", "pk")
    keys = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN, user__in=people)
    with_passkey = set(keys.values_list("user_id", flat=True))
    return [Face(one, why_password(tablet, one, at=at), one.pk in with_passkey) for one in people]


def _on_shift(site: Site, at: datetime) -> Iterable[int]:
    for path in settings.ON_SHIFT:
        yield from import_string(path)(site, at)


def is_locked(session: SessionBase, *, at: datetime, signed_in_at: datetime | None) -> bool:
    """Whether the session on a tablet stands locked: by hand, by rest, or because the 12 hours are over."""
    resting = at.timestamp() - session.get(TOUCHED_AT, 0) > IDLE_S
    return LOCKED_AT in session or resting or signed_in_at is None or at - signed_in_at >= SHIFT


def tablets_of(site: Site) -> QuerySet[Tablet]:
    """The clinic's tablets, those in use first."""
    rows = Tablet.objects.filter(site=site).select_related("enrolled_by")
    return rows.annotate(last_used=Max("sign_ins__at")).order_by("-ended_at", "name")
