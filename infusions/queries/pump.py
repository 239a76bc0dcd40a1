"""The readings of the pump for one infusion, beside what the order expected."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from infusions.models import InfusionEvent, Order
from infusions.queries.course import Course, Kind
from infusions.rules.dosing import pump_matches
from kitclinic.display import show, show_percent_from
from kitclinic.models import Site

READ = (Kind.PUMP_CHECKED, Kind.PUMP_MISMATCH)


@dataclass(frozen=True, slots=True)
class Compared:
    """One number of the pump beside the order's."""

    word: str
    shown: str
    expected: str
    off: str
    matches: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading. numbers: rate, then volume to be infused."""

    at: datetime
    by: str
    matches: bool
    numbers: tuple[Compared, ...]


def readings(course: Course) -> list[Reading]:
    """Every reading of this infusion that was compared with an order, oldest first."""
    return [_reading(event) for event in course.of_kind(*READ) if "expected_rate" in event.detail]


def standing_readings(course: Course, order: Order | None) -> list[InfusionEvent]:
    """The readings that match this order and count: those after the last one that did not, oldest first."""
    found: list[InfusionEvent] = []
    for event in course.of_kind(*READ):
        matches = order is not None and event.kind == Kind.PUMP_CHECKED and event.detail.get("order") == order.pk
        found = [*found, event] if matches else []
    return found


def read_by_two(course: Course, order: Order | None) -> bool:
    """Whether two different people read the pump and both readings stand (INF-28)."""
    return len({event.by_id for event in standing_readings(course, order)}) > 1


def mismatch_now(course: Course) -> Reading | None:
    """The last reading, where it does not match; None where it does or nobody has read the pump."""
    latest = course.latest(*READ)
    return _reading(latest) if latest is not None and latest.kind == Kind.PUMP_MISMATCH else None


def mismatches(site: Site, *, since: date, until: date) -> int:
    """How often a pump did not match the order, on clinic days from since to until."""
    rows = InfusionEvent.objects.filter(site=site, kind=Kind.PUMP_MISMATCH)
    return rows.filter(infusion__date__gte=since, infusion__date__lte=until).count()


def _reading(event: InfusionEvent) -> Reading:
    word = event.detail.get
    numbers = (
        _compared("Rate", Decimal(word("rate_ml_per_h")), Decimal(word("expected_rate")), "mL/h"),
        _compared("Volume to be infused", Decimal(word("volume_ml")), Decimal(word("expected_volume")), "mL"),
    )
    return Reading(event.occurred_at, event.by.name, event.kind == Kind.PUMP_CHECKED, numbers)


def _compared(word: str, shown: Decimal, expected: Decimal, unit: str) -> Compared:
    return Compared(
        word,
        show(shown, unit),
        show(expected, unit),
        show_percent_from(shown, expected),
        pump_matches(expected, shown),
    )
