"""What a patient asks for before anything is booked, and what a booking says that sets it aside."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from kitclinic.problems import Blocker, NeedsConfirmation, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import Lengths, clock, date_words
from scheduling.states import EnrolmentState

MINUTES_A_DAY = 24 * 60
NOTE_LENGTH = 200

SCH_54 = Rule(
    "SCH-54",
    "A request keeps the patient's wish: not before a day, a clock time, a window that holds a whole visit, days "
    "to avoid. It is for a patient found eligible who has no unfinished sequence and no other request.",
    source="clinic default",
)
SCH_55 = Rule(
    "SCH-55",
    "A wish (first day, window, days to avoid) can be set aside with a reason; ratio, chairs, provider, IV "
    "starts, hours and the daily cap cannot.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the patient asks for; None and () leave it open. Minutes are local, after midnight.

    from_day: not before; minute: the clock time liked best; from_minute: seated at or after; to_minute:
    discharged by; avoids: dates on which the patient cannot come.
    """

    from_day: date | None = None
    minute: int | None = None
    from_minute: int | None = None
    to_minute: int | None = None
    avoids: tuple[date, ...] = ()
    note: str = ""


def wish_words(wish: Wish) -> str:
    """Return "from Mon 28 Sep · 09:00 · 08:00 to 12:30 · not Fri 23 Oct · near the door"; "" for an open wish."""
    said: list[str] = []
    if wish.from_day:
        said.append(f"from {_short(wish.from_day)}")
    if wish.minute is not None:
        said.append(clock(wish.minute))
    if wish.from_minute is not None and wish.to_minute is not None:
        said.append(f"{clock(wish.from_minute)} to {clock(wish.to_minute)}")
    elif wish.from_minute is not None:
        said.append(f"after {clock(wish.from_minute)}")
    elif wish.to_minute is not None:
        said.append(f"out by {clock(wish.to_minute)}")
    if wish.avoids:
        said.append(f"not {', '.join(_short(day) for day in sorted(wish.avoids))}")
    if wish.note.strip():
        said.append(wish.note.strip())
    return " · ".join(said)


def _short(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def wish_problems(wish: Wish, lengths: Lengths, *, today: date) -> list[Problem]:
    """Return what makes no sense in a wish."""
    problems: list[Problem] = []
    given = [minute for minute in (wish.minute, wish.from_minute, wish.to_minute) if minute is not None]
    if any(not 0 <= minute <= MINUTES_A_DAY for minute in given):
        return [Blocker(SCH_54.id, "A clock time lies between 00:00 and 24:00. Type it again.", "minute")]
    start = wish.from_minute or 0
    end = MINUTES_A_DAY if wish.to_minute is None else wish.to_minute
    if end - start < lengths.attended:
        sentence = (
            f"From {clock(start)} to {clock(end)} is too short: a visit takes {lengths.attended} minutes from "
            "seating to discharge. Widen the window."
        )
        problems.append(Blocker(SCH_54.id, sentence, "to_minute"))
    elif wish.minute is not None and not start <= wish.minute <= end - lengths.attended:
        sentence = (
            f"A visit at {clock(wish.minute)} ends at {clock(wish.minute + lengths.attended)} and does not fit "
            f"into the window from {clock(start)} to {clock(end)}. Change the time or the window."
        )
        problems.append(Blocker(SCH_54.id, sentence, "minute"))
    if any(day < today for day in wish.avoids):
        problems.append(Blocker(SCH_54.id, "A day to avoid is over. Take it off the list.", "avoids"))
    if len(wish.note) > NOTE_LENGTH:
        problems.append(Blocker(SCH_54.id, f"Shorten the note to {NOTE_LENGTH} characters.", "note"))
    return problems


def request_problems(enrolment: str, *, has_request: bool) -> list[Problem]:
    """Return what stands against a request of this patient. enrolment: the EnrolmentState."""
    problems: list[Problem] = []
    if enrolment not in (EnrolmentState.ELIGIBLE, EnrolmentState.GROUP_BOOKED, EnrolmentState.CLEARED):
        label = EnrolmentState(enrolment).label.lower()
        sentence = f"This patient is {label}. Record eligibility first; the request follows it."
        problems.append(Blocker(SCH_54.id, sentence))
    if has_request:
        problems.append(Blocker(SCH_54.id, "This patient has a request already. Change that one."))
    return problems


def aside_problems(wish: Wish, dates: Sequence[date], minute: int, lengths: Lengths) -> list[Problem]:
    """Return what this booking would set aside of the wish, each to be confirmed with a reason."""
    said: list[str] = []
    if wish.from_day is not None and dates and dates[0] < wish.from_day:
        said.append(f"not before {date_words(wish.from_day)}, and this begins on {date_words(dates[0])}")
    if wish.from_minute is not None and minute < wish.from_minute:
        said.append(f"seated at or after {clock(wish.from_minute)}, and this is at {clock(minute)}")
    discharge = minute + lengths.attended
    if wish.to_minute is not None and discharge > wish.to_minute:
        said.append(f"discharged by {clock(wish.to_minute)}, and this ends at {clock(discharge)}")
    avoided = [day for day in dates if day in wish.avoids]
    if avoided:
        said.append(f"not on {' and '.join(date_words(day) for day in avoided)}")
    return [
        NeedsConfirmation(
            SCH_55.id, f"The patient wished {words}. Confirm with a reason, or choose another start.", "start"
        )
        for words in said
    ]


def reason_missing(problems: Collection[Problem], *, confirmed: frozenset[str], reason: str) -> list[Problem]:
    """Return the refusal of a soft rule that was confirmed without a reason."""
    set_aside = [one for one in problems if isinstance(one, NeedsConfirmation) and one.rule in confirmed]
    if not set_aside or reason.strip():
        return []
    return [Blocker(set_aside[0].rule, "Say why this is booked all the same; the reason stays with it.", "reason")]
