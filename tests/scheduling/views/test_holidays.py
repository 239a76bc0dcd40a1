"""The holiday planner: what a closure does is shown before it is saved."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES, Permission, Role
from scheduling.models import Sequence, SuiteDay, Visit, WeekPolicy
from scheduling.queries.closures import closed_days
from scheduling.queries.holidays import holiday_weeks
from scheduling.states import MissedReason, SequenceState, VisitState, WeekRule
from tests.factories import people
from tests.factories.suite import MONDAY, booked_sequence, fill, open_week

THURSDAY = MONDAY + timedelta(days=3)
SATURDAY = MONDAY + timedelta(days=5)
THANKSGIVING = date(2026, 11, 26)


@pytest.fixture
def monday(site: Site) -> Any:
    """The Tuesday four days before the week's Monday, 10:00."""
    with time_machine.travel(site.instant(MONDAY - timedelta(days=6), 600), tick=False):
        yield site.instant(MONDAY - timedelta(days=6), 600)


@pytest.fixture
def desk(scheduler: StaffUser, as_user: Any, monday: datetime) -> Client:
    client: Client = as_user(scheduler)
    return client


@pytest.fixture
def three(site: Site, monday: datetime) -> list[Sequence]:
    open_week(site)
    return fill(site, MONDAY, [540, 600, 660])


def weeks(site: Site) -> dict[date, Any]:
    return {week.first_day: week for week in holiday_weeks(site, today=MONDAY)}


def test_public_holidays_stand_in_their_weeks_until_the_clinic_says_otherwise(site: Site) -> None:
    week = weeks(site)[date(2026, 11, 23)]
    (day,) = week.dates
    assert (day.date, day.is_public, day.is_opened, day.is_closed) == (THANKSGIVING, True, False, True)
    assert week.days_left == 4
    assert week.rule == WeekRule.SKIP


def test_working_on_a_holiday_opens_it_and_the_calendar_no_longer_closes_it(site: Site, desk: Client) -> None:
    desk.post(f"/holidays/{THANKSGIVING}/open/")
    assert not SuiteDay.objects.get(date=THANKSGIVING).is_closed
    assert THANKSGIVING not in closed_days(site, THANKSGIVING, THANKSGIVING)
    assert weeks(site)[date(2026, 11, 23)].days_left == 5


def test_the_effects_are_shown_and_nothing_is_saved(desk: Client, three: list[Sequence]) -> None:
    before = list(Visit.objects.order_by("pk").values_list("pk", "date", "state"))
    words = desk.get(f"/holidays/{THURSDAY}/", {"because": "Storm", "rule": "short"}).content.decode()
    assert "<b>3 sequences</b> have a place on this day" in words
    assert words.count("loses this day; four are left") == 3
    assert not SuiteDay.objects.get(date=THURSDAY).is_closed
    assert list(Visit.objects.order_by("pk").values_list("pk", "date", "state")) == before


def test_skipping_the_week_sends_its_patients_back_to_the_requests(desk: Client, three: list[Sequence]) -> None:
    desk.post(f"/holidays/{THURSDAY}/", {"because": "Storm", "rule": "skip"})
    assert SuiteDay.objects.get(date=THURSDAY).closed_because == "Storm"
    assert set(Sequence.objects.values_list("state", flat=True)) == {SequenceState.REQUESTED}


def test_a_short_week_cancels_the_day_with_its_reason(desk: Client, three: list[Sequence]) -> None:
    desk.post(f"/holidays/{THURSDAY}/", {"because": "Storm", "rule": "short"})
    lost = Visit.objects.filter(date=THURSDAY)
    assert set(lost.values_list("state", "missed_reason")) == {(VisitState.CANCELLED, MissedReason.CLINIC_CLOSED)}
    assert WeekPolicy.objects.get(first_day=MONDAY).rule == WeekRule.SHORT


