from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduling.rules.blocks import WeekPlan, blocks_of, plans_of
from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import (
    BookedVisit,
    DayPlan,
    Lengths,
    Span,
    after,
    feasible,
    further_visits,
    minutes,
    profile,
    together,
)
from scheduling.rules.residual import CountedWeek, Places, free_of, further, further_after, places, starts_of
from scheduling.states import WeekRule
from tests.scheduling.rules.days import MONDAY, OPEN, suite_day, suite_week, visits

SHORT = Lengths(1, 2, 1, 1)  # so short that a day of a few ticks can be searched whole
ODD = Lengths(7, 13, 11, 3)


@st.composite
def lengths(draw: st.DrawFn) -> Lengths:
    """Lengths on the grid and off it."""
    grid = draw(st.sampled_from([1, 5]))
    return Lengths(*(grid * draw(st.integers(low, 4)) for low in (1, 1, 1, 0)))


@st.composite
def spans(draw: st.DrawFn, *, most: int = 4) -> tuple[Span, ...]:
    starts = draw(st.lists(st.tuples(st.integers(0, 110), st.integers(1, 90)), max_size=most))
    return tuple((start, start + long) for start, long in starts)


@st.composite
def days(draw: st.DrawFn) -> DayPlan:
    """Any day at all: odd edges, breaks as gaps, visits of other lengths, a cap, chairs out, more than allowed."""
    booked = draw(st.lists(st.tuples(st.integers(0, 100), lengths()), max_size=5))
    return DayPlan(
        MONDAY,
        draw(st.integers(0, 20)),
        draw(st.integers(40, 130)),
        draw(spans()),
        draw(spans(most=3)),
        tuple(BookedVisit(start, long) for start, long in booked),
        draw(st.integers(0, 3)),
        draw(lengths()),
        draw(st.sampled_from(["", "", "", "holiday"])),
        draw(st.frozensets(st.integers(1, 3), max_size=1)),
        draw(st.sampled_from([None, None, 0, 3, 6])),
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(days(), min_size=1, max_size=3))
def test_sch_46_ticks_and_minute_masks_say_the_same(some: list[DayPlan]) -> None:
    same = [replace(day, lengths=some[0].lengths) for day in some]
    free, masks = free_of(same), together([profile(day) for day in same])
    assert starts_of(free) == minutes(feasible(masks))
    assert further(free) == further_visits(masks)
    assert further_after(free) == {start: further_visits(after(masks, start)) for start in starts_of(free)}


def most(day: DayPlan) -> int:
    """The most further visits, found by trying every set of starts; each set judged by the recount."""

    @cache
    def best(booked: tuple[BookedVisit, ...], first: int) -> int:
        found = 0
        for start in range(first, day.close, 5):
            tried = (*booked, BookedVisit(start, day.lengths))
            if not breaches(replace(day, booked=tried)):
                found = max(found, 1 + best(tried, start))
        return found

    return best(day.booked, 0)


@st.composite
def small_days(draw: st.DrawFn) -> DayPlan:
    """A day of few starts that breaks no rule yet, with visits of other lengths than the next."""
    day = DayPlan(
        MONDAY,
        0,
        draw(st.integers(25, 45)),
        draw(st.sampled_from([((0, 60),), ((0, 22), (27, 60)), ((0, 60), (10, 33)), ((5, 30), (20, 60))])),
        draw(st.sampled_from([((0, 60),), ((0, 20), (20, 60)), ((0, 27), (33, 60))])),
        chairs=draw(st.integers(1, 3)),
        lengths=draw(st.sampled_from([Lengths(5, 5, 5, 0), Lengths(2, 9, 4, 5), Lengths(10, 5, 5, 5)])),
    )
    for start in draw(st.lists(st.sampled_from(range(0, 40, 5)), max_size=2)):
        tried = replace(day, booked=(*day.booked, BookedVisit(start, draw(st.sampled_from([SHORT, ODD])))))
        day = day if breaches(tried) else tried
    return day


@settings(max_examples=60, deadline=None)
@given(small_days())
def test_sch_46_the_places_left_are_the_most_that_any_plan_finds(day: DayPlan) -> None:
    free = free_of([day])
    assert further(free) == most(day)
    for start, left in further_after(free).items():
        assert left == most(replace(day, booked=(*day.booked, BookedVisit(start, day.lengths))))


