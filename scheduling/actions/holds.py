"""Holds, and the way back: places that nobody took up become free, the sequence is a request again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if
from kitclinic.states import move
from scheduling.actions.cover import settle_cover
from scheduling.actions.invitations import tell_patient
from scheduling.actions.place_offers import CLOCKWORK, RUN_OUT, end_of, settle_place_offer
from scheduling.actions.suite import lock_days, note_change
from scheduling.models import GroupSeat, Letter, Patient, Sequence, SuiteDay, Visit
from scheduling.rules.blocks import VISITS
from scheduling.rules.holds import JustBooked, hold_over, undo_problems
from scheduling.rules.protocols import STANDARD
from scheduling.rules.visits import ASKING, OPEN_SEQUENCE
from scheduling.states import EnrolmentState, SeatState, SequenceMode, SequenceState

BOOKING_FIELDS = (
    "first_day",
    "start_minute",
    "mode",
    "planned_visits",
    "protocol",
    "seat",
    "seat_came_along",
    "booked_at",
    "booked_by",
    "held_until",
    "promised_from_minute",
    "promised_to_minute",
    "soft_reason",
    "short_consent_at",
    "short_consent_by",
    "requested_at",
)


@dataclass(frozen=True, slots=True)
class Locked:
    """What an act on one sequence holds: its days, its patient, the row as it is now."""

    days: list[SuiteDay]
    patient: Patient
    sequence: Sequence


def lock_days_and_holds(*, site: Site, dates: Iterable[date], at: datetime) -> list[SuiteDay]:
    """Lock these days in order and release, under the lock, the holds on them that have run out."""
    wanted = set(dates)
    over = Visit.objects.filter(site=site, date__in=wanted, sequence__in=_over(site, at))
    keys = set(over.values_list("sequence", flat=True))
    reach = (
        set(Visit.objects.filter(site=site, sequence__in=keys).values_list("date", flat=True)) if keys else set()
    )
    days = lock_days(site=site, dates=wanted | reach)
    if keys:
        _release(site, keys, days, at=at)
    return [day for day in days if day.date in wanted]


@transaction.atomic
def release_expired_holds(*, site: Site, at: datetime) -> int:
    """Release every hold of a site that has run out; returns how many."""
    keys = set(_over(site, at).values_list("pk", flat=True))
    dates = Visit.objects.filter(site=site, sequence__in=keys).values_list("date", flat=True)
    days = lock_days(site=site, dates=list(dates))
    return _release(site, keys, days, at=at) if keys else 0


def release_all_expired_holds(*, at: datetime) -> int:
    """Release what has run out at every site, each in a transaction of its own."""
    return sum(release_expired_holds(site=site, at=at) for site in Site.objects.order_by("pk"))


@transaction.atomic
def release_hold(*, sequence: Sequence, by: StaffUser, at: datetime) -> Sequence:
    """Give held places back before the hold ends; the request stays with its wish."""
    held = lock_sequence(sequence)
    if held.sequence.state != SequenceState.HELD:
        refuse_if([Blocker("SCH-56", "These places are not held any more. Reload the page.")])
    return back_to_request(held, "hold_released", by=by, at=at, reason="released")


@transaction.atomic
def undo_booking(*, sequence: Sequence, by: StaffUser, at: datetime) -> Sequence:
    """Take back a booking just made by the same person: as if it had not been, and the request stays."""
    booked = lock_sequence(sequence)
    row = booked.sequence
    states = tuple(row.visits.order_by("date").values_list("state", flat=True))
    refuse_if(undo_problems(JustBooked(row.state, row.booked_by_id, row.booked_at, states), by=by.pk, at=at))
    return back_to_request(booked, "booking_undone", by=by, at=at, reason="undone")


def lock_sequence(sequence: Sequence, *, dates: Iterable[date] = ()) -> Locked:
    """Lock the days of a sequence and these dates, the seat that came along, patient, sequence and visits.

    Raises Conflict where somebody moved the sequence to other days meanwhile.
    """
    own = set(Visit.objects.filter(sequence=sequence.pk).values_list("date", flat=True))
    days = lock_days(site=sequence.site, dates=own | set(dates))
    seats = GroupSeat.objects.filter(pk__in=Sequence.objects.filter(pk=sequence.pk).values("seat"))
    list(seats.select_for_update().order_by("pk"))
    patient = Patient.objects.select_for_update(of=("self",)).select_related("site").get(pk=sequence.patient_id)
    rows = Sequence.objects.select_for_update(of=("self",)).select_related("site", "seat")
    row = rows.get(pk=sequence.pk)
    row.patient = patient
    now = set(row.visits.select_for_update().order_by("date", "pk").values_list("date", flat=True))
    if not now <= own | set(dates):
        raise Conflict([Blocker("STA-01", "Somebody has just moved this sequence. Reload the page.")])
    return Locked(days, patient, row)


def back_to_request(held: Locked, event: str, *, by: StaffUser | None, at: datetime, reason: str = "") -> Sequence:
    """Delete visits that never began and make the sequence a request again, its wish kept.

    A patient with another request, hold or booking has that one; then this one is cancelled.
    """
    row = held.sequence
    detail = {
        "dates": [day.isoformat() for day in row.visits.order_by("date").values_list("date", flat=True)],
        "start_minute": row.start_minute,
        "reason": reason,
    }
    row.visits.all().delete()
    if (settler := by or row.booked_by) is not None:
        settle_days(held.days, by=settler, at=at)
    if row.seat is not None and row.seat_came_along:
        _give_seat_back(row.seat, held.patient, reason or event, by=by, at=at)
    clear_booking(row, at=at)
    others = Sequence.objects.filter(site=row.site_id, patient=row.patient_id, state__in=ASKING | OPEN_SEQUENCE)
    to = SequenceState.CANCELLED if others.exclude(pk=row.pk).exists() else SequenceState.REQUESTED
    move(row, to, by=by, at=at, reason=reason, also=BOOKING_FIELDS)
    settle_place_offer(row, end_of(reason), by=by, at=at, reason=reason)
    note_change(held.days)
    audit.record(
        event=event,
        by=by,
        actor="" if by else CLOCKWORK,
        at=at,
        site=row.site,
        subject=row,
        patient_id=row.patient_id,
        detail=detail,
    )
    return row


def settle_days(days: Iterable[SuiteDay], *, by: StaffUser, at: datetime) -> None:
    """Let the open cover of locked days follow what is booked on them now."""
    for day in days:
        settle_cover(day, by=by, at=at)


def clear_booking(row: Sequence, *, at: datetime) -> None:
    """Take everything about a booking off the row, in memory; the booking's key stays, so it is not used twice."""
    row.first_day = row.start_minute = None
    row.mode = SequenceMode.SAME_WEEK
    if row.protocol is None or row.protocol.protocol == STANDARD:  # another one is part of what was asked for
        row.planned_visits, row.protocol = VISITS, None
    row.seat, row.seat_came_along = None, False
    row.booked_at = row.booked_by = row.held_until = None
    row.promised_from_minute = row.promised_to_minute = None
    row.soft_reason, row.short_consent_at, row.short_consent_by = "", None, None
    row.requested_at = row.requested_at or at


