"""Whenever a demonstration is started, the clinic is open, busy, and in its week."""

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitclinic.models import Site
from outcomes.simulation.place import (
    HOME_ZONES,
    IDEAL,
    ZONES,
    first_weekday,
    is_lively,
    liveliest_zone,
    time_of_day,
)

HOUR, FURTHEST = timedelta(hours=1), timedelta(hours=1, minutes=45)
OPENS, CLOSES = Site(slug="x").opens_minute, Site(slug="x").closes_minute
# Two years, so that every zone changes its clock both ways.
instants = st.integers(0, 2 * 366 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
every_instant = settings(max_examples=400, deadline=None)


def distance(now: datetime, zone: str) -> timedelta:
    return abs(time_of_day(now, zone) - IDEAL)


def test_every_zone_of_the_list_exists() -> None:
    assert set(ZONES) <= available_timezones()
    assert len(set(ZONES)) == len(ZONES)


@given(instants)
@every_instant
def test_it_is_never_more_than_105_min_from_eleven_in_the_morning(now: datetime) -> None:
    """Nowhere with a word for its zone is it eleven when it is noon in London, so 90 min cannot be promised."""
    assert distance(now, liveliest_zone(now)) <= FURTHEST


@given(instants)
@every_instant
def test_the_suite_has_patients_in_every_phase(now: datetime) -> None:
    assert is_lively(now, liveliest_zone(now), opens_minute=OPENS, closes_minute=CLOSES)


@given(instants)
@every_instant
def test_no_other_zone_is_livelier_except_that_home_is_preferred(now: datetime) -> None:
    chosen = liveliest_zone(now)
    best = min(distance(now, zone) for zone in ZONES)
    near_home = min(distance(now, zone) for zone in HOME_ZONES)
    if near_home <= HOUR:
        assert chosen in HOME_ZONES
        assert distance(now, chosen) == near_home
    else:
        assert distance(now, chosen) == best


@given(instants, st.booleans(), st.integers(0, 6))
@every_instant
def test_today_is_one_of_the_five_clinic_days(now: datetime, new: bool, current: int) -> None:
    zone = liveliest_zone(now)
    site = Site(slug="x", time_zone=zone, first_weekday=first_weekday(now, zone, new=new, current=current))
    assert site.today(now) in site.week_of(site.today(now))


@given(instants, st.booleans(), st.integers(0, 6))
@every_instant
def test_a_week_that_holds_today_is_not_moved(now: datetime, new: bool, current: int) -> None:
    zone = liveliest_zone(now)
    first = first_weekday(now, zone, new=new, current=current)
    assert first_weekday(now, zone, new=new, current=first) == first
    assert first_weekday(now, zone, new=False, current=first) == first
    if (Site(slug="x", time_zone=zone).today(now).weekday() - current) % 7 <= (2 if new else 4):
        assert first == current


@given(instants, st.integers(0, 6))
@every_instant
def test_a_new_clinic_has_at_most_two_days_of_its_week_behind_it(now: datetime, current: int) -> None:
    """Each past day takes half a minute to chart, and a first start must not take three."""
    zone = liveliest_zone(now)
    site = Site(slug="x", time_zone=zone, first_weekday=first_weekday(now, zone, new=True, current=current))
    today = site.today(now)
    assert (today - site.week_of(today)[0]).days <= 2


# In New York: Wednesday the 16th, Thursday the 17th, Friday the 18th of September 2026.
@pytest.mark.parametrize(
    ("day", "new", "first"), [(16, True, 0), (17, True, 1), (18, True, 2), (17, False, 0), (18, False, 0)]
)
def test_late_in_the_week_a_new_clinic_is_on_its_third_day_and_a_kept_one_is_not_moved(
    day: int, new: bool, first: int
) -> None:
    now = datetime(2026, 9, day, 15, tzinfo=UTC)
    assert first_weekday(now, "America/New_York", new=new, current=0) == first


# In New York: Saturday the 19th and Sunday the 20th of September 2026.
@pytest.mark.parametrize(("day", "new", "first"), [(19, True, 3), (20, True, 4), (19, False, 5), (20, False, 6)])
def test_on_a_weekend_a_new_clinic_is_in_mid_week_and_a_kept_one_begins_its_week(
    day: int, new: bool, first: int
) -> None:
    now = datetime(2026, 9, day, 15, tzinfo=UTC)
    assert first_weekday(now, "America/New_York", new=new, current=0) == first


def test_the_weekday_is_the_clinics_own_not_that_of_universal_time() -> None:
    sunday_in_utc = datetime(2026, 9, 20, 22, tzinfo=UTC)  # Monday 10:00 in Auckland
    assert first_weekday(sunday_in_utc, "Pacific/Auckland", new=True, current=0) == 0
    assert first_weekday(sunday_in_utc, "America/New_York", new=True, current=0) != 0


@pytest.mark.parametrize(
    ("hour", "minute", "lively"),
    [(7, 0, False), (8, 44, False), (8, 45, True), (11, 0, True), (15, 30, True), (15, 31, False), (23, 0, False)],
)
def test_lively_is_from_75_min_after_opening_to_two_hours_before_closing(
    hour: int, minute: int, lively: bool
) -> None:
    now = datetime(2026, 9, 14, hour, minute, tzinfo=UTC)
    assert is_lively(now, "UTC", opens_minute=450, closes_minute=1050) is lively
