"""PHQ-9 item 9."""

from datetime import UTC, datetime, timedelta

import pytest

from outcomes.rules.instruments import instruments
from outcomes.rules.safety import Tier, alerts, due_at, must_escalate, standing_answer

PHQ9, GAD7 = instruments()["PHQ-9"], instruments()["GAD-7"]
AT = datetime(2025, 3, 3, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize("value", [1, 2, 3])
def test_pro_07_any_answer_above_zero_to_item_9_alerts(value: int) -> None:
    (alert,) = alerts(PHQ9, 9, value)
    assert alert.answer == value
    assert "PRO-07" in alert.rules
    assert f"({value})" in alert.sentence


@pytest.mark.parametrize(("number", "value"), [(9, 0), (9, None), (8, 3), (1, 3)])
def test_pro_07_not_at_all_declined_and_other_items_do_not_alert(number: int, value: int | None) -> None:
    assert alerts(PHQ9, number, value) == ()


def test_pro_07_gad_7_has_no_safety_item() -> None:
    assert all(alerts(GAD7, item.number, 3) == () for item in GAD7.items)


def test_pro_08_the_tier_is_high_from_two() -> None:
    tiers = [alerts(PHQ9, 9, value)[0].tier for value in (1, 2, 3)]
    assert tiers == [Tier.RAISED, Tier.HIGH, Tier.HIGH]
    assert alerts(PHQ9, 9, 2)[0].rules == ("PRO-07", "PRO-08")


def test_pro_09_a_changed_answer_never_lowers_what_stands() -> None:
    assert standing_answer([3, 0, None]) == 3
    assert standing_answer([1, 2]) == 2
    assert standing_answer([None]) == 0


def test_pro_10_sixty_minutes_and_not_one_second_less() -> None:
    due = due_at(AT)
    assert due == AT + timedelta(minutes=60)
    assert not must_escalate(due, at=due)
    assert must_escalate(due, at=due + timedelta(seconds=1))


def test_pro_10_out_of_hours_the_time_runs_from_opening() -> None:
    opens = AT + timedelta(hours=17)
    assert due_at(AT, open_from=opens) == opens + timedelta(minutes=60)
    assert due_at(AT, open_from=AT - timedelta(hours=2)) == AT + timedelta(minutes=60)
