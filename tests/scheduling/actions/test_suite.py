from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import (
    change_hours,
    close_suite_day,
    open_suite_day,
    put_on_shift,
    put_provider_on_site,
    reopen_suite_day,
    take_off_shift,
    take_provider_off_site,
)
from scheduling.models import NurseShift, ProviderPresence, SuiteDay
from tests.factories import people
from tests.factories.suite import MONDAY, before, booked_sequence, open_week

pytestmark = pytest.mark.django_db


def rules(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.rule for problem in refused.value.problems]


@pytest.fixture
def day(site: Site, scheduler: StaffUser) -> SuiteDay:
    return open_suite_day(site=site, date=MONDAY, by=scheduler, at=before(site, MONDAY))


def test_a_day_opens_with_the_clinics_hours_and_chairs(day: SuiteDay, site: Site) -> None:
    assert (day.opens_minute, day.closes_minute, day.chairs) == (450, 1050, 8)
    assert AuditEvent.objects.get(event="suite_day_opened").subject_id == day.pk


def test_a_day_can_be_entered_as_a_holiday(site: Site, scheduler: StaffUser) -> None:
    day = open_suite_day(site=site, date=MONDAY, by=scheduler, at=before(site, MONDAY), closed_because="Labor Day")
    assert day.is_closed


def test_the_same_day_is_opened_once(day: SuiteDay, site: Site, scheduler: StaffUser) -> None:
    with pytest.raises(IntegrityError, match="suite_day_once"), transaction.atomic():
        open_suite_day(site=site, date=MONDAY, by=scheduler, at=before(site, MONDAY))


def test_a_nurse_goes_on_shift_and_the_day_counts_the_change(
    day: SuiteDay, nurse: StaffUser, scheduler: StaffUser, site: Site
) -> None:
    at = before(site, MONDAY)
    put_on_shift(suite_day=day, nurse=nurse, from_minute=450, to_minute=720, by=scheduler, at=at)
    put_on_shift(suite_day=day, nurse=nurse, from_minute=750, to_minute=1050, by=scheduler, at=at)
    day.refresh_from_db()
    assert day.version == 2
    assert AuditEvent.objects.filter(event="nurse_on_shift").count() == 2


def test_sch_19_overlapping_shifts_of_one_nurse_are_refused(
    day: SuiteDay, nurse: StaffUser, scheduler: StaffUser, site: Site
) -> None:
    at = before(site, MONDAY)
    put_on_shift(suite_day=day, nurse=nurse, from_minute=450, to_minute=720, by=scheduler, at=at)
    with pytest.raises(Refused) as refused:
        put_on_shift(suite_day=day, nurse=nurse, from_minute=700, to_minute=800, by=scheduler, at=at)
    assert rules(refused) == ["SCH-19"]


def test_sch_20_only_nurses_stand_on_the_floor_and_only_physicians_are_providers(
    day: SuiteDay, nurse: StaffUser, physician: StaffUser, scheduler: StaffUser, other_site: Site, site: Site
) -> None:
    hours = {"from_minute": 450, "to_minute": 720, "by": scheduler, "at": before(site, MONDAY)}
    stranger = people.staff("nurse", site=other_site)
    for person in (physician, stranger):
        with pytest.raises(Refused) as refused:
            put_on_shift(suite_day=day, nurse=person, **hours)
        assert rules(refused) == ["SCH-20"]
    with pytest.raises(Refused) as refused:
        put_provider_on_site(suite_day=day, provider=nurse, **hours)
    assert rules(refused) == ["SCH-20"]


