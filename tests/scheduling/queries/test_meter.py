"""Patients against nurses, every five minutes: what is drawn for a roster with breaks, call-outs and cover."""

from dataclasses import replace
from datetime import date

from scheduling.queries.meter import Axis, Band, Staffing, cover_words, iv_meter, no_relief, ratio_meter
from scheduling.rules.capacity import BookedVisit, DayPlan, Span

DAY = date(2026, 9, 16)
OPEN, CLOSE = 540, 660
ALL_DAY: Span = (OPEN, CLOSE)
PLAN = DayPlan(DAY, OPEN, CLOSE, nurses=(ALL_DAY, ALL_DAY), provider=(ALL_DAY,))
AXIS = Axis(OPEN, (CLOSE - OPEN) // 5, passed=-1, is_today=False)
FULL = Staffing(shifts=(ALL_DAY, ALL_DAY))


def seated(*starts: int, nurses: tuple[Span, ...] = PLAN.nurses) -> DayPlan:
    return replace(PLAN, nurses=nurses, booked=tuple(BookedVisit(start) for start in starts))


def kinds(plan: DayPlan, staffing: Staffing = FULL, axis: Axis = AXIS) -> set[str]:
    return {bar.kind for bar in ratio_meter(plan, staffing, axis).bars}


def test_three_patients_leave_two_nurses_a_place_and_four_leave_no_relief() -> None:
    assert kinds(seated(540, 550, 560)) == {"load"}
    assert kinds(seated(540, 540, 540, 540)) == {"tight"}
    assert no_relief(seated(540, 540, 540, 540), -1) == ["09:00–10:20: 4 patients, 2 nurses"]


def test_no_relief_is_marked_by_a_shape_where_each_run_begins() -> None:
    plan = seated(540, 540, 540, 545)
    meter = ratio_meter(plan, FULL, AXIS)
    assert meter.marks == (8,), "from the second tick on"
    assert iv_meter(plan, AXIS).marks == ()


def test_red_is_drawn_only_above_the_limit_and_stays_red_when_it_is_over() -> None:
    plan = seated(540, 545, nurses=())
    assert kinds(plan, Staffing()) == {"over"}
    assert kinds(plan, Staffing(), replace(AXIS, passed=CLOSE, is_today=True)) == {"over"}


def test_what_is_over_is_drawn_as_past() -> None:
    axis = replace(AXIS, passed=600, is_today=True)
    assert kinds(seated(540, 550), FULL, axis) == {"past", "load"}
    assert no_relief(seated(540, 540, 540, 540), 620) == []


def test_a_break_is_drawn_apart_from_the_limit() -> None:
    pause: Span = (570, 585)
    meter = ratio_meter(
        seated(540, nurses=(ALL_DAY, (540, 570), (585, 660))), replace(FULL, breaks=(pause,)), AXIS
    )
    assert meter.bands == (Band(48, 0, 24, 30, "break"),)
    assert meter.line == "M0 0H48V30H72V0H192"
    assert (meter.here, meter.limit) == (1, 4)


def test_a_call_out_is_drawn_apart_from_a_break() -> None:
    staffing = replace(FULL, breaks=((570, 585),), call_outs=((600, 660),))
    meter = ratio_meter(seated(540, nurses=(ALL_DAY, (540, 570), (585, 600))), staffing, AXIS)
    assert [(band.kind, band.x, band.width) for band in meter.bands] == [("out", 96, 96), ("break", 48, 24)]


def test_a_nurse_called_out_in_the_break_is_missing_once() -> None:
    staffing = replace(FULL, breaks=((600, 615),), call_outs=((600, 660),))
    meter = ratio_meter(seated(540, nurses=(ALL_DAY, (540, 600))), staffing, AXIS)
    assert meter.band_kinds == {"out"}


def test_cover_needed_stands_over_the_limit_and_the_patients_it_holds_are_not_the_nurses_own() -> None:
    staffing = replace(FULL, call_outs=((540, 660),), cover=((540, 620),))
    plan = seated(540, 540, 540, nurses=(ALL_DAY,))
    meter = ratio_meter(plan, staffing, AXIS)
    first = [(bar.y, bar.height, bar.kind) for bar in meter.bars if bar.x == 0]
    assert first == [(30, 30, "tight"), (15, 15, "cover")]
    assert meter.band_kinds == {"out", "cover"}
    assert cover_words(staffing, -1) == ["09:00–10:20: 1 nurse"]
    assert cover_words(replace(staffing, cover=((540, 620),) * 2), -1) == ["09:00–10:20: 2 nurses"]
    assert cover_words(staffing, 620) == []


def test_iv_starts_are_counted_against_the_nurses_and_a_full_minute_is_no_alarm() -> None:
    meter = iv_meter(seated(540, 540, 600), AXIS)
    assert (meter.here, meter.limit) == (2, 2)
    assert {bar.kind for bar in meter.bars} == {"load"}
