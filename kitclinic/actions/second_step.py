"""Second steps: a codes app, passkeys, recovery codes; made, named, tried, taken away."""

from datetime import datetime
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction

from kitclinic.actions.sign_in import note_step
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Refused
from kitclinic.sign_in_rules import SIN_06

PERIOD_S = 30  # RFC 6238
TOLERANCE = 1  # periods before and after, SIN-06
Kind = Authenticator.Type


@transaction.atomic
def try_code(*, person: StaffUser, code: str, at: datetime) -> Authenticator | None:
    """The codes app or the recovery codes that this code is of; it never counts again (SIN-06). None: of none.

    Two tries of one person wait for each other.
    """
    rows = Authenticator.objects.select_for_update().filter(user=person).exclude(type=Kind.WEBAUTHN)
    for row in rows.order_by("-type"):
        right = _is_now(row, code, at) if row.type == Kind.TOTP else RecoveryCodes(row).validate_code(code)
        if right:
            return row
    return None


@transaction.atomic
def add_codes_app(*, person: StaffUser, secret: str, code: str, at: datetime) -> Authenticator:
    """Set up a codes app that has just shown this code. Raises Refused for another code, or for a second app."""
    if Authenticator.objects.select_for_update().filter(user=person, type=Kind.TOTP).exists():
        raise Refused([Blocker(SIN_06.id, "You have a codes app already. Remove it first.")])
    counter = _counter(secret, code, at)
    if counter is None:
        sentence = "That is not the code the app shows now. Is the clock of the device right? Type it again."
        raise Refused([Blocker(SIN_06.id, sentence, "code")])
    row: Authenticator = TOTP.activate(person, secret).instance
    row.data["used"] = counter
    row.save(update_fields=["data"])
    note_step(event="second step added", person=person, step=row, at=at)
    return row


@transaction.atomic
def add_passkey(*, person: StaffUser, name: str, credential: dict[str, Any], at: datetime) -> Authenticator:
    """Keep a passkey that the browser has just made."""
    row: Authenticator = WebAuthn.add(person, _name(name, person), credential).instance
    note_step(event="second step added", person=person, step=row, at=at)
    return row


@transaction.atomic
def name_passkey(*, row: Authenticator, name: str) -> None:
    row.data["name"] = _name(name, row.user)
    row.save(update_fields=["data"])


@transaction.atomic
def remove_step(*, row: Authenticator, last_may_go: bool, by: StaffUser, at: datetime) -> None:
    """Take a codes app or a passkey away, and with the last one the recovery codes.

    last_may_go: whether this person's role may be without one. Raises Refused where it may not.
    """
    steps = list(Authenticator.objects.select_for_update().filter(user=row.user).exclude(type=Kind.RECOVERY_CODES))
    if not last_may_go and [step.pk for step in steps] == [row.pk]:
        sentence = "This is your only second step, and your role needs one. Add another, then remove this one."
        raise Refused([Blocker("SIN-04", sentence)])
    note_step(event="second step removed", person=by, step=row, at=at)
    if len(steps) <= 1:
        Authenticator.objects.filter(user=row.user, type=Kind.RECOVERY_CODES).delete()
    row.delete()


@transaction.atomic
def new_recovery_codes(*, person: StaffUser, at: datetime) -> list[str]:
    """Ten new recovery codes; the ones before open nothing any more. Returned once, and never shown again."""
    Authenticator.objects.filter(user=person, type=Kind.RECOVERY_CODES).delete()
    made = RecoveryCodes.activate(person)
    note_step(event="recovery codes made", person=person, step=made.instance, at=at)
    return [str(code) for code in made.generate_codes()]


def _is_now(row: Authenticator, code: str, at: datetime) -> bool:
    counter = _counter(decrypt(row.data["secret"]), code, at)
    if counter is None or counter <= row.data.get("used", 0):
        return False
    row.data["used"] = counter
    row.save(update_fields=["data"])
    return True


def _counter(secret: str, code: str, at: datetime) -> int | None:
    """The period this code belongs to, of the three around now; None for no such code."""
    now = int(at.timestamp()) // PERIOD_S
    for counter in range(now - TOLERANCE, now + TOLERANCE + 1):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
            return counter
    return None


def _name(name: str, person: StaffUser) -> str:
    """The name somebody gave, else a number."""
    count = Authenticator.objects.filter(user=person, type=Kind.WEBAUTHN).count()
    return " ".join(name.split())[:60] or f"Passkey {count + 1}"
