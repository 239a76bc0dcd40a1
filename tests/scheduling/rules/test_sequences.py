from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitclinic.problems import Problem
from scheduling.rules.capacity import BookedVisit, feasible, feasible_starts, minutes
from scheduling.rules.sequences import (
    WeekPlan,
    clinic_week,
    enrolment_problems,
    is_clinic_day,
    next_number,
    offers,
    places,
    week_profile,
    week_words,
    why_not,
)
from scheduling.states import EnrolmentState
from tests.scheduling.rules.days import CLOSE, MONDAY, NINE, OPEN, at, suite_day, suite_week, visits

WEEK = timedelta(days=7)
GROUP = MONDAY - WEEK
TODAY = MONDAY - timedelta(days=5)


def refused(week: WeekPlan, minute: int = NINE, **facts: object) -> list[Problem]:
    return why_not(week, minute, **{"group_day": GROUP, "booked_days": (), "today": TODAY, **facts})


def rules(problems: list[Problem]) -> list[str]:
    return [problem.rule for problem in problems]


def with_day(week: WeekPlan, place: int, **changes: object) -> WeekPlan:
    days = list(week.days)
    days[place] = replace(days[place], **changes)
    return WeekPlan(tuple(days))


def test_sch_10_a_week_is_monday_to_friday_by_default() -> None:
    dates = clinic_week(date(2026, 9, 16))
    assert dates[0] == MONDAY
    assert dates[-1] == date(2026, 9, 18)
    assert clinic_week(date(2026, 9, 20)) == dates


@pytest.mark.parametrize("first_weekday", range(7))
def test_sch_10_five_consecutive_dates_from_the_sites_first_weekday(first_weekday: int) -> None:
    for day in (MONDAY + timedelta(days=n) for n in range(14)):
        dates = clinic_week(day, first_weekday)
        assert dates[0].weekday() == first_weekday
        assert dates[0] <= day < dates[0] + WEEK
        assert [(later - dates[0]).days for later in dates] == [0, 1, 2, 3, 4]


def test_sch_10_weekend_is_no_clinic_day() -> None:
    assert is_clinic_day(date(2026, 9, 18))
    assert not is_clinic_day(date(2026, 9, 19))
    assert is_clinic_day(date(2026, 9, 19), first_weekday=5)
    with pytest.raises(ValueError, match="first_weekday"):
        clinic_week(MONDAY, 7)


def test_sch_10_a_week_plan_is_five_days_that_follow_each_other() -> None:
    days = suite_week().days
    with pytest.raises(ValueError, match="5 days"):
        WeekPlan(days[:4])
    with pytest.raises(ValueError, match="follow each other"):
        WeekPlan((*days[:4], suite_day(day=MONDAY + WEEK)))


