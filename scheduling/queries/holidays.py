"""The holiday planner: every coming week with a holiday or a closed day, and what the clinic does with it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kitclinic.models import Site
from scheduling.models import SuiteDay, Visit, WeekPolicy
from scheduling.queries.closing import ClosingEffects, closing_effects
from scheduling.queries.closures import public_holidays
from scheduling.rules.blocks import VISITS, clinic_week
from scheduling.rules.closures import EffectKind
from scheduling.rules.visits import RELEASED
from scheduling.states import WeekRule

WEEKS_SHOWN = 52


@dataclass(frozen=True, slots=True)
class HolidayDate:
    """One holiday or closed day. is_opened: somebody opened or closed it; booked: visits that hold a place."""

    date: date
    name: str
    is_public: bool
    is_opened: bool
    is_closed: bool
    booked: int


@dataclass(frozen=True, slots=True)
class HolidayWeek:
    """One week. saturday: the sixth day; saturday_open: whether the suite works on it; rule: a WeekRule."""

    first_day: date
    dates: tuple[HolidayDate, ...]
    rule: WeekRule
    decided: WeekPolicy | None
    saturday: date
    saturday_open: bool

    @property
    def days_left(self) -> int:
        return VISITS - sum(day.is_closed for day in self.dates)

    @property
    def saturday_needed(self) -> bool:
        return self.rule == WeekRule.SATURDAY and not self.saturday_open


@dataclass(frozen=True, slots=True)
class Choice:
    """What a closure does to the booked sequences under one rule."""

    rule: WeekRule
    kept: int
    cut: int
    back: int

    @property
    def touched(self) -> int:
        return self.kept + self.cut + self.back


def holiday_weeks(site: Site, *, today: date) -> list[HolidayWeek]:
    """Return the coming weeks with a holiday or a closed day, earliest first. Three queries."""
    first = clinic_week(today, site.first_weekday)[0]
    last = first + timedelta(weeks=WEEKS_SHOWN, days=-1)
    public = public_holidays(site, first, last)
    rows = {day.date: day for day in SuiteDay.objects.filter(site=site, date__range=(first, last))}
    policies = {one.first_day: one for one in _policies(site, first, last)}
    closed = {day for day, row in rows.items() if row.is_closed}
    visits = Visit.objects.filter(site=site, date__in=closed | public.keys()).exclude(state__in=RELEASED)
    booked = Counter(visits.values_list("date", flat=True))
    found = []
    for number in range(WEEKS_SHOWN):
        week = clinic_week(first + timedelta(weeks=number), site.first_weekday)
        dates = tuple(
            _date(day, public.get(day, ""), rows.get(day), booked[day])
            for day in week
            if day >= today and (day in public or day in closed)
        )
        saturday = week[-1] + timedelta(days=1)
        decided = policies.get(week[0])
        if dates or decided is not None:
            row = rows.get(saturday)
            rule = WeekRule(decided.rule) if decided else WeekRule.SKIP
            is_open = row is not None and not row.is_closed
            found.append(HolidayWeek(week[0], dates, rule, decided, saturday, is_open))
    return found


def choices_of(found: ClosingEffects) -> tuple[Choice, ...]:
    """Return what each rule would do, in numbers."""
    return tuple(
        Choice(
            rule,
            kept=found.count(rule, EffectKind.MOVED),
            cut=found.count(rule, EffectKind.CUT),
            back=found.count(rule, EffectKind.BACK),
        )
        for rule in WeekRule
    )


def effects_on(site: Site, day: date, *, from_minute: int | None, at: datetime) -> ClosingEffects | None:
    """Return what closing this date would do; None where nobody has opened it, so that nobody is booked."""
    row = SuiteDay.objects.filter(site=site, date=day).select_related("site").first()
    return closing_effects(row, at=at, from_minute=from_minute) if row else None


def _date(day: date, holiday: str, row: SuiteDay | None, booked: int) -> HolidayDate:
    closed = row.is_closed if row else bool(holiday)
    name = row.closed_because if row and row.is_closed else holiday
    return HolidayDate(day, name, bool(holiday), row is not None, closed, booked)


def _policies(site: Site, first: date, last: date) -> list[WeekPolicy]:
    rows = WeekPolicy.objects.filter(site=site, first_day__range=(first, last))
    return list(rows.select_related("decided_by"))
