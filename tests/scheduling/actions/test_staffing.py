"""Breaks, leave, training, chairs out of service, hours, lengths and the cap: acts and their refusals."""

from datetime import date, timedelta
from typing import Any

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import (
    cancel_leave,
    change_breaks,
    copy_roster,
    open_suite_day,
    open_weeks,
    put_on_shift,
    record_leave,
    return_chair,
    set_daily_cap,
    set_ketamine_training,
    set_opening_hours,
    take_chair_out,
    write_protocol,
)
from scheduling.models import ChairOutage, Leave, NurseBreak, NurseShift, ProviderPresence, SuiteDay
from scheduling.queries.plans import day_plans, protocol_for
from scheduling.rules.capacity import Lengths, feasible_starts
from tests.factories import people
from tests.factories.plain_sql import first_day, put
from tests.factories.suite import MONDAY, before, booked_sequence, fill, open_week, staffed

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_at(site: Site, scheduler: StaffUser) -> dict[str, Any]:
    return {"by": scheduler, "at": before(site, MONDAY)}


def plan_of(site: Site, day: date = MONDAY) -> Any:
    return day_plans([SuiteDay.objects.get(site=site, date=day)], today=MONDAY - timedelta(days=5))[day]


def test_a_shift_comes_with_its_breaks_and_the_floor_is_what_is_left(
    site: Site, nurse: StaffUser, by_at: dict[str, Any]
) -> None:
    day = open_suite_day(site=site, date=MONDAY, **by_at)
    hours = {"from_minute": 450, "to_minute": 1050}
    shift = put_on_shift(suite_day=day, nurse=nurse, breaks=[(700, 730), (500, 515)], **hours, **by_at)
    assert plan_of(site).nurses == ((450, 500), (515, 700), (730, 1050))
    change_breaks(shift=shift, breaks=[(600, 615)], **by_at)
    assert plan_of(site).nurses == ((450, 600), (615, 1050))
    assert AuditEvent.objects.get(event="breaks_changed").detail["was"] == [[500, 515], [700, 730]]


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        ([(440, 460)], "outside the shift"),
        ([(1040, 1060)], "outside the shift"),
        ([(500, 500)], "must end after it begins"),
        ([(510, 500)], "must end after it begins"),
        ([(500, 515), (510, 520)], "begins before the one before it ends"),
    ],
)
def test_sch_19_case_11_breaks_lie_inside_the_shift_one_after_the_other(
    site: Site, nurse: StaffUser, by_at: dict[str, Any], breaks: list[tuple[int, int]], words: str
) -> None:
    day = open_suite_day(site=site, date=MONDAY, **by_at)
    with pytest.raises(Refused, match=words):
        put_on_shift(suite_day=day, nurse=nurse, from_minute=450, to_minute=1050, breaks=breaks, **by_at)
    assert not NurseShift.objects.exists()


def test_sch_21_case_16_a_break_that_a_booked_visit_needs_is_refused_with_the_minute(
    site: Site, by_at: dict[str, Any]
) -> None:
    open_week(site, nurses=1)
    booked_sequence(site, start_minute=540)
    shift = NurseShift.objects.get(suite_day__date=MONDAY)
    with pytest.raises(Refused, match="1 too many patients for the nurses on the floor from 10:00 to 10:15"):
        change_breaks(shift=shift, breaks=[(600, 615)], **by_at)
    assert not NurseBreak.objects.exists()
    change_breaks(shift=shift, breaks=[(620, 635)], **by_at)


def test_sch_20_sch_30_only_a_trained_nurse_is_put_on_shift(
    site: Site, lead: StaffUser, by_at: dict[str, Any]
) -> None:
    day = open_suite_day(site=site, date=MONDAY, **by_at)
    untrained = people.staff("nurse", site=site, is_ketamine_trained=False)
    hours = {"from_minute": 450, "to_minute": 1050}
    with pytest.raises(Refused, match="who is trained for ketamine"):
        put_on_shift(suite_day=day, nurse=untrained, **hours, **by_at)
    set_ketamine_training(nurse=untrained, trained=True, **by_at)
    untrained.refresh_from_db()
    put_on_shift(suite_day=day, nurse=untrained, **hours, **by_at)
    assert len(plan_of(site).nurses) == 1
    set_ketamine_training(nurse=untrained, trained=False, **by_at)
    assert plan_of(site).nurses == (), "nobody is booked, so it may be taken away"


def test_sch_21_training_is_not_taken_away_under_a_booked_visit(site: Site, by_at: dict[str, Any]) -> None:
    open_week(site, nurses=1)
    booked_sequence(site, start_minute=540)
    (nurse,) = staffed(site, "nurse", 1)
    with pytest.raises(Refused, match="Find cover first"):
        set_ketamine_training(nurse=nurse, trained=False, **by_at)
    nurse.refresh_from_db()
    assert nurse.is_ketamine_trained


