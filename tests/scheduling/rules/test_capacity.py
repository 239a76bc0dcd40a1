from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import (
    HORIZON,
    BookedVisit,
    DayPlan,
    Lengths,
    Span,
    after,
    clock,
    feasible,
    feasible_starts,
    further_visits,
    mask,
    minutes,
    on_floor,
    profile,
    refusals,
    together,
)
from tests.scheduling.rules.days import CLOSE, MONDAY, NINE, OPEN, at, suite_day, visits

SHORT = Lengths(iv=3, infusion=5, observation=4, cleaning=2)


def rules(day: DayPlan, start: int) -> list[str]:
    return [problem.rule for problem in refusals(day, start)]


def sentence(day: DayPlan, start: int) -> str:
    (problem,) = refusals(day, start)
    return problem.sentence


# --- the oracle: every minute counted, nothing shared with the masks ---------------------------


def fits(day: DayPlan, start: int) -> bool:
    """Return whether one more visit fits, by counting heads at every minute."""
    lengths = day.lengths
    attended, occupied = start + lengths.attended, start + lengths.occupied
    if day.closed or start % 5 or start < day.open or attended > day.close:
        return False
    for minute in range(start, occupied):
        seated = sum(v.start <= minute < v.start + v.lengths.occupied for v in day.booked)
        if seated + 1 > day.chairs:
            return False
        if minute >= attended:
            continue
        nurses = sum(a <= minute < b for a, b in day.nurses)
        patients = sum(v.start <= minute < v.start + v.lengths.attended for v in day.booked)
        if patients + 1 > 2 * nurses or not any(a <= minute < b for a, b in day.provider):
            return False
        starting = sum(v.start <= minute < v.start + v.lengths.iv for v in day.booked)
        if minute < start + lengths.iv and starting + 1 > nurses:
            return False
    return True


def most(day: DayPlan, earliest: int = 0) -> int:
    """Return the most further visits, by trying every plan."""
    starts = [start for start in range(max(earliest, day.open), day.close) if fits(day, start)]
    return max(
        (1 + most(replace(day, booked=(*day.booked, BookedVisit(s, day.lengths))), s) for s in starts), default=0
    )


def spans(low: int, high: int) -> st.SearchStrategy[Span]:
    pair = st.tuples(st.integers(low, high), st.integers(low, high))
    return pair.filter(lambda span: span[0] != span[1]).map(lambda span: (min(span), max(span)))


@st.composite
def any_day(draw: st.DrawFn, *, high: int = 160, most_visits: int = 14) -> DayPlan:
    lengths = st.builds(Lengths, st.integers(1, 12), st.integers(1, 30), st.integers(1, 20), st.integers(0, 12))
    booked = st.builds(BookedVisit, st.integers(0, high), lengths)
    hours = draw(spans(0, high))
    return DayPlan(
        MONDAY,
        hours[0],
        hours[1],
        tuple(draw(st.lists(spans(0, high), max_size=5))),
        tuple(draw(st.lists(spans(0, high), min_size=1, max_size=3))),
        tuple(draw(st.lists(booked, max_size=most_visits))),
        draw(st.integers(0, 4)),
        draw(lengths),
        draw(st.sampled_from(["", "", "", "holiday"])),
    )


@settings(max_examples=400, deadline=None)
@given(any_day())
def test_sch_03_to_sch_07_masks_refusals_and_counting_agree_at_every_minute(day: DayPlan) -> None:
    counted = [start for start in range(day.close + 1) if fits(day, start)]
    assert feasible_starts(day) == counted
    assert [start for start in range(day.close + 1) if not refusals(day, start)] == counted


@settings(max_examples=150, deadline=None)
@given(any_day())
def test_a_start_that_fits_breaks_no_rule_that_was_whole_before(day: DayPlan) -> None:
    before = {breach.rule for breach in breaches(day)}
    for start in feasible_starts(day)[:4]:
        then = replace(day, booked=(*day.booked, BookedVisit(start, day.lengths)))
        assert {breach.rule for breach in breaches(then)} <= before