@settings(max_examples=60, deadline=None)
@given(small_days())
@example(suite_day())
def test_sch_46_some_start_costs_nobody_a_place(day: DayPlan) -> None:
    free = free_of([day])
    left = further_after(free)
    assert max(left.values(), default=-1) == further(free) - 1


def test_case_36_after_a_change_of_lengths_booked_visits_keep_theirs_and_the_count_stays_exact() -> None:
    before, now = Lengths(), Lengths(15, 40, 30, 5)
    mixed = suite_day(*visits(*[OPEN + 85 * turn for turn in range(7)] * 2), lengths=now)
    assert {visit.lengths for visit in mixed.booked} == {before}
    week = suite_week(plan=mixed)
    assert places(week).is_exact
    masks = together([profile(day) for day in week.days])
    assert places(week).number == further_visits(masks)
    assert CountedWeek(week).after == {
        start: further_visits(after(masks, start)) for start in minutes(feasible(masks))
    }


def test_case_36_days_whose_next_visits_differ_in_length_are_not_counted_as_one() -> None:
    with pytest.raises(ValueError, match="one length"):
        free_of([suite_day(), suite_day(lengths=ODD)])


def test_sch_46_an_empty_week_holds_56_and_a_week_with_a_closed_day_none() -> None:
    assert places(suite_week()) == Places(56)
    closed = replace(suite_week().days[2], closed="holiday")
    shut = WeekPlan((*suite_week().days[:2], closed, *suite_week().days[3:]))
    assert places(shut) == Places(0)
    assert CountedWeek(shut).after == {}


def test_sch_46_the_daily_cap_of_one_day_holds_for_the_whole_week() -> None:
    week = suite_week()
    capped = WeekPlan((replace(week.days[0], cap=3), *week.days[1:]))
    counted = CountedWeek(capped)
    assert counted.places == Places(3)
    assert set(counted.after.values()) == {2}
    assert places(WeekPlan((replace(week.days[0], cap=0), *week.days[1:]))) == Places(0)


def rolling(*, closed: int = 0) -> WeekPlan:
    """A rolling week of one chair whose Fridays hold less than its other days."""
    small = suite_day(chairs=1)
    week = suite_week(plan=small)
    days = [replace(day, closed="holiday") if place == closed else day for place, day in enumerate(week.days)]
    after_it = suite_week(MONDAY + timedelta(weeks=1), plan=small).days
    return WeekPlan(tuple(days), WeekRule.ROLLING, None, after_it)


def test_sch_46_overlapping_blocks_give_a_bound_and_say_so() -> None:
    week = rolling()
    full = replace(week.days[1], booked=visits(*range(OPEN, OPEN + 85 * 7, 85)))
    week = replace(week, days=(week.days[0], full, *week.days[2:]))
    counted = CountedWeek(week)
    assert [len(counted.starts[block]) > 0 for block in counted.blocks] == [False, True, True, True]
    assert counted.places == Places(7)  # the Friday of all blocks already says 7, and one block holds as many


def test_sch_46_where_no_block_reaches_the_bound_the_number_is_at_most() -> None:
    week, four = rolling(), visits(*range(OPEN, OPEN + 85 * 4, 85))
    tuesday, next_tuesday = (replace(days[1], booked=four) for days in (week.days, week.following))
    week = replace(week, days=(week.days[0], tuesday, *week.days[2:]))
    week = replace(week, following=(week.following[0], next_tuesday, *week.following[2:]))
    assert places(week) == Places(7, is_exact=False)
    assert str(places(week)) == "at most 7"


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_sch_46_no_plan_of_an_overlapping_week_holds_more_than_the_bound(data: st.DataObject) -> None:
    week = rolling(closed=data.draw(st.integers(0, 4)))
    bound = places(week).number
    placed = 0
    days = {day.day: day for day in week.known}
    for _ in range(30):
        now = WeekPlan(
            tuple(days[day.day] for day in week.days),
            week.rule,
            None,
            tuple(days[day.day] for day in week.following),
        )
        fitting = [
            (block, start)
            for block in blocks_of(now)
            for start in starts_of(free_of(plans_of(now, block.dates)))[:12]
        ]
        if not fitting:
            break
        block, start = data.draw(st.sampled_from(fitting))
        placed += 1
        for day in block.dates:
            days[day] = replace(days[day], booked=(*days[day].booked, BookedVisit(start)))
    assert placed <= bound