def test_sch_35_leave_takes_a_person_off_the_roster_and_keeps_them_off(site: Site, by_at: dict[str, Any]) -> None:
    open_week(site, nurses=2)
    nurse = staffed(site, "nurse", 2)[1]
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    leave = record_leave(person=nurse, first_day=tuesday, last_day=wednesday, because="Course", **by_at)
    days = NurseShift.objects.filter(nurse=nurse).values_list("suite_day__date", flat=True)
    assert sorted(days) == [MONDAY, MONDAY + timedelta(days=3), MONDAY + timedelta(days=4)]
    day = SuiteDay.objects.get(date=tuesday)
    hours = {"suite_day": day, "from_minute": 450, "to_minute": 1050}
    with pytest.raises(Refused, match="on leave that day"):
        put_on_shift(nurse=nurse, **hours, **by_at)
    with pytest.raises(Refused, match="on leave from Tuesday 15 September to Wednesday 16 September already"):
        record_leave(person=nurse, first_day=MONDAY, last_day=tuesday, because="", **by_at)
    cancel_leave(leave=leave, **by_at)
    put_on_shift(nurse=nurse, **hours, **by_at)
    with pytest.raises(Refused, match="just cancelled"):
        cancel_leave(leave=leave, **by_at)


def test_sch_35_leave_is_refused_where_a_booked_visit_needs_the_person_all_days_or_none(
    site: Site, by_at: dict[str, Any]
) -> None:
    open_week(site, nurses=1)
    put(SuiteDay.objects.select_related("site").get(date=MONDAY + timedelta(days=2)), 540)
    last_day = MONDAY + timedelta(days=4)
    (nurse,), (provider,) = staffed(site, "nurse", 1), staffed(site, "physician", 1)
    for person in (nurse, provider):
        with pytest.raises(Refused, match="Wednesday 16 September"):
            record_leave(person=person, first_day=MONDAY, last_day=last_day, because="", **by_at)
    assert (NurseShift.objects.count(), ProviderPresence.objects.count(), Leave.objects.count()) == (5, 5, 0)
    with pytest.raises(Refused, match="cannot be before the first"):
        record_leave(person=nurse, first_day=last_day, last_day=MONDAY, because="", **by_at)


def test_sch_36_a_chair_goes_out_and_its_visits_change_chairs_not_times(site: Site, by_at: dict[str, Any]) -> None:
    open_week(site)
    booked = [booked_sequence(site, start_minute=minute, chair_wish=3) for minute in (540, 700)]
    wednesday = MONDAY + timedelta(days=2)
    outage = take_chair_out(site=site, chair=3, first_day=MONDAY, last_day=wednesday, because="Torn arm", **by_at)
    for sequence in booked:
        visits = list(sequence.visits.order_by("date").values_list("chair", "start_minute"))
        assert {minute for _, minute in visits} == {sequence.start_minute}
        assert all(chair != 3 for chair, _ in visits[:3])
        assert [chair for chair, _ in visits[3:]] == [3, 3]
    plan = plan_of(site)
    assert (plan.out, len(plan.usable)) == (frozenset({3}), 7)
    with pytest.raises(Refused, match="back in service by then"):
        return_chair(outage=outage, last_day=wednesday, **by_at)
    assert return_chair(outage=outage, last_day=MONDAY, **by_at) is not None
    assert plan_of(site, wednesday).out == frozenset()
    assert return_chair(outage=outage, last_day=MONDAY - timedelta(days=1), **by_at) is None
    assert not ChairOutage.objects.exists()


def test_sch_17_a_chair_stays_while_its_visits_fit_nowhere_else(site: Site, by_at: dict[str, Any]) -> None:
    open_week(site)
    fill(site, MONDAY, [540] * 5 + [550] * 3)
    with pytest.raises(Refused, match="no other chair is free for the visit at"):
        take_chair_out(site=site, chair=2, first_day=MONDAY, last_day=None, because="Torn", **by_at)
    assert not ChairOutage.objects.exists()


