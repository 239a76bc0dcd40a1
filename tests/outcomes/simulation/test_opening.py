"""The simulated morning holds for the whole day, in whatever order its patients are told."""

from datetime import timedelta

from infusions.queries.opening import opening_of
from infusions.rules.opening import opening_problems
from outcomes.simulation.clinic import Cast, ensure_days
from outcomes.simulation.opening import open_suite
from tests.outcomes.simulation.conftest import NOW


def test_who_comes_at_nine_is_not_refused_because_noon_was_told_first(cast: Cast) -> None:
    site = cast.site
    day = site.week_of(site.today(NOW) - timedelta(days=28))[0]
    ensure_days(cast, [day], at=site.instant(day - timedelta(days=60), 540))
    for minute in (12 * 60, 9 * 60, 14 * 60):
        at = site.instant(day, minute)
        open_suite(site, by=cast.nurses[0], at=at)
        assert opening_problems(opening_of(site, at).facts) == []
