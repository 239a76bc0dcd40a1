"""The physician's decision after the group visit: cleared, with conditions, needs review, not suitable."""

from datetime import date, datetime

from django.db import transaction

from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Conflict, Problem, refuse_if
from kitclinic.states import move
from scheduling.actions.seats import assessment_problems, decide_seat, locked_seat, note_act
from scheduling.actions.sequences import cancel_sequence
from scheduling.actions.suite import lock_days
from scheduling.models import GroupSeat, Patient, Sequence, Visit
from scheduling.queries.patients import latest_eligibility
from scheduling.queries.records import consents_by_patient, is_withdrawn, screen_counts, screens_by_patient
from scheduling.rules.appointment import ENR_70, DecisionFacts, decider_problems, decision_problems
from scheduling.rules.groups import SeatFacts, clearing_problems
from scheduling.rules.visits import OPEN_SEQUENCE
from scheduling.states import EnrolmentState, MissedReason, SeatState, VisitState, WeightSource


@transaction.atomic
def clear_seat(*, seat: GroupSeat, by: StaffUser, at: datetime, note: str = "", conditions: str = "") -> GroupSeat:
    """Clear the patient for infusions, when everything is there. Raises Refused with all that is missing.

    conditions: "cleared with conditions": which.
    """
    locked, patient = locked_seat(seat, by)
    refuse_if(
        [
            *clearing_problems(seat_facts(locked)),
            *decision_problems(_decision_facts(locked, patient, by, note, conditions)),
            *assessment_problems(patient, clearing=True),
        ]
    )
    decide_seat(locked, SeatState.CLEARED, by, at, note, conditions)
    move(patient, EnrolmentState.CLEARED, by=by, at=at, reason=(conditions or note)[:300])
    note_act("seat cleared", locked, by, at, conditions=bool(conditions.strip()))
    return locked


@transaction.atomic
def review_seat(*, seat: GroupSeat, note: str, by: StaffUser, at: datetime) -> GroupSeat:
    """Put the decision off: something has to be found out first. The seat is decided later."""
    locked, _ = locked_seat(seat, by)
    refuse_if([*decider_problems(by.role), *_why(note, "Write what has to be found out, and from whom.")])
    locked.decision_note = note.strip()[:300]
    move(locked, SeatState.REVIEW, by=by, at=at, reason=note[:300], also=("decision_note",))
    note_act("seat needs review", locked, by, at)
    return locked


@transaction.atomic
def decline_seat(*, seat: GroupSeat, note: str, by: StaffUser, at: datetime, final: bool = False) -> GroupSeat:
    """Do not clear the patient. final: the referral is declined; otherwise another group visit can follow.

    final also releases a booked sequence, in this transaction; one with an attended day is refused.
    """
    days = _booked_days(seat) if final else []
    lock_days(site=seat.site, dates=days)  # days before seats and patients, as everywhere
    locked, patient = locked_seat(seat, by)
    sequences = _open_sequences(patient) if final else []
    refuse_if(
        [
            *decider_problems(by.role),
            *_why(note, "Write why the patient is not cleared."),
            *_attended_problems(sequences),
        ]
    )
    if sequences and _booked_days(locked) != days:
        raise Conflict([Blocker("STA-01", "Somebody has just changed the booked infusions. Decide again.")])
    decide_seat(locked, SeatState.NOT_CLEARED, by, at, note)
    move(patient, EnrolmentState.DECLINED if final else EnrolmentState.ELIGIBLE, by=by, at=at, reason=note[:300])
    for sequence in sequences:
        cancel_sequence(sequence=sequence, reason=MissedReason.HELD_BY_PROVIDER, note=note[:200], by=by, at=at)
    note_act("seat not cleared", locked, by, at, final=final, sequences=len(sequences))
    return locked


def seat_facts(seat: GroupSeat) -> SeatFacts:
    """Return what clearing looks at on the seat itself. Needs weight loaded."""
    weight = seat.weight
    return SeatFacts(
        state=seat.state,
        support_attended=seat.support_attended,
        weight_kg=weight.weight_kg if weight else None,
        weight_measured=weight is not None and weight.source == WeightSource.MEASURED,
    )


def _decision_facts(seat: GroupSeat, patient: Patient, by: StaffUser, note: str, conditions: str) -> DecisionFacts:
    screen = screens_by_patient([patient.pk], site_id=seat.site_id).get(patient.pk)
    consent = consents_by_patient([patient.pk], site_id=seat.site_id).get(patient.pk)
    last = latest_eligibility(patient)
    current = screen if screen and screen_counts(screen, seat) else None
    return DecisionFacts(
        role=by.role,
        screen=current.answers if current else None,
        screened_on=seat.site.today(current.asked_at) if current else None,
        consented=consent is not None and not is_withdrawn(consent),
        withdrawn=consent is not None and is_withdrawn(consent),
        pregnancy=last.pregnancy if last else "",
        tested_on=last.pregnancy_tested_on if last else None,
        note=note,
        conditions=conditions,
    )


def _why(note: str, sentence: str) -> list[Problem]:
    return [] if note.strip() else [Blocker("ENR-23", sentence, "note")]


def _open_sequences(patient: Patient) -> list[Sequence]:
    found = Sequence.objects.filter(site=patient.site_id, patient=patient, state__in=OPEN_SEQUENCE)
    return list(found.select_related("site").order_by("pk"))


def _booked_days(seat: GroupSeat) -> list[date]:
    """The dates of every open sequence of this patient."""
    visits = Visit.objects.filter(site=seat.site_id, patient=seat.patient_id, sequence__state__in=OPEN_SEQUENCE)
    return list(visits.order_by("date").values_list("date", flat=True))


def _attended_problems(sequences: list[Sequence]) -> list[Problem]:
    for sequence in sequences:
        if sequence.visits.filter(state__in=(VisitState.ARRIVED, VisitState.ATTENDED)).exists():
            sentence = (
                "Infusions of the booked sequence have begun. End the sequence on its own page first, then decide."
            )
            return [Blocker(ENR_70.id, sentence)]
    return []
