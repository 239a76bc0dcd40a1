from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.rules.blocks import WeekPlan, clinic_week, plans_of
from scheduling.rules.capacity import BookedVisit
from scheduling.rules.groups import Clearance, Window
from scheduling.rules.offers import (
    OFFERS,
    Asking,
    GroupChoice,
    NurseDays,
    Offer,
    group_for,
    group_problems,
    liked,
    nurse_days,
    offers,
)
from scheduling.rules.residual import CountedWeek, places
from scheduling.rules.sequences import why_not
from scheduling.rules.wishes import Wish
from scheduling.states import SequenceMode, WeekRule
from tests.scheduling.rules.days import CLOSE, MONDAY, NINE, OPEN, at, suite_day, suite_week, visits

WEEK = timedelta(days=7)
GROUP = MONDAY - WEEK
TODAY = MONDAY - timedelta(days=5)
CLEARED = Clearance(TODAY - timedelta(days=30), TODAY - timedelta(days=20), TODAY)


def offered(
    weeks: list[WeekPlan], wish: Wish = Wish(minute=NINE), *, limit: int = OFFERS, **facts: Any
) -> list[Offer]:
    asking = Asking(**{"today": TODAY, "group_day": GROUP} | facts)
    return offers([CountedWeek(week) for week in weeks], wish, asking, limit=limit)


def test_sch_10_week_over_the_new_year_and_the_change_of_clocks_keeps_its_clock_time() -> None:
    for first in (date(2026, 12, 28), date(2026, 3, 9), date(2026, 11, 2)):
        (offer,) = offered([suite_week(first)], limit=1, group_day=first - WEEK, today=first - WEEK)
        assert offer.minute == NINE
        assert offer.dates == clinic_week(first)


def test_sch_44_places_kept_come_before_the_distance_from_the_wish() -> None:
    found = offered([suite_week()])
    assert [offer.lost_places for offer in found] == sorted(offer.lost_places for offer in found)
    assert (found[0].minute, found[0].off_wish, found[0].lost_places) == (NINE, 0, 0)
    nearer = suite_week(plan=suite_day(chairs=1, hours=(OPEN, OPEN + 250), nurses=((OPEN, OPEN + 250),)))
    best, *others = offered([nearer], Wish(minute=OPEN + 45))
    assert (best.minute, best.lost_places) == (OPEN + 85, 0)
    assert [offer.lost_places for offer in others if offer.off_wish == 0] == [1]


def test_sch_15_a_wished_start_that_fits_is_named_with_what_it_costs() -> None:
    weeks = [suite_week(MONDAY + WEEK * place) for place in range(2)]
    costs = next(minute for minute, left in CountedWeek(weeks[0]).after.items() if left < 55)
    found = offered(weeks, Wish(minute=costs), group_day=None, clearance=CLEARED)
    assert [offer.lost_places for offer in found[:4]] == [0] * 4
    assert (found[4].minute, found[4].lost_places) == (costs, 55 - CountedWeek(weeks[0]).after[costs])
    assert offered(weeks, Wish(minute=costs), limit=1, group_day=None, clearance=CLEARED)[0].lost_places == 0


