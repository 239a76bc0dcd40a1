"""A clinic day that closes after patients were booked: what it does to each sequence, before it is saved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.blocks import VISITS
from scheduling.rules.capacity import BookedVisit, DayPlan, Lengths, clock, date_words
from scheduling.rules.moves import SPREAD_MINUTES, USUAL, allowed_starts
from scheduling.states import WeekRule

SCH_64 = Rule(
    "SCH-64",
    "A day closed after booking is decided for each sequence it touches, shown before it is saved: cut to four "
    "with the reason “clinic closed”, on to the opened Saturday or the next clinic day, or back to the requests "
    "with the wish kept. One that has begun never goes back to the requests; who is seated already stays.",
    source="clinic default",
)


class EffectKind(StrEnum):
    """What a closure does to one sequence."""

    CUT = "cut"  # this day is cancelled, four are left
    MOVED = "moved"  # the days from here on move up, the last to another date
    BACK = "back"  # all days are released, the sequence is a request again


WORDS = {
    EffectKind.CUT: "loses this day; four are left",
    EffectKind.MOVED: "keeps five days",
    EffectKind.BACK: "goes back to the requests, the wish kept",
}


@dataclass(frozen=True, slots=True)
class Touched:
    """One sequence with a booked visit on the day. dates: of all its days that hold a place, in order.

    key: of that visit; sequence: key of the sequence; movable: dates from this day on that have not begun;
    begun: a day was attended or the patient is here; held: only a hold.
    """

    key: int
    sequence: int
    start: int
    dates: tuple[date, ...]
    movable: tuple[date, ...]
    lengths: Lengths = USUAL
    begun: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What the closure does to one sequence. to_day, to_start: of the place it gains, where it is moved."""

    touched: Touched
    kind: EffectKind
    to_day: date | None = None
    to_start: int | None = None

    @property
    def words(self) -> str:
        """Return "keeps five days: until Saturday 19 September, 09:00"."""
        if self.to_day is None or self.to_start is None:
            return WORDS[self.kind]
        return f"{WORDS[self.kind]}: until {date_words(self.to_day)}, {clock(self.to_start)}"


def effects(
    touched: Iterable[Touched],
    rule: WeekRule,
    closed: date,
    *,
    saturday: DayPlan | None = None,
    later: Sequence[DayPlan] = (),
) -> list[Effect]:
    """Return what closing a day does under this rule, earliest visits first.

    saturday: the day after the week's fifth, where it is open; later: the clinic days after the week, in order.
    """
    plans = {day.day: day for day in (*([saturday] if saturday else []), *later) if not day.closed}
    found: list[Effect] = []
    for one in sorted(touched, key=lambda one: (one.start, one.sequence)):
        to_day = None if one.held else _next_day(one, rule, closed, saturday, later)
        start = _start(plans[to_day], one) if to_day in plans else None
        if to_day is not None and start is not None:
            taken = BookedVisit(start, one.lengths, key=-one.key)
            plans[to_day] = replace(plans[to_day], booked=(*plans[to_day].booked, taken))
            found.append(Effect(one, EffectKind.MOVED, to_day, start))
        elif one.begun or (rule == WeekRule.SHORT and not one.held):
            found.append(Effect(one, EffectKind.CUT))
        else:
            found.append(Effect(one, EffectKind.BACK))
    return found


def declaring_problems(
    day: date,
    *,
    because: str,
    today: date,
    is_closed: bool,
    here: int,
    from_minute: int | None,
    hours: tuple[int, int],
) -> list[Problem]:
    """Return what stands against declaring a closure. here: patients who have come; hours: opening and closing."""
    problems: list[Problem] = []
    if not because.strip():
        problems.append(Blocker(SCH_64.id, "Say why the clinic is closed; patients will ask.", "because"))
    if day < today:
        problems.append(Blocker(SCH_64.id, f"{date_words(day)} is over. Record each day as missed.", "date"))
    if is_closed:
        problems.append(Blocker(SCH_64.id, f"{date_words(day)} is closed already. Reload the page."))
    if from_minute is None and here:
        words = "1 patient is" if here == 1 else f"{here} patients are"
        sentence = f"{words} here already. Close the day from a minute on; who is seated stays to the end."
        problems.append(Blocker(SCH_64.id, sentence, "from_minute"))
    if from_minute is not None and not hours[0] < from_minute < hours[1]:
        sentence = f"The day is open from {clock(hours[0])} to {clock(hours[1])}. Choose a minute in between."
        problems.append(Blocker(SCH_64.id, sentence, "from_minute"))
    return problems


def saturday_problems(day: date, *, held: int) -> list[Problem]:
    """Return the refusal to take an opened Saturday back while somebody holds a place on it."""
    if not held:
        return []
    words = "1 patient holds a place" if held == 1 else f"{held} patients hold places"
    sentence = (
        f"{words} on {date_words(day)}. Declare that day closed; you see first what becomes of each sequence."
    )
    return [Blocker(SCH_64.id, sentence)]


def _next_day(
    one: Touched, rule: WeekRule, closed: date, saturday: DayPlan | None, later: Sequence[DayPlan]
) -> date | None:
    """Return the date that the sequence would gain, None where the rule gives it none."""
    left = [day for day in one.dates if day != closed]
    if rule == WeekRule.SATURDAY and saturday is not None and saturday.day not in one.dates:
        dates = sorted([*left, saturday.day])
        together = dates[-1] - dates[0] == timedelta(days=len(dates) - 1)
        return saturday.day if together and len(dates) <= VISITS else None
    if rule == WeekRule.ROLLING:
        return next((day.day for day in later if not day.closed and day.day > max(one.dates)), None)
    return None


def _start(plan: DayPlan, one: Touched) -> int | None:
    """Return the start nearest to the sequence's own, at most 30 minutes away."""
    starts = allowed_starts([replace(plan, lengths=one.lengths)])
    near = [start for start in starts if abs(start - one.start) <= SPREAD_MINUTES]
    return min(near, key=lambda start: (abs(start - one.start), start), default=None)
