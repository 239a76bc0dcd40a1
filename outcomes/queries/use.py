"""Utilisation of a clinic by month: infusions, chairs, group visits and waiting time, summed in SQL."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, F, Min, Q, Sum
from django.db.models.functions import TruncMonth

from infusions.models import Infusion
from kitclinic.models import Site
from outcomes.queries.cohorts import PERSON
from outcomes.rules.use import (
    PUBLISHED_A_MONTH,
    SIZED_A_DAY,
    MonthUse,
    Wait,
    by_month,
    month_of,
    month_use,
    months_from,
    wait_of,
)
from scheduling.models import ChairOutage, GroupVisit, Referral, SuiteDay, Visit
from scheduling.rules.utilisation import DayUse
from scheduling.states import SeatState, VisitState

CAME = (SeatState.ATTENDED, SeatState.REVIEW, SeatState.CLEARED, SeatState.NOT_CLEARED)
OCCUPIED = F("iv_minutes") + F("infusion_minutes") + F("observation_minutes") + F("cleaning_minutes")


@dataclass(frozen=True, slots=True)
class UseFacts:
    """What the page shows. months: the newest first, none before the first infusion or group visit."""

    months: tuple[MonthUse, ...]
    wait: Wait

    @property
    def published_a_month(self) -> int:
        return PUBLISHED_A_MONTH

    @property
    def sized_a_day(self) -> int:
        return SIZED_A_DAY

    @property
    def infusions(self) -> int:
        return sum(month.infusions for month in self.months)

    @property
    def groups(self) -> int:
        return sum(month.groups for month in self.months)

    @property
    def busiest_month(self) -> MonthUse | None:
        return max(self.months, key=lambda month: month.infusions, default=None)

    @property
    def busiest_day(self) -> int:
        return max((month.busiest for month in self.months), default=0)

    @property
    def most(self) -> int:
        """The scale of the bars: the most infusions of a month."""
        return max((month.infusions for month in self.months), default=0)

    @property
    def last_month(self) -> MonthUse | None:
        return self.months[0] if self.months else None

    @property
    def chair_percent(self) -> Decimal | None:
        """Of the newest month with an open day."""
        return next((month.chair_percent for month in self.months if month.chair_percent is not None), None)


def use_facts(site: Site, *, as_of: date) -> UseFacts:
    """Return the months up to that of a day. Eight queries, whatever there is."""
    given = _infusions(site, as_of)
    days, groups, dates = _days(site, as_of), _groups(site, as_of), _waits(site, as_of)
    known = [*given, *(month_of(day.date) for day in days if day.attended), *groups]
    if not known:
        return UseFacts((), Wait(0))
    waits = by_month(dates)
    of_month: dict[date, list[DayUse]] = defaultdict(list)
    for day in days:
        of_month[month_of(day.date)].append(day)
    months = tuple(
        month_use(
            month,
            infusions=given.get(month, (0, 0, 0)),
            days=of_month[month],
            groups=groups.get(month, 0),
            waits=waits.get(month, []),
        )
        for month in months_from(min(known), as_of)
    )
    return UseFacts(months, wait_of([days for some in waits.values() for days in some]))


def _infusions(site: Site, as_of: date) -> dict[date, tuple[int, int, int]]:
    """Return month -> infusions started, patients, most on one day. Two queries."""
    started = Infusion.objects.using(settings.READING_DATABASE).filter(
        site=site, started_at__isnull=False, date__lte=as_of
    )
    months = started.annotate(month=TruncMonth("date")).order_by()
    counted = months.values("month").annotate(n=Count("pk"), patients=Count(PERSON, distinct=True))
    most: dict[date, int] = defaultdict(int)
    for day, n in started.order_by().values_list("date").annotate(n=Count("pk")):
        most[month_of(day)] = max(most[month_of(day)], n)
    return {row["month"]: (row["n"], row["patients"], most[row["month"]]) for row in counted}


def _days(site: Site, as_of: date) -> list[DayUse]:
    """Return the open days up to a day with their attended chair time. Three queries."""
    using = settings.READING_DATABASE
    days = SuiteDay.objects.using(using).filter(site=site, date__lte=as_of, closed_because="")
    outages = list(ChairOutage.objects.using(using).filter(site=site, first_day__lte=as_of))
    came = Visit.objects.using(using).filter(site=site, date__lte=as_of, state=VisitState.ATTENDED).order_by()
    used = {
        day: (minutes, n)
        for day, minutes, n in came.values_list("suite_day").annotate(minutes=Sum(OCCUPIED), n=Count("pk"))
    }
    found = []
    for day in days.order_by("date"):
        out = {
            one.chair
            for one in outages
            if one.first_day <= day.date and (one.last_day is None or day.date <= one.last_day)
        }
        minutes, n = used.get(day.pk, (0, 0))
        found.append(
            DayUse(
                date=day.date,
                chairs=day.chairs - len(out),
                open_minutes=day.closes_minute - day.opens_minute,
                attended=n,
                held=n,
                released=0,
                used_minutes=minutes,
                booked_minutes=minutes,
            )
        )
    return found


def _groups(site: Site, as_of: date) -> dict[date, int]:
    """Return month -> group visits to which somebody came. One query."""
    visits = GroupVisit.objects.using(settings.READING_DATABASE).filter(site=site, date__lte=as_of)
    held = visits.filter(seats__state__in=CAME).annotate(month=TruncMonth("date")).order_by()
    return dict(held.values_list("month").annotate(n=Count("pk", distinct=True)))


def _waits(site: Site, as_of: date) -> dict[int, tuple[date, date]]:
    """Return person -> first referral and first infusion, of who has both. Two queries."""
    using = settings.READING_DATABASE
    referrals = Referral.objects.using(using).filter(site=site, patient__isnull=False, received_on__lte=as_of)
    first = dict(referrals.order_by().values_list(PERSON).annotate(day=Min("received_on")))
    started = Infusion.objects.using(using).filter(Q(started_at__isnull=False), site=site, date__lte=as_of)
    infused = dict(started.order_by().values_list(PERSON).annotate(day=Min("date")))
    return {person: (first[person], day) for person, day in infused.items() if person in first}