def test_sch_44_then_the_earlier_week_then_the_wish() -> None:
    weeks = [suite_week(MONDAY), suite_week(MONDAY + WEEK)]
    found = offered(weeks, group_day=None, clearance=CLEARED)
    keys = [(offer.lost_places, offer.first_day, offer.off_wish) for offer in found]
    assert keys == sorted(keys)
    assert {offer.first_day for offer in found} == {MONDAY, MONDAY + WEEK}


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.integers(OPEN // 5, (CLOSE - 80) // 5), max_size=16), min_size=2, max_size=2),
    st.integers(OPEN // 5, (CLOSE - 80) // 5),
)
def test_sch_44_the_loss_is_against_the_best_of_all_starts_of_the_week(booked: list[list[int]], wish: int) -> None:
    days = suite_day(chairs=3, nurses=((OPEN, CLOSE),) * 2)
    weeks = [
        suite_week(MONDAY + WEEK * place, plan=replace(days, booked=tuple(BookedVisit(5 * one) for one in some)))
        for place, some in enumerate(booked)
    ]
    found = offered(weeks, Wish(minute=5 * wish), group_day=None, clearance=CLEARED)
    for offer in found:
        week = next(week for week in weeks if week.first_day == offer.first_day)
        counted = CountedWeek(week)
        best = max(counted.after.values())
        assert offer.lost_places == best - offer.places_after >= 0
        assert why_not(week, offer.minute, group_day=None, booked_days=(), today=TODAY, clearance=CLEARED) == []
    assert [offer.rank for offer in found] == sorted(offer.rank for offer in found)
    assert len(found) <= OFFERS


def test_sch_15_half_an_hour_apart_within_the_same_days() -> None:
    found = sorted(offer.minute for offer in offered([suite_week()]))
    assert len(found) == OFFERS
    assert all(later - earlier >= 30 for earlier, later in pairwise(found))


def test_sch_15_three_of_one_week_where_a_second_has_some() -> None:
    saturdays = MONDAY - timedelta(days=2), MONDAY + timedelta(days=2)
    found = offered([suite_week(first) for first in saturdays], group_day=GROUP, today=GROUP)
    assert sorted(offer.first_day for offer in found) == [saturdays[0]] * 3 + [saturdays[1]] * 2


def test_sch_15_one_week_alone_gives_all_five() -> None:
    assert len(offered([suite_week()])) == OFFERS


def test_sch_15_two_weeks_with_a_start_are_compared_and_the_others_are_not_read() -> None:
    def weeks() -> Iterator[CountedWeek]:
        yield CountedWeek(suite_week(plan=suite_day(nurses=())))
        yield CountedWeek(suite_week(MONDAY + WEEK))
        yield CountedWeek(suite_week(MONDAY + 2 * WEEK))
        raise AssertionError("read too far")

    found = offers(weeks(), Wish(minute=NINE), Asking(TODAY, clearance=CLEARED))
    assert {offer.first_day for offer in found} == {MONDAY + WEEK, MONDAY + 2 * WEEK}


def test_sch_15_an_empty_week_holds_56_sequences_and_an_offer_says_what_it_keeps() -> None:
    (offer,) = offered([suite_week()], Wish(minute=OPEN), limit=1)
    assert (places(suite_week()).number, offer.places_now, offer.places_after) == (56, 56, 55)
    assert offer.keeps == "keeps 55 of 55 places"
    assert (offer.lost_places, offer.is_exact) == (0, True)


def test_sch_15_an_offer_that_costs_others_a_place_says_so() -> None:
    week = suite_week(plan=suite_day(chairs=1, hours=(OPEN, OPEN + 250), nurses=((OPEN, OPEN + 250),)))
    (offer,) = (one for one in offered([week], Wish(minute=OPEN + 45)) if one.off_wish == 0)
    assert (offer.places_now, offer.places_after, offer.lost_places) == (3, 1, 1)
    assert offer.keeps == "keeps 1 of 2 places"


def test_sch_15_every_offer_can_be_booked_and_the_last_place_is_offered() -> None:
    week, taken = suite_week(plan=suite_day(chairs=2, hours=(OPEN, OPEN + 180), nurses=((OPEN, CLOSE),))), 0
    while found := offered([week], limit=1):
        (offer,) = found
        assert why_not(week, offer.minute, group_day=GROUP, booked_days=(), today=TODAY) == []
        assert offer.places_now == places(week).number
        days = list(week.days)
        for place, chair in enumerate(offer.chairs.chairs):
            new = BookedVisit(offer.minute, chair=chair, key=taken)
            days[place] = replace(days[place], booked=(*days[place].booked, new))
        week = WeekPlan(tuple(days))
        assert places(week).number == offer.places_after
        taken += 1
    assert taken == 4
    assert why_not(week, NINE, group_day=GROUP, booked_days=(), today=TODAY)


def test_sch_15_fewer_offers_where_fewer_starts_fit_and_none_in_a_full_week() -> None:
    (offer,) = offered([suite_week(plan=suite_day(hours=(OPEN, OPEN + 85)))], Wish(minute=OPEN + 5))
    assert (offer.minute, offer.off_wish) == (OPEN + 5, 0)
    assert offered([suite_week(plan=suite_day(nurses=()))]) == []


def test_sch_16_a_start_without_a_chair_that_may_move_is_not_offered() -> None:
    pinned = (
        BookedVisit(at("09:00"), chair=1, key=1, pinned=True),
        BookedVisit(at("10:30"), chair=2, key=2, pinned=True),
    )
    week = suite_week(plan=suite_day(chairs=2))
    week = WeekPlan((replace(week.days[0], booked=pinned), *week.days[1:]))
    found = offered([week], Wish(minute=at("10:20")))
    assert found
    assert at("10:20") not in [offer.minute for offer in found]


@pytest.mark.parametrize(
    ("wish", "fits"),
    [
        (Wish(minute=NINE, from_minute=NINE), lambda offer: offer.minute >= NINE),
        (Wish(minute=NINE, to_minute=at("12:00")), lambda offer: offer.minute + 80 <= at("12:00")),
        (Wish(from_minute=at("16:10"), to_minute=at("17:30")), lambda offer: offer.minute == at("16:10")),
    ],
)
def test_sch_45_seated_and_discharged_within_the_window(wish: Wish, fits: Any) -> None:
    found = offered([suite_week()], wish)
    assert found
    assert all(fits(offer) for offer in found)


def test_sch_45_a_window_a_minute_too_short_has_no_start() -> None:
    assert offered([suite_week()], Wish(from_minute=NINE, to_minute=NINE + 79)) == []


def test_sch_45_no_day_to_avoid_and_none_before_the_day_asked_for() -> None:
    weeks = [suite_week(MONDAY + WEEK * place) for place in range(4)]
    wish = Wish(from_day=MONDAY + timedelta(days=1), avoids=(MONDAY + 2 * WEEK + timedelta(days=4),))
    found = offered(weeks, wish, group_day=None, clearance=CLEARED)
    assert {offer.first_day for offer in found} == {MONDAY + WEEK, MONDAY + 3 * WEEK}


@pytest.mark.parametrize(
    ("wish", "minute"),
    [(Wish(), NINE), (Wish(minute=800), 800), (Wish(from_minute=700), 700), (Wish(from_minute=480), NINE)],
)
def test_sch_44_the_distance_is_measured_from_nine_until_a_time_is_said(wish: Wish, minute: int) -> None:
    assert liked(wish) == minute


def an_hour(*booked: BookedVisit) -> WeekPlan:
    """A week in which a visit starts within the first hour; every start keeps all places."""
    return suite_week(plan=suite_day(*booked, chairs=3, hours=(OPEN, OPEN + 140), nurses=((0, CLOSE),) * 9))


def test_sch_44_of_two_starts_equally_far_the_chair_of_the_course_before_decides() -> None:
    week, middle = an_hour(BookedVisit(OPEN - 60, chair=2)), Wish(minute=OPEN + 30)
    assert [offer.minute - OPEN for offer in offered([week], middle)] == [30, 0, 60]
    found = offered([week], middle, chair=2)
    assert [offer.minute - OPEN for offer in found] == [30, 60, 0]
    assert [offer.keeps_chair for offer in found] == [True, True, False]
    assert [offer.lost_places for offer in found] == [0, 0, 0]


def test_sch_44_of_two_starts_equally_far_the_nurse_of_the_course_before_decides() -> None:
    week, middle = an_hour(), Wish(minute=OPEN + 30)
    shifts = shifts_of(week, (OPEN + 60, CLOSE, (0, 1, 2, 3)), (OPEN, OPEN + 80, (0, 1, 2, 3, 4)))
    assert [offer.minute - OPEN for offer in offered([week], middle, shifts=shifts)] == [30, 0, 60]
    found = offered([week], middle, shifts=shifts, nurses=frozenset({1}))
    assert [offer.minute - OPEN for offer in found] == [30, 60, 0]
    assert [offer.nurse for offer in found] == [None, NurseDays(1, 4), NurseDays(2, 5)]
    assert [offer.keeps_nurse for offer in found] == [False, True, False]


def shifts_of(
    week: WeekPlan, *spans: tuple[int, int, tuple[int, ...]]
) -> dict[date, list[tuple[int, tuple[int, int]]]]:
    """Nurses numbered from 1: (from, to, places of the days)."""
    return {
        day.day: [(key, (begin, end)) for key, (begin, end, where) in enumerate(spans, start=1) if place in where]
        for place, day in enumerate(week.days)
    }


def test_sch_44_the_nurse_seen_on_most_days_is_named_and_one_known_before_first() -> None:
    week = suite_week()
    shifts = shifts_of(
        week, (OPEN, CLOSE, (0, 1, 2)), (OPEN, CLOSE, (0, 1, 2, 3)), (OPEN, NINE + 79, (0, 1, 2, 3, 4))
    )
    found = offered([week], shifts=shifts)
    assert found[0].nurse == NurseDays(2, 4), "nurse 3 leaves a minute before the discharge"
    assert not found[0].keeps_nurse
    known = offered([week], shifts=shifts, nurses=frozenset({1}))[0]
    assert (known.nurse, known.keeps_nurse) == (NurseDays(1, 3), True)
    assert nurse_days(week.days, NINE, {}, frozenset()) is None


def groups(*days: int, left: int = 1) -> tuple[GroupChoice, ...]:
    """Group visits so many days before Monday."""
    return tuple(
        GroupChoice(key, MONDAY - timedelta(days=day), 900, left) for key, day in enumerate(days, start=1)
    )


@pytest.mark.parametrize(
    ("before", "key"), [((4, 10), None), ((5,), 1), ((9,), 1), ((9, 6, 8), 3), ((5, 7, 9), 2), ((), None)]
)
def test_sch_47_the_group_visit_of_the_window_nearest_to_the_target_is_booked_along(
    before: tuple[int, ...], key: int | None
) -> None:
    group = group_for(MONDAY, groups(*before), Window())
    assert (group.key if group else None) == key
    found = offered([suite_week()], group_day=None, groups=groups(*before), today=MONDAY - timedelta(days=20))
    assert [offer.group.key if offer.group else None for offer in found] == [key] * (OFFERS if key else 0)


def test_sch_47_without_a_free_seat_nothing_is_offered_and_the_refusal_says_so() -> None:
    full = groups(7, left=0)
    assert offered([suite_week()], group_day=None, groups=full) == []
    (problem,) = group_problems(MONDAY, Window())
    assert problem.rule == "SCH-47"
    assert problem.sentence.startswith("No group visit 5 to 9 days before Monday 14 September has a free seat.")


def test_sch_41_a_saturday_week_is_offered_with_its_mode_and_its_closed_day() -> None:
    week = suite_week()
    closed = replace(week.days[0], closed="Labor Day")
    sixth = suite_day(day=MONDAY + timedelta(days=5))
    week = WeekPlan((closed, *week.days[1:]), WeekRule.SATURDAY, sixth)
    (offer,) = offered([week], limit=1)
    assert offer.block.mode == SequenceMode.CALENDAR_DAYS
    assert offer.dates == (*week.dates[1:], sixth.day)
    assert offer.closed == ((MONDAY, "Labor Day"),)
    assert offer.week == MONDAY


def test_sch_43_a_rolling_week_offers_each_beginning_and_says_at_most() -> None:
    week = suite_week()
    following = suite_week(MONDAY + WEEK).days
    rolling = WeekPlan(
        (*week.days[:3], replace(week.days[3], closed="Founders' Day"), week.days[4]),
        WeekRule.ROLLING,
        None,
        tuple(
            replace(day, booked=visits(*[NINE + 10] * 5)) if not place else day
            for place, day in enumerate(following)
        ),
    )
    found = offered([rolling], group_day=None, clearance=CLEARED)
    assert {offer.block.mode for offer in found} == {SequenceMode.CLINIC_DAYS}
    assert all(offer.closed for offer in found)
    for offer in found:
        assert all(not day.closed for day in plans_of(rolling, offer.dates))
    late = offered([rolling], Wish(from_day=week.dates[2]), group_day=None, clearance=CLEARED)
    assert {offer.first_day for offer in late} <= {week.dates[2], week.dates[4]}


def test_sch_46_where_blocks_overlap_an_offer_keeps_at_most() -> None:
    offer = offered([suite_week()], limit=1)[0]
    assert replace(offer, is_exact=False, places_after=10, places_now=12).keeps == "keeps at most 10 of 11 places"
