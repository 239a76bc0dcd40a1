from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitclinic.problems import Problem
from scheduling.rules.blocks import WeekPlan, blocks_of, clinic_week, is_clinic_day
from scheduling.rules.capacity import BookedVisit, feasible_starts
from scheduling.rules.groups import Clearance
from scheduling.rules.residual import CountedWeek, places
from scheduling.rules.sequences import (
    dates_problems,
    enrolment_problems,
    next_number,
    week_words,
    why_not,
)
from scheduling.states import EnrolmentState, WeekRule
from tests.scheduling.rules.days import CLOSE, MONDAY, NINE, OPEN, suite_day, suite_week, visits

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


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(OPEN // 5, (CLOSE - 80) // 5), max_size=12), min_size=5, max_size=5))
def test_sch_11_a_start_is_offered_where_each_of_the_five_days_is_feasible(booked: list[list[int]]) -> None:
    week = suite_week(plan=suite_day(chairs=3, nurses=((OPEN, CLOSE),) * 2))
    for place, starts in enumerate(booked):
        week = with_day(week, place, booked=tuple(BookedVisit(start * 5) for start in starts))
    each = [set(feasible_starts(day)) for day in week.days]
    (starts,) = CountedWeek(week).starts.values()
    assert list(starts) == sorted(set.intersection(*each))


def test_sch_11_one_full_day_refuses_that_clock_time_and_names_the_day() -> None:
    week = with_day(suite_week(), 3, booked=visits(*[NINE] * 8), nurses=((OPEN, CLOSE),) * 9)
    (problem,) = refused(week)
    assert problem.rule == "SCH-03"
    assert problem.sentence.startswith("Thursday 17 September: all 8 chairs")


def test_sch_12_week_with_a_holiday_is_not_offered_and_says_so() -> None:
    week = with_day(suite_week(), 3, closed="Founders' Day")
    assert blocks_of(week) == []
    assert places(week).number == 0
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


def test_sch_14_week_that_has_begun_is_refused() -> None:
    assert rules(refused(suite_week(), today=MONDAY)) == ["SCH-14"]
    assert refused(suite_week(), today=MONDAY - timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("gap", "fine"), [(4, False), (5, True), (6, True), (7, True), (8, True), (9, True), (10, False)]
)
def test_enr_24_a_week_is_offered_five_to_nine_days_after_the_group_visit(gap: int, fine: bool) -> None:
    group_day = MONDAY - timedelta(days=gap)
    assert (refused(suite_week(), group_day=group_day, today=group_day) == []) is fine


def test_enr_24_without_a_group_visit_no_week_is_offered() -> None:
    assert rules(refused(suite_week(), group_day=None)) == ["ENR-24"]


@pytest.mark.parametrize(("numbers", "following"), [([], 1), ([1], 2), ([1, 3], 4), ([2, 1], 3)])
def test_the_next_sequence_number_follows_the_highest(numbers: list[int], following: int) -> None:
    assert next_number(numbers) == following


def test_sch_18_a_sequence_is_booked_with_or_after_the_group_visit() -> None:
    bookable = {state for state in EnrolmentState if not enrolment_problems(state)}
    assert bookable == {EnrolmentState.GROUP_BOOKED, EnrolmentState.CLEARED}
    assert rules(enrolment_problems("referred")) == ["SCH-18"]


def test_week_in_words() -> None:
    assert week_words(suite_week(), NINE + 5) == "Monday 14 September to Friday 18 September, 09:05"


@pytest.mark.parametrize("minute", [CLOSE - 80, OPEN])
def test_case_09_the_last_seat_is_exactly_a_visit_before_closing_and_the_first_at_opening(minute: int) -> None:
    assert refused(suite_week(), minute) == []
    (starts,) = CountedWeek(suite_week()).starts.values()
    assert minute in (starts[0], starts[-1])


@pytest.mark.parametrize(
    ("minute", "said"), [(CLOSE - 75, "after closing at 17:30"), (OPEN - 5, "before opening")]
)
def test_case_09_a_tick_later_or_before_opening_names_rule_day_and_minute(minute: int, said: str) -> None:
    problems = refused(suite_week(), minute)
    assert rules(problems)[0] == "SCH-02"
    assert said in problems[0].sentence
    assert [problem.sentence.split(":")[0] for problem in problems if problem.rule == "SCH-02"] == [
        "Monday 14 September",
        "Tuesday 15 September",
        "Wednesday 16 September",
        "Thursday 17 September",
        "Friday 18 September",
    ]


@pytest.mark.parametrize("minute", [NINE + 1, NINE + 4, NINE - 2])
def test_case_10_a_start_off_the_five_minute_grid_is_refused_and_never_counted(minute: int) -> None:
    problems = refused(suite_week(), minute)
    assert set(rules(problems)) == {"SCH-01"}
    assert "is not on a 5-minute mark" in problems[0].sentence
    odd = suite_week(plan=suite_day(BookedVisit(minute), chairs=1))
    (starts,) = CountedWeek(odd).starts.values()
    assert all(start % 5 == 0 and (start + 85 <= minute or start >= minute + 85) for start in starts)


@pytest.mark.parametrize(("days", "fine"), [(7, True), (179, True), (180, True), (181, False)])
def test_case_31_a_returning_patient_needs_no_group_visit_while_the_clearing_holds(days: int, fine: bool) -> None:
    cleared = MONDAY - timedelta(days=days)
    clearance = Clearance(cleared, cleared + timedelta(days=1), TODAY)
    problems = refused(suite_week(), group_day=None, clearance=clearance)
    assert rules(problems) == ([] if fine else ["ENR-60"])
    assert rules(refused(suite_week(), group_day=None)) == ["ENR-24"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (WeekRule.SATURDAY, "With the Saturday, no 5 of its dates follow each other."),
        (WeekRule.SHORT, "so this week has 3 days. A short course needs 4."),
        (WeekRule.ROLLING, "No 5 clinic days in a row begin in it."),
    ],
)
def test_sch_12_a_week_whose_decision_helps_nobody_says_why(rule: WeekRule, said: str) -> None:
    week = replace(with_day(with_day(suite_week(), 2, closed="storm"), 3, closed="storm"), rule=rule)
    (problem,) = refused(week)
    assert problem.rule == "SCH-12"
    assert said in problem.sentence
    whole = replace(suite_week(), rule=rule)
    assert refused(whole) == []