@settings(max_examples=60, deadline=None)
@given(any_day(high=45, most_visits=2).map(lambda day: replace(day, lengths=SHORT, chairs=min(day.chairs, 2))))
def test_earliest_first_counts_exactly_the_most_further_visits(day: DayPlan) -> None:
    assert further_visits(profile(day)) == most(day)


@settings(max_examples=100, deadline=None)
@given(any_day(), any_day())
def test_days_together_are_feasible_where_each_is(one: DayPlan, other: DayPlan) -> None:
    other = replace(other, lengths=one.lengths)
    both = feasible(together([profile(one), profile(other)]))
    assert both == feasible(profile(one)) & feasible(profile(other))


@settings(max_examples=100, deadline=None)
@given(any_day())
def test_booking_on_the_profile_equals_booking_on_the_day(day: DayPlan) -> None:
    for start in feasible_starts(day)[:3]:
        then = replace(day, booked=(*day.booked, BookedVisit(start, day.lengths)))
        assert feasible(after(profile(day), start)) == feasible(profile(then))


def test_days_of_different_lengths_are_not_taken_together() -> None:
    with pytest.raises(ValueError, match="one length"):
        together([profile(suite_day()), profile(suite_day(lengths=SHORT))])


# --- the numbers, at their edges ---------------------------------------------------------------


def test_sch_01_start_off_the_five_minute_grid_is_refused() -> None:
    assert rules(suite_day(), NINE + 3) == ["SCH-01"]
    assert "09:03 is not on a 5-minute mark" in sentence(suite_day(), NINE + 3)


def test_sch_01_opening_off_the_grid_starts_at_the_next_mark() -> None:
    assert feasible_starts(suite_day(hours=(OPEN + 2, CLOSE)))[0] == OPEN + 5


def test_sch_02_last_seat_is_exactly_eighty_minutes_before_closing() -> None:
    assert feasible_starts(suite_day())[-1] == CLOSE - 80
    assert rules(suite_day(), CLOSE - 75) == ["SCH-02", "SCH-04", "SCH-06"]


def test_sch_02_cleaning_may_run_past_closing() -> None:
    assert CLOSE - 80 + Lengths().occupied > CLOSE
    assert rules(suite_day(), CLOSE - 80) == []


def test_sch_02_before_opening_and_beyond_the_day_are_refused() -> None:
    assert "SCH-02" in rules(suite_day(), OPEN - 5)
    assert rules(suite_day(), -5) == ["SCH-02"]
    assert rules(suite_day(), HORIZON) == ["SCH-02"]


def test_sch_03_ninth_patient_is_refused_and_told_until_when() -> None:
    day = suite_day(*visits(*[NINE] * 8), nurses=((OPEN, CLOSE),) * 9)
    assert sentence(day, NINE + 20) == (
        "Monday 14 September: all 8 chairs are taken from 09:20 to 10:25. Choose another start."
    )


def test_sch_03_chair_left_at_a_minute_is_free_at_that_minute() -> None:
    day = suite_day(*visits(*[NINE] * 8), nurses=((OPEN, CLOSE),) * 9)
    assert rules(day, NINE + 85) == []
    assert rules(day, NINE + 80) == ["SCH-03"]


def test_sch_04_third_patient_of_one_nurse_is_refused() -> None:
    day = suite_day(*visits(NINE, NINE + 10), nurses=((OPEN, CLOSE),))
    assert sentence(day, NINE + 20) == (
        "Monday 14 September: 1 nurse is on the floor with 2 patients at 09:20, full until 10:20; at most 2 each. "
        "Choose another start."
    )


def test_sch_04_ratio_ends_at_discharge_not_after_cleaning() -> None:
    day = suite_day(*visits(NINE, NINE), nurses=((OPEN, CLOSE), (OPEN, NINE + 15)))
    assert rules(day, NINE + 80) == []


def test_sch_04_break_of_a_nurse_counts_to_the_minute() -> None:
    shift = on_floor((OPEN, CLOSE), [(at("10:00"), at("10:15"))])
    day = suite_day(nurses=shift)
    assert "no nurse is on the floor at 10:00, full until 10:15" in sentence(day, at("09:00"))
    assert rules(day, at("08:40")) == []
    assert rules(day, at("10:15")) == []


