"""Series of group visits, conflicts, changes and cancellations."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from scheduling import actions
from scheduling.actions import NewSeries
from scheduling.models import GroupSeat, GroupSeries, GroupVisit, GroupWait, Letter
from scheduling.queries.closures import closed_days, is_calendar
from scheduling.rules.group_plans import SeriesPlan
from scheduling.states import EnrolmentState, GroupVisitState, SeatState
from scheduling.tasks import extend_series
from tests.factories import people, suite
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = date(2026, 9, 7), date(2026, 9, 8)


def new(site: Site, **changes: Any) -> NewSeries:
    leads = {name: changes.pop(name, None) or make.actor(name, site) for name in ("physician", "psychologist")}
    plan = SeriesPlan(1, 780, 90, "Room 2", 12, "English", TUESDAY)
    return NewSeries(replace(plan, **changes), **leads)


def start(site: Site, *, confirmed: dict[str, str] | None = None, **changes: Any) -> tuple[GroupSeries, Any]:
    by = make.actor("scheduler", site)
    return actions.start_series(site=site, new=new(site, **changes), by=by, at=NOW, confirmed=confirmed)


def refused_start(site: Site, **changes: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        start(site, **changes)
    return [problem.rule for problem in refused.value.problems]


def test_enr_66_twelve_weeks_are_planned_at_once(site: Site) -> None:
    series, planned = start(site)
    assert len(planned.groups) == 12
    assert planned.left_out == {}
    group = planned.groups[0]
    assert (group.date, group.room, group.capacity, group.series) == (TUESDAY, "Room 2", 12, series)


def test_enr_65_holidays_and_closures_are_left_out_and_named(site: Site) -> None:
    suite.open_week(site, MONDAY + timedelta(weeks=2), closed={MONDAY + timedelta(weeks=2): "Training day"})
    _, planned = start(site, weekday=0, starts_on=MONDAY)
    assert planned.left_out[MONDAY] == "Monday 7 September is closed: Labor Day."
    assert "Training day" in planned.left_out[date(2026, 9, 21)]
    assert "Columbus Day" in planned.left_out[date(2026, 10, 12)]
    assert not set(planned.left_out) & {group.date for group in planned.groups}
    assert len(planned.groups) + len(planned.left_out) == 13


def test_enr_65_a_clinic_without_a_calendar_leaves_out_its_own_closures_only(site: Site) -> None:
    Site.objects.update(holiday_calendar="")
    assert closed_days(Site.objects.get(pk=site.pk), MONDAY, TUESDAY) == {}
    assert closed_days(site, MONDAY, TUESDAY) == {MONDAY: "Labor Day"}


@pytest.mark.parametrize(
    ("name", "known"),
    [("US", True), ("US-OH", True), ("XX", False), ("US-XX", False), ("US-", True), ("us", False)],
)
def test_a_calendar_is_a_country_or_its_region(name: str, known: bool) -> None:
    assert is_calendar(name) is known


def test_enr_66_planning_again_adds_nothing_and_later_only_what_is_missing(
    site: Site, scheduler: StaffUser
) -> None:
    series, _ = start(site)
    assert actions.plan_series_visits(series=series, by=scheduler, at=NOW).groups == ()
    again = actions.plan_series_visits(series=series, by=scheduler, at=NOW + timedelta(weeks=2))
    assert [group.date for group in again.groups] == [date(2026, 12, 1), date(2026, 12, 8)]


def test_a_cancelled_group_visit_of_a_series_is_not_planned_again(site: Site, scheduler: StaffUser) -> None:
    series, planned = start(site)
    actions.cancel_group_visit(group=planned.groups[3], reason="Lead away", by=scheduler, at=NOW)
    assert actions.plan_series_visits(series=series, by=scheduler, at=NOW).groups == ()


def test_the_clockwork_extends_every_series_that_goes_on(site: Site) -> None:
    start(site)
    assert actions.extend_all_series(at=NOW + timedelta(weeks=1)) == 1
    assert actions.extend_all_series(at=NOW + timedelta(weeks=1)) == 0
    event = AuditEvent.objects.filter(event="group visit planned").latest("pk")
    assert (event.by, event.actor) == (None, "scheduler process")
    GroupSeries.objects.update(ends_on=TUESDAY)
    assert extend_series() == 0


def test_enr_63_a_date_on_which_a_lead_is_taken_is_left_out(site: Site) -> None:
    make.group_visit(site=site, day=date(2026, 9, 15), start_minute=800)
    _, planned = start(site)
    assert "leads another group visit from 13:20 to 14:50" in planned.left_out[date(2026, 9, 15)]
    assert len(planned.groups) == 11


def test_a_series_without_a_single_possible_date_is_refused_whole(site: Site) -> None:
    start(site)
    assert set(refused_start(site)) == {"ENR-66"}
    assert GroupSeries.objects.count() == 1


def test_enr_21_a_psychologist_cannot_be_the_physician_who_leads(site: Site) -> None:
    psychologist = people.staff("psychologist", site=site)
    with pytest.raises(Refused, match="works here as psychologist and cannot be the physician who leads"):
        start(site, physician=psychologist)
    with pytest.raises(Refused, match="works here as psychologist and cannot be the physician who leads"):
        make.group_visit(site=site, physician=psychologist)


def test_enr_64_a_lead_who_is_on_site_is_asked_about_once(site: Site) -> None:
    suite.open_week(site, MONDAY + timedelta(weeks=1))
    assert refused_start(site) == ["ENR-64"]
    _, planned = start(site, confirmed={"ENR-64": "Dr Lund covers"})
    assert len(planned.groups) == 12


def test_enr_64_a_confirmation_without_a_reason_confirms_nothing(site: Site) -> None:
    suite.open_week(site, MONDAY + timedelta(weeks=1))
    with pytest.raises(Refused, match="provider on site from 07:30 to 17:30"):
        make.group_visit(site=site, day=date(2026, 9, 15), confirmed={"ENR-64": "  "})


def test_enr_63_a_second_group_visit_in_the_room_is_refused(site: Site) -> None:
    make.group_visit(site=site, room="Room 2")
    other = {
        "physician": people.staff("physician", site=site),
        "psychologist": people.staff("psychologist", site=site),
    }
    with pytest.raises(Refused, match="Room 2 holds another group visit"):
        make.group_visit(site=site, room="room 2", start_minute=840, **other)
    assert make.group_visit(site=site, room="room 2", start_minute=870, **other).pk


def test_a_holiday_is_confirmed_for_a_single_group_visit(site: Site) -> None:
    with pytest.raises(Refused, match="closed: Labor Day"):
        make.group_visit(site=site, day=MONDAY, confirmed={})


def test_enr_66_a_group_visit_that_would_be_over_is_refused(site: Site, scheduler: StaffUser) -> None:
    with pytest.raises(Refused, match="This time is over"):
        actions.plan_group_visit(
            site=site,
            day=TUESDAY,
            start_minute=600,
            capacity=12,
            physician=make.actor("physician", site),
            psychologist=make.actor("psychologist", site),
            by=scheduler,
            at=site.instant(TUESDAY, 700),
        )


def test_ending_a_series_cancels_what_is_empty_and_names_what_is_not(site: Site, scheduler: StaffUser) -> None:
    series, planned = start(site)
    make.booked_patient(site=site, group=planned.groups[5])
    kept = actions.end_series(series=series, last_day=date(2026, 9, 22), by=scheduler, at=NOW)
    assert kept == [planned.groups[5]]
    states = [GroupVisit.objects.get(pk=group.pk).state for group in planned.groups]
    assert states == ["planned"] * 3 + ["cancelled"] * 2 + ["planned"] + ["cancelled"] * 6
    assert actions.plan_series_visits(series=series, by=scheduler, at=NOW).groups == ()


def test_cancelling_a_group_visit_sends_its_patients_to_the_waiting_list(site: Site, scheduler: StaffUser) -> None:
    group = make.group_visit(site=site, day=TUESDAY)
    patients = [make.booked_patient(site=site, group=group) for _ in range(2)]
    with pytest.raises(Refused, match="Say why"):
        actions.cancel_group_visit(group=group, reason=" ", by=scheduler, at=NOW)
    actions.cancel_group_visit(group=group, reason="Water damage", by=scheduler, at=NOW)
    for patient in patients:
        patient.refresh_from_db()
        assert patient.state == EnrolmentState.ELIGIBLE
        assert GroupWait.objects.get(patient=patient, ended_at=None).note.startswith("The group visit of Tuesday")
        assert Letter.objects.filter(patient=patient, kind=Letter.Kind.CANCELLATION).count() == 1
    assert set(GroupSeat.objects.values_list("state", flat=True)) == {SeatState.CANCELLED}
    group.refresh_from_db()
    assert group.state == GroupVisitState.CANCELLED


def test_a_group_visit_with_somebody_checked_in_is_not_cancelled(site: Site, scheduler: StaffUser) -> None:
    group = make.group_visit(site=site)
    patient = make.booked_patient(site=site, group=group)
    nurse = make.actor("nurse", site)
    actions.check_in_seat(seat=patient.seats.get(), support_attended=True, by=nurse, at=NOW)
    with pytest.raises(Refused, match="already checked in"):
        actions.cancel_group_visit(group=group, reason="Water damage", by=scheduler, at=NOW)


def change(group: GroupVisit, by: StaffUser, **changes: Any) -> GroupVisit:
    names = ("start_minute", "minutes", "capacity", "room", "language", "physician", "psychologist")
    facts = {"day": group.date} | {name: getattr(group, name) for name in names} | changes
    return actions.change_group_visit(group=group, by=by, at=NOW, confirmed={"ENR-65": "open"}, **facts)


def test_another_time_is_told_and_another_room_is_not(site: Site, scheduler: StaffUser) -> None:
    group = make.group_visit(site=site, day=TUESDAY)
    make.booked_patient(site=site, group=group)
    change(group, scheduler, room="Room 3", capacity=8)
    assert not Letter.objects.filter(kind=Letter.Kind.CHANGE).exists()
    moved = change(group, scheduler, start_minute=840)
    assert moved.start_minute == 840
    assert "2:00 in the afternoon" in Letter.objects.get(kind=Letter.Kind.CHANGE).message.text


def test_a_group_visit_does_not_shrink_below_its_patients(site: Site, scheduler: StaffUser) -> None:
    group = make.group_visit(site=site, day=TUESDAY)
    make.booked_patient(site=site, group=group)
    make.booked_patient(site=site, group=group)
    with pytest.raises(Refused, match="Keep at least 4 seats"):
        change(group, scheduler, capacity=3)
