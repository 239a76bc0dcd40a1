"""Chair use by week, places lost to closed days, and days late against the wish."""

from collections import Counter, defaultdict
from collections.abc import Sequence as Rows
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kitclinic.display import half_up
from kitclinic.models import Site
from scheduling.models import ChairOutage, Sequence, SuiteDay, Visit
from scheduling.queries.plans import day_plans, week_plan
from scheduling.rules.capacity import Lengths
from scheduling.rules.sequences import clinic_week
from scheduling.rules.utilisation import DayUse, Lateness, SeatTime, Use, day_use, lateness, lost_places, total
from scheduling.rules.visits import RELEASED
from scheduling.states import SequenceState, VisitState

NOT_BOOKED = (SequenceState.REQUESTED, SequenceState.HELD, SequenceState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Figures:
    """One line of the table: hours and percent as they are shown."""

    use: Use

    @property
    def open_hours(self) -> Decimal:
        return half_up(Decimal(self.use.chair_minutes) / 60, Decimal(1))

    @property
    def used_hours(self) -> Decimal:
        return half_up(Decimal(self.use.used_minutes) / 60, Decimal(1))

    @property
    def booked_hours(self) -> Decimal:
        return half_up(Decimal(self.use.booked_minutes) / 60, Decimal(1))

    @property
    def used_percent(self) -> Decimal | None:
        return self._percent(self.use.used_minutes)

    @property
    def booked_percent(self) -> Decimal | None:
        return self._percent(self.use.booked_minutes)

    @property
    def turns(self) -> Decimal | None:
        return half_up(self.use.turns, Decimal("0.1")) if self.use.turns is not None else None

    def _percent(self, minutes: int) -> Decimal | None:
        chairs = self.use.chair_minutes
        return half_up(Decimal(100 * minutes) / chairs, Decimal(1)) if chairs else None


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One week. lost: sequences lost to closed days, None where no day was open; closed: why, with the date."""

    first_day: date
    figures: Figures
    began: int
    lost: int | None
    closed: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class UtilisationPage:
    """The weeks shown, their days up to today together, and how late their sequences began."""

    weeks: tuple[WeekLine, ...]
    whole: Figures
    lost: int
    late: Lateness
    began: int

    @property
    def mean_late(self) -> Decimal | None:
        return half_up(self.late.mean, Decimal("0.1")) if self.late.mean is not None else None


def utilisation_page(site: Site, *, first: date, last: date, today: date) -> UtilisationPage:
    """Return the weeks from that of ``first`` to that of ``last``. Nine queries, whatever is booked."""
    start = clinic_week(first, site.first_weekday)[0]
    end = clinic_week(last, site.first_weekday)[0] + timedelta(days=6)
    days = list(SuiteDay.objects.filter(site=site, date__range=(start, end)).order_by("date"))
    uses = _uses(site, days)
    booked = Sequence.objects.filter(site=site, first_day__range=(start, end)).exclude(state__in=NOT_BOOKED)
    pairs = list(booked.values_list("wish_from_day", "first_day"))
    began = Counter(clinic_week(day, site.first_weekday)[0] for _, day in pairs if day)
    plans = day_plans(days, today=last)
    weeks = []
    for number in range((end - start).days // 7 + 1):
        monday = start + timedelta(weeks=number)
        mine = [use for use in uses if monday <= use.date < monday + timedelta(weeks=1)]
        shut = tuple(
            (day.date, day.closed_because)
            for day in days
            if day.closed_because and monday <= day.date < monday + timedelta(weeks=1)
        )
        lost = lost_places(week_plan(site, monday, plans).days, began=began[monday]) if shut else 0
        if mine or shut:
            weeks.append(WeekLine(monday, Figures(total(mine)), began[monday], lost, shut))
    return UtilisationPage(
        weeks=tuple(weeks),
        whole=Figures(total([use for use in uses if use.date <= today])),
        lost=sum(week.lost or 0 for week in weeks),
        late=lateness((wished, day) for wished, day in pairs if wished and day),
        began=sum(began.values()),
    )


def _uses(site: Site, days: Rows[SuiteDay]) -> list[DayUse]:
    out: dict[date, set[int]] = defaultdict(set)
    for outage in ChairOutage.objects.filter(site=site):
        for day in days:
            if outage.first_day <= day.date and (outage.last_day is None or day.date <= outage.last_day):
                out[day.date].add(outage.chair)
    seats: dict[int, list[SeatTime]] = defaultdict(list)
    fields = ("iv_minutes", "infusion_minutes", "observation_minutes", "cleaning_minutes")
    for key, state, *lengths in Visit.objects.filter(suite_day__in=days).values_list(
        "suite_day_id", "state", *fields
    ):
        seats[key].append(SeatTime(Lengths(*lengths), state == VisitState.ATTENDED, state not in RELEASED))
    return [
        day_use(
            day.date,
            chairs=day.chairs - len(out[day.date]),
            open_minutes=day.closes_minute - day.opens_minute,
            visits=seats[day.pk],
        )
        for day in days
        if not day.is_closed
    ]
