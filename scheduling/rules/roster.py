"""Who is on the floor and who is on site: what a roster entry needs, and what a change may not break."""

from collections.abc import Iterable
from datetime import date

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.breaches import SCH_36, breach_problems
from scheduling.rules.capacity import DayPlan, Span, clock, date_words

SCH_19 = Rule(
    "SCH-19",
    "A person is rostered once at any minute; the breaks of a shift lie inside it, one after the other.",
    source="clinic default",
)
SCH_20 = Rule(
    "SCH-20",
    "Nurses trained for ketamine stand on the floor's roster; prescribers are the providers on site.",
    source="Tankha 2025 (trained nurses monitor, a provider is on site)",
)
SCH_21 = Rule(
    "SCH-21",
    "A change of roster, hours or chairs never leaves a booked visit without its nurses, provider or chair.",
    source="clinic default",
)
SCH_22 = Rule(
    "SCH-22", "A day is closed only when nobody holds a place on it, and says why.", source="clinic default"
)
SCH_35 = Rule(
    "SCH-35",
    "Nobody is rostered on a day of leave; leave takes a person off the roster where no booked visit needs them.",
    source="clinic default",
)
MOST_MINUTES = 24 * 60


def entry_problems(
    span: Span, others: Iterable[Span], *, role_fits: bool, needed: str, on_leave: bool = False
) -> list[Problem]:
    """Return what stands against one roster entry.

    others: this person's other entries of the day; role_fits: whether this person's role and training allow
    it; needed: who could do it, in words ("a nurse"); on_leave: the day is one of this person's leave.
    """
    problems: list[Problem] = []
    start, end = span
    if not role_fits:
        problems.append(
            Blocker(SCH_20.id, f"This place on the roster is for {needed}. Choose another person.", "person")
        )
    if on_leave:
        sentence = "This person is on leave that day. Choose another person, or cancel the leave first."
        problems.append(Blocker(SCH_35.id, sentence, "person"))
    if not 0 <= start < end <= MOST_MINUTES:
        problems.append(Blocker(SCH_19.id, "The time must end after it begins, on the same day.", "to_minute"))
    for one in sorted(others):
        if max(one[0], start) < min(one[1], end):
            sentence = (
                f"This person is already on the roster from {clock(one[0])} to {clock(one[1])}. "
                "Take that entry off first, or choose a time beside it."
            )
            problems.append(Blocker(SCH_19.id, sentence, "from_minute"))
    return problems


def break_problems(shift: Span, breaks: Iterable[Span]) -> list[Problem]:
    """Return what stands against these breaks of one shift."""
    problems: list[Problem] = []
    last = shift[0]
    for start, end in sorted(breaks):
        if start >= end:
            sentence = f"The break at {clock(start)} must end after it begins."
            problems.append(Blocker(SCH_19.id, sentence, "breaks"))
        elif start < shift[0] or end > shift[1]:
            sentence = (
                f"The break from {clock(start)} to {clock(end)} is outside the shift "
                f"({clock(shift[0])} to {clock(shift[1])}). Move it inside."
            )
            problems.append(Blocker(SCH_19.id, sentence, "breaks"))
        elif start < last:
            sentence = f"The break at {clock(start)} begins before the one before it ends. Move one of them."
            problems.append(Blocker(SCH_19.id, sentence, "breaks"))
        last = max(last, end)
    return problems


def leave_problems(
    days: tuple[date, date], others: Iterable[tuple[date, date]], *, of_site: bool
) -> list[Problem]:
    """Return what stands against leave from one day to another. others: this person's other leaves."""
    first, last = days
    if not of_site:
        return [Blocker(SCH_35.id, "This person does not work in this clinic. Choose another.", "person")]
    if last < first:
        return [Blocker(SCH_35.id, "The last day of leave cannot be before the first.", "last_day")]
    for one in others:
        if max(one[0], first) <= min(one[1], last):
            sentence = (
                f"This person is on leave from {date_words(one[0])} to {date_words(one[1])} already. "
                "Cancel that leave, or choose days beside it."
            )
            return [Blocker(SCH_35.id, sentence, "first_day")]
    return []


def chair_out_problems(
    chairs: int, chair: int, days: tuple[date, date | None], *, because: str, today: date
) -> list[Problem]:
    """Return what stands against taking this chair out of service from one day to another, bookings apart."""
    first, last = days
    problems: list[Problem] = []
    if not 1 <= chair <= chairs:
        problems.append(Blocker(SCH_36.id, f"The suite has chairs 1 to {chairs}.", "chair"))
    if first < today:
        sentence = f"{date_words(first)} is over. A chair goes out of service today or on a day to come."
        problems.append(Blocker(SCH_36.id, sentence, "first_day"))
    if last is not None and last < first:
        sentence = "The last day out of service cannot be before the first."
        problems.append(Blocker(SCH_36.id, sentence, "last_day"))
    if not because.strip():
        problems.append(Blocker(SCH_36.id, "Say why the chair is out of service.", "because"))
    return problems


def change_problems(before: DayPlan, after: DayPlan) -> list[Problem]:
    """Return the breaches that a change would add to the day, each with its minute."""
    known = {problem.sentence for problem in breach_problems(before)}
    return [
        Blocker(SCH_21.id, f"{problem.sentence} Find cover first; the roster stays as it was.")
        for problem in breach_problems(after)
        if problem.sentence not in known
    ]


def closing_problems(day: DayPlan, *, because: str) -> list[Problem]:
    """Return what stands against closing this day."""
    problems: list[Problem] = []
    if not because.strip():
        problems.append(Blocker(SCH_22.id, "Say why the clinic is closed; it is shown on every offer.", "because"))
    if count := len(day.booked):
        sentence = (
            f"{count} patient{' holds a place' if count == 1 else 's hold places'} on {date_words(day.day)}. "
            "Record each day as missed (clinic closed) or cancel those sequences, then close the day."
        )
        problems.append(Blocker(SCH_22.id, sentence))
    return problems
