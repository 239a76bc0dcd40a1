"""The clinic's own word about a date: closed, with everybody booked on it, or open although it is a holiday."""

from datetime import date, datetime

from django.db import transaction

from kitclinic.models import Site, StaffUser
from kitclinic.problems import refuse_if
from scheduling.actions.closures import decide_week, declare_closure
from scheduling.actions.suite import open_suite_day, reopen_suite_day
from scheduling.models import SuiteDay
from scheduling.rules.closures import declaring_problems


@transaction.atomic
def close_date(
    *,
    site: Site,
    date: date,
    because: str,
    rule: str,
    by: StaffUser,
    at: datetime,
    from_minute: int | None = None,
) -> SuiteDay:
    """Close a date, opened already or not. rule: a WeekRule, for its week and for who is booked on it."""
    known = SuiteDay.objects.filter(site=site, date=date).select_related("site").first()
    if known is not None:
        span = {"from_minute": from_minute}
        return declare_closure(suite_day=known, because=because, rule=rule, by=by, at=at, **span)
    hours = site.opens_minute, site.closes_minute
    facts = {"today": site.today(at), "is_closed": False, "here": 0, "hours": hours}
    refuse_if(declaring_problems(date, because=because, from_minute=from_minute, **facts))  # type: ignore[arg-type]
    closed = open_suite_day(site=site, date=date, by=by, at=at, closed_because=because.strip()[:120])
    decide_week(site=site, first_day=date, rule=rule, because=because, by=by, at=at)
    return closed


@transaction.atomic
def keep_open(*, site: Site, date: date, by: StaffUser, at: datetime) -> SuiteDay:
    """Work on a date, holiday or not: opened where nobody has, reopened where it was closed."""
    known = SuiteDay.objects.filter(site=site, date=date).select_related("site").first()
    if known is None:
        return open_suite_day(site=site, date=date, by=by, at=at)
    return reopen_suite_day(suite_day=known, by=by, at=at)