def test_sch_10_week_over_the_new_year_and_the_change_of_clocks_keeps_its_clock_time() -> None:
    for first in (date(2026, 12, 28), date(2026, 3, 9), date(2026, 11, 2)):
        (offer,) = offers([suite_week(first)], NINE, group_day=first - WEEK, today=first - WEEK, limit=1)
        assert offer.minute == NINE
        assert offer.dates == clinic_week(first)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(OPEN // 5, (CLOSE - 80) // 5), max_size=12), min_size=5, max_size=5))
def test_sch_11_a_start_is_offered_where_each_of_the_five_days_is_feasible(booked: list[list[int]]) -> None:
    week = suite_week(plan=suite_day(chairs=3, nurses=((OPEN, CLOSE),) * 2))
    for place, starts in enumerate(booked):
        week = with_day(week, place, booked=tuple(BookedVisit(start * 5) for start in starts))
    each = [set(feasible_starts(day)) for day in week.days]
    assert minutes(feasible(week_profile(week))) == sorted(set.intersection(*each))


def test_sch_11_one_full_day_refuses_that_clock_time_and_names_the_day() -> None:
    week = with_day(suite_week(), 3, booked=visits(*[NINE] * 8), nurses=((OPEN, CLOSE),) * 9)
    (problem,) = refused(week)
    assert problem.rule == "SCH-03"
    assert problem.sentence.startswith("Thursday 17 September: all 8 chairs")


def test_sch_12_week_with_a_holiday_is_not_offered_and_says_so() -> None:
    week = with_day(suite_week(), 3, closed="Founders' Day")
    assert offers([week], NINE, group_day=GROUP, today=TODAY) == []
    assert places(week) == 0
    (problem,) = refused(week)
    assert problem.sentence == (
        "The clinic is closed on Thursday 17 September (Founders' Day), so this week has 4 days. "
        "A sequence needs 5 in a row. Choose another week."
    )


def test_sch_12_two_holidays_are_both_named() -> None:
    week = with_day(with_day(suite_week(), 0, closed="storm"), 4, closed="storm")
    (problem,) = refused(week)
    assert (
        "Monday 14 September (storm) and Friday 18 September (storm), so this week has 3 days" in problem.sentence
    )


def test_sch_13_patient_already_booked_that_week_is_refused() -> None:
    own = {MONDAY + timedelta(days=2)}
    (problem,) = refused(suite_week(), booked_days=own)
    assert problem.rule == "SCH-13"
    assert "Wednesday 16 September" in problem.sentence
    assert offers([suite_week()], NINE, group_day=GROUP, today=TODAY, booked_days=own) == []


def test_sch_14_week_that_has_begun_is_refused() -> None:
    assert rules(refused(suite_week(), today=MONDAY)) == ["SCH-14"]
    assert refused(suite_week(), today=MONDAY - timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("gap", "fine"), [(4, False), (5, True), (6, True), (7, True), (8, True), (9, True), (10, False)]
)
def test_enr_24_a_week_is_offered_five_to_nine_days_after_the_group_visit(gap: int, fine: bool) -> None:
    group_day = MONDAY - timedelta(days=gap)
    found = offers([suite_week()], NINE, group_day=group_day, today=group_day)
    assert bool(found) is fine
    assert (refused(suite_week(), group_day=group_day, today=group_day) == []) is fine


def test_enr_24_without_a_group_visit_no_week_is_offered() -> None:
    assert offers([suite_week()], NINE, group_day=None, today=TODAY) == []
    assert rules(refused(suite_week(), group_day=None)) == ["ENR-24"]


def test_sch_15_the_wish_comes_first_then_the_nearest_half_an_hour_apart() -> None:
    found = offers([suite_week()], NINE, group_day=GROUP, today=TODAY)
    assert [(offer.minute - NINE, offer.off_wish) for offer in found] == [
        (0, 0),
        (-30, 30),
        (30, 30),
        (-60, 60),
        (60, 60),
    ]


def test_sch_15_three_of_the_first_week_where_a_second_has_some() -> None:
    saturdays = MONDAY - timedelta(days=2), MONDAY + timedelta(days=2)
    weeks = [suite_week(first) for first in saturdays]
    found = offers(weeks, NINE, group_day=MONDAY - timedelta(days=7), today=TODAY)
    assert [offer.first_day for offer in found] == [saturdays[0]] * 3 + [saturdays[1]] * 2


def test_sch_15_weeks_are_read_only_as_far_as_needed() -> None:
    def weeks() -> Iterator[WeekPlan]:
        yield suite_week()
        raise AssertionError("read too far")

    assert len(offers(weeks(), NINE, group_day=GROUP, today=TODAY, limit=2)) == 2


def test_sch_15_an_empty_week_holds_56_sequences_and_an_offer_says_what_it_keeps() -> None:
    (offer,) = offers([suite_week()], OPEN, group_day=GROUP, today=TODAY, limit=1)
    assert (places(suite_week()), offer.places_now, offer.places_after) == (56, 56, 55)
    assert offer.keeps == "keeps 55 of 55 places"
    assert offer.lost_places == 0


def test_sch_15_an_offer_that_costs_others_a_place_says_so() -> None:
    week = suite_week(plan=suite_day(chairs=1, hours=(OPEN, OPEN + 250), nurses=((OPEN, OPEN + 250),)))
    (offer,) = offers([week], OPEN + 45, group_day=GROUP, today=TODAY, limit=1)
    assert (offer.places_now, offer.places_after, offer.lost_places) == (3, 1, 1)
    assert offer.keeps == "keeps 1 of 2 places"


def test_sch_15_every_offer_can_be_booked_and_the_last_place_is_offered() -> None:
    week, taken = suite_week(plan=suite_day(chairs=2, hours=(OPEN, OPEN + 180), nurses=((OPEN, CLOSE),))), 0
    while found := offers([week], NINE, group_day=GROUP, today=TODAY, limit=1):
        (offer,) = found
        assert refused(week, offer.minute) == []
        assert offer.places_now == places(week)
        for place, chair in enumerate(offer.chairs.chairs):
            new = BookedVisit(offer.minute, chair=chair, key=taken)
            week = with_day(week, place, booked=(*week.days[place].booked, new))
        assert places(week) == offer.places_after
        taken += 1
    assert taken >= 2
    assert refused(week)


def test_sch_15_fewer_offers_where_fewer_starts_fit() -> None:
    week = suite_week(plan=suite_day(hours=(OPEN, OPEN + 85)))
    (offer,) = offers([week], NINE, group_day=GROUP, today=TODAY)
    assert (offer.minute, offer.off_wish) == (OPEN + 5, 85)


def test_sch_15_full_week_offers_nothing() -> None:
    week = suite_week(plan=suite_day(nurses=()))
    assert offers([week], NINE, group_day=GROUP, today=TODAY) == []
    assert len(refused(week)) == 10


def test_sch_16_a_start_without_a_chair_that_may_move_is_not_offered() -> None:
    pinned = (
        BookedVisit(at("09:00"), chair=1, key=1, pinned=True),
        BookedVisit(at("10:30"), chair=2, key=2, pinned=True),
    )
    week = with_day(suite_week(plan=suite_day(chairs=2)), 0, booked=pinned)
    found = offers([week], at("10:20"), group_day=GROUP, today=TODAY)
    assert found
    assert at("10:20") not in [offer.minute for offer in found]


@pytest.mark.parametrize(("numbers", "following"), [([], 1), ([1], 2), ([1, 3], 4), ([2, 1], 3)])
def test_the_next_sequence_number_follows_the_highest(numbers: list[int], following: int) -> None:
    assert next_number(numbers) == following


def test_sch_18_a_sequence_is_booked_with_or_after_the_group_visit() -> None:
    bookable = {state for state in EnrolmentState if not enrolment_problems(state)}
    assert bookable == {EnrolmentState.GROUP_BOOKED, EnrolmentState.CLEARED}
    assert rules(enrolment_problems("referred")) == ["SCH-18"]


def test_week_in_words() -> None:
    assert week_words(suite_week(), NINE + 5) == "Monday 14 September to Friday 18 September, 09:05"
