"""Requests for five infusions: the wish, kept until something is booked."""

from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Problem, refuse_if
from kitclinic.states import begin, move
from scheduling.actions.holds import back_to_request, lock_sequence
from scheduling.models import Patient, ProtocolVersion, Sequence
from scheduling.queries.protocols import slug_of
from scheduling.queries.weeks import versions_of
from scheduling.rules.blocks import VISITS
from scheduling.rules.capacity import Lengths
from scheduling.rules.protocols import ORD_44, STANDARD
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
def request_sequence(
    *, patient: Patient, wish: Wish, by: StaffUser, at: datetime, protocol: str = STANDARD
) -> Sequence:
    """Write down what a patient asks for. Raises Refused with every reason. protocol: which of the clinic's."""
    patient = Patient.objects.select_for_update(of=("self",)).select_related("site").get(pk=patient.pk)
    states = list(patient.sequences.values_list("state", flat=True))
    version = _newest(patient.site, protocol)
    refuse_if(
        [
            *_unknown(protocol, version),
            *request_problems(patient.state, has_request=bool(ASKING.intersection(states))),
            *open_sequence_problems(states),
            *wish_problems(wish, _lengths(version), today=patient.site.today(at)),
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
    _set_protocol(sequence, version)
    sequence.save()
    begin(sequence, by=by, at=at)
    _record("sequence_requested", sequence, by=by, at=at)
    return sequence


@transaction.atomic
def change_request(
    *, sequence: Sequence, wish: Wish, by: StaffUser, at: datetime, protocol: str | None = None
) -> Sequence:
    """Write the wish anew, before anything is booked; a hold keeps its places and its protocol.

    protocol: None keeps the one that was asked for.
    """
    rows = Sequence.objects.select_for_update(of=("self",)).select_related("site", "protocol")
    row = rows.get(pk=sequence.pk)
    asked = slug_of(row) if protocol is None else protocol
    version = _newest(row.site, asked)
    problems = [*_asking(row), *_unknown(asked, version)]
    if row.state == SequenceState.HELD and asked != slug_of(row):
        sentence = "Places are held for this request. Release the hold before you choose another protocol."
        problems.append(Blocker(SCH_54.id, sentence, "protocol"))
    refuse_if([*problems, *wish_problems(wish, _lengths(version), today=row.site.today(at))])
    _set_wish(row, wish)
    if asked != slug_of(row):
        _set_protocol(row, version)
    row.save(update_fields=[*WISH_FIELDS, "protocol", "planned_visits"])
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


def _newest(site: Site, protocol: str) -> ProtocolVersion | None:
    """The version that says how long a visit takes; None for the standard as published."""
    return next(iter(versions_of(site, protocol)), None)


def _unknown(protocol: str, version: ProtocolVersion | None) -> list[Problem]:
    if version is not None or protocol == STANDARD:
        return []
    return [Blocker(ORD_44.id, "This protocol does not exist here. Choose one of the list.", "protocol")]


def _lengths(version: ProtocolVersion | None) -> Lengths:
    return version.lengths if version and version.protocol != STANDARD else Lengths()


def _set_protocol(sequence: Sequence, version: ProtocolVersion | None) -> None:
    """Keep which protocol is asked for; the version is the one of the first day, once that is booked."""
    other = version if version and version.protocol != STANDARD else None
    sequence.protocol, sequence.planned_visits = other, other.days if other else VISITS


def _asking(row: Sequence) -> list[Problem]:
    if row.state in ASKING:
        return []
    label = SequenceState(row.state).label.lower()
    return [Blocker(SCH_54.id, f"This request is {label} by now. Reload the page to see it.")]


def _record(event: str, sequence: Sequence, *, by: StaffUser, at: datetime) -> None:
    audit.record(event=event, by=by, at=at, site=sequence.site, subject=sequence, patient_id=sequence.patient_id)
