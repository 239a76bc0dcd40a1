"""The factory's week is the week that the actions make."""

from typing import Any

from kitclinic.models import Site
from scheduling.actions.staffing import put_on_shift, put_provider_on_site
from scheduling.actions.suite import open_suite_day
from scheduling.models import NurseShift, ProviderPresence, SuiteDay
from scheduling.queries.plans import day_plans
from tests.factories import suite

KEYS = {"id", "site_id", "suite_day_id"}


def rows(site: Site) -> list[list[dict[str, Any]]]:
    """Everything stored about the roster, without the keys of the rows."""
    days = SuiteDay.objects.filter(site=site).order_by("date")
    shifts = NurseShift.objects.filter(site=site).order_by("suite_day__date", "nurse")
    present = ProviderPresence.objects.filter(site=site).order_by("suite_day__date")
    return [
        [{name: value for name, value in row.items() if name not in KEYS} for row in found.values()]
        for found in (days, shifts, present)
    ]


def test_a_week_of_rows_is_the_week_entered_through_the_actions(site: Site) -> None:
    suite.open_week(site)
    made = rows(site)
    again = suite.MONDAY.replace(day=suite.MONDAY.day + 7)
    by, at = suite.staffed(site, "scheduler", 1)[0], suite.before(site, suite.MONDAY, days=28)
    nurses, (provider,) = suite.staffed(site, "nurse", 5), suite.staffed(site, "physician", 1)
    for date in site.week_of(again):
        day = open_suite_day(site=site, date=date, by=by, at=at)
        hours: dict[str, Any] = {
            "from_minute": day.opens_minute,
            "to_minute": day.closes_minute,
            "by": by,
            "at": at,
        }
        for nurse in nurses:
            put_on_shift(suite_day=day, nurse=nurse, **hours)
        put_provider_on_site(suite_day=day, provider=provider, **hours)
    both = rows(site)
    for factory, found in zip(made, both, strict=True):
        entered = found[len(factory) :]
        for row in (*factory, *entered):
            row.pop("date", None)
        assert entered == factory
    plans = list(day_plans(SuiteDay.objects.filter(site=site).order_by("date"), today=site.today(at)).values())
    assert [plan.nurses for plan in plans[5:]] == [plan.nurses for plan in plans[:5]]