def test_sch_05_second_iv_start_of_one_nurse_waits_ten_minutes() -> None:
    day = suite_day(*visits(NINE), nurses=((OPEN, CLOSE),))
    assert sentence(day, NINE + 5) == (
        "Monday 14 September: 1 nurse is on the floor with 1 IV start at 09:05, full until 09:10; at most 1 each. "
        "Choose another start."
    )
    assert rules(day, NINE + 10) == []


def test_sch_05_several_iv_starts_are_named() -> None:
    day = suite_day(*visits(NINE, NINE), nurses=((OPEN, CLOSE),) * 2)
    assert "2 nurses are on the floor with 2 IV starts" in sentence(day, NINE)


def test_sch_06_provider_gap_across_a_visit_is_refused() -> None:
    day = suite_day(provider=((OPEN, at("12:00")), (at("12:30"), CLOSE)))
    assert "no provider is on site from 12:00 to 12:30" in sentence(day, at("11:00"))
    assert rules(day, at("10:40")) == []
    assert rules(day, at("12:30")) == []


def test_sch_06_provider_change_without_a_gap_is_no_gap() -> None:
    assert rules(suite_day(provider=((OPEN, at("12:00")), (at("12:00"), CLOSE))), at("11:00")) == []


def test_sch_07_closed_day_offers_nothing_and_says_why() -> None:
    day = suite_day(closed="Labor Day")
    assert feasible_starts(day) == []
    assert sentence(day, NINE) == "Monday 14 September: the clinic is closed (Labor Day). Choose another week."


def test_sch_09_a_visit_is_80_minutes_attended_and_85_in_the_chair() -> None:
    assert (Lengths().iv, Lengths().infusion, Lengths().observation, Lengths().cleaning) == (10, 40, 30, 5)
    assert (Lengths().attended, Lengths().occupied) == (80, 85)


def test_sch_09_old_visits_keep_their_length_after_a_change() -> None:
    day = suite_day(*visits(NINE, lengths=Lengths(cleaning=25)), chairs=1)
    assert rules(day, NINE + 85) == ["SCH-03"]
    assert rules(day, NINE + 105) == []


def test_ten_hours_with_five_nurses_hold_56_visits() -> None:
    assert further_visits(profile(suite_day())) == 56


def test_more_patients_than_nurses_after_a_call_out_leaves_nothing_free_there() -> None:
    day = suite_day(*visits(NINE, NINE, NINE, NINE), nurses=((OPEN, CLOSE),))
    assert "SCH-04" in rules(day, NINE + 60)
    assert rules(day, NINE + 80) == []


def test_evening_clinic_may_run_past_midnight() -> None:
    late = (at("16:00"), 26 * 60)
    day = suite_day(hours=late, nurses=(late,), provider=(late,))
    assert feasible_starts(day)[-1] == 26 * 60 - 80
    assert clock(26 * 60) == "02:00"


@pytest.mark.parametrize(
    ("breaks", "expected"),
    [
        ([], [(0, 100)]),
        ([(20, 30), (25, 40)], [(0, 20), (40, 100)]),
        ([(50, 60), (10, 20)], [(0, 10), (20, 50), (60, 100)]),
        ([(0, 10), (90, 100)], [(10, 90)]),
        ([(90, 120)], [(0, 90)]),
        ([(0, 100)], []),
        ([(110, 120)], [(0, 100)]),
    ],
)
def test_breaks_are_taken_out_of_a_shift(breaks: list[Span], expected: list[Span]) -> None:
    assert list(on_floor((0, 100), breaks)) == expected


def test_nonsense_raises() -> None:
    with pytest.raises(ValueError, match="opens before"):
        suite_day(hours=(CLOSE, OPEN))
    with pytest.raises(ValueError, match="span ends"):
        suite_day(nurses=((CLOSE, OPEN),))
    with pytest.raises(ValueError, match="at least a minute"):
        Lengths(iv=0)


def test_mask_and_minutes_are_inverse() -> None:
    assert minutes(mask((3, 6))) == [3, 4, 5]
    assert minutes(0) == []
