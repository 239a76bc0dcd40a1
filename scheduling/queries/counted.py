"""The coming weeks, counted: kept in this process for as long as none of their days changes.

Whatever changes a day counts up its version (``note_change``), and the day is read afresh. The lengths of visits
are compared as well. Inside a transaction nothing is kept: what it sees may still be taken back.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock
from typing import Generic, TypeVar

from django.db import connection

from kitclinic.models import Site
from scheduling.models import NurseShift, ProtocolVersion, SuiteDay
from scheduling.queries.plans import WEEKS_AHEAD, day_plans, week_plan, week_rules
from scheduling.rules.blocks import clinic_week
from scheduling.rules.capacity import DayPlan, Span
from scheduling.rules.residual import CountedWeek
from scheduling.states import WeekRule

DAYS_KEPT = 1024  # suite-days, of all clinics together
WEEKS_KEPT = 256
REACH, REACH_ROLLING = 6, 12  # days from Monday on that a week's blocks may take: to Saturday, to the next Friday

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class KnownDay:
    """One suite-day as it stands. key: what it was read from; shifts: a nurse's key and the whole shift."""

    key: Hashable
    plan: DayPlan
    shifts: tuple[tuple[int, Span], ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The coming clinic weeks in order, opened or not, and who is on shift on their days."""

    weeks: tuple[CountedWeek, ...]
    shifts: dict[date, tuple[tuple[int, Span], ...]]


class Kept(Generic[Thing]):
    """The things asked for last, at most so many, by key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._things: dict[Hashable, Thing] = {}

    def __len__(self) -> int:
        return len(self._things)

    def get(self, key: Hashable) -> Thing | None:
        with self._lock:
            if key not in self._things:
                return None
            thing = self._things[key] = self._things.pop(key)
            return thing

    def put(self, key: Hashable, thing: Thing) -> None:
        with self._lock:
            self._things[key] = thing
            while len(self._things) > self._most:
                del self._things[next(iter(self._things))]

    def clear(self) -> None:
        with self._lock:
            self._things.clear()


DAYS: Kept[KnownDay] = Kept(DAYS_KEPT)
WEEKS: Kept[CountedWeek] = Kept(WEEKS_KEPT)


def weeks_ahead(site: Site, first: date, *, today: date, weeks: int = WEEKS_AHEAD) -> Ahead:
    """Return the clinic weeks from the one that holds ``first``, counted. Three queries; five more on a change."""
    start = clinic_week(first, site.first_weekday)[0]
    rows = SuiteDay.objects.filter(site=site, date__gte=start, date__lt=start + timedelta(weeks=weeks + 1))
    known = _known(site, rows, today)
    rules = week_rules(site, start, weeks=weeks)
    firsts = (start + timedelta(weeks=number) for number in range(weeks))
    counted = tuple(_counted(site, day, rules.get(day, WeekRule.SKIP), known) for day in firsts)
    return Ahead(counted, {day: one.shifts for day, one in known.items()})


def _known(site: Site, rows: Iterable[SuiteDay], today: date) -> dict[date, KnownDay]:
    """Return every day as it stands, read afresh where its version is another one."""
    keeping = not connection.in_atomic_block
    lengths = _lengths_version(site) if keeping else 0
    found: dict[date, KnownDay] = {}
    changed: dict[Hashable, SuiteDay] = {}
    for row in rows:
        key: Hashable = (row.pk, row.version, row.date <= today, lengths)
        day = DAYS.get(key) if keeping else None
        if day is None:
            changed[key] = row
        else:
            found[row.date] = day
    plans, shifts = day_plans(changed.values(), today=today), _shifts(changed.values())
    for key, row in changed.items():
        found[row.date] = KnownDay(key, plans[row.date], tuple(shifts[row.pk]))
        if keeping:
            DAYS.put(key, found[row.date])
    return found


def _counted(site: Site, first: date, rule: WeekRule, known: dict[date, KnownDay]) -> CountedWeek:
    days = REACH_ROLLING if rule == WeekRule.ROLLING else REACH
    reach = [known[day] for day in (first + timedelta(days=place) for place in range(days)) if day in known]
    key = (site.pk, first, rule, tuple(day.key for day in reach))
    week = None if connection.in_atomic_block else WEEKS.get(key)
    if week is None:
        week = CountedWeek(week_plan(site, first, {day.plan.day: day.plan for day in reach}, rule))
        if not connection.in_atomic_block:
            WEEKS.put(key, week)
    return week


def _lengths_version(site: Site) -> int:
    """The key of the protocol version written last; they are never changed."""
    newest = ProtocolVersion.objects.filter(site=site).order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def _shifts(days: Iterable[SuiteDay]) -> dict[int, list[tuple[int, Span]]]:
    found: dict[int, list[tuple[int, Span]]] = defaultdict(list)
    rows = NurseShift.objects.filter(suite_day__in=[day.pk for day in days]).order_by("from_minute", "pk")
    for day, nurse, start, end in rows.values_list("suite_day_id", "nurse_id", "from_minute", "to_minute"):
        found[day].append((nurse, (start, end)))
    return found
