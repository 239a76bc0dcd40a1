"""What a clinic sets for days to come: hours of each weekday, lengths of a visit, a daily cap."""

from datetime import date

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import SCH_02, SCH_37, Lengths, Span, date_words

SCH_31 = Rule(
    "SCH-31",
    "Other lengths of a visit are a new version of the protocol, from a day to come on; a booked visit keeps "
    "its own.",
    source="clinic default",
)
MOST_MINUTES = 24 * 60
LONGEST_PHASE = 8 * 60  # SCH-31: no phase fills a day; a larger number is a slip of the hand


def hours_problems(hours: dict[int, Span | None]) -> list[Problem]:
    """Return what stands against these hours. hours: minutes by weekday, 0 Monday; None: the usual hours."""
    problems: list[Problem] = []
    for weekday, span in sorted(hours.items()):
        if not 0 <= weekday <= 6:
            raise ValueError("a weekday is 0 (Monday) to 6 (Sunday)")
        if span is not None and not 0 <= span[0] < span[1] <= MOST_MINUTES:
            sentence = "The suite must open before it closes, on the same day."
            problems.append(Blocker(SCH_02.id, sentence, f"closes_{weekday}"))
    return problems


def protocol_problems(
    lengths: Lengths, valid_from: date, *, name: str, because: str, today: date
) -> list[Problem]:
    """Return what stands against a new version of the protocol."""
    problems: list[Problem] = []
    if not name.strip():
        problems.append(Blocker(SCH_31.id, "Give the version a name.", "name"))
    if not because.strip():
        problems.append(Blocker(SCH_31.id, "Say why; it is kept with the version.", "because"))
    if valid_from < today:
        sentence = f"{date_words(valid_from)} is over. A version begins today or on a day to come."
        problems.append(Blocker(SCH_31.id, sentence, "valid_from"))
    if max(lengths.iv, lengths.infusion, lengths.observation, lengths.cleaning) > LONGEST_PHASE:
        sentence = f"No phase takes more than {LONGEST_PHASE // 60} hours. Look at the minutes again."
        problems.append(Blocker(SCH_31.id, sentence, "infusion_minutes"))
    return problems


def cap_problems(cap: int | None, booked: int) -> list[Problem]:
    """Return what stands against this cap of a day. booked: visits that hold a place on it."""
    if cap is None:
        return []
    if cap < 1:
        return [Blocker(SCH_37.id, "A cap is at least 1. To take no visit, close the day.", "daily_cap")]
    if booked > cap:
        sentence = f"{booked} visits are booked on this day already. Choose {booked} or more, or move some first."
        return [Blocker(SCH_37.id, sentence, "daily_cap")]
    return []
