"""Emergency access to one patient's record: opened, ended, reviewed."""

from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Refused, refuse_if
from kitclinic.roles import Permission
from kitclinic.signing import Proof, require_fresh
from scheduling.models import BreakGlass, BreakGlassEnd, BreakGlassReview, Patient
from scheduling.models.break_glass import LASTS
from scheduling.queries.break_glass import open_glass
from scheduling.rules.break_glass import ACC_22, reason_problems, review_problems


@transaction.atomic
def break_glass(*, patient: Patient, reason: str, proof: Proof, by: StaffUser, at: datetime) -> BreakGlass:
    """Open this patient's record to this person for an hour. Once more is the same access (ACC-26).

    Raises Refused for a short reason, an old proof and a role that sees charts anyway or may not ask.
    """
    _may(by, Permission.BREAK_GLASS)
    refuse_if(reason_problems(reason))
    require_fresh(proof, by=by, at=at)
    StaffUser.objects.select_for_update(no_key=True).get(pk=by.pk)  # two at once wait for each other
    found = open_glass(site=patient.site, by=by, patient_id=patient.pk, at=at)
    if found is not None:
        return found
    row = BreakGlass.objects.create(
        site=patient.site,
        patient=patient,
        by=by,
        role=by.role,
        reason=" ".join(reason.split())[:500],
        opened_at=at,
        until=at + LASTS,
    )
    _record("break-glass opened", row, by, at)
    return row


@transaction.atomic
def end_break_glass(*, glass: BreakGlass, by: StaffUser, at: datetime) -> None:
    """Close the record before the hour is over. Once more, or after the hour, changes nothing."""
    if open_glass(site=glass.site, by=by, patient_id=glass.patient_id, at=at) == glass:
        _, made = BreakGlassEnd.objects.get_or_create(glass=glass, defaults={"site": glass.site, "at": at})
        if made:
            _record("break-glass ended", glass, by, at)


@transaction.atomic
def review_break_glass(
    *, glass: BreakGlass, in_order: bool, note: str, by: StaffUser, at: datetime
) -> BreakGlassReview:
    """Say of an emergency access what came of it. Raises Refused for one's own, a second time, without a note."""
    _may(by, Permission.REVIEW_ACCESS)
    reviewed = BreakGlassReview.objects.filter(site=glass.site, glass=glass).exists()
    refuse_if(review_problems(note, by_opener=by.pk == glass.by_id, reviewed=reviewed))
    row = BreakGlassReview.objects.create(
        site=glass.site, glass=glass, opened_by=glass.by, by=by, in_order=in_order, note=note.strip()[:1000], at=at
    )
    _record("break-glass reviewed", glass, by, at, in_order=in_order)
    return row


def _may(by: StaffUser, permission: Permission) -> None:
    if not by.may(permission):
        raise Refused([Blocker(ACC_22.id, f"Your role does not allow you to {permission.value}.")])


def _record(event: str, glass: BreakGlass, by: StaffUser, at: datetime, **detail: bool) -> None:
    told = {"break_glass": glass.pk, "role": by.role} | detail
    audit.record(
        event=event, by=by, at=at, site=glass.site, subject=glass, patient_id=glass.patient_id, detail=told
    )
