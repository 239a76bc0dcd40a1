"""How busy the clinic is: infusions a month, chairs used of those there are, group visits, waiting time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from kitclinic.register import Rule
from outcomes.rules.statistics import half_up
from outcomes.rules.table_1 import quartiles
from scheduling.rules.utilisation import DayUse, total

PUBLISHED_A_MONTH = 1000  # infusions; the paper says more than
SIZED_A_DAY = 50  # infusions the product is sized for (OUT-92)

USE_RULE = Rule(
    "OUT-91",
    "Infusions count on the day they were started, by calendar month. Chairs used are the chair-hours of attended "
    "visits of the chair-hours of open days up to the as-of date (SCH-83). A group visit is held when somebody "
    "came.",
    source="clinic default",
)
SIZE_RULE = Rule(
    "OUT-92",
    "The published programme gives more than 1,000 infusions a month; its study sample gives about 237. This "
    "product is sized for 50 infusions a day.",
    source="Tankha 2025, Discussion; 1,034 patients with about 10,000 infusions in 42 months",
)
WAIT_RULE = Rule(
    "OUT-93",
    "Waiting time is the days from the first referral received to the first infusion started, of patients with "
    "both in this order, by the month of the first infusion; median and quartiles as in Table 1 (OUT-82).",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Wait:
    """Days from referral to first infusion of n patients; texts are "" of none."""

    n: int
    median: str = ""
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class MonthUse:
    """One calendar month. chair_percent: None without an open day; busiest: infusions of one day."""

    month: date
    infusions: int
    patients: int
    busiest: int
    open_days: int
    chair_percent: Decimal | None
    used_hours: Decimal
    chair_hours: Decimal
    groups: int
    wait: Wait


def month_of(day: date) -> date:
    """Return the first day of a month."""
    return day.replace(day=1)


def months_from(first: date, last: date) -> list[date]:
    """Return the first days of all months between two days, both included, the newest first."""
    months, month = [], month_of(last)
    while month >= month_of(first):
        months.append(month)
        month = month_of(date.fromordinal(month.toordinal() - 1))
    return months


def wait_of(days: Sequence[int]) -> Wait:
    """Return median and quartiles of waiting days (OUT-93)."""
    if not days:
        return Wait(0)
    low, middle, high = (_days(value) for value in quartiles(days))
    return Wait(len(days), middle, low, high)


def month_use(
    month: date,
    *,
    infusions: tuple[int, int, int],
    days: Iterable[DayUse],
    groups: int,
    waits: Sequence[int],
) -> MonthUse:
    """Return one month. infusions: started, patients, most on one day; days: the open ones; waits: in days."""
    use = total(list(days))
    chair_minutes, used = use.chair_minutes, use.used_minutes
    return MonthUse(
        month=month,
        infusions=infusions[0],
        patients=infusions[1],
        busiest=infusions[2],
        open_days=use.days,
        chair_percent=half_up(Fraction(100 * used, chair_minutes), 0) if chair_minutes else None,
        used_hours=half_up(Fraction(used, 60), 0),
        chair_hours=half_up(Fraction(chair_minutes, 60), 0),
        groups=groups,
        wait=wait_of(waits),
    )


def by_month(dates: Mapping[int, tuple[date, date]]) -> dict[date, list[int]]:
    """Return month of the first infusion -> waiting days. dates: patient -> (referral, infusion)."""
    found: dict[date, list[int]] = {}
    for referred, infused in dates.values():
        if referred <= infused:
            found.setdefault(month_of(infused), []).append((infused - referred).days)
    return found


def _days(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.1f}"
