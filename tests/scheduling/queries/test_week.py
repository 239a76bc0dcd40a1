from datetime import date, timedelta
from typing import Any

import pytest

from kitclinic.models import Site, StaffUser
from scheduling import actions
from scheduling.actions import Assessment, cancel_sequence, mark_arrived, mark_missed, name_driver
from scheduling.models import SuiteDay
from scheduling.queries.board import Block
from scheduling.queries.waiting import first_week, next_clinic_day, requests_of, to_assess_again
from scheduling.queries.week import WeekPage, default_day, week_page
from scheduling.rules.capacity import clock
from scheduling.states import EnrolmentState, SequenceState, Verdict
from tests.factories import scheduling as make
from tests.factories.suite import (
    MONDAY,
    STARTS_56,
    attend,
    booked_sequence,
    fill,
    open_week,
    patient_for,
    visits_of,
)

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)
WEDNESDAY = MONDAY + timedelta(days=2)


def page(site: Site, *, day: date | None = None, on: date = WEDNESDAY, minute: int = 678) -> WeekPage:
    return week_page(site, chosen=day, at=site.instant(on, minute))


def blocks(shown: WeekPage) -> list[Block]:
    assert shown.board is not None
    return list(shown.board.blocks)


def test_the_week_of_a_clinic_that_has_opened_nothing(site: Site) -> None:
    shown = page(site)
    assert not shown.is_planned
    assert shown.board is None
    assert {tab.is_opened for tab in shown.tabs} == {False}


def test_on_a_weekend_the_next_week_is_shown(site: Site) -> None:
    assert default_day(site, MONDAY - timedelta(days=2)) == MONDAY
    assert page(site, day=MONDAY + timedelta(days=6)).chosen == MONDAY + WEEK


def test_the_strip_counts_the_places_left_exactly(site: Site) -> None:
    open_week(site, MONDAY)
    open_week(site, MONDAY + WEEK)
    fill(site, MONDAY + WEEK, STARTS_56[:50])
    open_week(site, MONDAY + 2 * WEEK, closed={MONDAY + 2 * WEEK + timedelta(days=3): "Thanksgiving"})
    now, full, holiday, later, *_ = page(site).strip
    assert (now.left, now.is_now) == (0, True)
    assert (full.left, full.booked) == (6, 50)
    assert (holiday.left, holiday.word, holiday.kind) == (None, "4 days", "hol")
    assert holiday.closed[0].closed == "Thanksgiving"
    assert (later.is_opened, later.kind) == (False, "none")
    assert len(page(site).strip) == 26


def test_a_block_says_where_its_visit_stands(site: Site, nurse: StaffUser, scheduler: StaffUser) -> None:
    left, here, late, missed, ready, lone = fill(site, MONDAY, [450, 620, 630, 700, 790, 875])
    at = site.instant(WEDNESDAY, 650)
    attend(visits_of(left)[2], by=nurse)
    mark_arrived(visit=visits_of(here)[2], by=nurse, at=at)
    mark_missed(visit=visits_of(missed)[2], reason="transport", by=scheduler, at=at)
    name_driver(
        visits=visits_of(ready)[2:],
        name="Marta Quist",
        relationship="sister",
        phone="555-010-7788",
        transport="family",
        by=scheduler,
        at=at,
    )
    found = {block.visit.sequence_id: (block.kind, block.word, block.mark) for block in blocks(page(site))}
    assert found == {
        left.pk: ("left", "attended", ""),
        here.pk: ("here", "here", ""),
        late.pk: ("driver", "not here yet", "due"),
        missed.pk: ("missed", "transport", "missed"),
        ready.pk: ("come", "", "named"),
        lone.pk: ("driver", "no driver", "due"),
    }


def test_a_missing_driver_is_urgent_only_up_to_the_next_clinic_day(site: Site) -> None:
    booked_sequence(site)
    tabs = page(site).tabs
    assert [tab.no_driver for tab in tabs] == [0, 0, 1, 1, 0]


def test_a_day_nobody_recorded_stands_to_settle(site: Site) -> None:
    booked_sequence(site)
    shown = page(site, day=MONDAY)
    assert [visit.date for visit in shown.unrecorded] == [MONDAY, MONDAY + timedelta(days=1)]
    assert blocks(shown)[0].word == "not recorded"


def test_a_released_place_is_drawn_until_somebody_else_takes_it(site: Site, scheduler: StaffUser) -> None:
    first = booked_sequence(site, chair_wish=1)
    for visit in visits_of(first):
        mark_missed(visit=visit, reason="illness", by=scheduler, at=site.instant(MONDAY - timedelta(days=5), 700))
    assert [block.kind for block in blocks(page(site))] == ["missed"]
    second = booked_sequence(site, chair_wish=1)
    assert [block.visit.sequence_id for block in blocks(page(site))] == [second.pk]
    cancel_sequence(sequence=second, reason="cost", by=scheduler, at=site.instant(MONDAY - timedelta(days=4), 700))
    assert [block.kind for block in blocks(page(site))] == ["missed"]


