"""The suite's days as the rules see them: rows in, plans out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from django.db.models import Q

from kitclinic.models import Site
from scheduling.models import ChairOutage, GroupSeat, Patient, ProtocolVersion, SuiteDay, Visit, WeekPolicy
from scheduling.queries.rosters import rosters_of
from scheduling.rules.blocks import NOT_OPENED, VISITS, WeekPlan, clinic_week
from scheduling.rules.capacity import BookedVisit, DayPlan, Lengths
from scheduling.rules.protocols import STANDARD
from scheduling.rules.staffing import rostered
from scheduling.states import SeatState, VisitState, WeekRule

RELEASED = (VisitState.MISSED, VisitState.CANCELLED)
HOLDS_A_SEAT = (SeatState.BOOKED, SeatState.ATTENDED, SeatState.CLEARED)
WEEKS_AHEAD = 26

_lengths = cache(Lengths)


def day_plans(days: Iterable[SuiteDay], *, today: date) -> dict[date, DayPlan]:
    """Return one plan a suite-day of one site, by date. Four queries, however many days."""
    by_key = {day.pk: day for day in days}
    if not by_key:
        return {}
    rosters, booked = rosters_of(by_key), _booked(by_key, today)
    dates = [day.date for day in by_key.values()]
    site = next(iter(by_key.values())).site_id
    outages, versions = _outages(site, min(dates), max(dates)), _versions(site, max(dates))
    return {
        day.date: rostered(
            DayPlan(
                day.date,
                day.opens_minute,
                day.closes_minute,
                (),
                (),
                tuple(booked[key]),
                day.chairs,
                _lengths_on(versions, day.date),
                day.closed_because,
                frozenset(chair for chair, first, last in outages if first <= day.date <= (last or day.date)),
                day.daily_cap,
            ),
            rosters[key],
        )
        for key, day in by_key.items()
    }


def protocol_for(site: Site, day: date, protocol: str = STANDARD) -> ProtocolVersion | None:
    """Return the version of a protocol that a sequence beginning on this day takes.

    None: as published, where the standard has no version yet; another protocol has not begun then.
    """
    versions = ProtocolVersion.objects.filter(site=site, protocol=protocol, valid_from__lte=day)
    return versions.order_by("-valid_from", "-number").first()


def _booked(by_key: dict[int, SuiteDay], today: date) -> dict[int, list[BookedVisit]]:
    booked: dict[int, list[BookedVisit]] = defaultdict(list)
    visits = (
        Visit.objects.filter(suite_day__in=by_key).exclude(state__in=RELEASED).order_by("start_minute", "chair")
    )
    for key, pk, chair, start, state, *lengths in visits.values_list(
        "suite_day_id",
        "pk",
        "chair",
        "start_minute",
        "state",
        "iv_minutes",
        "infusion_minutes",
        "observation_minutes",
        "cleaning_minutes",
    ):
        came = state != VisitState.BOOKED
        pinned = came or by_key[key].date <= today
        booked[key].append(BookedVisit(start, _lengths(*lengths), chair, pk, pinned, came))
    return booked


def _outages(site: int, first: date, last: date) -> list[tuple[int, date, date | None]]:
    rows = ChairOutage.objects.filter(Q(last_day=None) | Q(last_day__gte=first), site=site, first_day__lte=last)
    return list(rows.values_list("chair", "first_day", "last_day"))


def _versions(site: int, last: date) -> list[ProtocolVersion]:
    rows = ProtocolVersion.objects.filter(site=site, protocol=STANDARD, valid_from__lte=last)
    return list(rows.order_by("-valid_from", "-number"))


def _lengths_on(versions: list[ProtocolVersion], day: date) -> Lengths:
    return next((version.lengths for version in versions if version.valid_from <= day), _lengths())


def week_plan(site: Site, first_day: date, plans: dict[date, DayPlan], rule: WeekRule = WeekRule.SKIP) -> WeekPlan:
    """Return the days of a week; a day that was never opened counts as closed.

    plans: for every block of the week those from its first day to the end of the following week.
    """
    blank = DayPlan(first_day, site.opens_minute, site.closes_minute, (), (), (), site.chairs, closed=NOT_OPENED)

    def days(first: date) -> tuple[DayPlan, ...]:
        dates = (first + timedelta(days=place) for place in range(VISITS))
        return tuple(plans.get(day) or replace(blank, day=day) for day in dates)

    following = days(first_day + timedelta(weeks=1)) if rule == WeekRule.ROLLING else ()
    return WeekPlan(days(first_day), rule, plans.get(first_day + timedelta(days=VISITS)), following)


def week_rules(site: Site, first: date, *, weeks: int = WEEKS_AHEAD) -> dict[date, WeekRule]:
    """Return what the clinic decided about the weeks from ``first`` on, by first day; others are skipped."""
    decided = WeekPolicy.objects.filter(
        site=site, first_day__gte=first, first_day__lt=first + timedelta(weeks=weeks)
    )
    return {day: WeekRule(rule) for day, rule in decided.values_list("first_day", "rule")}


def week_dates(site: Site, first: date) -> list[date]:
    """Return every date that a block of this clinic week can take: to be locked before booking into it."""
    start = clinic_week(first, site.first_weekday)[0]
    return [start + timedelta(days=place) for place in range(VISITS + 1)] + [
        start + timedelta(weeks=1, days=place) for place in range(VISITS)
    ]


def week_plans(site: Site, first: date, *, today: date, weeks: int = WEEKS_AHEAD) -> list[WeekPlan]:
    """Return the coming clinic weeks from the one that holds ``first``, opened or not. Five queries."""
    start = clinic_week(first, site.first_weekday)[0]
    days = SuiteDay.objects.filter(site=site, date__gte=start, date__lt=start + timedelta(weeks=weeks + 1))
    plans = day_plans(days, today=today)
    rules = week_rules(site, start, weeks=weeks)
    firsts = (start + timedelta(weeks=number) for number in range(weeks))
    return [week_plan(site, first, plans, rules.get(first, WeekRule.SKIP)) for first in firsts]


def is_opened(week: WeekPlan) -> bool:
    """Return whether anybody has opened a day of this week."""
    return any(day.closed != NOT_OPENED for day in week.days)


def current_seat(patient: Patient) -> GroupSeat | None:
    """Return the patient's last seat in a group visit that is booked, attended or cleared."""
    return (
        GroupSeat.objects.filter(site_id=patient.site_id, patient=patient, state__in=HOLDS_A_SEAT)
        .select_related("group")
        .order_by("-group__date", "-pk")
        .first()
    )


def booked_days(patient: Patient) -> Sequence[date]:
    """Return the dates on which this patient holds a place."""
    visits = Visit.objects.filter(site_id=patient.site_id, patient=patient).exclude(state__in=RELEASED)
    return list(visits.values_list("date", flat=True))
