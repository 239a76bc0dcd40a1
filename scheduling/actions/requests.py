"""Requests for five infusions: the wish, kept until something is booked."""

from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Problem, refuse_if
from kitclinic.states import begin, move
from scheduling.actions.holds import back_to_request, lock_sequence
from scheduling.models import Patient, Sequence
from scheduling.rules.capacity import Lengths
from scheduling.rules.sequences import next_number
from scheduling.rules.visits import ASKING, open_sequence_problems
from scheduling.rules.wishes import SCH_54, Wish, request_problems, wish_problems
from scheduling.states import SequenceState

WISH_FIELDS = (
    "wish_from_day",
    "wish_minute",
    "wish_from_minute",
    "wish_to_minute",
    "wish_avoids",
    "wish_note",
)


@transaction.atomic
def request_sequence(*, patient: Patient, wish: Wish, by: StaffUser, at: datetime) -> Sequence:
    """Write down what a patient asks for. Raises Refused with every reason."""
    patient = Patient.objects.select_for_update(of=("self",)).select_related("site").get(pk=patient.pk)
    states = list(patient.sequences.values_list("state", flat=True))
    refuse_if(
        [
            *request_problems(patient.state, has_request=bool(ASKING.intersection(states))),
            *open_sequence_problems(states),
            *wish_problems(wish, Lengths(), today=patient.site.today(at)),
        ]
    )
    sequence = Sequence(
        site=patient.site,
        patient=patient,
        number=next_number(patient.sequences.values_list("number", flat=True)),
        state=SequenceState.REQUESTED,
        requested_at=at,
    )
    _set_wish(sequence, wish)
    sequence.save()
    begin(sequence, by=by, at=at)
    _record("sequence_requested", sequence, by=by, at=at)
    return sequence


@transaction.atomic
def change_request(*, sequence: Sequence, wish: Wish, by: StaffUser, at: datetime) -> Sequence:
    """Write the wish anew, before anything is booked; a hold keeps its places."""
    row = Sequence.objects.select_for_update(of=("self",)).select_related("site").get(pk=sequence.pk)
    refuse_if([*_asking(row), *wish_problems(wish, Lengths(), today=row.site.today(at))])
    _set_wish(row, wish)
    row.save(update_fields=[*WISH_FIELDS])
    _record("request_changed", row, by=by, at=at)
    return row


@transaction.atomic
def withdraw_request(*, sequence: Sequence, reason: str, by: StaffUser, at: datetime) -> Sequence:
    """Take a request back; places that are held for it become free."""
    held = lock_sequence(sequence)
    problems = _asking(held.sequence)
    if not reason.strip():
        problems.append(Blocker(SCH_54.id, "Say why the request is withdrawn.", "reason"))
    refuse_if(problems)
    row = held.sequence
    if row.state == SequenceState.HELD:
        row = back_to_request(held, "hold_released", by=by, at=at, reason=reason[:200])
    move(row, SequenceState.CANCELLED, by=by, at=at, reason=reason[:300])
    _record("request_withdrawn", row, by=by, at=at)
    return row


def _set_wish(sequence: Sequence, wish: Wish) -> None:
    sequence.wish_from_day, sequence.wish_minute = wish.from_day, wish.minute
    sequence.wish_from_minute, sequence.wish_to_minute = wish.from_minute, wish.to_minute
    sequence.wish_avoids, sequence.wish_note = sorted(set(wish.avoids)), wish.note.strip()


def _asking(row: Sequence) -> list[Problem]:
    if row.state in ASKING:
        return []
    label = SequenceState(row.state).label.lower()
    return [Blocker(SCH_54.id, f"This request is {label} by now. Reload the page to see it.")]


def _record(event: str, sequence: Sequence, *, by: StaffUser, at: datetime) -> None:
    audit.record(event=event, by=by, at=at, site=sequence.site, subject=sequence, patient_id=sequence.patient_id)