def test_the_ratio_meter_counts_patients_against_twice_the_nurses(site: Site) -> None:
    open_week(site, nurses=1)
    fill(site, MONDAY, [540, 550])
    board = page(site, day=WEDNESDAY, minute=600).board
    assert board is not None
    assert (board.ratio.here, board.ratio.limit, board.iv.limit) == (2, 2, 1)
    assert {bar.kind for bar in board.ratio.bars} == {"past", "tight", "load"}
    assert board.tight == ("09:10–10:20: 2 patients, 1 nurse",)
    assert board.now_tick == (600 - 450) // 5
    later = page(site, day=WEDNESDAY, minute=620).board
    assert later is not None
    assert later.tight == (), "what is over is no warning"
    assert all(abs(tick - board.now_tick) > 4 for tick, _ in board.top_hours)


def test_who_waits_is_shown_with_the_week_that_the_group_visit_allows(site: Site) -> None:
    open_week(site, MONDAY + WEEK)
    waiting = patient_for(site, MONDAY + WEEK, state=EnrolmentState.GROUP_BOOKED)
    gone = patient_for(site, MONDAY)
    booked = booked_sequence(site, MONDAY + WEEK).patient
    bare = patient_for(site, MONDAY + WEEK, state=EnrolmentState.ELIGIBLE, seated=False)
    found = {one.patient.pk: one for one in requests_of(site, today=WEDNESDAY)}
    assert booked.pk not in found
    assert found[waiting.pk].first_day == MONDAY + WEEK
    assert found[gone.pk].needs_group
    assert found[bare.pk].seat is None


def test_starts_are_offered_on_the_phone_also_before_a_group_visit_is_booked(site: Site) -> None:
    """But not while the seat that there is counts for no week: then somebody decides about that first."""
    open_week(site, MONDAY + WEEK)
    seated = patient_for(site, MONDAY + WEEK, state=EnrolmentState.GROUP_BOOKED)
    too_late = patient_for(site, MONDAY, state=EnrolmentState.GROUP_BOOKED)
    without = patient_for(site, MONDAY + WEEK, state=EnrolmentState.GROUP_BOOKED, seated=False)
    new = patient_for(site, MONDAY + WEEK, state=EnrolmentState.ELIGIBLE, seated=False)
    found = {one.patient.pk: one for one in requests_of(site, today=WEDNESDAY)}
    asked = (seated, too_late, without, new)
    assert [found[one.pk].opens_offers for one in asked] == [True, False, False, True]
    assert [found[one.pk].books_group for one in asked] == [False, False, False, True]


def test_a_finished_course_asks_for_nothing_until_the_patient_is_assessed_again(
    site: Site, nurse: StaffUser
) -> None:
    sequence = booked_sequence(site)
    for visit in visits_of(sequence):
        attend(visit, by=nurse)
    assert requests_of(site, today=MONDAY + WEEK) == []
    patient = sequence.patient
    patient.state = EnrolmentState.ELIGIBLE
    patient.save()
    (request,) = requests_of(site, today=MONDAY + WEEK)
    assert (request.is_returning, request.seat) == (True, None)


@pytest.mark.parametrize(("days", "shown"), [(13, False), (14, True), (15, True)])
def test_enr_58_who_is_to_be_assessed_again_stands_in_the_list_from_that_day_on(
    site: Site, physician: StaffUser, days: int, shown: bool
) -> None:
    put_off, other = make.eligible_patient(site=site), make.eligible_patient(site=site)
    day = site.today(make.NOW) + timedelta(days=14)
    actions.assess_eligibility(
        patient=put_off,
        assessment=Assessment(make.facts(pain_months=5), reassess_on=day),
        by=physician,
        at=make.NOW,
        verdict=Verdict.REASSESS,
    )
    on = site.today(make.NOW) + timedelta(days=days)
    assert [one.patient for one in page(site, on=on).assess_again] == [put_off] * shown
    assert [one.patient for one in requests_of(site, today=on)] == [other]
    make.assess(put_off, at=site.instant(on, 600))
    assert to_assess_again(site, today=on) == []


def test_an_interrupted_sequence_waits_for_a_decision(site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site))[0]
    mark_missed(visit=visit, reason="illness", by=scheduler, at=visit.starts_at)
    (one,) = page(site).interrupted
    assert (one.attended, one.to_come, one.missed) == (0, 4, (visit,))


