"""How fast alerts were answered."""

from datetime import UTC, datetime, timedelta

import pytest

from outcomes.rules.safety_report import Answered, answered, summary

OPENED = datetime(2026, 9, 7, 14, 0, tzinfo=UTC)
DUE = OPENED + timedelta(minutes=60)
SPANS = [(OPENED - timedelta(hours=1), OPENED + timedelta(minutes=30))]


def of(seconds: int | None, *, now: int = 0) -> Answered:
    at = None if seconds is None else OPENED + timedelta(seconds=seconds)
    later = OPENED + timedelta(seconds=now)
    return answered(opened_at=OPENED, due_at=DUE, acknowledged_at=at, now=later, spans=SPANS)


@pytest.mark.parametrize(("seconds", "minutes", "in_time"), [(59, 0, True), (3600, 60, True), (3601, 60, False)])
def test_pro_134_minutes_are_whole_and_exactly_at_its_time_is_in_time(
    seconds: int, minutes: int, in_time: bool
) -> None:
    assert (of(seconds).minutes, of(seconds).in_time) == (minutes, in_time)


def test_pro_134_minutes_in_opening_hours_end_at_closing() -> None:
    assert of(3600).open_minutes == 30


def test_pro_134_what_waits_is_judged_when_its_time_is_over() -> None:
    assert of(None, now=3600).in_time is None
    assert of(None, now=3601).in_time is False


def test_pro_134_share_and_medians() -> None:
    found = summary([of(600), of(1200), of(4000), of(None), of(None, now=4000)])
    assert (found.alerts, found.answered, found.unanswered, found.judged, found.in_time) == (5, 3, 2, 4, 2)
    assert (found.share, found.median_minutes, found.median_open_minutes) == (50, 20, 20)


def test_pro_134_two_of_three_is_66_percent_and_none_is_no_share() -> None:
    assert summary([of(1), of(1), of(4000)]).share == 66
    assert summary([]).share is None
    assert summary([]).median_minutes is None
