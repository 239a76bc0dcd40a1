"""What a returning patient needs for a further course, and the window as a setting."""

from datetime import date, timedelta

import pytest

from scheduling.rules.enrolment import CourseView, DayView, EnrolmentFacts, SeatView
from scheduling.rules.group_plans import settings_problems
from scheduling.rules.groups import (
    Clearance,
    Window,
    clearance_problems,
    clearing_lapsed,
    first_infusion_day,
    gap_problems,
    start_problems,
)
from scheduling.states import EnrolmentState, SeatState, SequenceState, VisitState

CLEARED = date(2026, 3, 2)
ENDED = date(2026, 3, 13)
SCREENED = date(2026, 8, 3)
MONDAY = date(2026, 8, 24)  # 175 days after the clearing


def clearance(**facts: object) -> Clearance:
    return Clearance(**{"cleared_on": CLEARED, "ended_on": ENDED, "screened_on": SCREENED} | facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(("days", "rules"), [(179, []), (180, []), (181, ["ENR-60"]), (365, ["ENR-60"])])
def test_enr_60_exactly_180_days_pass_and_181_do_not(days: int, rules: list[str]) -> None:
    found = clearance_problems(clearance(), CLEARED + timedelta(days=days))
    assert [problem.rule for problem in found] == rules


def test_enr_60_the_age_is_a_setting_and_the_refusal_says_it() -> None:
    (problem,) = clearance_problems(clearance(days=90), CLEARED + timedelta(days=91))
    assert "91 days after the clearing of Monday 2 March; it holds for 90 days" in problem.sentence
    assert clearance_problems(clearance(days=90), CLEARED + timedelta(days=90)) == []


@pytest.mark.parametrize(
    ("screened", "due"),
    [(None, True), (ENDED - timedelta(days=1), True), (ENDED, True), (ENDED + timedelta(days=1), False)],
)
def test_enr_61_the_health_screen_is_asked_after_the_last_infusion(screened: date | None, due: bool) -> None:
    found = clearance_problems(clearance(screened_on=screened), MONDAY)
    assert [problem.rule for problem in found] == (["ENR-61"] if due else [])


def test_enr_62_a_yes_waits_for_a_physician() -> None:
    (problem,) = clearance_problems(clearance(concern=True), MONDAY)
    assert problem.rule == "ENR-62"


def test_both_the_age_and_the_screen_are_named_at_once() -> None:
    found = clearance_problems(clearance(screened_on=None), CLEARED + timedelta(days=200))
    assert [problem.rule for problem in found] == ["ENR-60", "ENR-61"]


def test_a_returning_patient_does_not_depend_on_the_days_after_the_group_visit() -> None:
    assert start_problems(CLEARED, MONDAY, clearance=clearance()) == []
    assert [problem.rule for problem in start_problems(CLEARED, MONDAY)] == ["ENR-24"]


@pytest.mark.parametrize(("gap", "fine"), [(2, False), (3, True), (14, True), (15, False)])
def test_enr_24_the_window_is_a_setting_of_the_clinic(gap: int, fine: bool) -> None:
    window = Window(earliest=14, latest=3, target=7)
    found = gap_problems(CLEARED, CLEARED + timedelta(days=gap), window)
    assert (found == []) is fine
    assert fine or "3 to 14 days after it, best 7" in found[0].sentence


def test_enr_24_of_two_weeks_in_reach_the_one_nearer_to_the_target_is_taken() -> None:
    window = Window(earliest=14, latest=3, target=10)
    thursday = date(2026, 9, 3)
    assert first_infusion_day(thursday, window=window) == date(2026, 9, 14)  # 11 days, not 4
    assert first_infusion_day(thursday, window=window, after=date(2026, 9, 14)) is None


@pytest.mark.parametrize(("days", "lapsed"), [(14, False), (15, True)])
def test_enr_26_a_first_clearing_lapses_with_the_window(days: int, lapsed: bool) -> None:
    assert clearing_lapsed(CLEARED, CLEARED + timedelta(days=days), Window(earliest=14)) is lapsed


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ((9, 5, 7, 180), []),
        ((1, 1, 1, 1), []),
        ((60, 5, 7, 730), []),
        ((61, 5, 7, 180), ["sma_earliest_days"]),
        ((4, 5, 5, 180), ["sma_earliest_days", "sma_target_days"]),
        ((9, 0, 7, 180), ["sma_earliest_days"]),
        ((9, 5, 10, 180), ["sma_target_days"]),
        ((9, 5, 7, 0), ["clearance_days"]),
        ((9, 5, 7, 731), ["clearance_days"]),
    ],
)
def test_enr_24_settings_that_make_no_window_are_refused(values: tuple[int, ...], fields: list[str]) -> None:
    assert [problem.field for problem in settings_problems(*values)] == fields


def facts(**changes: object) -> EnrolmentFacts:
    days = tuple(
        DayView(n, n, ENDED - timedelta(days=5 - n), 540, 1, VisitState.ATTENDED if n < 5 else VisitState.MISSED)
        for n in range(1, 6)
    )
    seat = SeatView(1, CLEARED, 780, SeatState.CLEARED, support_attended=True, decided_on=CLEARED)
    course = CourseView(1, 1, ENDED - timedelta(days=4), 540, SequenceState.COMPLETED, days)
    known: dict[str, object] = {
        "state": EnrolmentState.CLEARED,
        "referred_on": CLEARED,
        "eligible": True,
        "seat": seat,
        "course": course,
    }
    return EnrolmentFacts(**known | changes)  # type: ignore[arg-type]


def test_the_last_attended_day_ends_a_course() -> None:
    found = facts().clearance
    assert found is not None
    assert found.ended_on == ENDED - timedelta(days=1)


@pytest.mark.parametrize(("days", "lapsed"), [(179, False), (180, True)])
def test_enr_60_a_clearing_is_over_when_no_day_to_come_is_in_reach(days: int, lapsed: bool) -> None:
    assert facts().lapsed(CLEARED + timedelta(days=days)) is lapsed


def test_enr_60_a_first_timer_has_no_age_only_the_window() -> None:
    first = facts(course=None)
    assert first.clearance is None
    assert not first.lapsed(CLEARED + timedelta(days=9))
    assert first.lapsed(CLEARED + timedelta(days=10))


def test_a_cancelled_second_course_leaves_the_finished_one_to_count() -> None:
    again = CourseView(2, 2, MONDAY, 540, SequenceState.CANCELLED)
    first = facts().course
    found = facts(course=again, finished=first).clearance
    assert found is not None
    assert found.cleared_on == CLEARED
