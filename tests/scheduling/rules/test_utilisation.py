"""Chair-hours, places lost to closed days, days late."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from scheduling.rules.capacity import DayPlan, Lengths, further_visits, profile, together
from scheduling.rules.utilisation import SeatTime, day_use, lateness, lost_places, total

MONDAY = date(2026, 9, 14)
LONG = Lengths()  # 85 minutes of a chair


def seats(attended: int, held: int = 0, released: int = 0) -> list[SeatTime]:
    """Attended visits, visits to come, released ones."""
    return (
        [SeatTime(LONG, True, True)] * attended
        + [SeatTime(LONG, False, True)] * held
        + [SeatTime(LONG, False, False)] * released
    )


def test_sch_83_hours_count_chairs_in_service_and_time_to_the_end_of_cleaning() -> None:
    use = total([day_use(MONDAY, chairs=8, open_minutes=600, visits=seats(40, 10, 2))])
    assert use.chair_minutes == 8 * 600
    assert use.used_minutes == 40 * 85
    assert use.booked_minutes == 50 * 85
    assert (use.attended, use.held, use.released) == (40, 50, 2)
    assert use.turns == Decimal(5)


def test_sch_83_a_chair_out_of_service_is_not_counted() -> None:
    days = [day_use(MONDAY, chairs=chairs, open_minutes=600, visits=seats(14)) for chairs in (8, 6)]
    assert total(days).turns == Decimal(2)


def test_sch_83_no_open_day_has_no_turns() -> None:
    assert total([]).turns is None


def week(closed: dict[int, str]) -> list[DayPlan]:
    """Five days of ten hours with five nurses; closed: by place, 0 is the first day."""
    return [
        DayPlan(
            MONDAY + timedelta(days=place),
            450,
            1050,
            ((450, 1050),) * 5 if place not in closed else (),
            ((450, 1050),),
            closed=closed.get(place, ""),
        )
        for place in range(5)
    ]


def test_sch_84_a_week_with_a_closed_day_loses_what_its_open_days_could_hold() -> None:
    days = week({3: "Thanksgiving"})
    lanes = further_visits(together([profile(day) for day in days if not day.closed]))
    assert lanes == 56
    assert lost_places(days, began=0) == 56
    assert lost_places(days, began=50) == 6
    assert lost_places(days, began=60) == 0


def test_sch_84_an_ordinary_week_loses_nothing() -> None:
    assert lost_places(week({}), began=3) == 0


def test_sch_84_a_week_without_an_open_day_is_not_guessed() -> None:
    assert lost_places(week(dict.fromkeys(range(5), "Holidays")), began=0) is None


def test_sch_85_earlier_than_wished_is_not_late() -> None:
    late = lateness([(MONDAY, MONDAY - timedelta(days=7)), (MONDAY, MONDAY + timedelta(days=7))])
    assert (late.n, late.mean, late.median, late.p90) == (2, Decimal("3.5"), Decimal("3.5"), 7)


@pytest.mark.parametrize(("n", "p90"), [(1, 1), (9, 9), (10, 9), (11, 10), (20, 18)])
def test_sch_85_nine_of_ten_do_not_exceed_the_90th_percentile(n: int, p90: int) -> None:
    assert lateness((MONDAY, MONDAY + timedelta(days=late)) for late in range(1, n + 1)).p90 == p90


def test_sch_85_nobody_with_a_wish_has_no_figure() -> None:
    assert lateness([]) == lateness(())
    assert lateness([]).mean is None