@pytest.mark.parametrize(("weekday", "gap"), [(0, 7), (1, 6), (2, 5), (3, None), (4, None), (5, 9), (6, 8)])
def test_enr_24_a_group_visit_leads_to_one_week_or_none(site: Site, weekday: int, gap: int | None) -> None:
    group = MONDAY + timedelta(days=weekday)
    week = first_week(site, group, group)
    assert week == (None if gap is None else group + timedelta(days=gap))


def test_the_next_clinic_day_skips_the_weekend_and_closed_days(site: Site) -> None:
    assert next_clinic_day(site, after=MONDAY) == MONDAY + timedelta(days=1)
    open_week(site, MONDAY)
    open_week(site, MONDAY + WEEK, closed={MONDAY + WEEK: "Labor Day"})
    friday = MONDAY + timedelta(days=4)
    assert next_clinic_day(site, after=friday) == MONDAY + WEEK + timedelta(days=1)


def test_another_clinic_sees_nothing_of_it(site: Site, other_site: Site) -> None:
    booked_sequence(site)
    shown = page(other_site)
    assert not shown.is_planned
    assert shown.no_driver == ()


def test_a_full_week_costs_no_more_queries_than_an_empty_one(
    site: Site, django_assert_max_num_queries: Any
) -> None:
    open_week(site, MONDAY)
    fill(site, MONDAY, STARTS_56[:20])
    for _ in range(3):
        patient_for(site, MONDAY + WEEK)
    with django_assert_max_num_queries(19):
        page(site)


def test_a_closed_day_is_named_on_its_tab(site: Site) -> None:
    open_week(site, MONDAY, closed={WEDNESDAY: "Snow"})
    assert page(site).tabs[2].closed == "Snow"
    assert SuiteDay.objects.get(date=WEDNESDAY).is_closed


def test_a_tentative_visit_shows_its_window_and_a_held_one_its_end(site: Site, scheduler: StaffUser) -> None:
    open_week(site, MONDAY)
    at = site.instant(MONDAY - timedelta(days=10), 600)
    booked = {
        state: actions.book_sequence(
            patient=patient_for(site, MONDAY),
            first_day=MONDAY,
            start_minute=minute,
            by=scheduler,
            at=at,
            state=state,
        )
        for state, minute in ((SequenceState.TENTATIVE, 540), (SequenceState.HELD, 700))
    }
    shown = week_page(site, chosen=MONDAY, at=at)
    assert shown.board is not None
    found = {block.visit.sequence_id: block for block in shown.board.blocks}
    tentative, held = found[booked[SequenceState.TENTATIVE].pk], found[booked[SequenceState.HELD].pk]
    first, last = tentative.visit.sequence.promised_from_minute, tentative.visit.sequence.promised_to_minute
    assert first is not None
    assert last is not None
    assert (tentative.kind, tentative.window) == ("tentative", f"{clock(first)}–{clock(last)}")
    assert f"tentative, may start {tentative.window}" in tentative.says
    until = held.visit.sequence.held_until
    assert until is not None
    assert (held.kind, held.mark) == ("held", "held")
    assert held.word.endswith(clock(site.minute(until)))
    assert shown.tentative == 1
    assert {mark for mark, _ in shown.board.legend} == {"tent", "held"}


def test_a_day_at_another_time_than_the_sequence_is_marked_as_moved(site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site, start_minute=540))[2]
    at = site.instant(MONDAY - timedelta(days=4), 600)
    actions.move_day(visit=visit, date=visit.date, start_minute=560, by=scheduler, at=at)
    (block,) = blocks(page(site, minute=400))
    assert block.tags == ("moved",)
    assert "moved from the sequence's time" in block.says
    assert block.may_move
    assert not blocks(page(site, minute=600))[0].may_move, "its time has come"


def test_the_saturday_has_a_tab_when_it_is_opened_and_none_when_it_is_closed_again(
    site: Site, scheduler: StaffUser
) -> None:
    open_week(site, MONDAY)
    saturday = MONDAY + timedelta(days=5)
    assert len(page(site).tabs) == 5
    at = site.instant(MONDAY, 600)
    day = actions.open_suite_day(site=site, date=saturday, by=scheduler, at=at)
    shown = page(site, day=saturday)
    assert [tab.day for tab in shown.tabs] == [MONDAY + timedelta(days=n) for n in range(6)]
    assert (shown.chosen, shown.day_before) == (saturday, MONDAY + timedelta(days=4))
    assert shown.day_after == MONDAY + WEEK
    actions.close_suite_day(suite_day=day, because="nobody came", by=scheduler, at=at)
    assert len(page(site).tabs) == 5
    assert page(site, day=saturday).chosen == MONDAY + WEEK
