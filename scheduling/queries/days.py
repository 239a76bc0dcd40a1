"""One suite-day: its roster, and the sheet that works when the network is down."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kitclinic.models import StaffUser
from scheduling.models import NurseShift, ProviderPresence, SuiteDay, Visit
from scheduling.queries.plans import RELEASED, day_plans
from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import GRID_MINUTES, clock, further_visits, profile


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's unbroken time, placed on the day's axis by ticks of five minutes."""

    pk: int
    person: StaffUser
    from_minute: int
    to_minute: int
    tick: int
    ticks: int

    @property
    def hours(self) -> str:
        return f"{clock(self.from_minute)} to {clock(self.to_minute)}"


@dataclass(frozen=True, slots=True)
class DayPage:
    """Who works on a day. left: visits that still fit; breaches: sentences, empty on a sound day."""

    day: SuiteDay
    nurses: tuple[tuple[StaffUser, tuple[Entry, ...]], ...]
    providers: tuple[tuple[StaffUser, tuple[Entry, ...]], ...]
    booked: int
    left: int
    breaches: tuple[str, ...]
    previous: date | None
    following: date | None

    @property
    def ticks(self) -> int:
        """Length of the day's axis, five minutes each."""
        opens = self.day.opens_minute - self.day.opens_minute % GRID_MINUTES
        return -(-(self.day.closes_minute - opens) // GRID_MINUTES)

    @property
    def opens(self) -> str:
        return clock(self.day.opens_minute)

    @property
    def closes(self) -> str:
        return clock(self.day.closes_minute)


def day_page(day: SuiteDay, *, at: datetime) -> DayPage:
    """Return the roster of one day. Seven queries."""
    plan = day_plans([day], today=day.site.today(at))[day.date]
    shifts = (
        NurseShift.objects.filter(suite_day=day).select_related("nurse").order_by("nurse__name", "from_minute")
    )
    presences = ProviderPresence.objects.filter(suite_day=day).select_related("provider")
    nurses = [_entry(day, shift, shift.nurse) for shift in shifts]
    providers = [
        _entry(day, presence, presence.provider)
        for presence in presences.order_by("provider__name", "from_minute")
    ]
    others = SuiteDay.objects.filter(site=day.site)
    return DayPage(
        day=day,
        nurses=_by_person(nurses),
        providers=_by_person(providers),
        booked=len(plan.booked),
        left=further_visits(profile(plan)),
        breaches=tuple(breach.sentence for breach in breaches(plan)),
        previous=others.filter(date__lt=day.date).order_by("-date").values_list("date", flat=True).first(),
        following=others.filter(date__gt=day.date).order_by("date").values_list("date", flat=True).first(),
    )


def _entry(day: SuiteDay, row: NurseShift | ProviderPresence, person: StaffUser) -> Entry:
    opens = day.opens_minute - day.opens_minute % GRID_MINUTES
    first = max(0, (row.from_minute - opens) // GRID_MINUTES)
    last = max(first + 1, -(-(min(row.to_minute, day.closes_minute) - opens) // GRID_MINUTES))
    return Entry(row.pk, person, row.from_minute, row.to_minute, first, last - first)


def _by_person(entries: list[Entry]) -> tuple[tuple[StaffUser, tuple[Entry, ...]], ...]:
    people = {entry.person.pk: entry.person for entry in entries}
    return tuple(
        (person, tuple(entry for entry in entries if entry.person.pk == key)) for key, person in people.items()
    )


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
