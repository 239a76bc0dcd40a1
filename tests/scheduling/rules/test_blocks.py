from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.blocks import NOT_OPENED, WeekPlan, block_of, blocks_of, plans_of
from scheduling.rules.capacity import Lengths
from scheduling.states import SequenceMode, WeekRule
from tests.scheduling.rules.days import MONDAY, suite_day, suite_week

WEEK = timedelta(weeks=1)
NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "", "mon", "tue", "wed", "thu", "fri")


def week_of(closed: str = "", *, rule: WeekRule = WeekRule.SKIP, saturday: str | None = None) -> WeekPlan:
    """A week with these days closed ("Mon fri": Monday, and Friday of the week after)."""
    shut = set(closed.split())

    def plan(place: int) -> object:
        day = MONDAY + timedelta(days=place)
        return suite_day(day=day, closed="holiday" if NAMES[place] in shut else "")

    sixth = None if saturday is None else suite_day(day=MONDAY + timedelta(days=5), closed=saturday)
    days, following = tuple(map(plan, range(5))), tuple(map(plan, range(7, 12)))
    return WeekPlan(days, rule, sixth, following)  # type: ignore[arg-type]


def words(week: WeekPlan) -> list[str]:
    return [" ".join(NAMES[(day - MONDAY).days] for day in block.dates) for block in blocks_of(week)]


@pytest.mark.parametrize("rule", list(WeekRule))
def test_sch_40_a_week_without_a_closed_day_begins_with_its_five_days_whatever_is_decided(rule: WeekRule) -> None:
    block = blocks_of(week_of(rule=rule))[0]
    assert block.dates == suite_week().dates
    assert block.mode == SequenceMode.SAME_WEEK


@pytest.mark.parametrize("closed", ["Mon", "Wed", "Thu", "Fri", "Thu Fri"])
def test_sch_40_a_week_with_a_closed_day_is_skipped_until_the_clinic_decides(closed: str) -> None:
    assert blocks_of(week_of(closed)) == []
    assert blocks_of(week_of(closed, saturday="")) == []
    assert blocks_of(week_of(closed), WeekRule.ROLLING)


def test_sch_41_monday_closed_and_saturday_open_leave_tuesday_to_saturday() -> None:
    week = week_of("Mon", rule=WeekRule.SATURDAY, saturday="")
    assert words(week) == ["Tue Wed Thu Fri Sat"]
    (block,) = blocks_of(week)
    assert (block.mode, block.exact) == (SequenceMode.CALENDAR_DAYS, True)
    assert [day.day for day in plans_of(week, block.dates)] == list(block.dates)


@pytest.mark.parametrize("closed", ["Tue", "Wed", "Thu", "Fri", "Mon Tue"])
def test_sch_41_a_closed_day_further_in_leaves_no_five_dates_in_a_row(closed: str) -> None:
    assert blocks_of(week_of(closed, rule=WeekRule.SATURDAY, saturday="")) == []


def test_sch_41_a_saturday_that_nobody_opened_or_that_was_closed_again_is_none() -> None:
    assert blocks_of(week_of("Mon", rule=WeekRule.SATURDAY)) == []
    assert blocks_of(week_of("Mon", rule=WeekRule.SATURDAY, saturday="closed again")) == []
    assert words(week_of(rule=WeekRule.SATURDAY)) == ["Mon Tue Wed Thu Fri"]


def test_sch_41_two_blocks_of_a_whole_week_share_days_so_neither_is_exact() -> None:
    week = week_of(rule=WeekRule.SATURDAY, saturday="")
    assert words(week) == ["Mon Tue Wed Thu Fri", "Tue Wed Thu Fri Sat"]
    assert [block.mode for block in blocks_of(week)] == [SequenceMode.SAME_WEEK, SequenceMode.CALENDAR_DAYS]
    assert [block.exact for block in blocks_of(week)] == [False, False]


@pytest.mark.parametrize(
    ("closed", "left"), [("Mon", "Tue Wed Thu Fri"), ("Wed", "Mon Tue Thu Fri"), ("Fri", "Mon Tue Wed Thu")]
)
def test_sch_42_a_short_course_is_the_four_open_days(closed: str, left: str) -> None:
    week = week_of(closed, rule=WeekRule.SHORT)
    assert words(week) == [left]
    assert blocks_of(week)[0].mode == SequenceMode.SHORT


