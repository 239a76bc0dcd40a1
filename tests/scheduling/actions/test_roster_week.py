"""A person's roster for several days in one act; what a clinic sets for its booking."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import (
    BookingSettings,
    change_booking_settings,
    change_shift,
    plan_presences,
    plan_shifts,
    put_on_shift,
    record_leave,
)
from scheduling.models import NurseBreak, NurseShift, ProviderPresence, SuiteDay
from tests.factories import people
from tests.factories.suite import MONDAY, before, booked_sequence, open_week

pytestmark = pytest.mark.django_db
WEEK = [MONDAY + timedelta(days=number) for number in range(5)]
SETTINGS = BookingSettings(
    daily_cap=51,
    hold_minutes=20,
    offer_hours=6,
    confirm_days=5,
    quiet_from_minute=1260,
    quiet_to_minute=450,
    driver_deadline_minute=930,
)


@pytest.fixture
def days(site: Site) -> list[SuiteDay]:
    return open_week(site, nurses=2)


@pytest.fixture
def facts(site: Site, scheduler: StaffUser) -> dict[str, Any]:
    return {"by": scheduler, "at": before(site, MONDAY)}


def shifts_of(nurse: StaffUser) -> list[tuple[int, int]]:
    rows = NurseShift.objects.filter(nurse=nurse).order_by("suite_day__date", "from_minute")
    return list(rows.values_list("from_minute", "to_minute"))


def test_a_nurse_is_put_on_shift_for_the_whole_week_in_one_act(
    site: Site, days: list[SuiteDay], facts: dict[str, Any]
) -> None:
    nurse = people.staff("nurse", site=site)
    plan_shifts(nurse=nurse, dates=WEEK, from_minute=480, to_minute=960, breaks=[(600, 615), (720, 750)], **facts)
    assert shifts_of(nurse) == [(480, 960)] * 5
    assert NurseBreak.objects.filter(shift__nurse=nurse).count() == 10
    assert AuditEvent.objects.filter(event="nurse_on_shift", detail__person=nurse.pk).count() == 5


def test_a_shift_that_is_there_takes_the_new_hours_and_breaks(
    site: Site, days: list[SuiteDay], facts: dict[str, Any]
) -> None:
    nurse = people.staff("nurse", site=site)
    put_on_shift(suite_day=days[0], nurse=nurse, from_minute=450, to_minute=700, breaks=[(500, 515)], **facts)
    plan_shifts(nurse=nurse, dates=WEEK[:2], from_minute=480, to_minute=960, breaks=[(720, 750)], **facts)
    assert shifts_of(nurse) == [(480, 960)] * 2
    assert list(NurseBreak.objects.filter(shift__nurse=nurse).values_list("from_minute", flat=True)) == [720, 720]
    event = AuditEvent.objects.get(event="shift_changed")
    assert (event.detail["was"], event.detail["breaks"]) == ([450, 700], [[720, 750]])


def test_sch_19_one_day_that_refuses_refuses_all_of_them_and_says_which(
    site: Site, days: list[SuiteDay], facts: dict[str, Any]
) -> None:
    nurse = people.staff("nurse", site=site)
    for span in ((450, 600), (700, 800)):
        put_on_shift(suite_day=days[2], nurse=nurse, from_minute=span[0], to_minute=span[1], **facts)
    with pytest.raises(Refused, match=r"Wednesday 16 September: .*already on the roster from 11:40 to 13:20"):
        plan_shifts(nurse=nurse, dates=WEEK, from_minute=480, to_minute=960, **facts)
    assert shifts_of(nurse) == [(450, 600), (700, 800)]


def test_sch_35_every_day_of_leave_is_named_at_once(
    site: Site, days: list[SuiteDay], facts: dict[str, Any]
) -> None:
    nurse = people.staff("nurse", site=site)
    record_leave(person=nurse, first_day=WEEK[1], last_day=WEEK[2], because="", **facts)
    with pytest.raises(Refused) as refused:
        plan_shifts(nurse=nurse, dates=WEEK, from_minute=480, to_minute=960, **facts)
    assert [problem.sentence.split(":")[0] for problem in refused.value.problems] == [
        "Tuesday 15 September",
        "Wednesday 16 September",
    ]
    assert shifts_of(nurse) == []


def test_sch_21_a_shift_is_not_shortened_or_paused_under_a_booked_visit(site: Site, facts: dict[str, Any]) -> None:
    open_week(site, nurses=1)
    booked_sequence(site)  # 09:00 to 10:20
    shift = NurseShift.objects.get(suite_day__date=MONDAY)
    for change in (
        {"from_minute": 450, "to_minute": 619, "breaks": []},
        {"from_minute": 541, "to_minute": 1050, "breaks": []},
        {"from_minute": 450, "to_minute": 1050, "breaks": [(615, 630)]},
    ):
        with pytest.raises(Refused, match="Monday 14 September"):
            change_shift(shift=shift, **change, **facts)
    change_shift(shift=shift, from_minute=540, to_minute=640, breaks=[(620, 635)], **facts)
    shift.refresh_from_db()
    assert (shift.from_minute, shift.to_minute) == (540, 640)


def test_a_provider_is_entered_for_several_days_and_a_time_that_meets_another_replaces_it(
    site: Site, days: list[SuiteDay], facts: dict[str, Any]
) -> None:
    provider = ProviderPresence.objects.all()[0].provider
    plan_presences(provider=provider, dates=WEEK[:1], from_minute=450, to_minute=720, **facts)
    plan_presences(provider=provider, dates=WEEK[:1], from_minute=750, to_minute=1050, **facts)
    rows = ProviderPresence.objects.filter(suite_day=days[0]).order_by("from_minute")
    assert list(rows.values_list("from_minute", "to_minute")) == [(450, 720), (750, 1050)]
    with pytest.raises(Refused, match="already on the roster"):  # meets two: which one it replaces is not said
        plan_presences(provider=provider, dates=WEEK[:1], from_minute=600, to_minute=800, **facts)


def test_sch_21_a_provider_is_not_moved_away_from_a_booked_visit(site: Site, facts: dict[str, Any]) -> None:
    booked_sequence(site)
    provider = ProviderPresence.objects.all()[0].provider
    with pytest.raises(Refused, match="no provider on site"):
        plan_presences(provider=provider, dates=WEEK, from_minute=600, to_minute=1050, **facts)
    assert set(ProviderPresence.objects.values_list("from_minute", flat=True)) == {450}


def test_days_of_another_clinic_and_days_never_opened_are_left_alone(
    site: Site, other_site: Site, facts: dict[str, Any]
) -> None:
    open_week(other_site)
    nurse = people.staff("nurse", site=site)
    plan_shifts(nurse=nurse, dates=WEEK, from_minute=480, to_minute=960, **facts)
    assert shifts_of(nurse) == []


def test_the_settings_of_booking_are_changed_and_written_down(site: Site, lead: StaffUser) -> None:
    at = before(site, MONDAY)
    change_booking_settings(site=site, new=SETTINGS, by=lead, at=at)
    site.refresh_from_db()
    assert (site.daily_cap, site.hold_minutes, site.quiet_to_minute) == (51, 20, 450)
    detail = AuditEvent.objects.get(event="booking settings changed").detail
    assert detail["daily_cap"] == [None, 51]
    change_booking_settings(site=site, new=SETTINGS, by=lead, at=at)
    assert AuditEvent.objects.filter(event="booking settings changed").order_by("pk").last().detail == {}  # type: ignore[union-attr]


def test_set_01_settings_outside_their_limits_change_nothing(site: Site, lead: StaffUser) -> None:
    wrong = replace(SETTINGS, hold_minutes=0, quiet_from_minute=900)
    with pytest.raises(Refused) as refused:
        change_booking_settings(site=site, new=wrong, by=lead, at=before(site, MONDAY))
    assert [one.field for one in refused.value.problems] == ["hold_minutes", "quiet_to", "driver_deadline"]
    site.refresh_from_db()
    assert site.hold_minutes == 15
