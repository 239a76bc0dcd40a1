"""The roster of one week: nurses and providers by day, who is missing, and what the bookings need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from kitclinic.models import Site, StaffUser
from kitclinic.roles import PRESCRIBERS, Role
from scheduling.models import CoverNeeded, SuiteDay
from scheduling.queries.closures import closed_days
from scheduling.queries.cover_banner import joined
from scheduling.queries.plans import day_plans
from scheduling.queries.roster_lanes import Axis, Entry, Lane, Rostered, axis_of, cell_of, rostered, words_of
from scheduling.rules.capacity import GRID_MINUTES, DayPlan, Span, further_visits, profile
from scheduling.rules.sequences import clinic_week
from scheduling.rules.staff_needs import needed_nurses, uncovered
from scheduling.states import CoverKind

FLOOR_HEIGHT = 40  # SVG units


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of the floor's picture with one count. kind: need, short."""

    x: int
    width: int
    y: int
    height: int
    kind: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody is missing at these times. taken_by: who covers them, "" while nobody does."""

    who: str
    times: tuple[str, ...]
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class DayHead:
    """One day of the week. suite_day: None where it was never opened; gaps: when the open suite is left alone;
    cover: what booked patients then lack.

    floor: path of the nurses on the floor; fewest, most: nurses on the floor while the suite is open.
    """

    day: date
    suite_day: SuiteDay | None
    is_today: bool
    closed: str
    booked: int
    left: int
    steps: tuple[Step, ...]
    floor: str
    fewest: int
    most: int
    gaps: tuple[Missing, ...]
    cover: tuple[Missing, ...]
    chairs_out: tuple[int, ...]

    @property
    def is_open(self) -> bool:
        return self.suite_day is not None and not self.closed

    @property
    def hours(self) -> str:
        day = self.suite_day
        return words_of((day.opens_minute, day.closes_minute)) if day else ""


@dataclass(frozen=True, slots=True)
class RosterWeek:
    """The page. can_copy: a day of this week has no roster, and the week before has one."""

    first_day: date
    last_day: date
    heads: tuple[DayHead, ...]
    nurses: tuple[Lane, ...]
    providers: tuple[Lane, ...]
    axis: Axis
    previous: date
    following: date
    can_copy: bool

    @property
    def floor_height(self) -> int:
        return FLOOR_HEIGHT

    @property
    def is_opened(self) -> bool:
        return any(head.suite_day for head in self.heads)


def roster_staff(site: Site) -> QuerySet[StaffUser]:
    """Whoever can stand on the roster: nurses, and prescribers as providers on site."""
    return StaffUser.objects.at(site, roles={Role.NURSE, *PRESCRIBERS}).order_by("name", "pk")


def week_dates(site: Site, day: date) -> tuple[date, ...]:
    """Return the five clinic days of the week of ``day``, and the Saturday after them where it is open."""
    week = clinic_week(day, site.first_weekday)
    sixth = week[-1] + timedelta(days=1)
    is_opened = SuiteDay.objects.filter(site=site, date=sixth, closed_because="").exists()
    return (*week, sixth) if is_opened else week


def roster_week(site: Site, day: date, *, at: datetime) -> RosterWeek:
    """Return the roster of the week that holds ``day``. The same number of queries, whoever works."""
    today = site.today(at)
    if day not in clinic_week(day, site.first_weekday):
        day = clinic_week(day, site.first_weekday)[0]
    dates = week_dates(site, day)
    days = {one.date: one for one in SuiteDay.objects.filter(site=site, date__in=dates)}
    found = rostered(days.values(), site_pk=site.pk, first=dates[0], last=dates[-1])
    plans = day_plans(days.values(), today=today)
    closed = closed_days(site, dates[0], dates[-1])
    cover = list(
        CoverNeeded.objects.filter(suite_day__in=days.values(), closed_at=None)
        .select_related("taken_by", "suite_day")
        .order_by("from_minute", "kind")
    )
    entries = [entry for group in (found.shifts, found.presences) for lot in group.values() for entry in lot]
    axis = axis_of(days.values(), entries)
    staff = list(roster_staff(site))
    week = timedelta(weeks=1)
    return RosterWeek(
        first_day=dates[0],
        last_day=dates[-1],
        heads=tuple(
            head_of(one, days.get(one), plans.get(one), closed.get(one, ""), cover, axis, today=today)
            for one in dates
        ),
        nurses=lanes_of(people_of(staff, found.nurses, {Role.NURSE}), dates, days, found, axis),
        providers=lanes_of(people_of(staff, found.providers, PRESCRIBERS), dates, days, found, axis),
        axis=axis,
        previous=dates[0] - week,
        following=dates[0] + week,
        can_copy=_can_copy(site, dates, days, found),
    )


def people_of(staff: Iterable[StaffUser], there: dict[int, StaffUser], roles: Iterable[str]) -> list[StaffUser]:
    """Everybody of these roles, and whoever is on the roster all the same (left the clinic since)."""
    people = there | {one.pk: one for one in staff if one.role in roles}
    return sorted(people.values(), key=lambda one: (one.name, one.pk))


def lanes_of(
    people: Iterable[StaffUser],
    dates: Iterable[date],
    days: dict[date, SuiteDay],
    found: Rostered,
    axis: Axis,
) -> tuple[Lane, ...]:
    """Return one lane a person over these dates."""

    def entries(person: StaffUser, day: date) -> list[Entry]:
        group = found.shifts if person.role == Role.NURSE else found.presences
        return group.get((days[day].pk, person.pk), []) if day in days else []

    return tuple(
        Lane(
            person,
            person.is_active and (person.role != Role.NURSE or person.is_ketamine_trained),
            tuple(cell_of(day, days.get(day), person, entries(person, day), found, axis) for day in dates),
        )
        for person in people
    )


def head_of(
    day: date,
    suite_day: SuiteDay | None,
    plan: DayPlan | None,
    closed: str,
    cover: Iterable[CoverNeeded],
    axis: Axis,
    *,
    today: date,
) -> DayHead:
    """One day above its people. closed: why, of a day that was never opened; cover: open rows of the week."""
    closed = suite_day.closed_because if suite_day else closed
    shown = plan if plan and not closed else None
    steps, floor, counts = _floor(shown, axis) if shown else ((), "", [0])
    return DayHead(
        day=day,
        suite_day=suite_day,
        is_today=day == today,
        closed=closed,
        booked=len(plan.booked) if plan else 0,
        left=further_visits(profile(shown)) if shown else 0,
        steps=steps,
        floor=floor,
        fewest=min(counts),
        most=max(counts),
        gaps=tuple(_gap(shown, who, spans) for who, spans in uncovered(shown)) if shown else (),
        cover=_cover(one for one in cover if one.suite_day.date == day),
        chairs_out=tuple(sorted(plan.out)) if plan else (),
    )


def _cover(rows: Iterable[CoverNeeded]) -> tuple[Missing, ...]:
    """One line for everybody who covers, and one for all that nobody covers yet; a provider's apart."""
    found: dict[tuple[str, str], list[Span]] = {}
    for row in rows:
        kind = "nurse" if row.kind == CoverKind.NURSE else "provider"
        taker = row.taken_by.short_name if row.taken_by else ""
        found.setdefault((kind, taker), []).append((row.from_minute, row.to_minute))
    return tuple(
        Missing(kind, tuple(map(words_of, joined(spans))), taker) for (kind, taker), spans in found.items()
    )


