from datetime import timedelta

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import copy_roster, open_weeks, take_off_shift
from scheduling.models import NurseShift, ProviderPresence, SuiteDay
from tests.factories.suite import MONDAY, before, open_week

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)


def test_a_clinic_without_days_gets_the_coming_eight_weeks(site: Site, scheduler: StaffUser) -> None:
    opened = open_weeks(site=site, by=scheduler, at=site.instant(MONDAY + timedelta(days=2), 600))
    assert len(opened) == 3 + 7 * 5
    assert opened[0].date == MONDAY + timedelta(days=2)
    assert {day.date.weekday() for day in opened} == {0, 1, 2, 3, 4}


def test_opening_again_adds_only_what_is_missing(site: Site, scheduler: StaffUser) -> None:
    at = before(site, MONDAY)
    open_weeks(site=site, by=scheduler, at=at, first=MONDAY)
    assert open_weeks(site=site, by=scheduler, at=at, first=MONDAY) == []
    assert len(open_weeks(site=site, by=scheduler, at=at, first=MONDAY + WEEK)) == 5
    assert SuiteDay.objects.count() == 45


def test_new_weeks_take_the_roster_of_the_week_before(site: Site, scheduler: StaffUser) -> None:
    open_week(site, MONDAY, nurses=3)
    open_weeks(site=site, by=scheduler, at=before(site, MONDAY), first=MONDAY, weeks=3)
    last = SuiteDay.objects.get(date=MONDAY + 2 * WEEK)
    assert NurseShift.objects.filter(suite_day=last).count() == 3
    assert ProviderPresence.objects.filter(suite_day=last).count() == 1
    assert AuditEvent.objects.filter(event="roster_copied", subject_id=last.pk).exists()


def test_copying_leaves_days_that_have_a_roster_alone(site: Site, scheduler: StaffUser) -> None:
    open_week(site, MONDAY, nurses=3)
    open_week(site, MONDAY + WEEK, nurses=2)
    for shift in NurseShift.objects.filter(suite_day__date=MONDAY + WEEK):
        take_off_shift(shift=shift, by=scheduler, at=before(site, MONDAY))
    assert copy_roster(site=site, week_of=MONDAY + WEEK, by=scheduler, at=before(site, MONDAY)) == 3
    shifts = NurseShift.objects.filter(suite_day__date__gte=MONDAY + WEEK)
    assert [shifts.filter(suite_day__date=MONDAY + WEEK + timedelta(days=n)).count() for n in range(2)] == [3, 2]


def test_somebody_who_left_is_not_copied(site: Site, scheduler: StaffUser, nurse: StaffUser) -> None:
    open_week(site, MONDAY, nurses=2)
    nurse.is_active = False
    nurse.save()
    open_weeks(site=site, by=scheduler, at=before(site, MONDAY), first=MONDAY, weeks=2)
    assert NurseShift.objects.filter(suite_day__date=MONDAY + WEEK).count() == 1


def test_nothing_to_copy_says_so(site: Site, scheduler: StaffUser) -> None:
    with pytest.raises(Refused, match="nothing to copy"):
        copy_roster(site=site, week_of=MONDAY, by=scheduler, at=before(site, MONDAY))