def test_sch_21_a_shift_that_a_booked_visit_needs_stays_and_names_the_minute(
    site: Site, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    booked_sequence(site, start_minute=540)
    shift = NurseShift.objects.get(suite_day__date=MONDAY)
    with pytest.raises(Refused) as refused:
        take_off_shift(shift=shift, by=scheduler, at=before(site, MONDAY))
    assert set(rules(refused)) == {"SCH-21"}
    assert "from 09:00 to 10:20" in str(refused.value)
    assert NurseShift.objects.filter(pk=shift.pk).exists()


def test_a_shift_nobody_needs_can_be_taken_off(site: Site, scheduler: StaffUser) -> None:
    open_week(site, nurses=2)
    booked_sequence(site, start_minute=540)
    shift = NurseShift.objects.filter(suite_day__date=MONDAY).first()
    take_off_shift(shift=shift, by=scheduler, at=before(site, MONDAY))
    assert NurseShift.objects.filter(suite_day__date=MONDAY).count() == 1
    assert AuditEvent.objects.filter(event="nurse_off_shift").count() == 1


def test_an_entry_is_taken_off_once(
    day: SuiteDay, nurse: StaffUser, physician: StaffUser, scheduler: StaffUser, site: Site
) -> None:
    hours, by_at = {"from_minute": 450, "to_minute": 720}, {"by": scheduler, "at": before(site, MONDAY)}
    shift = put_on_shift(suite_day=day, nurse=nurse, **hours, **by_at)
    presence = put_provider_on_site(suite_day=day, provider=physician, **hours, **by_at)
    take_off_shift(shift=shift, **by_at)
    take_provider_off_site(presence=presence, **by_at)
    with pytest.raises(Refused, match="just taken this entry off"):
        take_off_shift(shift=shift, **by_at)
    with pytest.raises(Refused, match="just taken this entry off"):
        take_provider_off_site(presence=presence, **by_at)


def test_sch_21_the_only_provider_of_a_booked_visit_stays(site: Site, scheduler: StaffUser) -> None:
    booked_sequence(site, start_minute=540)
    presence = ProviderPresence.objects.get(suite_day__date=MONDAY)
    with pytest.raises(Refused, match="no provider on site at 09:00"):
        take_provider_off_site(presence=presence, by=scheduler, at=before(site, MONDAY))


def test_a_second_provider_can_leave(site: Site, scheduler: StaffUser) -> None:
    booked_sequence(site, start_minute=540)
    day, at = SuiteDay.objects.get(date=MONDAY), before(site, MONDAY)
    relief = people.staff("physician", site=site)
    hours = {"from_minute": day.opens_minute, "to_minute": day.closes_minute}
    presence = put_provider_on_site(suite_day=day, provider=relief, by=scheduler, at=at, **hours)
    take_provider_off_site(presence=presence, by=scheduler, at=at)
    assert ProviderPresence.objects.filter(suite_day=day).count() == 1


def test_sch_22_a_day_closes_with_its_reason_and_opens_again(
    day: SuiteDay, site: Site, scheduler: StaffUser
) -> None:
    at = before(site, MONDAY)
    closed = close_suite_day(suite_day=day, because=" Snow ", by=scheduler, at=at)
    assert closed.closed_because == "Snow"
    assert reopen_suite_day(suite_day=day, by=scheduler, at=at).closed_because == ""
    with pytest.raises(Refused, match="open already"):
        reopen_suite_day(suite_day=day, by=scheduler, at=at)
    events = AuditEvent.objects.order_by("pk").values_list("event", flat=True)
    assert list(events)[-2:] == ["suite_day_closed", "suite_day_reopened"]


def test_sch_22_a_day_with_patients_does_not_close(site: Site, scheduler: StaffUser) -> None:
    booked_sequence(site)
    with pytest.raises(Refused, match="1 patient holds a place on Monday 14 September"):
        close_suite_day(
            suite_day=SuiteDay.objects.get(date=MONDAY), because="Snow", by=scheduler, at=before(site, MONDAY)
        )


def test_hours_change_unless_a_visit_would_fall_outside(site: Site, scheduler: StaffUser) -> None:
    booked_sequence(site, start_minute=540)
    day, at = SuiteDay.objects.get(date=MONDAY), before(site, MONDAY)
    assert (
        change_hours(suite_day=day, opens_minute=480, closes_minute=1080, by=scheduler, at=at).opens_minute == 480
    )
    with pytest.raises(Refused, match="before opening at 09:30"):
        change_hours(suite_day=day, opens_minute=570, closes_minute=1080, by=scheduler, at=at)
    with pytest.raises(Refused, match="open before it closes"):
        change_hours(suite_day=day, opens_minute=600, closes_minute=600, by=scheduler, at=at)


def test_a_later_week_is_untouched_by_a_closure(site: Site, scheduler: StaffUser) -> None:
    first = open_week(site)
    later = open_week(site, MONDAY + timedelta(days=7))
    close_suite_day(suite_day=first[0], because="Snow", by=scheduler, at=before(site, MONDAY))
    later[0].refresh_from_db()
    assert not later[0].is_closed