def _over(site: Site, at: datetime) -> QuerySet[Sequence]:
    return Sequence.objects.filter(site=site, state=SequenceState.HELD, held_until__lte=at)


def _release(site: Site, keys: set[int], days: list[SuiteDay], *, at: datetime) -> int:
    """Release these holds, as far as all their days are locked: seats first, then patients, then sequences."""
    locked = {day.date for day in days}
    rows = Sequence.objects.filter(site=site, pk__in=keys)
    list(GroupSeat.objects.select_for_update().filter(pk__in=rows.values("seat")).order_by("pk"))
    came_along = rows.filter(seat_came_along=True).values("patient")
    people = Patient.objects.select_for_update(of=("self",)).select_related("site").filter(pk__in=came_along)
    patients = {one.pk: one for one in people.order_by("pk")}
    found = rows.select_for_update(of=("self",)).select_related("site", "patient", "seat").order_by("pk")
    released = 0
    for row in found:
        dates = set(row.visits.values_list("date", flat=True))
        if row.state != SequenceState.HELD or not hold_over(row.held_until, at) or not dates <= locked:
            continue
        held = Locked([day for day in days if day.date in dates], patients.get(row.patient_id, row.patient), row)
        back_to_request(held, "hold_ran_out", by=None, at=at, reason=RUN_OUT)
        released += 1
    return released


def _give_seat_back(seat: GroupSeat, patient: Patient, reason: str, *, by: StaffUser | None, at: datetime) -> None:
    """Cancel the group seat that was booked in the same act; one that has been used since stays."""
    if seat.state != SeatState.BOOKED:
        return
    move(seat, SeatState.CANCELLED, by=by, at=at, reason=reason)
    if patient.state == EnrolmentState.GROUP_BOOKED:
        move(patient, EnrolmentState.ELIGIBLE, by=by, at=at, reason=reason)
    audit.record(
        event="seat cancelled",
        by=by,
        actor="" if by else CLOCKWORK,
        at=at,
        site=seat.site,
        subject=seat,
        patient_id=patient.pk,
    )
    tell_patient(seat=seat, kind=Letter.Kind.CANCELLATION, by=by, at=at)
