from datetime import timedelta
from typing import Any

import pytest

from kitclinic.models import Site, StaffUser
from scheduling.actions import (
    open_suite_day,
    put_on_shift,
    put_provider_on_site,
    record_call_out,
    record_leave,
    take_chair_out,
    take_cover,
)
from scheduling.models import CoverNeeded, NurseShift, SuiteDay
from scheduling.queries.cover_banner import cover_banner
from scheduling.queries.roster_lanes import Piece
from scheduling.queries.roster_week import Missing, roster_week
from scheduling.queries.suite_day import day_page
from tests.factories import people
from tests.factories.suite import MONDAY, before, booked_sequence, open_week, staffed

pytestmark = pytest.mark.django_db


@pytest.fixture
def monday(site: Site, scheduler: StaffUser) -> SuiteDay:
    """A Monday, 07:30 to 17:30, with nobody on the roster."""
    return open_suite_day(site=site, date=MONDAY, by=scheduler, at=before(site, MONDAY))


def test_the_week_shows_shift_breaks_and_call_out_on_one_axis(
    site: Site, monday: SuiteDay, nurse: StaffUser, scheduler: StaffUser
) -> None:
    facts: dict[str, Any] = {"by": scheduler, "at": before(site, MONDAY)}
    put_on_shift(
        suite_day=monday, nurse=nurse, from_minute=480, to_minute=960, breaks=[(600, 615), (720, 750)], **facts
    )
    record_call_out(suite_day=monday, person=nurse, from_minute=900, **facts)
    week = roster_week(site, MONDAY, at=facts["at"])
    (lane,) = week.nurses
    cell = lane.cells[0]
    assert (week.axis.first, week.axis.last, week.axis.ticks) == (450, 1050, 120)
    assert cell.pieces == (
        Piece("shift", 6, 96),
        Piece("break", 30, 3),
        Piece("break", 54, 6),
        Piece("out", 90, 12),
    )
    assert (cell.entries[0].hours, cell.entries[0].break_words) == ("08:00–16:00", "10:00–10:15, 12:00–12:30")
    assert cell.minutes == 480 - 45 - 60
    assert lane.hours == "6 h 15"
    assert [one.is_open for one in lane.cells] == [True, False, False, False, False]


def test_the_floor_says_what_the_bookings_need_and_what_still_fits(site: Site) -> None:
    booked_sequence(site)  # 09:00 to 10:20, five nurses there
    booked_sequence(site, start_minute=545)
    head = roster_week(site, MONDAY, at=before(site, MONDAY)).heads[0]
    assert (head.booked, head.fewest, head.most, head.gaps, head.cover) == (2, 5, 5, (), ())
    assert [(step.x, step.width, step.height, step.kind) for step in head.steps] == [
        (18, 1, 8, "need"),
        (19, 1, 16, "need"),  # two IV starts at once
        (20, 15, 8, "need"),
    ]
    assert head.floor == "M0 0H120"


def test_minutes_without_nurse_or_provider_are_said(
    site: Site, monday: SuiteDay, nurse: StaffUser, physician: StaffUser, scheduler: StaffUser
) -> None:
    facts: dict[str, Any] = {"by": scheduler, "at": before(site, MONDAY)}
    put_on_shift(suite_day=monday, nurse=nurse, from_minute=450, to_minute=1050, breaks=[(720, 750)], **facts)
    put_provider_on_site(suite_day=monday, provider=physician, from_minute=450, to_minute=960, **facts)
    head = roster_week(site, MONDAY, at=facts["at"]).heads[0]
    assert head.gaps == (
        Missing("nurse on the floor", ("12:00–12:30",)),
        Missing("provider on site", ("16:00–17:30",)),
    )