def test_a_saturday_that_is_not_open_is_said_before_it_is_chosen(desk: Client, three: list[Sequence]) -> None:
    words = desk.get(f"/holidays/{MONDAY}/", {"because": "Holiday", "rule": "saturday"}).content.decode()
    assert "is not open, so nobody can be moved to it" in words
    desk.post(f"/holidays/{MONDAY}/week/", {"rule": "saturday"})
    assert not SuiteDay.objects.get(date=SATURDAY).is_closed
    words = desk.get(f"/holidays/{MONDAY}/", {"because": "Holiday", "rule": "saturday"}).content.decode()
    assert "is not open, so nobody can be moved to it" not in words


def test_without_a_reason_nothing_is_closed(desk: Client, three: list[Sequence]) -> None:
    answer = desk.post(f"/holidays/{THURSDAY}/", {"because": "", "rule": "skip"})
    assert answer.status_code == 422
    assert not SuiteDay.objects.get(date=THURSDAY).is_closed


def test_a_date_nobody_opened_is_closed_ahead(site: Site, desk: Client) -> None:
    far = MONDAY + timedelta(weeks=20, days=2)
    assert "so nobody is booked on it" in desk.get(f"/holidays/{far}/").content.decode()
    desk.post(f"/holidays/{far}/", {"because": "Training", "rule": "skip"})
    assert SuiteDay.objects.get(site=site, date=far).closed_because == "Training"


def test_a_past_date_is_not_closed(desk: Client) -> None:
    past = MONDAY - timedelta(weeks=1)
    answer = desk.post(f"/holidays/{past}/", {"because": "Training", "rule": "skip"})
    assert answer.status_code == 422
    assert not SuiteDay.objects.exists()


def test_the_rest_of_a_day_closes_from_a_minute_on(desk: Client, three: list[Sequence]) -> None:
    desk.post(f"/holidays/{THURSDAY}/", {"because": "Storm", "rule": "short", "from_minute": "11:00"})
    day = SuiteDay.objects.get(date=THURSDAY)
    assert (day.is_closed, day.closes_minute) == (False, 660)
    assert Visit.objects.filter(date=THURSDAY, state=VisitState.BOOKED).count() == 1  # 09:00 to 10:20


def test_a_date_is_asked_for_and_shown(desk: Client) -> None:
    assert desk.get("/holidays/", {"day": f"{THURSDAY}"}).url == f"/holidays/{THURSDAY}/"
    assert desk.get("/holidays/", {"day": "soon"}).status_code == 200


def test_the_planner_reads_the_same_however_many_are_booked(site: Site, monday: datetime) -> None:
    open_week(site, closed={THURSDAY: "Storm"})
    with CaptureQueriesContext(connection) as few:
        holiday_weeks(site, today=MONDAY)
    open_week(site, MONDAY + timedelta(weeks=1))
    fill(site, MONDAY + timedelta(weeks=1), [540, 600])
    with CaptureQueriesContext(connection) as many:
        holiday_weeks(site, today=MONDAY)
    assert len(many) == len(few)


@pytest.mark.parametrize("role", Role.values)
def test_everybody_of_the_clinic_may_look_and_few_may_close(
    site: Site, as_user: Any, monday: datetime, role: str
) -> None:
    client = as_user(people.staff(role, site=site))
    looks, acts = Permission.SEE_SCHEDULE in ROLES[role], ROLES[role] & {Permission.BOOK, Permission.RUN_CLINIC}
    assert client.get("/holidays/").status_code == (200 if looks else 403)
    assert client.get(f"/holidays/{THURSDAY}/").status_code == (200 if acts else 403)
    answer = client.post(f"/holidays/{THURSDAY}/", {"because": "Storm", "rule": "skip"})
    assert answer.status_code == (302 if acts else 403)


def test_another_clinic_closes_only_its_own_day(
    site: Site, other_site: Site, as_user: Any, three: list[Sequence], monday: datetime
) -> None:
    client = as_user(people.staff("scheduler", site=other_site))
    client.post(f"/holidays/{THURSDAY}/", {"because": "Storm", "rule": "skip"})
    assert not SuiteDay.objects.get(site=site, date=THURSDAY).is_closed
    assert booked_sequence(site, start_minute=800).state == SequenceState.CONFIRMED
