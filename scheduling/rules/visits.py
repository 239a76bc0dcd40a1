"""One visit, and what its five days make of the sequence."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import date_words
from scheduling.rules.groups import ENR_23
from scheduling.rules.sequences import VISITS
from scheduling.states import MissedReason, SeatState, SequenceState, VisitState

SCH_23 = Rule("SCH-23", "A patient has one unfinished sequence at a time.", source="clinic default")
SCH_24 = Rule("SCH-24", "A patient arrives on the day of the visit.", source="clinic default")
SCH_25 = Rule(
    "SCH-25",
    "A missed or cancelled day has a reason from the list; its place is released at once.",
    source="Tankha 2025 (reasons for missed sessions)",
)
SCH_26 = Rule(
    "SCH-26",
    "The fifth attended day completes a sequence, a make-up counting for the day it makes up; a short course ends "
    "early with the fourth. After a missed day it waits for a decision, and goes on when the patient attends the "
    "next day.",
    source="clinic default",
)

# Booked and not over. A request has no days, and a hold is no booking yet: a patient may hold an earlier place.
OPEN_SEQUENCE = frozenset(
    {SequenceState.TENTATIVE, SequenceState.CONFIRMED, SequenceState.IN_PROGRESS, SequenceState.INTERRUPTED}
)
ASKING = frozenset({SequenceState.REQUESTED, SequenceState.HELD})
NOT_BEGUN = frozenset({SequenceState.HELD, SequenceState.TENTATIVE, SequenceState.CONFIRMED})
TO_COME = frozenset({VisitState.BOOKED, VisitState.ARRIVED})
FINISHED = frozenset({SequenceState.COMPLETED, SequenceState.ENDED_EARLY})
RELEASED = frozenset({VisitState.MISSED, VisitState.CANCELLED})


def open_sequence_problems(states: Collection[str]) -> list[Problem]:
    """Return the refusal to book while another sequence is unfinished. states: of all the patient's sequences."""
    if not OPEN_SEQUENCE.intersection(states):
        return []
    sentence = "This patient already has a sequence that is not finished. Finish, end or cancel that one first."
    return [Blocker(SCH_23.id, sentence)]


def arrival_problems(visit_day: date, today: date) -> list[Problem]:
    """Return the refusal to check somebody in on another day."""
    if visit_day == today:
        return []
    sentence = f"This visit is on {date_words(visit_day)}, not today. Open today's visit."
    return [Blocker(SCH_24.id, sentence)]


def cleared_problems(seat_state: str | None) -> list[Problem]:
    """Return the refusal to start a sequence whose group visit was missed or is not decided yet.

    seat_state: the SeatState of the sequence's seat, None for a sequence without one.
    """
    if seat_state is None or seat_state == SeatState.CLEARED:
        return []
    label = SeatState(seat_state).label.lower()
    sentence = (
        f"This sequence does not start: the patient's seat in the group visit is {label}, not cleared. "
        "Book another group visit, or ask the physician to decide."
    )
    return [Blocker(ENR_23.id, sentence)]


def reason_problems(reason: str) -> list[Problem]:
    """Return the refusal of a missed or cancelled day without a reason from the list."""
    if reason in MissedReason.values:
        return []
    return [Blocker(SCH_25.id, "Choose why the day is missed; “unknown” is an answer.", "reason")]


@dataclass(frozen=True, slots=True)
class DayState:
    """One row of a sequence. makes_up_for: key of the missed row whose number it has, None for a first one."""

    key: int
    state: str
    makes_up_for: int | None = None


def standing_days(rows: Iterable[DayState], *, short: bool = False) -> list[str]:
    """Return one VisitState a day, from rows in order of date: a make-up stands for the day it makes up.

    short: a course of four; then the day that was cut out is no longer waited for.
    """
    days = list(rows)
    made_up = {row.makes_up_for for row in days if row.makes_up_for is not None}
    standing = [row.state for row in days if row.key not in made_up]
    return [state for state in standing if state != VisitState.CANCELLED] if short else standing


def sequence_state(visits: Collection[str], *, planned: int = VISITS, short: bool | None = None) -> SequenceState:
    """Return where a sequence stands, from the states of its days in the order of their dates.

    planned: 5, or as many as another protocol has; short: a course of five cut to four, which has then ended
    early; None: whatever is planned with fewer than five. Cancelling and ending early before that are decisions
    of a person; this never returns them.
    """
    cut = planned != VISITS if short is None else short
    states = [VisitState(state) for state in visits]
    attended = states.count(VisitState.ATTENDED)
    if attended >= planned:
        return SequenceState.ENDED_EARLY if cut else SequenceState.COMPLETED
    decided = [state for state in states if state not in TO_COME]
    if not decided:
        return SequenceState.CONFIRMED
    if decided[-1] in RELEASED or len(decided) == len(states):
        return SequenceState.INTERRUPTED
    return SequenceState.IN_PROGRESS


def ended_state(visits: Collection[str]) -> SequenceState:
    """Return the state of a sequence that a person ends now: cancelled when no day was attended."""
    return SequenceState.ENDED_EARLY if VisitState.ATTENDED in visits else SequenceState.CANCELLED
