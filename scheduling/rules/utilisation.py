"""How well the chairs are used, what holidays cost, and how long patients wait beyond their wish."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from statistics import median

from kitclinic.register import Rule
from scheduling.rules.capacity import DayPlan, Lengths, further_visits, profile, together

SCH_83 = Rule(
    "SCH-83",
    "Chair-hours are the chairs in service times the opening hours; used are the hours from seating to the end of "
    "cleaning of attended visits, booked those of every visit that held its place. Turns are attended visits for "
    "each chair in service and open day.",
    source="clinic default",
)
SCH_84 = Rule(
    "SCH-84",
    "A week with a closed day loses the sequences that its roster could hold on the open days, less those that "
    "began in it; a week without an open day is named, not guessed.",
    source="clinic default",
)
SCH_85 = Rule(
    "SCH-85",
    "Days late are calendar days from the wished first day to the first booked day, none for an earlier one; the "
    "90th percentile is the smallest value that nine of ten do not exceed.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class SeatTime:
    """One visit's chair time. attended, held: whether it happened; whether it kept its place (not released)."""

    lengths: Lengths
    attended: bool
    held: bool


@dataclass(frozen=True, slots=True)
class DayUse:
    """One open day: chairs in service, minutes open, and its visits. missed: days released with a reason."""

    date: date
    chairs: int
    open_minutes: int
    attended: int
    held: int
    released: int
    used_minutes: int
    booked_minutes: int


@dataclass(frozen=True, slots=True)
class Use:
    """Several days together; hours to one decimal."""

    days: int
    chair_minutes: int
    used_minutes: int
    booked_minutes: int
    attended: int
    held: int
    released: int
    chair_days: int

    @property
    def turns(self) -> Decimal | None:
        """Attended visits for each chair and day."""
        return Decimal(self.attended) / self.chair_days if self.chair_days else None


@dataclass(frozen=True, slots=True)
class Lateness:
    """Days between wish and booking over ``n`` sequences; None without any."""

    n: int
    mean: Decimal | None
    median: Decimal | None
    p90: int | None


def day_use(day: date, *, chairs: int, open_minutes: int, visits: Iterable[SeatTime]) -> DayUse:
    """Return what one open day was used for."""
    seats = list(visits)
    return DayUse(
        date=day,
        chairs=chairs,
        open_minutes=open_minutes,
        attended=sum(seat.attended for seat in seats),
        held=sum(seat.held for seat in seats),
        released=sum(not seat.held for seat in seats),
        used_minutes=sum(seat.lengths.occupied for seat in seats if seat.attended),
        booked_minutes=sum(seat.lengths.occupied for seat in seats if seat.held),
    )


def total(days: Sequence[DayUse]) -> Use:
    """Return the days added up."""
    return Use(
        days=len(days),
        chair_minutes=sum(day.chairs * day.open_minutes for day in days),
        used_minutes=sum(day.used_minutes for day in days),
        booked_minutes=sum(day.booked_minutes for day in days),
        attended=sum(day.attended for day in days),
        held=sum(day.held for day in days),
        released=sum(day.released for day in days),
        chair_days=sum(day.chairs for day in days),
    )


def lost_places(days: Sequence[DayPlan], *, began: int) -> int | None:
    """Return the sequences a week loses to its closed days; 0 without one, None where no day is open.

    days: the five days of the week; began: sequences that began in it all the same.
    """
    if not any(day.closed for day in days):
        return 0
    empty = [profile(replace(day, booked=())) for day in days if not day.closed]
    return max(0, further_visits(together(empty)) - began) if empty else None


def lateness(pairs: Iterable[tuple[date, date]]) -> Lateness:
    """Return how late sequences begin. pairs: (wished first day, booked first day)."""
    late = sorted(max(0, (booked - wished).days) for wished, booked in pairs)
    if not late:
        return Lateness(0, None, None, None)
    rank = int((Decimal(len(late)) * 9 / 10).to_integral_value(ROUND_CEILING))
    mean = Decimal(sum(late)) / len(late)
    return Lateness(len(late), mean, Decimal(str(median(late))), late[rank - 1])
