"""The waiting list for a seat in a group visit."""

from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Refused, refuse_if
from scheduling.models import GroupSeat, GroupSeries, GroupWait, Patient
from scheduling.rules.group_plans import ENR_67, waiting_problems
from scheduling.states import SeatState

OPEN_SEAT = (SeatState.BOOKED, SeatState.ATTENDED, SeatState.REVIEW)


@transaction.atomic
def wait_for_seat(
    *, patient: Patient, by: StaffUser, at: datetime, series: GroupSeries | None = None, note: str = ""
) -> GroupWait:
    """Put an eligible patient on the waiting list. series: the one the patient waits for, None for any."""
    locked = Patient.objects.select_for_update().get(site=by.site_id, pk=patient.pk)
    mine = GroupSeat.objects.filter(site=by.site_id, patient=locked, state__in=OPEN_SEAT)
    problems = waiting_problems(locked.state, seated=mine.exists())
    if GroupWait.objects.filter(site=by.site_id, patient=locked, ended_at__isnull=True).exists():
        problems.append(Blocker(ENR_67.id, "This patient is already on the waiting list."))
    refuse_if(problems)
    return put_on_list(patient=locked, by=by, at=at, series=series, note=note)


def put_on_list(
    *, patient: Patient, by: StaffUser, at: datetime, series: GroupSeries | None = None, note: str = ""
) -> GroupWait:
    """Write a place on the waiting list. The patient's row is locked and has none."""
    wait = GroupWait.objects.create(
        site=by.site, patient=patient, series=series, note=note.strip()[:200], since=at, added_by=by
    )
    _record("put on the waiting list", wait, by=by, at=at)
    return wait


@transaction.atomic
def stop_waiting(*, wait: GroupWait, reason: str, by: StaffUser, at: datetime) -> GroupWait:
    """Take a patient off the waiting list."""
    patient = Patient.objects.select_for_update().get(site=by.site_id, pk=wait.patient_id)
    found = GroupWait.objects.filter(site=by.site_id, pk=wait.pk, ended_at__isnull=True).first()
    if found is None:
        raise Refused([Blocker(ENR_67.id, "This patient is not on the waiting list any more. Reload the page.")])
    if not reason.strip():
        raise Refused([Blocker(ENR_67.id, "Say why the patient no longer waits.", "reason")])
    end_wait(patient=patient, because=reason, at=at)
    _record("taken off the waiting list", found, by=by, at=at)
    found.refresh_from_db()
    return found


def end_wait(*, patient: Patient, because: str, at: datetime) -> None:
    """End the patient's waiting, if any. The patient's row is locked."""
    waits = GroupWait.objects.filter(site=patient.site_id, patient=patient, ended_at__isnull=True)
    waits.update(ended_at=at, ended_because=because.strip()[:200])


def _record(event: str, wait: GroupWait, *, by: StaffUser, at: datetime) -> None:
    audit.record(event=event, by=by, at=at, site=wait.site, subject=wait, patient_id=wait.patient_id)
