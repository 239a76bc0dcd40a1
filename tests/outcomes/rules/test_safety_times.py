"""Timers of safety tasks: opening hours, nights, nights on which the clocks change, the chain."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outcomes.rules.safety_times import (
    DEFAULTS,
    LEAD,
    NURSE,
    PHYSICIAN,
    Span,
    Times,
    after_open,
    again_at,
    first_line_clock,
    is_open,
    must_escalate,
    next_told,
    open_between,
    second_line_due,
    times_problems,
)

ZONE, UTC = ZoneInfo("America/New_York"), ZoneInfo("UTC")
MONDAY = date(2026, 9, 7)
WAITS = Times(pages_at_night=False)
CLOCK_CHANGES = [date(2026, 3, 8), date(2026, 11, 1)]


def local(day: date, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def week(first: date, days: int = 5) -> list[Span]:
    """Opening times of so many days in a row, 07:30 to 17:30, as instants."""
    dates = [first + timedelta(days=n) for n in range(days)]
    return [(local(day, "07:30"), local(day, "17:30")) for day in dates]


def at_clinic(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%a %H:%M}"


def test_pro_10_sixty_minutes_of_opening_hours() -> None:
    clock = first_line_clock(local(MONDAY, "10:00"), high=False, times=DEFAULTS, spans=week(MONDAY))
    assert (at_clinic(clock.due_at), clock.told, clock.escalations) == ("Mon 11:00", (NURSE,), 0)


def test_pro_10_exactly_at_its_time_a_task_is_not_late() -> None:
    due = local(MONDAY, "11:00")
    assert not must_escalate(due, at=due)
    assert must_escalate(due, at=due + timedelta(seconds=1))
    assert not must_escalate(None, at=due)


@pytest.mark.parametrize(
    ("raised", "due"),
    [
        ("07:29", "Mon 08:30"),
        ("07:30", "Mon 08:30"),
        ("16:30", "Mon 17:30"),  # exactly at closing
        ("16:31", "Tue 07:31"),
        ("17:29", "Tue 08:29"),
        ("17:30", "Tue 08:30"),
        ("23:59", "Tue 08:30"),
    ],
)
def test_pro_10_only_opening_time_counts_for_a_raised_task(raised: str, due: str) -> None:
    clock = first_line_clock(local(MONDAY, raised), high=False, times=DEFAULTS, spans=week(MONDAY))
    assert at_clinic(clock.due_at) == due


def test_pro_10_without_known_opening_times_the_clock_runs_through() -> None:
    clock = first_line_clock(local(MONDAY, "22:00"), high=False, times=DEFAULTS, spans=[])
    assert at_clinic(clock.due_at) == "Mon 23:00"


def test_pro_125_a_high_task_has_thirty_minutes() -> None:
    clock = first_line_clock(local(MONDAY, "10:00"), high=True, times=DEFAULTS, spans=week(MONDAY))
    assert (at_clinic(clock.due_at), clock.told) == ("Mon 10:30", (NURSE,))


@pytest.mark.parametrize(
    ("raised", "due", "told"),
    [
        ("17:20", "Mon 17:50", (NURSE,)),  # raised in opening hours; its clock does not stop at closing
        ("17:30", "Mon 18:00", (NURSE, PHYSICIAN)),
        ("02:00", "Mon 02:30", (NURSE, PHYSICIAN)),
        ("07:29", "Mon 07:59", (NURSE, PHYSICIAN)),
        ("07:30", "Mon 08:00", (NURSE,)),
    ],
)
def test_pro_127_where_the_clinic_pages_at_night_a_high_task_never_waits_for_the_morning(
    raised: str, due: str, told: tuple[str, ...]
) -> None:
    clock = first_line_clock(local(MONDAY, raised), high=True, times=DEFAULTS, spans=week(MONDAY))
    assert (at_clinic(clock.due_at), clock.told) == (due, told)
    assert clock.escalations == len(told) - 1


def test_pro_127_where_it_does_not_the_time_begins_when_the_clinic_opens() -> None:
    clock = first_line_clock(local(MONDAY, "02:00"), high=True, times=WAITS, spans=week(MONDAY))
    assert (at_clinic(clock.due_at), clock.told) == ("Mon 08:00", (NURSE,))


@pytest.mark.parametrize("sunday", CLOCK_CHANGES)
def test_pro_127_thirty_minutes_are_thirty_minutes_in_the_night_the_clocks_change(sunday: date) -> None:
    raised = local(sunday, "01:45")
    clock = first_line_clock(raised, high=True, times=DEFAULTS, spans=week(sunday + timedelta(days=1)))
    assert clock.due_at - raised == timedelta(minutes=30)


@pytest.mark.parametrize("sunday", CLOCK_CHANGES)
def test_pro_10_after_the_night_the_clocks_change_the_clinic_opens_at_its_local_hour(sunday: date) -> None:
    saturday = local(sunday - timedelta(days=1), "22:00")
    clock = first_line_clock(saturday, high=False, times=DEFAULTS, spans=week(sunday + timedelta(days=1)))
    assert at_clinic(clock.due_at) == "Mon 08:30"


def test_pro_126_nurse_then_physician_then_lead_and_nobody_after() -> None:
    assert [next_told(n, second_line=False) for n in range(4)] == [PHYSICIAN, LEAD, "", ""]
    assert [next_told(n, second_line=True) for n in range(3)] == [PHYSICIAN, "", ""]


def test_pro_126_thirty_minutes_later_the_next_and_then_no_more() -> None:
    at, spans = local(MONDAY, "17:15"), week(MONDAY)
    once = again_at(at, escalations=1, high=False, second_line=False, times=DEFAULTS, spans=spans)
    assert once is not None
    assert at_clinic(once) == "Tue 07:45"
    high = again_at(at, escalations=1, high=True, second_line=False, times=DEFAULTS, spans=spans)
    assert high is not None
    assert at_clinic(high) == "Mon 17:45"
    assert again_at(at, escalations=2, high=True, second_line=False, times=DEFAULTS, spans=spans) is None
    assert again_at(at, escalations=1, high=False, second_line=True, times=DEFAULTS, spans=spans) is None


def test_pro_130_a_score_waits_ten_opening_hours() -> None:
    due = second_line_due(local(MONDAY, "12:00"), times=DEFAULTS, spans=week(MONDAY))
    assert at_clinic(due) == "Tue 12:00"


def test_opening_time_between_two_moments() -> None:
    spans, morning = week(MONDAY), local(MONDAY + timedelta(days=1), "08:00")
    assert open_between(local(MONDAY, "17:00"), morning, spans) == timedelta(hours=1)
    assert open_between(local(MONDAY, "18:00"), local(MONDAY, "23:00"), spans) == timedelta(0)
    assert is_open(local(MONDAY, "07:30"), spans)
    assert not is_open(local(MONDAY, "17:30"), spans)


def test_time_runs_out_over_several_days() -> None:
    assert at_clinic(after_open(local(MONDAY, "07:30"), timedelta(hours=25), week(MONDAY))) == "Wed 12:30"


@pytest.mark.parametrize(
    ("times", "field"),
    [
        (Times(raised_minutes=4, high_minutes=4), "raised_minutes"),
        (Times(raised_minutes=241), "raised_minutes"),
        (Times(high_minutes=61), "high_minutes"),
        (Times(again_minutes=4), "again_minutes"),
        (Times(second_line_hours=0), "second_line_hours"),
        (Times(second_line_hours=51), "second_line_hours"),
    ],
)
def test_pro_125_times_outside_of_their_range_are_refused(times: Times, field: str) -> None:
    assert field in [problem.field for problem in times_problems(times)]


def test_pro_125_the_limits_themselves_hold() -> None:
    assert times_problems(Times(5, 5, 5, 1)) == []
    assert times_problems(Times(240, 240, 240, 50)) == []
    assert times_problems(DEFAULTS) == []
