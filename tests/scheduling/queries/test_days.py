from typing import Any

import pytest

from kitclinic.models import Site, StaffUser
from scheduling.actions import mark_missed, put_on_shift
from scheduling.models import NurseShift, SuiteDay
from scheduling.queries.days import day_page, day_sheet
from tests.factories.suite import MONDAY, before, booked_sequence, open_week, visits_of

pytestmark = pytest.mark.django_db


def test_a_day_shows_who_is_there_and_what_still_fits(site: Site, django_assert_max_num_queries: Any) -> None:
    booked_sequence(site)
    day = SuiteDay.objects.select_related("site").get(date=MONDAY)
    with django_assert_max_num_queries(8):
        shown = day_page(day, at=before(site, MONDAY))
    assert len(shown.nurses) == 5
    assert (shown.booked, shown.left, shown.breaches) == (1, 55, ())
    assert (shown.opens, shown.closes, shown.ticks) == ("07:30", "17:30", 120)
    entry = shown.nurses[0][1][0]
    assert (entry.tick, entry.ticks, entry.hours) == (0, 120, "07:30 to 17:30")
    assert shown.previous is None
    assert shown.following == site.week_of(MONDAY)[1]


def test_a_day_that_breaks_a_rule_says_which(site: Site) -> None:
    open_week(site, nurses=1)
    booked_sequence(site)
    NurseShift.objects.filter(suite_day__date=MONDAY).delete()
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