def test_sch_17_a_chair_with_a_patient_in_it_is_not_taken_out(site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    put(first_day(site), 540, chair=2, state="arrived")
    out = {"site": site, "chair": 2, "first_day": MONDAY, "last_day": MONDAY, "because": "Torn"}
    with pytest.raises(Refused, match="a patient is in chair 2 until 10:25"):
        take_chair_out(by=scheduler, at=site.instant(MONDAY, 600), **out)
    first_day(site).visits.update(state="attended")
    take_chair_out(by=scheduler, at=site.instant(MONDAY, 630), **out)


def test_sch_36_what_is_no_outage(site: Site, by_at: dict[str, Any]) -> None:
    tomorrow = MONDAY + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        take_chair_out(site=site, chair=9, first_day=tomorrow, last_day=MONDAY, because=" ", **by_at)
    assert [problem.field for problem in refused.value.problems] == ["chair", "last_day", "because"]
    with pytest.raises(Refused, match="is over"):
        take_chair_out(
            site=site, chair=1, first_day=MONDAY - timedelta(days=20), last_day=None, because="Torn", **by_at
        )


def test_new_days_take_the_hours_of_their_weekday(site: Site, by_at: dict[str, Any]) -> None:
    set_opening_hours(site=site, hours={0: (480, 960), 1: (500, 900)}, **by_at)
    set_opening_hours(site=site, hours={1: None}, **by_at)
    monday, tuesday = (open_suite_day(site=site, date=MONDAY + timedelta(days=n), **by_at) for n in (0, 1))
    assert (monday.opens_minute, monday.closes_minute) == (480, 960)
    assert (tuesday.opens_minute, tuesday.closes_minute) == (site.opens_minute, site.closes_minute)
    with pytest.raises(Refused, match="open before it closes"):
        set_opening_hours(site=site, hours={2: (600, 600)}, **by_at)


def test_sch_31_a_version_of_the_protocol_is_taken_from_its_day_on(site: Site, by_at: dict[str, Any]) -> None:
    open_week(site)
    longer = Lengths(observation=45)
    new = {"site": site, "name": "Longer observation", "lengths": longer, "because": "Advice", **by_at}
    version = write_protocol(valid_from=MONDAY + timedelta(days=2), **new)
    assert (version.number, version.lengths) == (1, longer)
    assert plan_of(site).lengths == Lengths()
    assert plan_of(site, MONDAY + timedelta(days=2)).lengths == longer
    assert protocol_for(site, MONDAY) is None
    versions = SuiteDay.objects.order_by("date").values_list("version", flat=True)
    assert versions[2] - versions[1] == 1, "pages that keep offers of these days notice"
    assert protocol_for(site, MONDAY + timedelta(days=9)) == version
    assert write_protocol(**new | {"valid_from": MONDAY, "lengths": Lengths()}).number == 2
    with pytest.raises(Refused, match="is over"):
        write_protocol(valid_from=MONDAY - timedelta(days=30), **new)


def test_sch_37_a_cap_is_not_below_what_is_booked(site: Site, by_at: dict[str, Any]) -> None:
    open_week(site)
    fill(site, MONDAY, [540, 640])
    day = set_daily_cap(suite_day=first_day(site), daily_cap=2, **by_at)
    assert (day.daily_cap, feasible_starts(plan_of(site))) == (2, [])
    for cap, words in ((1, "2 visits are booked"), (0, "A cap is at least 1")):
        with pytest.raises(Refused, match=words):
            set_daily_cap(suite_day=day, daily_cap=cap, **by_at)
    with pytest.raises(Refused, match="all 2 visits that this day takes are booked"):
        booked_sequence(site, start_minute=800)
    assert set_daily_cap(suite_day=day, daily_cap=None, **by_at).daily_cap is None


def test_a_copied_roster_has_its_breaks_and_nobody_on_leave(site: Site, by_at: dict[str, Any]) -> None:
    open_week(site, nurses=2)
    one, other = staffed(site, "nurse", 2)
    shift = NurseShift.objects.get(suite_day__date=MONDAY, nurse=one)
    change_breaks(shift=shift, breaks=[(600, 615)], **by_at)
    following = MONDAY + timedelta(weeks=1)
    record_leave(person=other, first_day=following, last_day=following, because="", **by_at)
    for day in site.week_of(following):
        open_suite_day(site=site, date=day, **by_at)
    copy_roster(site=site, week_of=following, **by_at)
    copied = NurseShift.objects.get(suite_day__date=following)
    assert (copied.nurse, [pause.from_minute for pause in copied.breaks.all()]) == (one, [600])
    assert NurseShift.objects.filter(suite_day__date=following + timedelta(days=1)).count() == 2


def test_a_public_holiday_is_opened_as_a_closed_day(site: Site, scheduler: StaffUser) -> None:
    open_weeks(site=site, by=scheduler, at=site.instant(date(2026, 9, 2), 600), weeks=2)
    closed = SuiteDay.objects.exclude(closed_because="").values_list("date", "closed_because")
    assert list(closed) == [(date(2026, 9, 7), "Labor Day")]
