"""The coming weeks at a glance: places left in each, to the one, or at most so many where blocks overlap."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scheduling.queries.plans import is_opened
from scheduling.rules.blocks import NOT_OPENED, VISITS
from scheduling.rules.capacity import DayPlan
from scheduling.rules.residual import CountedWeek
from scheduling.states import SequenceMode, WeekRule

BAR_HEIGHT = 28  # SVG units


@dataclass(frozen=True, slots=True)
class StripWeek:
    """One column. left: further sequences that fit, None where none can be booked; full: height of the bar.

    is_exact: ``left`` to the one, otherwise at most so many; rule: what the clinic does with this week.
    """

    first_day: date
    left: int | None
    word: str
    closed: tuple[DayPlan, ...]
    booked: int
    full: int
    is_opened: bool
    is_now: bool
    is_on: bool
    new_month: bool
    is_exact: bool = True
    rule: WeekRule = WeekRule.SKIP
    is_short: bool = False

    @property
    def kind(self) -> str:
        if not self.is_opened:
            return "none"
        if self.left is None:
            return "hol"
        return "full" if self.left == 0 else ""

    @property
    def empty(self) -> int:
        return BAR_HEIGHT - self.full


def strip_of(weeks: Iterable[CountedWeek], *, today: date, selected: date) -> tuple[StripWeek, ...]:
    """Return one column a week. selected: first day of the week on the page."""
    columns: list[StripWeek] = []
    for counted in weeks:
        week = counted.week
        begun = _begun(counted, today)
        opened = is_opened(week)
        closed = tuple(day for day in week.closed if day.closed != NOT_OPENED)
        booked = max(len(day.booked) for day in week.days)
        left = 0 if begun else counted.places.number if counted.blocks else None
        whole = booked + (left or 0)
        columns.append(
            StripWeek(
                first_day=week.first_day,
                left=left,
                word="" if left is not None else f"{VISITS - len(week.closed)} days" if opened else "–",
                closed=closed,
                booked=booked,
                full=BAR_HEIGHT if begun else BAR_HEIGHT * booked // whole if whole else 0,
                is_opened=opened,
                is_now=week.dates[0] <= today <= week.dates[-1],
                is_on=week.first_day == selected,
                new_month=not columns or columns[-1].first_day.month != week.first_day.month,
                is_exact=begun or (counted.places.is_exact and week.first_day > today),
                rule=week.rule,
                is_short=any(block.mode == SequenceMode.SHORT for block in counted.blocks),
            )
        )
    return tuple(columns)


def _begun(counted: CountedWeek, today: date) -> bool:
    """Whether no sequence can begin any more: the last day on which one could is over, or the week is."""
    last = max((block.first_day for block in counted.blocks), default=counted.week.first_day)
    return last <= today
