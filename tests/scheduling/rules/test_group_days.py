"""Planning a group visit, attendance on its day, and how long a clearing holds."""

from datetime import date, timedelta

import pytest

from scheduling.rules.groups import (
    check_in_problems,
    clearing_lapsed,
    first_infusion_day,
    planning_problems,
)

TUESDAY = date(2026, 9, 8)


def test_enr_25_a_group_visit_is_planned_on_a_day_to_come() -> None:
    assert planning_problems(TUESDAY, 780, 90, TUESDAY) == []
    (problem,) = planning_problems(TUESDAY, 780, 90, TUESDAY + timedelta(days=1))
    assert problem.field == "date"


@pytest.mark.parametrize(("start", "minutes"), [(1439, 2), (-1, 90), (780, 0), (1440, 1)])
def test_enr_25_a_group_visit_begins_and_ends_on_one_day(start: int, minutes: int) -> None:
    (problem,) = planning_problems(TUESDAY, start, minutes, TUESDAY)
    assert problem.field == "start"


def test_enr_25_a_group_visit_may_end_at_midnight() -> None:
    assert planning_problems(TUESDAY, 1439, 1, TUESDAY) == []


def test_enr_27_attendance_is_recorded_on_the_day_or_later() -> None:
    assert check_in_problems(TUESDAY, TUESDAY) == []
    assert check_in_problems(TUESDAY, TUESDAY + timedelta(days=1)) == []
    (problem,) = check_in_problems(TUESDAY, TUESDAY - timedelta(days=1))
    assert problem.rule == "ENR-27"
    assert "Tuesday 8 September" in problem.sentence


@pytest.mark.parametrize(("days", "lapsed"), [(0, False), (9, False), (10, True), (200, True)])
def test_enr_26_a_clearing_holds_for_nine_days(days: int, lapsed: bool) -> None:
    assert clearing_lapsed(TUESDAY, TUESDAY + timedelta(days=days)) is lapsed


@pytest.mark.parametrize(
    ("group_day", "first"),
    [
        (date(2026, 9, 5), date(2026, 9, 14)),  # Saturday, 9 days
        (date(2026, 9, 7), date(2026, 9, 14)),  # Monday, 7 days
        (date(2026, 9, 9), date(2026, 9, 14)),  # Wednesday, 5 days
        (date(2026, 9, 10), None),  # Thursday: 4 or 11 days
        (date(2026, 9, 11), None),  # Friday: 3 or 10 days
    ],
)
def test_enr_24_the_first_infusion_day_is_the_one_monday_in_reach(group_day: date, first: date | None) -> None:
    assert first_infusion_day(group_day) == first


def test_enr_24_a_clinic_week_may_begin_on_another_day() -> None:
    assert first_infusion_day(date(2026, 9, 8), first_weekday=2) == date(2026, 9, 16)