def _gap(plan: DayPlan, who: str, spans: list[Span]) -> Missing:
    return Missing(who, ("all day",) if spans == [(plan.open, plan.close)] else tuple(map(words_of, spans)))


def _floor(plan: DayPlan, axis: Axis) -> tuple[tuple[Step, ...], str, list[int]]:
    """Draw the nurses that the bookings need as steps, and those on the floor as a line above them."""
    minutes = range(axis.first, axis.last, GRID_MINUTES)
    on = [sum(start <= minute < end for start, end in plan.nurses) for minute in minutes]
    need = [needed_nurses(plan, minute) for minute in minutes]
    unit = FLOOR_HEIGHT // max([1, *on, *need])
    steps: list[Step] = []
    path, was = [], None
    for tick, (here, needed) in enumerate(zip(on, need, strict=True)):
        kind, height = ("short" if needed > here else "need"), needed * unit
        last = steps[-1] if steps else None
        if last and (last.kind, last.height, last.x + last.width) == (kind, height, tick):
            steps[-1] = Step(last.x, last.width + 1, last.y, height, kind)
        elif needed:
            steps.append(Step(tick, 1, FLOOR_HEIGHT - height, height, kind))
        if here != was:
            y = FLOOR_HEIGHT - here * unit
            path.append(f"H{tick}V{y}" if tick else f"M0 {y}")
        was = here
    path.append(f"H{axis.ticks}")
    inside = [count for minute, count in zip(minutes, on, strict=True) if plan.open <= minute < plan.close]
    return tuple(steps), "".join(path), inside or [0]


def _can_copy(site: Site, dates: tuple[date, ...], days: dict[date, SuiteDay], found: Rostered) -> bool:
    """Whether a day of this week has nobody yet, and the week before has somebody."""
    full = {key for key, _ in (*found.shifts, *found.presences)}
    if all(day.pk in full for day in days.values() if not day.is_closed):
        return False
    before = SuiteDay.objects.filter(
        site=site, date__gte=dates[0] - timedelta(weeks=1), date__lt=dates[0], shifts__isnull=False
    )
    return before.exists()
