"""When a patient is asked: every boundary of the windows, returning, moving, and random histories."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.rules.asking import (
    CATCH_UP_DAYS,
    AskFacts,
    Course,
    Desired,
    Row,
    desired_asks,
    ideal_day,
    missing,
    reconcile,
    standing,
)
from outcomes.states import AskState

DAY = date(2026, 3, 2)


def days(number: int) -> timedelta:
    return timedelta(days=number)


def planned(*, key: int = 1, first: int = 0, seat: int | None = None) -> Course:
    return Course(key, "standard", DAY + days(first), None if seat is None else DAY + days(seat))


def over(*, key: int = 1, first: int = 0, last: int | None = 4) -> Course:
    ended = None if last is None else DAY + days(last)
    return Course(key, "standard", None, began=DAY + days(first), last=ended, over=True)


def asked(*courses: Course, today: int = 0, unwilling: str = "") -> dict[str, Desired]:
    found = desired_asks(AskFacts(courses, unwilling), DAY + days(today))
    return {f"{one.course} {one.occasion}": one for one in found}


def span(one: Desired) -> tuple[int, int, int]:
    return tuple((day - DAY).days for day in (one.opens_on, one.ask_on, one.closes_on))  # type: ignore[return-value]


def test_pro_81_baseline_is_asked_from_the_group_visit_on_and_counts_back_100_days() -> None:
    assert span(asked(planned(seat=-9))["1 baseline"]) == (-100, -9, 0)
    assert span(asked(planned())["1 baseline"]) == (-100, -7, 0)
    assert span(asked(planned(seat=-130))["1 baseline"]) == (-100, -100, 0)
    assert span(asked(planned(seat=2))["1 baseline"]) == (-100, -7, 0)  # a group visit after day 1 tells nothing


def test_pro_82_follow_ups_count_from_the_last_completed_infusion_once_none_is_to_come() -> None:
    found = asked(over(last=4), today=5)
    assert span(found["1 last"]) == (5, 5, 34)
    assert span(found["1 3m"]) == (35, 4 + 87, 139)
    assert span(found["1 6m"]) == (140, 4 + 177, 244)
    assert ideal_day("3m", DAY) == DAY + days(90)
    assert ideal_day("6m", DAY) == DAY + days(180)
    still = Course(1, "standard", DAY + days(3), began=DAY, last=DAY + days(2))
    assert set(asked(still, today=3)) == {"1 baseline"}


def test_pro_83_a_course_that_ends_early_counts_from_its_last_completed_infusion() -> None:
    assert span(asked(over(last=2), today=5)["1 last"]) == (3, 3, 32)
    assert set(asked(over(last=None), today=5)) == {"1 baseline"}  # none was completed


def test_pro_83_a_returning_patient_ends_the_follow_ups_before() -> None:
    again = planned(key=2, first=150)
    found = asked(over(), again, today=60)
    assert span(found["1 3m"]) == (35, 91, 139)
    assert span(found["2 baseline"]) == (143, 143, 150)
    assert "1 6m" not in found
    assert found["2 baseline"].counts_from == DAY + days(50)
    soon = asked(over(), planned(key=2, first=100), today=60)
    assert span(soon["1 3m"]) == (35, 91, 92)
    sooner = asked(over(), planned(key=2, first=90), today=60)
    assert "1 3m" not in sooner


def test_pro_83_answers_before_an_earlier_course_are_no_baseline_of_the_next() -> None:
    found = asked(over(), planned(key=2, first=60), today=30)
    assert found["2 baseline"].counts_from == DAY + days(5)


def test_pro_83_a_window_that_closed_long_ago_is_left_alone() -> None:
    assert "1 last" in asked(over(), today=34 + CATCH_UP_DAYS)
    assert "1 last" not in asked(over(), today=35 + CATCH_UP_DAYS)


def test_pro_84_nobody_is_asked_who_was_declined() -> None:
    assert asked(over(), unwilling="The patient was declined.") == {}


def test_pro_85_only_what_is_missing_is_asked() -> None:
    assert missing(("PHQ-9", "PGIC", "GAD-7"), {"GAD-7"}) == ("PHQ-9", "PGIC")


@pytest.mark.parametrize(
    ("state", "asked_days_ago", "ask_in", "word"),
    [
        (AskState.PLANNED, None, 1, "upcoming"),
        (AskState.PLANNED, None, 0, "due"),
        (AskState.ASKED, 2, -2, "open"),
        (AskState.ASKED, 3, -3, "late"),
        (AskState.DONE, 3, -3, "done"),
        (AskState.MISSED, 40, -40, "missed"),
    ],
)
def test_pro_93_a_window_is_late_from_the_day_of_the_call(
    state: AskState, asked_days_ago: int | None, ask_in: int, word: str
) -> None:
    out = None if asked_days_ago is None else DAY - days(asked_days_ago)
    assert standing(state, ask_on=DAY + days(ask_in), asked_on=out, today=DAY) == word


# -- rows follow what is desired


def rows_for(facts: AskFacts, today: date, state: AskState = AskState.PLANNED) -> list[Row]:
    found = desired_asks(facts, today)
    return [
        Row(key, one.course, one.occasion, one.anchor, one.opens_on, one.ask_on, one.closes_on, state)
        for key, one in enumerate(found, start=1)
    ]


def test_pro_83_a_course_that_moves_takes_its_baseline_with_it() -> None:
    rows = rows_for(AskFacts((planned(),)), DAY - days(8))
    moved = AskFacts((planned(first=3),))
    changes = reconcile(moved, rows, DAY - days(8))
    assert [(key, one.anchor) for key, one in changes.move] == [(1, DAY + days(3))]
    assert not changes.create
    assert not changes.drop


def test_pro_83_questions_that_are_out_for_a_course_far_away_now_are_dropped_and_asked_anew() -> None:
    rows = rows_for(AskFacts((planned(),)), DAY - days(7), AskState.ASKED)
    changes = reconcile(AskFacts((planned(first=60),)), rows, DAY - days(5))
    assert changes.drop == ((1, "The course moved: its first infusion is planned for 2026-05-01."),)
    assert [one.anchor for one in changes.create] == [DAY + days(60)]


def test_pro_83_a_cancelled_course_drops_what_was_planned() -> None:
    changes = reconcile(AskFacts(()), rows_for(AskFacts((planned(),)), DAY - days(8)), DAY - days(8))
    assert changes.drop == ((1, "The course was cancelled."),)


def test_pro_84_a_declined_patient_is_dropped_with_the_reason() -> None:
    rows = rows_for(AskFacts((over(),)), DAY + days(10))
    changes = reconcile(AskFacts((over(),), "The patient has withdrawn."), rows, DAY + days(10))
    assert {reason for _, reason in changes.drop} == {"The patient has withdrawn."}


def test_pro_83_a_follow_up_says_that_the_patient_was_treated_again() -> None:
    rows = rows_for(AskFacts((over(),)), DAY + days(60))
    changes = reconcile(AskFacts((over(), planned(key=2, first=90))), rows, DAY + days(60))
    assert {reason for _, reason in changes.drop} == {
        "Treated again from 2026-05-31: the new baseline asks instead."
    }
    assert [one.occasion for one in changes.create] == ["baseline"]


def test_pro_83_what_was_done_is_not_asked_again_when_the_same_day_is_booked_anew() -> None:
    done = [Row(9, 1, "baseline", DAY, DAY - days(100), DAY - days(7), DAY, AskState.DONE)]
    assert not reconcile(AskFacts((planned(key=2),)), done, DAY - days(5)).create


def test_pro_83_a_baseline_missed_is_asked_again_when_the_course_begins_later() -> None:
    missed = [Row(9, 1, "baseline", DAY, DAY - days(100), DAY - days(7), DAY, AskState.MISSED)]
    later = AskFacts((planned(first=21),))
    assert [one.anchor for one in reconcile(later, missed, DAY + days(2)).create] == [DAY + days(21)]
    (wanted,) = desired_asks(later, DAY + days(2))
    assert not reconcile(later, missed, DAY + days(2), answered=[wanted]).create


# -- random histories


@st.composite
def histories(draw: st.DrawFn) -> AskFacts:
    """Courses one after the other, ended early or late, the last one perhaps only planned; perhaps unwilling."""
    courses: list[Course] = []
    begins = 0
    for key in range(1, draw(st.integers(0, 4)) + 1):
        seat = draw(st.none() | st.integers(-20, 3))
        seat_on = None if seat is None else DAY + days(begins + seat)
        lasts = draw(st.none() | st.integers(0, 6))
        ended = None if lasts is None else DAY + days(begins + lasts)
        courses.append(Course(key, "standard", None, seat_on, DAY + days(begins), ended, over=True))
        begins += (lasts or 0) + draw(st.integers(1, 260))
    if draw(st.booleans()):
        courses.append(planned(key=9, first=begins, seat=draw(st.none() | st.integers(begins - 20, begins + 2))))
    return AskFacts(tuple(courses), draw(st.sampled_from(["", "", "", "The patient was declined."])))


@given(histories(), st.integers(-50, 900))
def test_pro_82_windows_never_overlap_and_are_asked_inside(facts: AskFacts, today: int) -> None:
    found = desired_asks(facts, DAY + days(today))
    for one in found:
        assert one.opens_on <= one.ask_on <= one.closes_on
        assert one.counts_from <= one.closes_on
    ordered = sorted(found, key=lambda one: one.opens_on)
    assert all(a.closes_on < b.opens_on for a, b in pairwise(ordered))
    assert len({(one.course, one.occasion) for one in found}) == len(found)


@given(st.lists(st.tuples(histories(), st.integers(-50, 900)), min_size=1, max_size=4))
def test_pro_83_whatever_happens_one_row_is_live_for_an_occasion_and_running_twice_changes_nothing(
    story: list[tuple[AskFacts, int]],
) -> None:
    rows: dict[int, Row] = {}
    for facts, today in story:
        now = DAY + days(today)
        changes = reconcile(facts, list(rows.values()), now)
        for key, _ in changes.drop:
            del rows[key]
        for key, one in changes.move:
            rows[key] = _row(key, one, rows[key].state)
        for one in changes.create:
            key = max(rows, default=0) + 1
            rows[key] = _row(key, one, AskState.ASKED if one.ask_on <= now else AskState.PLANNED)
        assert not reconcile(facts, list(rows.values()), now)
        for key, row in rows.items():
            if row.is_live and row.closes_on < now:
                rows[key] = _ended(row)
        assert not reconcile(facts, list(rows.values()), now)
        live = [(row.course, row.occasion) for row in rows.values() if row.is_live]
        assert len(live) == len(set(live))


def _row(key: int, one: Desired, state: str) -> Row:
    return Row(key, one.course, one.occasion, one.anchor, one.opens_on, one.ask_on, one.closes_on, state)


def _ended(row: Row) -> Row:
    window = (row.key, row.course, row.occasion, row.anchor, row.opens_on, row.ask_on, row.closes_on)
    return Row(*window, AskState.MISSED)
