"""A further course on a clearing that still holds: what is asked, what is refused, what the lists show."""

from datetime import date, datetime, timedelta

import pytest

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import book_sequence
from scheduling.models import Patient, Sequence
from scheduling.queries.offers import offers_page
from scheduling.queries.waiting import requests_of
from scheduling.rules.wishes import Wish
from tests.factories import scheduling as make
from tests.factories import suite

pytestmark = pytest.mark.django_db
CLEARED = suite.MONDAY - timedelta(days=7)  # the group visit of ``suite.patient_for``
ENDED = suite.MONDAY + timedelta(days=4)
LAST_MONDAY = CLEARED + timedelta(days=175)  # the last Monday within 180 days


@pytest.fixture
def returning(site: Site, nurse: StaffUser) -> Patient:
    """Cleared on 7 September, five infusions until 18 September."""
    sequence = suite.booked_sequence(site)
    for visit in suite.visits_of(sequence):
        suite.attend(visit, by=nurse)
    return Patient.objects.select_related("site").get(pk=sequence.patient_id)


def days_after(site: Site, days: int) -> datetime:
    return site.instant(ENDED + timedelta(days=days), 700)


def book(patient: Patient, monday: date, *, at: datetime) -> Sequence:
    site = patient.site
    suite.open_week(site, monday)
    (by,) = suite.staffed(site, "scheduler", 1)
    return book_sequence(patient=patient, first_day=monday, start_minute=540, by=by, at=at)


def refusal(patient: Patient, monday: date, *, at: datetime) -> set[str]:
    with pytest.raises(Refused) as refused:
        book(patient, monday, at=at)
    return {problem.rule for problem in refused.value.problems}


def test_enr_61_without_a_new_health_screen_nothing_is_booked_or_offered(site: Site, returning: Patient) -> None:
    at = days_after(site, 20)
    assert refusal(returning, suite.MONDAY + timedelta(weeks=4), at=at) == {"ENR-61"}
    page = offers_page(returning, wish=Wish(), at=at)
    assert [problem.rule for problem in page.standing] == ["ENR-61"]
    assert page.lines == ()


def test_enr_60_with_the_screen_any_week_in_reach_is_booked_on_the_old_clearing(
    site: Site, returning: Patient
) -> None:
    make.screen(returning, at=days_after(site, 10))
    at = days_after(site, 20)
    suite.open_week(site, suite.MONDAY + timedelta(weeks=6))
    page = offers_page(returning, wish=Wish(minute=540), at=at)
    assert page.lines
    assert page.lines[0].cleared_on == CLEARED
    booked = book(returning, LAST_MONDAY, at=at)
    assert (booked.number, booked.first_day) == (2, LAST_MONDAY)


def test_enr_60_the_week_after_the_last_day_is_refused(site: Site, returning: Patient) -> None:
    make.screen(returning, at=days_after(site, 10))
    later = LAST_MONDAY + timedelta(weeks=1)
    assert refusal(returning, later, at=days_after(site, 20)) == {"ENR-60"}


@pytest.mark.parametrize(("setting", "fine"), [(182, True), (181, False)])
def test_enr_60_the_clinic_sets_the_age(site: Site, returning: Patient, setting: int, fine: bool) -> None:
    Site.objects.update(clearance_days=setting)
    patient = Patient.objects.select_related("site").get(pk=returning.pk)
    make.screen(patient, at=days_after(site, 10))
    monday = LAST_MONDAY + timedelta(weeks=1)  # 182 days after the clearing
    if fine:
        assert book(patient, monday, at=days_after(site, 20)).first_day == monday
    else:
        assert refusal(patient, monday, at=days_after(site, 20)) == {"ENR-60"}


def test_enr_62_a_yes_waits_until_a_physician_has_assessed_again(
    site: Site, returning: Patient, physician: StaffUser
) -> None:
    make.screen(returning, at=days_after(site, 10), medicines=True)
    at = days_after(site, 20)
    monday = suite.MONDAY + timedelta(weeks=5)
    assert refusal(returning, monday, at=at) == {"ENR-62"}
    make.assess(returning, at=days_after(site, 11))
    assert offers_page(returning, wish=Wish(), at=at).standing, "a scheduler is no physician"
    make.assess(returning, by=physician, at=days_after(site, 12))
    assert offers_page(returning, wish=Wish(), at=at).standing == ()


def test_a_first_course_still_follows_the_group_visit_of_the_week_before(site: Site) -> None:
    patient = suite.patient_for(site, suite.MONDAY)
    make.screen(patient, at=suite.before(site, suite.MONDAY))
    later = suite.MONDAY + timedelta(weeks=1)
    assert refusal(patient, later, at=suite.before(site, suite.MONDAY)) == {"ENR-24"}


def test_nobody_is_on_the_list_for_a_further_course_before_asking(site: Site, returning: Patient) -> None:
    assert requests_of(site, today=ENDED + timedelta(days=10)) == []


def test_the_list_says_that_the_health_screen_is_due_then_any_week(site: Site, returning: Patient) -> None:
    make.assess(returning, at=days_after(site, 10))
    (asked,) = requests_of(site, today=ENDED + timedelta(days=12))
    assert (asked.screen_due, asked.needs_group, asked.is_returning, asked.days) == (True, False, True, 2)
    make.screen(returning, at=days_after(site, 12))
    (ready,) = requests_of(site, today=ENDED + timedelta(days=12))
    assert (ready.screen_due, ready.physician_decides, ready.needs_group) == (False, False, False)
    assert ready.clearance is not None
    assert ready.clearance.last_day == CLEARED + timedelta(days=180)
    assert requests_of(site, today=CLEARED + timedelta(days=180)) == [], "tomorrow is the 181st day"


def test_the_window_of_the_clinic_decides_which_week_is_offered(site: Site) -> None:
    Site.objects.update(sma_earliest_days=14, sma_latest_days=10, sma_target_days=14)
    patient = Patient.objects.select_related("site").get(pk=suite.patient_for(site, suite.MONDAY).pk)
    at = suite.before(site, suite.MONDAY)
    assert refusal(patient, suite.MONDAY, at=at) == {"ENR-24"}
    assert book(patient, suite.MONDAY + timedelta(weeks=1), at=at).number == 1
