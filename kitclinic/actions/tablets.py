"""Shared tablets: enrolled and ended, PINs set and tried, locked and unlocked."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from kitclinic import audit
from kitclinic.foundation_rules import TAB_01, TAB_04, WRONG_PINS
from kitclinic.models import PinTry, Site, StaffPin, StaffUser, Tablet, TabletSignIn
from kitclinic.pins import pin_problems
from kitclinic.problems import Blocker, Conflict, refuse_if
from kitclinic.signing import Proof, require_fresh
from kitclinic.tablets import password_at, why_password, wrong_in_a_row
from kitclinic.tokens import token_digest


@dataclass(frozen=True, slots=True)
class Tried:
    """How a PIN was answered. why: the password is needed because…; left: tries before it is."""

    right: bool
    why: str = ""
    left: int = 0


@transaction.atomic
def enrol_tablet(*, site: Site, name: str, token: str, by: StaffUser, at: datetime) -> Tablet:
    """Enrol the device that will keep this token. Raises Refused without a name, or for one in use."""
    name = " ".join(name.split())
    if not name:
        refuse_if([Blocker(TAB_01.id, "Give the tablet the name that stands on it.", "name")])
    if Tablet.objects.filter(site=site, name__iexact=name, ended_at=None).exists():
        raise Conflict([Blocker(TAB_01.id, "Another tablet in use has this name. Choose another one.", "name")])
    row = Tablet.objects.create(
        site=site, name=name, token_digest=token_digest(token), enrolled_by=by, enrolled_at=at
    )
    audit.record(event="tablet enrolled", by=by, at=at, site=site, subject=row, detail={"name": name})
    return row


@transaction.atomic
def end_tablet(*, tablet: Tablet, by: StaffUser, at: datetime) -> Tablet:
    """A tablet is lost or given back: it opens to nobody any more. Once more changes nothing."""
    row = Tablet.objects.select_for_update().get(site_id=tablet.site_id, pk=tablet.pk)
    if row.ended_at is None:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        audit.record(event="tablet ended", by=by, at=at, site=tablet.site, subject=row)
    return row


@transaction.atomic
def set_pin(*, by: StaffUser, pin: str, again: str, proof: Proof, at: datetime) -> StaffPin:
    """Set one's own PIN. Raises Refused for a PIN that is easy and a proof that is old or somebody else's."""
    require_fresh(proof, by=by, at=at)
    refuse_if(pin_problems(pin, again))
    facts = {"pin": make_password(pin), "set_at": at}
    row, _ = StaffPin.objects.update_or_create(site=by.site, user=by, defaults=facts)
    audit.record(event="PIN set", by=by, at=at, site=by.site, subject=row)
    return row


@transaction.atomic
def record_password(*, tablet: Tablet, person: StaffUser, at: datetime) -> TabletSignIn:
    """Somebody signed in with the password on this tablet: the shift of their PIN begins (TAB-05)."""
    return TabletSignIn.objects.create(site=tablet.site, tablet=tablet, user=person, at=at)


@transaction.atomic
def try_pin(*, tablet: Tablet, person: StaffUser, pin: str, at: datetime) -> Tried:
    """Try a PIN, and write down whether it was right. Tries of one person wait for each other (TAB-04).

    Nothing is tried, and nothing written, where the password is needed anyway.
    """
    own = StaffPin.objects.select_for_update().filter(site_id=tablet.site_id, user=person).first()
    why = why_password(tablet, person, at=at)
    last = password_at(tablet, person)
    if why or own is None or last is None:
        return Tried(right=False, why=why)
    right = check_password(pin, own.pin)
    row = PinTry.objects.create(site=tablet.site, tablet=tablet, user=person, right=right, at=at)
    if right:
        return Tried(right=True)
    left = WRONG_PINS - wrong_in_a_row(tablet, person, since=last)
    if left <= 0:
        detail = {"rule": TAB_04.id, "tablet": tablet.pk}
        audit.record(event="PIN closed", by=person, at=at, site=tablet.site, subject=row, detail=detail)
    return Tried(right=False, why=why_password(tablet, person, at=at), left=max(left, 0))


@transaction.atomic
def note_own_device(*, event: str, by: StaffUser, at: datetime, how: str) -> None:
    """Write down that somebody's own device was locked ("rest", "button") or unlocked ("password", "passkey")."""
    audit.record(event=event, by=by, at=at, site=by.site, subject=by, detail={"how": how})


@transaction.atomic
def note_lock(*, tablet: Tablet, by: StaffUser, at: datetime, why: str) -> None:
    """Write down that the tablet was locked. why: "button" or "rest"."""
    audit.record(event="tablet locked", by=by, at=at, site=tablet.site, subject=tablet, detail={"why": why})


@transaction.atomic
def note_unlock(*, tablet: Tablet, by: StaffUser, at: datetime, how: str, before: StaffUser | None) -> None:
    """Write down who unlocked it, by PIN or password, and after whom."""
    detail = {"how": how, "before": before.pk if before else None}
    audit.record(event="tablet unlocked", by=by, at=at, site=tablet.site, subject=tablet, detail=detail)
