"""Scores that are much worse than the one before."""

from datetime import date, timedelta

import pytest

from outcomes.rules.second_line import Point, before, is_compared, is_fresh, score_alert

DAY = date(2026, 9, 7)
FATIGUE, FUNCTION = "PROMIS Fatigue", "PROMIS Physical Function"


def point(tenths: int, days_ago: int = 0, minute: int | None = None) -> Point:
    return Point(tenths, DAY - timedelta(days=days_ago), minute)


@pytest.mark.parametrize(("now", "alerts"), [(140, False), (149, False), (150, True), (160, True), (50, False)])
def test_pro_128_phq_9_alerts_from_five_points_up(now: int, alerts: bool) -> None:
    found = score_alert("PHQ-9", point(now), point(100, 30), demo_site=False)
    assert (found is not None) is alerts


def test_pro_128_says_what_rose_and_since_when() -> None:
    found = score_alert("PHQ-9", point(150), point(90, 30), demo_site=False)
    assert found is not None
    assert found.says == "PHQ-9 rose by 6, from 9 on 8 Aug 2026 to 15."


@pytest.mark.parametrize(
    ("measure", "was", "now", "alerts"),
    [
        (FATIGUE, 556, 655, False),  # 9.9 higher is worse
        (FATIGUE, 556, 656, True),
        (FATIGUE, 656, 556, False),  # better
        (FUNCTION, 456, 357, False),  # 9.9 lower is worse
        (FUNCTION, 456, 356, True),
        (FUNCTION, 356, 456, False),
        ("PROMIS Global Mental Health", 500, 400, True),
        ("GAD-7", 0, 210, False),
        ("PCS total", 0, 520, False),
        ("Something else", 0, 900, False),
    ],
)
def test_pro_129_a_t_score_alerts_from_ten_points_in_the_worse_direction(
    measure: str, was: int, now: int, alerts: bool
) -> None:
    found = score_alert(measure, point(now), point(was, 30), demo_site=False)
    assert (found is not None) is alerts


def test_pro_129_demonstration_scores_are_compared_at_demonstration_clinics_only() -> None:
    assert is_compared("Demo fatigue", demo_site=True)
    assert not is_compared("Demo fatigue", demo_site=False)
    assert is_compared(FATIGUE, demo_site=False)


def test_pro_131_the_newest_earlier_score_counts_by_its_date() -> None:
    old, near = point(100, 90), point(120, 30)
    assert before(point(150), [near, old]) == near
    assert before(point(150), [old, near]) == near
    assert before(point(150), [point(120, -3)]) is None


def test_pro_131_four_hundred_days_back_and_no_further() -> None:
    assert before(point(150), [point(100, 400)]) == point(100, 400)
    assert before(point(150), [point(100, 401)]) is None


def test_pro_131_on_one_day_the_minutes_decide_and_without_them_nothing() -> None:
    assert before(point(150, minute=600), [point(100, minute=599)]) == point(100, minute=599)
    assert before(point(150, minute=600), [point(100, minute=600)]) is None
    assert before(point(150, minute=600), [point(100)]) is None
    assert before(point(150), [point(100, minute=5)]) is None
    assert before(point(150), [point(90, 1), point(100, 1, minute=5)]) == point(100, 1, minute=5)


def test_pro_132_what_is_older_than_31_days_raises_nothing() -> None:
    assert is_fresh(point(150, 31), today=DAY)
    assert not is_fresh(point(150, 32), today=DAY)
