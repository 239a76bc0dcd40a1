"""The simulated clinic is founded once, its week is made once, and it moves to where it is day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.apps import apps
from django.test import Client

from infusions.models import Formulary, Infusion, Order
from infusions.states import OPEN_INFUSION, InfusionState
from kitclinic.demo_accounts import ACCOUNTS, PASSWORD
from kitclinic.models import LongTask, Site, StaffUser
from kitclinic.roles import ROLES, Permission, Role
from outcomes.models import Assessment, SafetyTask
from outcomes.simulation import place
from outcomes.simulation.clinic import COLLEAGUES, TEMPLATE, Cast, found_clinic, public_holidays
from outcomes.simulation.today import MOMENT, VISITS_A_DAY, chairs_of_day, striking
from scheduling.models import NurseShift, Patient, Sequence, SuiteDay, Visit
from scheduling.states import EnrolmentState, VisitState
from tests.outcomes.simulation.conftest import NOW

Small = Callable[[Cast, datetime], None]


def rows() -> dict[str, int]:
    """How many rows each table has."""
    ours = {"kitclinic", "scheduling", "infusions", "outcomes"}
    return {
        model._meta.db_table: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label in ours
    }


# -- the clinic ---------------------------------------------------------------------------------------


def test_founding_again_adds_nothing(cast: Cast) -> None:
    before = rows()
    assert found_clinic(now=NOW) == cast
    assert rows() == before


def test_the_clinic_has_five_nurses_and_everybody_else(cast: Cast) -> None:
    assert cast.site.is_demo
    assert len(cast.nurses) == 5
    assert {nurse.role for nurse in cast.nurses} == {Role.NURSE}
    leads = (cast.physician, cast.psychologist, cast.scheduler, cast.administrator)
    assert [person.role for person in leads] == ["physician", "psychologist", "scheduler", "administrator"]
    assert StaffUser.objects.count() == len(ACCOUNTS) + len(COLLEAGUES)
    assert Formulary.objects.filter(site=cast.site).count() == 1


@pytest.mark.parametrize("username", [username for username, *_ in ACCOUNTS])
def test_every_account_that_is_listed_signs_in(cast: Cast, username: str) -> None:
    client = Client()
    assert client.post("/sign-in/", {"username": username, "password": PASSWORD}).status_code == 302
    assert client.get("/", follow=True).status_code == 200


def test_every_role_has_an_account_and_so_has_every_permission() -> None:
    roles = {role for *_, role in ACCOUNTS}
    assert roles == set(Role)
    assert frozenset().union(*(ROLES[role] for role in roles)) == set(Permission)


def test_a_kept_clinic_stays_where_it_is_while_it_is_day_there(cast: Cast) -> None:
    before = cast.site.time_zone
    found_clinic(now=NOW + timedelta(hours=3))
    assert Site.objects.get(pk=cast.site.pk).time_zone == before == "America/New_York"


@pytest.mark.parametrize("hours", [9, 12, 17, 24 * 3 + 1])
def test_a_kept_clinic_moves_to_where_it_is_mid_morning(cast: Cast, hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    site = found_clinic(now=now).site
    assert place.is_lively(now, site.time_zone, opens_minute=site.opens_minute, closes_minute=site.closes_minute)
    assert site.today(now) in site.week_of(site.today(now))
    assert Site.objects.get(pk=site.pk).time_zone == site.time_zone, "kept, so that web and worker agree"


def test_another_clinic_in_the_same_database_is_not_touched(site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(slug="real")
    moved = NOW + timedelta(hours=12)
    found_clinic(now=moved)
    real = Site.objects.get(slug="real")
    assert (real.time_zone, real.is_demo, real.staff.count()) == ("America/New_York", False, 0)


def test_the_template_holds_fifty_one_visits_of_eight_chairs() -> None:
    assert len(TEMPLATE) >= VISITS_A_DAY == 51
    for minute in range(0, 600, 5):
        assert sum(start <= minute < start + 85 for start in TEMPLATE) <= 8


def test_holidays_are_real_days() -> None:
    assert [(day.isoformat(), name) for day, name in public_holidays(2026)] == [
        ("2026-01-01", "New Year's Day"),
        ("2026-07-04", "Independence Day"),
        ("2026-11-26", "Thanksgiving"),
        ("2026-12-25", "Christmas Day"),
    ]


# -- today --------------------------------------------------------------------------------------------


def check_the_week(site: Site, today: date, week: list[date]) -> None:
    assert SuiteDay.objects.filter(site=site, date__in=week, closed_because="").count() == 5
    assert NurseShift.objects.filter(suite_day__date=today).values("nurse").distinct().count() == 5
    for day in week:
        assert Visit.objects.filter(site=site, date=day).count() == 3


def check_that_now_is_now(site: Site, today: date) -> None:
    """The past is charted, the future is not, and today is under way."""
    visits, infusions = Visit.objects.filter(site=site), Infusion.objects.filter(site=site)
    assert not visits.filter(date__lt=today, state=VisitState.BOOKED).exists()
    assert not infusions.filter(date__lt=today, state__in=OPEN_INFUSION).exists()
    assert set(visits.filter(date__gt=today).values_list("state", flat=True)) == {"booked"}
    assert not infusions.filter(date__gt=today).exists()
    here = infusions.filter(date=today).order_by("visit__start_minute").values_list("state", flat=True)
    assert list(here) == [InfusionState.DISCHARGED, InfusionState.INFUSING]
    assert visits.filter(date=today, state=VisitState.BOOKED).count() == 1
    assert infusions.latest("arrived_at").arrived_at <= NOW
    assert Order.objects.exclude(signed_at=None).latest("signed_at").signed_at <= NOW


def check_that_something_waits(site: Site, week: list[date]) -> None:
    later = Sequence.objects.filter(site=site, first_day__gt=week[-1])
    assert later.exists()
    waiting = Patient.objects.filter(site=site, state__in=[EnrolmentState.ELIGIBLE, EnrolmentState.GROUP_BOOKED])
    assert waiting.count() >= 4
    assert Assessment.objects.filter(site=site, state="started").exists()
    assert SafetyTask.objects.filter(site=site, acknowledged_at__isnull=True).exists()
    assert LongTask.objects.get(key=MOMENT).finished_at == NOW, "no progress note is left on the pages"


def test_today_is_made_once_and_goes_on(cast: Cast, small: Small) -> None:
    """One clinic for many claims, because making it takes seconds."""
    small(cast, NOW)
    site, today = cast.site, cast.site.today(NOW)
    week = site.week_of(today)
    check_the_week(site, today, week)
    check_that_now_is_now(site, today)
    check_that_something_waits(site, week)
    before = rows()
    small(cast, NOW)
    assert rows() == before, "a second time nothing is added"
    assert [chair.script for chair in chairs_of_day(cast, today)] == [
        chair.script for chair in chairs_of_day(cast, today)
    ]
    small(cast, NOW + timedelta(hours=1))
    after = rows()
    for table in ("scheduling_patient", "scheduling_sequence", "scheduling_visit", "scheduling_suiteday"):
        assert after[table] == before[table], "the same people, an hour further"
    assert after["infusions_vitalset"] > before["infusions_vitalset"]


@pytest.fixture
def seats(cast: Cast) -> list[Visit]:
    """Today's 51 visits, not stored."""
    site = cast.site
    day = SuiteDay(site=site, date=site.today(NOW))
    return [
        Visit(pk=n, site=site, suite_day=day, date=day.date, start_minute=site.opens_minute + offset, day_index=1)
        for n, offset in enumerate(TEMPLATE[:VISITS_A_DAY], start=1)
    ]


def test_what_is_striking_now_is_one_of_each_and_the_same_for_the_next_process(seats: list[Visit]) -> None:
    found = striking(seats, NOW)
    assert striking(seats, NOW) == found
    assert len([habits for habits in found.values() if habits.slow_set]) <= 1
    assert len([habits for habits in found.values() if habits.keeps_flag]) <= 1
    for pk, habits in found.items():
        started = seats[pk - 1].starts_at + timedelta(minutes=10)
        assert started < NOW
        if habits.slow_set:
            assert timedelta(minutes=15) < NOW - started < timedelta(minutes=15) + habits.slow_by


def test_at_some_minute_of_each_hour_a_set_is_late_and_a_flag_is_open(seats: list[Visit]) -> None:
    late, flagged = 0, 0
    for minutes in range(85):
        found = striking(seats, NOW + timedelta(minutes=minutes)).values()
        late += any(habits.slow_set for habits in found)
        flagged += any(habits.keeps_flag for habits in found)
    assert late >= 10
    assert flagged >= 20
