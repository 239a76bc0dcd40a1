"""Months, chair-hours and waiting days, by hand."""

from datetime import date
from decimal import Decimal

from outcomes.rules.use import PUBLISHED_A_MONTH, SIZED_A_DAY, Wait, by_month, month_use, months_from, wait_of
from scheduling.rules.utilisation import DayUse

MAY = date(2026, 5, 1)


def day(number: int, *, chairs: int = 8, used: int = 0) -> DayUse:
    return DayUse(date(2026, 5, number), chairs, 480, 1, 1, 0, used, used)


def test_out_91_chair_hours_used_are_a_share_of_the_open_days() -> None:
    found = month_use(MAY, infusions=(3, 2, 2), days=[day(4, used=960), day(5, chairs=4)], groups=1, waits=[])
    assert (found.chair_hours, found.used_hours, found.chair_percent) == (Decimal(96), Decimal(16), Decimal(17))
    assert (found.infusions, found.patients, found.busiest, found.open_days, found.groups) == (3, 2, 2, 2, 1)


def test_out_91_a_month_without_an_open_day_has_no_share() -> None:
    found = month_use(MAY, infusions=(0, 0, 0), days=[], groups=0, waits=[])
    assert (found.chair_percent, found.open_days, found.wait) == (None, 0, Wait(0))


def test_out_92_the_published_size() -> None:
    assert (PUBLISHED_A_MONTH, SIZED_A_DAY) == (1000, 50)


def test_out_93_waiting_days_are_of_who_has_both_dates_in_order() -> None:
    dates = {
        1: (date(2026, 4, 1), date(2026, 5, 1)),
        2: (date(2026, 4, 21), date(2026, 5, 31)),
        3: (date(2026, 6, 1), date(2026, 5, 3)),
        4: (date(2026, 6, 1), date(2026, 6, 1)),
    }
    assert by_month(dates) == {MAY: [30, 40], date(2026, 6, 1): [0]}


def test_out_93_median_and_quartiles_of_waiting_days() -> None:
    assert wait_of([30, 40]) == Wait(2, "35", "30", "40")
    assert wait_of([1, 2, 3, 4]) == Wait(4, "2.5", "1.5", "3.5")
    assert wait_of([]) == Wait(0)


def test_months_run_back_over_the_turn_of_a_year() -> None:
    assert months_from(date(2025, 11, 30), date(2026, 1, 1)) == [
        date(2026, 1, 1),
        date(2025, 12, 1),
        date(2025, 11, 1),
    ]
    assert months_from(date(2026, 1, 2), date(2026, 1, 1)) == [date(2026, 1, 1)]
