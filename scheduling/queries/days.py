"""One suite-day on paper: the sheet that works when the network is down."""

from collections.abc import Iterable
from dataclasses import dataclass

from scheduling.models import NurseShift, ProviderPresence, SuiteDay, Visit
from scheduling.queries.plans import RELEASED
from scheduling.rules.capacity import clock


@dataclass(frozen=True, slots=True)
class DaySheet:
    """A day on paper, one table a pair of chairs."""

    day: SuiteDay
    pods: tuple[tuple[str, tuple[Visit, ...]], ...]
    nurses: tuple[str, ...]
    providers: tuple[str, ...]
    count: int


def day_sheet(day: SuiteDay) -> DaySheet:
    """Return who comes when, by pair of chairs. Three queries."""
    visits = list(
        Visit.objects.filter(suite_day=day)
        .exclude(state__in=RELEASED)
        .select_related("patient")
        .order_by("start_minute", "chair")
    )
    pods = tuple(
        (f"Chairs {first} and {first + 1}", tuple(visit for visit in visits if visit.chair in (first, first + 1)))
        for first in range(1, day.chairs + 1, 2)
    )
    shifts = (
        NurseShift.objects.filter(suite_day=day).select_related("nurse").order_by("nurse__name", "from_minute")
    )
    presences = ProviderPresence.objects.filter(suite_day=day).select_related("provider")
    return DaySheet(
        day,
        pods,
        _hours((one.nurse.name, one.from_minute, one.to_minute) for one in shifts),
        _hours(
            (one.provider.name, one.from_minute, one.to_minute)
            for one in presences.order_by("provider__name", "from_minute")
        ),
        len(visits),
    )


def _hours(spans: Iterable[tuple[str, int, int]]) -> tuple[str, ...]:
    """Return one line a person: "Ines Varga 07:30–08:30, 08:45–11:00"."""
    by_name: dict[str, list[str]] = {}
    for name, start, end in spans:
        by_name.setdefault(name, []).append(f"{clock(start)}–{clock(end)}")
    return tuple(f"{name} {', '.join(hours)}" for name, hours in by_name.items())
