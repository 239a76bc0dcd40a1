"""After a missed or cancelled day: making it up, taking the release back, going on with four."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.blocks import VISITS
from scheduling.rules.capacity import clock, date_words
from scheduling.rules.holds import SCH_59
from scheduling.rules.moves import weekend
from scheduling.rules.visits import OPEN_SEQUENCE, RELEASED
from scheduling.states import MissedReason, SequenceMode, SequenceState, VisitState

SCH_62 = Rule(
    "SCH-62",
    "A missed day is made up on a clinic day left in its own week first; else, with a provider's approval, on the "
    "next clinic day after the sequence. Never on a weekend, unless the sequence was booked with the Saturday, "
    "and never by shifting the days that follow.",
    source="clinic default",
)
SCH_63 = Rule(
    "SCH-63",
    "A released day comes back at its own time while the place is free, its time has not come and nothing makes "
    "it up.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Released:
    """A day that no longer holds its place. sequence: SequenceState; made_up: a make-up stands for it."""

    state: str
    day: date
    start: int
    sequence: str
    made_up: bool = False


def released_problems(released: Released) -> list[Problem]:
    """Return why this day is not one to make up or to take back."""
    if released.state not in RELEASED:
        label = VisitState(released.state).label.lower()
        return [Blocker(SCH_62.id, f"This day is {label}, not missed or cancelled. Reload the page.")]
    if released.made_up:
        return [Blocker(SCH_62.id, "This day is made up already. Move the make-up instead.")]
    if released.sequence not in OPEN_SEQUENCE:
        label = SequenceState(released.sequence).label.lower()
        return [Blocker(SCH_62.id, f"This sequence is {label}. Book a new one.")]
    return []


def make_up_problems(
    day: date,
    allowed: Iterable[tuple[date, bool]],
    *,
    mode: str,
    first_weekday: int,
    approver_may: bool | None,
) -> list[Problem]:
    """Return what stands against this date for a make-up.

    allowed: dates with whether they lie in the missed day's week; approver_may: whether the person who approved
    may, None while nobody has.
    """
    known = dict(allowed)
    if day not in known:
        if weekend(day, first_weekday) and mode != SequenceMode.CALENDAR_DAYS:
            sentence = f"{date_words(day)} is a weekend; this sequence was booked without. Choose a clinic day."
        elif known:
            words = ", ".join(date_words(one) for one in known)
            sentence = f"{date_words(day)} is no day for this make-up. Choose one of these: {words}."
        else:
            sentence = f"{date_words(day)} is no day for this make-up, and no other is opened. Open the next week."
        return [Blocker(SCH_62.id, sentence, "date")]
    if known[day] or approver_may:
        return []
    sentence = (
        f"{date_words(day)} is outside the week of the missed day. A physician decides whether the sequence may "
        "go on then; name the one who approved."
    )
    return [Blocker(SCH_62.id, sentence, "approved_by")]


def reinstate_problems(released: Released, *, today: date, now: int) -> list[Problem]:
    """Return what stands against taking the release of a day back, besides its place."""
    problems = released_problems(released)
    if (released.day, released.start) < (today, now):
        sentence = f"{date_words(released.day)} at {clock(released.start)} is over. Make the day up instead."
        problems.append(Blocker(SCH_63.id, sentence))
    return problems


def four_problems(reasons: Iterable[str], *, sequence: str, planned: int = VISITS) -> list[Problem]:
    """Return what stands against going on with four days. reasons: of the released days that nothing makes up.

    planned: days of the protocol.
    """
    cut = list(reasons)
    if sequence in OPEN_SEQUENCE and cut == [MissedReason.CLINIC_CLOSED] and planned == VISITS:
        return []
    sentence = "Four days are agreed on where the clinic closed on exactly one of five. End the sequence instead."
    return [Blocker(SCH_59.id, sentence)]
