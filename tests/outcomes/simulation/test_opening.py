"""The simulated morning holds for the whole day, in whatever order its patients are told."""

from datetime import timedelta
from uuid import uuid4

from infusions.actions import record_opening_check
from infusions.queries.opening import newest_checks, opening_of
from infusions.rules.opening import opening_problems
from infusions.states import OpeningItem
from outcomes.simulation.clinic import Cast, ensure_days
from outcomes.simulation.opening import open_suite
from scheduling.actions import put_provider_on_site, record_call_out
from scheduling.models import SuiteDay
from tests.outcomes.simulation.conftest import NOW


def test_who_comes_at_nine_is_not_refused_because_noon_was_told_first(cast: Cast) -> None:
    site = cast.site
    day = site.week_of(site.today(NOW) - timedelta(days=28))[0]
    ensure_days(cast, [day], at=site.instant(day - timedelta(days=60), 540))
    for minute in (12 * 60, 9 * 60, 14 * 60):
        at = site.instant(day, minute)
        open_suite(site, by=cast.nurses[0], at=at)
        assert opening_problems(opening_of(site, at).facts) == []


def test_who_follows_a_provider_who_went_away_is_seen_when_they_are_needed(cast: Cast) -> None:
    """Also where the other was on site since the morning: the newest word on the list counts."""
    site, today = cast.site, cast.site.today(NOW)
    ensure_days(cast, [today], at=site.instant(today - timedelta(days=60), 540))
    day = SuiteDay.objects.get(site=site, date=today)
    other = next(one for one in cast.physicians if one.pk != cast.physician.pk)
    morning = site.instant(today, 480)
    minutes = {"from_minute": day.opens_minute, "to_minute": day.closes_minute}
    put_provider_on_site(suite_day=day, provider=other, **minutes, by=cast.administrator, at=morning)
    open_suite(site, by=cast.nurses[0], at=morning)
    first = newest_checks(site, today)[OpeningItem.PROVIDER].provider
    seen = {"item": OpeningItem.PROVIDER, "in_order": True, "provider": first, "by": cast.nurses[1]}
    record_opening_check(site=site, **seen, at=site.instant(today, 510), key=uuid4())
    record_call_out(suite_day=day, person=first, from_minute=600, by=cast.scheduler, at=site.instant(today, 600))
    at = site.instant(today, 610)
    assert opening_problems(opening_of(site, at).facts) != []
    open_suite(site, by=cast.nurses[0], at=at)
    assert opening_problems(opening_of(site, at).facts) == []
    assert newest_checks(site, today)[OpeningItem.PROVIDER].provider != first
