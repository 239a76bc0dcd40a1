"""Sequences and their visits: booking five days at once, arrival, missed days, the end."""

from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import refuse_if
from kitclinic.states import move
from scheduling.actions.holds import settle_days
from scheduling.actions.place_offers import settle_place_offer
from scheduling.actions.plan_asks import ask_for_plans
from scheduling.actions.suite import lock_days, note_change
from scheduling.models import Sequence, SuiteDay, Visit
from scheduling.rules.visits import (
    NOT_BEGUN,
    RELEASED,
    DayState,
    arrival_problems,
    cleared_problems,
    ended_state,
    reason_problems,
    sequence_state,
    standing_days,
)
from scheduling.states import MissedReason, PlaceOfferState, ProposalKind, SequenceMode, SequenceState, VisitState


@transaction.atomic
def mark_arrived(*, visit: Visit, by: StaffUser, at: datetime) -> Visit:
    """Check the patient in, on the day itself."""
    days, (row,) = _lock_visits([visit])
    seat = row.sequence.seat
    refuse_if(arrival_problems(row.date, row.site.today(at)) + cleared_problems(seat.state if seat else None))
    move(row, VisitState.ARRIVED, by=by, at=at)
    return _after(row, days, "visit_arrived", by=by, at=at)


@transaction.atomic
def mark_attended(*, visit: Visit, by: StaffUser, at: datetime) -> Visit:
    """Count the day as attended; the fifth completes the sequence."""
    days, (row,) = _lock_visits([visit])
    move(row, VisitState.ATTENDED, by=by, at=at)
    return _after(row, days, "visit_attended", by=by, at=at)


@transaction.atomic
def mark_missed(*, visit: Visit, reason: str, by: StaffUser, at: datetime, note: str = "") -> Visit:
    """Record a missed day with its reason and release its place. reason: a MissedReason."""
    days, (row,) = _lock_visits([visit])
    refuse_if(reason_problems(reason))
    row.missed_reason, row.missed_note = reason, note.strip()
    move(row, VisitState.MISSED, by=by, at=at, reason=reason, also=("missed_reason", "missed_note"))
    return _after(row, days, "visit_missed", by=by, at=at, reason=reason)


@transaction.atomic
def cancel_sequence(*, sequence: Sequence, reason: str, by: StaffUser, at: datetime, note: str = "") -> Sequence:
    """Release every day still booked. With an attended day the sequence has ended early, else it is cancelled."""
    days = lock_days(site=sequence.site, dates=sequence.visits.values_list("date", flat=True))
    sequence = Sequence.objects.select_for_update(of=("self",)).select_related("site").get(pk=sequence.pk)
    refuse_if(reason_problems(reason))
    visits = list(sequence.visits.select_for_update().order_by("date", "pk"))
    for visit in visits:
        if visit.state in (VisitState.BOOKED, VisitState.ARRIVED):
            visit.missed_reason, visit.missed_note = reason, note.strip()
            move(visit, VisitState.CANCELLED, by=by, at=at, reason=reason, also=("missed_reason", "missed_note"))
    if sequence.state == SequenceState.HELD:
        sequence.held_until = None
    to = ended_state([visit.state for visit in visits])
    move(sequence, to, by=by, at=at, reason=reason, also=("held_until",))
    if sequence.first_day:
        ask_for_plans(site=sequence.site, kind=ProposalKind.RETIME, first_day=sequence.first_day, at=at)
    settle_place_offer(sequence, PlaceOfferState.WITHDRAWN, by=by, at=at, reason=reason)
    settle_days(days, by=by, at=at)
    note_change(days)
    audit.record(
        event=f"sequence_{sequence.state}",
        by=by,
        at=at,
        site=sequence.site,
        subject=sequence,
        patient_id=sequence.patient_id,
        detail={"reason": reason, "attended": [v.state for v in visits].count(VisitState.ATTENDED)},
    )
    return sequence


def _lock_visits(visits: list[Visit]) -> tuple[list[SuiteDay], list[Visit]]:
    """Lock days, then sequences, then visits, always in this order, and return them as they are now."""
    days = lock_days(site=visits[0].site, dates=[visit.date for visit in visits])
    keys = {visit.sequence_id for visit in visits}
    list(Sequence.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    rows = Visit.objects.select_for_update(of=("self",)).select_related("site", "patient", "sequence")
    return days, list(rows.filter(pk__in=[visit.pk for visit in visits]).order_by("date", "pk"))


def follow_visits(sequence: Sequence, *, by: StaffUser, at: datetime) -> SequenceState:
    """Let a locked sequence stand where its days put it; a make-up counts for the day it makes up."""
    rows = sequence.visits.order_by("date", "start_minute").values_list("pk", "state", "makes_up_for")
    days = [DayState(*row) for row in rows]
    short = sequence.mode == SequenceMode.SHORT
    states = standing_days(days, short=short)
    state = sequence_state(states, planned=sequence.planned_visits, short=short)
    waits = sequence.state in NOT_BEGUN and state == SequenceState.CONFIRMED and VisitState.ARRIVED not in states
    if state == SequenceState.COMPLETED and sequence.state in NOT_BEGUN:
        move(sequence, SequenceState.IN_PROGRESS, by=by, at=at)  # a protocol of one day begins and ends at once
    if state != sequence.state and not waits:
        why = MissedReason.CLINIC_CLOSED if state == SequenceState.ENDED_EARLY else ""
        move(sequence, state, by=by, at=at, reason=why)
    return SequenceState(sequence.state)


def _after(row: Visit, days: list[SuiteDay], event: str, *, by: StaffUser, at: datetime, **detail: str) -> Visit:
    """Let the sequence follow its visit, count the change, write the audit event."""
    follow_visits(row.sequence, by=by, at=at)
    if row.state in RELEASED:
        settle_days(days, by=by, at=at)
    note_change(days)
    _record(event, row, by=by, at=at, **detail)
    return row


def _record(event: str, visit: Visit, *, by: StaffUser, at: datetime, **detail: str) -> None:
    audit.record(
        event=event,
        by=by,
        at=at,
        site=visit.site,
        subject=visit,
        patient_id=visit.patient_id,
        detail={"date": visit.date.isoformat(), "day": visit.day_index, **detail},
    )