def test_a_call_out_under_patients_shows_cover_until_somebody_takes_it(
    site: Site, physician: StaffUser, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    booked_sequence(site)
    shift = NurseShift.objects.select_related("suite_day__site", "nurse").get(suite_day__date=MONDAY)
    at = site.instant(MONDAY, 500)
    record_call_out(suite_day=shift.suite_day, person=shift.nurse, from_minute=560, by=scheduler, at=at)
    head = roster_week(site, MONDAY, at=at).heads[0]
    assert head.cover == (Missing("nurse", ("09:20–10:20",)),)
    assert any(step.kind == "short" for step in head.steps)
    take_cover(cover=CoverNeeded.objects.get(), person=physician, by=scheduler, at=at)
    head = roster_week(site, MONDAY, at=at).heads[0]
    assert head.cover == (Missing("nurse", ("09:20–10:20",), physician.short_name),)


def test_leave_training_and_a_chair_out_are_on_the_page(
    site: Site, monday: SuiteDay, scheduler: StaffUser, lead: StaffUser
) -> None:
    at = before(site, MONDAY)
    away = people.staff("nurse", site=site, name="Ada Away")
    people.staff("nurse", site=site, name="Bo New", is_ketamine_trained=False)
    tuesday = MONDAY + timedelta(days=1)
    record_leave(person=away, first_day=tuesday, last_day=tuesday, because="Course", by=scheduler, at=at)
    take_chair_out(site=site, chair=3, first_day=MONDAY, last_day=None, because="Broken", by=lead, at=at)
    week = roster_week(site, MONDAY, at=at)
    assert [(lane.person.name, lane.counts) for lane in week.nurses] == [("Ada Away", True), ("Bo New", False)]
    assert [bool(cell.leave) for cell in week.nurses[0].cells] == [False, True, False, False, False]
    assert week.heads[0].chairs_out == (3,)


def test_a_week_can_be_copied_while_a_day_of_it_has_nobody_and_the_week_before_somebody(
    site: Site, scheduler: StaffUser
) -> None:
    at, next_week = before(site, MONDAY), MONDAY + timedelta(weeks=1)
    open_week(site, MONDAY)
    assert not roster_week(site, MONDAY, at=at).can_copy
    open_suite_day(site=site, date=next_week, by=scheduler, at=at)
    assert roster_week(site, next_week, at=at).can_copy


def test_an_open_saturday_is_a_sixth_day(site: Site, scheduler: StaffUser) -> None:
    saturday, at = MONDAY + timedelta(days=5), before(site, MONDAY)
    assert len(roster_week(site, MONDAY, at=at).heads) == 5
    open_suite_day(site=site, date=saturday, by=scheduler, at=at)
    assert roster_week(site, MONDAY, at=at).heads[5].day == saturday


def test_a_week_costs_the_same_queries_however_many_work(site: Site, django_assert_num_queries: Any) -> None:
    open_week(site, nurses=1)
    at = before(site, MONDAY)
    with django_assert_num_queries(14):
        roster_week(site, MONDAY, at=at)
    booked_sequence(site, MONDAY + timedelta(weeks=1))
    for nurse in staffed(site, "nurse", 6)[1:]:
        for day in SuiteDay.objects.filter(date__lt=MONDAY + timedelta(weeks=1)).select_related("site"):
            NurseShift.objects.create(site=site, suite_day=day, nurse=nurse, from_minute=450, to_minute=1050)
    with django_assert_num_queries(14):
        roster_week(site, MONDAY, at=at)


def test_another_clinics_people_and_cover_stay_there(site: Site, other_site: Site, monday: SuiteDay) -> None:
    open_week(other_site)
    week = roster_week(site, MONDAY, at=before(site, MONDAY))
    assert week.nurses == week.providers == ()
    assert week.heads[0].most == 0


def test_a_day_shows_who_is_there_and_what_still_fits(site: Site, django_assert_num_queries: Any) -> None:
    booked_sequence(site)
    day = SuiteDay.objects.select_related("site").get(date=MONDAY)
    with django_assert_num_queries(14):
        shown = day_page(day, at=before(site, MONDAY))
    assert len(shown.nurses) == 5
    assert (shown.head.booked, shown.head.left, shown.breaches) == (1, 55, ())
    assert (shown.opens, shown.closes, shown.axis.ticks, shown.usable) == ("07:30", "17:30", 120, 8)
    (entry,) = shown.nurses[0].cells[0].entries
    assert entry.hours == "07:30–17:30"
    assert shown.previous is None
    assert shown.following == site.week_of(MONDAY)[1]


def test_a_day_keeps_call_outs_that_were_taken_back(site: Site, scheduler: StaffUser) -> None:
    open_week(site, nurses=1)
    shift = NurseShift.objects.select_related("suite_day__site", "nurse").get(suite_day__date=MONDAY)
    at = before(site, MONDAY)
    record_call_out(suite_day=shift.suite_day, person=shift.nurse, from_minute=900, by=scheduler, at=at)
    shown = day_page(shift.suite_day, at=at)
    assert [out.person for out in shown.call_outs] == [shift.nurse]
    assert shown.nurses[0].cells[0].outs == shown.call_outs


def _gap(site: Site, *, by: StaffUser) -> CoverNeeded:
    """One patient from 09:00 to 10:20, and the only nurse gone from 09:20 on."""
    open_week(site, nurses=1)
    booked_sequence(site)
    shift = NurseShift.objects.select_related("suite_day__site", "nurse").get(suite_day__date=MONDAY)
    at = site.instant(MONDAY, 500)
    record_call_out(suite_day=shift.suite_day, person=shift.nurse, from_minute=560, by=by, at=at)
    return CoverNeeded.objects.get()


def test_the_banner_shows_what_is_not_over_yet(site: Site, scheduler: StaffUser) -> None:
    row = _gap(site, by=scheduler)
    shown = cover_banner(site, reader=scheduler, at=site.instant(MONDAY, 619))
    (gap,) = shown.open
    assert (gap.ends, gap.patients, gap.who, gap.mine) == ("10:20", 1, "1 nurse missing", False)
    assert gap.has_begun
    assert cover_banner(site, reader=scheduler, at=site.instant(MONDAY, row.to_minute)).open == ()
    assert cover_banner(site, reader=scheduler, at=before(site, MONDAY)).open == ()
    ahead = cover_banner(site, reader=scheduler, at=before(site, MONDAY), ahead=True)
    assert ahead.open[0].day == MONDAY


def test_the_banner_knows_who_could_take_it_and_changes_its_version(
    site: Site, scheduler: StaffUser, psychologist: StaffUser
) -> None:
    row, at = _gap(site, by=scheduler), site.instant(MONDAY, 570)
    helper = people.staff("nurse", site=site, name="Bea Helper")
    people.staff("nurse", site=site, name="Not Trained", is_ketamine_trained=False)
    doctor = staffed(site, "physician", 1)[0]
    shown = cover_banner(site, reader=helper, at=at)
    names = [person.name for person in shown.open[0].people]
    assert "Bea Helper" in names
    assert doctor.name in names
    assert "Not Trained" not in names
    assert shown.open[0].mine
    assert not cover_banner(site, reader=psychologist, at=at).may_name
    take_cover(cover=row, person=helper, by=helper, at=at)
    after = cover_banner(site, reader=helper, at=at)
    assert after.open == ()
    assert after.taken[0].taken_by == "Bea Helper"
    assert after.version != shown.version


def test_a_quiet_day_costs_the_banner_one_query(
    site: Site, nurse: StaffUser, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert cover_banner(site, reader=nurse, at=before(site, MONDAY)).version == ""