def test_sch_12_a_single_open_day_is_said_in_the_singular() -> None:
    week = suite_week()
    shut = tuple(replace(day, closed="storm") for day in week.days[:4])
    (problem,) = refused(replace(week, days=(*shut, week.days[4])))
    assert "so this week has 1 day. " in problem.sentence


def test_sch_40_the_days_of_a_decided_week_are_judged_instead_of_monday_to_friday() -> None:
    sixth = suite_day(day=MONDAY + timedelta(days=5), nurses=())
    monday = with_day(suite_week(), 0, closed="holiday")
    week = replace(monday, rule=WeekRule.SATURDAY, saturday=sixth)
    problems = refused(week)
    assert {problem.sentence.split(":")[0] for problem in problems} == {"Saturday 19 September"}
    assert rules(refused(week, booked_days={sixth.day})) == ["SCH-13", *rules(problems)]
    assert refused(replace(week, saturday=suite_day(day=sixth.day)), today=MONDAY) == []


def test_sch_10_days_that_no_decision_allows_are_refused() -> None:
    week = suite_week()
    assert dates_problems(week, week.dates) == []
    assert rules(dates_problems(week, week.dates[:4])) == ["SCH-10"]
    closed = with_day(week, 0, closed="holiday")
    assert dates_problems(closed, week.dates) == []  # the closed day itself is said by SCH-12


def test_sch_18_with_the_group_visit_in_the_same_act_an_eligible_patient_is_booked() -> None:
    assert enrolment_problems("eligible", with_group=True) == []
    assert rules(enrolment_problems("referred", with_group=True)) == ["SCH-18"]
