"""Who is on the floor and who is on site: what a roster entry needs, and what a change may not break."""

from collections.abc import Iterable

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.breaches import breach_problems
from scheduling.rules.capacity import DayPlan, Span, clock, date_words

SCH_19 = Rule(
    "SCH-19",
    "A person is rostered once at any minute; a break is the gap between two entries.",
    source="clinic default",
)
SCH_20 = Rule(
    "SCH-20",
    "Nurses stand on the floor's roster; prescribers are the providers on site.",
    source="Tankha 2025 (nurses monitor, a provider is on site)",
)
SCH_21 = Rule(
    "SCH-21",
    "A change of roster, hours or chairs never leaves a booked visit without its nurses, provider or chair.",
    source="clinic default",
)
SCH_22 = Rule(
    "SCH-22", "A day is closed only when nobody holds a place on it, and says why.", source="clinic default"
)
MOST_MINUTES = 24 * 60


def entry_problems(span: Span, others: Iterable[Span], *, role_fits: bool, needed: str) -> list[Problem]:
    """Return what stands against one roster entry.

    others: this person's other entries of the day; role_fits: whether this person's role allows it;
    needed: who could do it, in words ("a nurse").
    """
    problems: list[Problem] = []
    start, end = span
    if not role_fits:
        problems.append(
            Blocker(SCH_20.id, f"This place on the roster is for {needed}. Choose another person.", "person")
        )
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
