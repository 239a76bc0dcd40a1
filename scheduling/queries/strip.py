"""The coming weeks at a glance: places left in each, exactly."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scheduling.queries.plans import NOT_OPENED, is_opened
from scheduling.rules.capacity import DayPlan
from scheduling.rules.sequences import VISITS, WeekPlan, places

BAR_HEIGHT = 28  # SVG units


@dataclass(frozen=True, slots=True)
class StripWeek:
    """One column. left: further sequences that fit, None where none can be booked; full: height of the bar."""

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


def strip_of(weeks: Iterable[WeekPlan], *, today: date, selected: date) -> tuple[StripWeek, ...]:
    """Return one column a week. selected: first day of the week on the page."""
    columns: list[StripWeek] = []
    for week in weeks:
        begun = week.first_day <= today
        opened = is_opened(week)
        closed = tuple(day for day in week.days if day.closed and day.closed != NOT_OPENED)
        missing = [day for day in week.days if day.closed]
        booked = max(len(day.booked) for day in week.days)
        left = None if missing and not begun else 0 if begun else places(week)
        whole = booked + (left or 0)
        columns.append(
            StripWeek(
                first_day=week.first_day,
                left=left,
                word="" if left is not None else f"{VISITS - len(missing)} days" if opened else "–",
                closed=closed,
                booked=booked,
                full=BAR_HEIGHT if begun else BAR_HEIGHT * booked // whole if whole else 0,
                is_opened=opened,
                is_now=week.dates[0] <= today <= week.dates[-1],
                is_on=week.first_day == selected,
                new_month=not columns or columns[-1].first_day.month != week.first_day.month,
            )
        )
    return tuple(columns)