def test_sch_42_three_days_are_no_short_course_and_a_day_nobody_opened_is_not_closed() -> None:
    assert blocks_of(week_of("Thu Fri", rule=WeekRule.SHORT)) == []
    week = week_of(rule=WeekRule.SHORT)
    unopened = replace(week.days[4], closed=NOT_OPENED)
    assert blocks_of(replace(week, days=(*week.days[:4], unopened))) == []


def test_sch_43_a_rolling_week_begins_on_each_of_its_open_days() -> None:
    week = week_of("Thu", rule=WeekRule.ROLLING)
    assert words(week) == [
        "Mon Tue Wed Fri mon",
        "Tue Wed Fri mon tue",
        "Wed Fri mon tue wed",
        "Fri mon tue wed thu",
    ]
    assert {block.mode for block in blocks_of(week)} == {SequenceMode.CLINIC_DAYS}
    assert not any(block.exact for block in blocks_of(week))


def test_sch_43_a_closed_day_of_the_week_after_is_passed_over_too() -> None:
    assert words(week_of("Fri mon", rule=WeekRule.ROLLING))[-1] == "Thu tue wed thu fri"


def test_sch_43_it_ends_in_the_following_week_and_passes_over_nothing_that_nobody_has_opened() -> None:
    assert words(week_of("Mon Tue Wed Thu mon", rule=WeekRule.ROLLING)) == ["Fri tue wed thu fri"]
    assert words(week_of("Mon Tue Wed Thu mon tue", rule=WeekRule.ROLLING)) == []
    week = week_of("Mon", rule=WeekRule.ROLLING)
    unopened = tuple(replace(day, closed=NOT_OPENED) for day in week.following)
    assert blocks_of(replace(week, following=unopened)) == []
    assert words(replace(week_of(rule=WeekRule.ROLLING), following=())) == ["Mon Tue Wed Thu Fri"]


@given(
    st.sets(st.sampled_from([name for name in NAMES if name and name != "Sat"])),
    st.sampled_from(list(WeekRule)),
    st.sampled_from([None, "", "holiday"]),
)
def test_sch_40_no_block_holds_a_closed_day_and_each_begins_in_its_week(
    closed: set[str], rule: WeekRule, saturday: str | None
) -> None:
    week = week_of(" ".join(closed), rule=rule, saturday=saturday)
    shut = {day.day for day in week.known if day.closed}
    for block in blocks_of(week):
        assert not shut.intersection(block.dates)
        assert list(block.dates) == sorted(set(block.dates))
        assert len(block.dates) == (4 if block.mode == SequenceMode.SHORT else 5)
        assert block.first_day in week.dates
        assert (block.last_day - week.first_day).days <= 11  # the Friday of the following week at the latest
        assert block_of(week, block.dates) == block
        if block.mode in (SequenceMode.SAME_WEEK, SequenceMode.CALENDAR_DAYS):
            assert (block.last_day - block.first_day).days == 4
    assert len({block.first_day for block in blocks_of(week)}) == len(blocks_of(week))


def test_sch_40_other_days_are_no_block() -> None:
    assert block_of(week_of(), suite_week().dates[:4]) is None
    assert block_of(week_of("Thu"), suite_week().dates) is None


def test_case_36_all_visits_of_a_sequence_take_the_lengths_of_its_first_day() -> None:
    week = week_of("Mon", rule=WeekRule.ROLLING)
    longer = Lengths(15, 40, 30, 5)
    week = replace(week, following=tuple(replace(day, lengths=longer) for day in week.following))
    for block in blocks_of(week):
        assert {day.lengths for day in plans_of(week, block.dates)} == {Lengths()}


def test_a_week_plan_refuses_a_saturday_or_following_days_that_do_not_follow() -> None:
    days = suite_week().days
    with pytest.raises(ValueError, match="Saturday"):
        WeekPlan(days, saturday=suite_day(day=MONDAY + timedelta(days=6)))
    with pytest.raises(ValueError, match="after the week"):
        WeekPlan(days, following=(suite_day(day=date(2026, 9, 19)),))
