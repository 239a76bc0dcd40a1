from typing import Any

import pytest

from kitclinic.models import Site, StaffUser
from scheduling.actions import mark_missed, put_on_shift
from scheduling.models import NurseShift, SuiteDay
from scheduling.queries.days import day_sheet
from scheduling.queries.suite_day import day_page
from tests.factories.suite import MONDAY, before, booked_sequence, open_week, visits_of

pytestmark = pytest.mark.django_db


def test_a_day_that_breaks_a_rule_says_which(site: Site) -> None:
    open_week(site, nurses=1)
    booked_sequence(site)
    StaffUser.objects.filter(site=site).update(is_ketamine_trained=False)  # of a day gone by
    shown = day_page(SuiteDay.objects.get(date=MONDAY), at=before(site, MONDAY))
    assert "1 too many patients for the nurses on the floor from 09:00 to 10:20" in " ".join(shown.breaches)


def test_the_sheet_lists_each_pair_of_chairs_without_released_places(
    site: Site, scheduler: StaffUser, django_assert_num_queries: Any
) -> None:
    booked_sequence(site, chair_wish=3)
    gone = visits_of(booked_sequence(site, chair_wish=4))[0]
    mark_missed(visit=gone, reason="illness", by=scheduler, at=before(site, MONDAY))
    day = SuiteDay.objects.get(date=MONDAY)
    with django_assert_num_queries(3):
        sheet = day_sheet(day)
    assert [len(visits) for _, visits in sheet.pods] == [0, 1, 0, 0]
    assert sheet.pods[1][0] == "Chairs 3 and 4"
    assert sheet.providers == ("Anneke Vantongeren 07:30–17:30",)
    assert sheet.count == 1


def test_the_sheet_says_the_hours_of_each_person_once(site: Site, scheduler: StaffUser) -> None:
    open_week(site, nurses=1)
    shift = NurseShift.objects.get(suite_day__date=MONDAY)
    day, nurse = shift.suite_day, shift.nurse
    NurseShift.objects.filter(pk=shift.pk).update(to_minute=600)
    at = before(site, MONDAY)
    put_on_shift(suite_day=day, nurse=nurse, from_minute=630, to_minute=1050, by=scheduler, at=at)
    assert day_sheet(day).nurses == (f"{nurse.name} 07:30–10:00, 10:30–17:30",)
