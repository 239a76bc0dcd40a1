"""PHQ-9 item 9."""

import pytest

from outcomes.rules.instruments import instruments
from outcomes.rules.safety import (
    Flag,
    Tier,
    alerts,
    flag_problems,
    shortened,
    shows_support,
    standing_answer,
    taking_problems,
)

PHQ9, GAD7 = instruments()["PHQ-9"], instruments()["GAD-7"]
SLEEP = Flag("PHQ-9", 3, from_value=2, high_from=3, because="no sleep")


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


def test_pro_120_an_answer_at_the_flag_alerts_and_one_below_it_does_not() -> None:
    assert alerts(PHQ9, 3, 1, [SLEEP]) == ()
    (raised,) = alerts(PHQ9, 3, 2, [SLEEP])
    (high,) = alerts(PHQ9, 3, 3, [SLEEP])
    assert (raised.tier, high.tier) == (Tier.RAISED, Tier.HIGH)
    assert (raised.rules, raised.is_item_9) == (("PRO-120",), False)
    assert "Trouble falling or staying asleep" in raised.says
    assert "“More than half the days” (2)" in raised.says


def test_pro_120_a_flag_counts_for_its_own_question_only() -> None:
    assert alerts(PHQ9, 4, 3, [SLEEP]) == ()
    assert alerts(GAD7, 3, 3, [SLEEP]) == ()
    assert alerts(PHQ9, 3, None, [SLEEP]) == ()


def test_pro_120_without_a_high_answer_a_flag_is_never_high() -> None:
    (alert,) = alerts(PHQ9, 3, 3, [Flag("PHQ-9", 3, from_value=2)])
    assert alert.tier is Tier.RAISED


def test_pro_07_no_flag_changes_or_doubles_item_9() -> None:
    loud = Flag("PHQ-9", 9, from_value=3, high_from=None, because="x")
    assert alerts(PHQ9, 9, 1, [loud]) == alerts(PHQ9, 9, 1)
    assert alerts(PHQ9, 9, 3, [loud]) == alerts(PHQ9, 9, 3)
    assert alerts(PHQ9, 9, 0, [loud]) == ()


@pytest.mark.parametrize(
    ("flag", "field"),
    [
        (Flag("PHQ-9", 9, 2, 3, "x"), "question"),
        (Flag("PHQ-9", 10, 2, 3, "x"), "question"),
        (Flag("PHQ-9", 0, 2, 3, "x"), "question"),
        (Flag("PHQ-9", 3, 4, None, "x"), "from_value"),
        (Flag("PHQ-9", 3, 0, None, "x"), "from_value"),
        (Flag("PHQ-9", 3, 2, 1, "x"), "high_from"),
        (Flag("PHQ-9", 3, 2, 4, "x"), "high_from"),
        (Flag("PHQ-9", 3, 2, 3, "  "), "because"),
    ],
)
def test_pro_121_a_flag_that_does_not_fit_is_refused_at_its_field(flag: Flag, field: str) -> None:
    assert [problem.field for problem in flag_problems(PHQ9, flag)] == [field]


def test_pro_121_a_flag_that_fits_is_taken_and_an_unknown_instrument_is_not() -> None:
    assert flag_problems(PHQ9, SLEEP) == []
    assert flag_problems(None, SLEEP)[0].rule == "PRO-121"


def test_pro_122_crisis_lines_come_with_item_9_and_with_what_is_high() -> None:
    assert shows_support(is_item_9=True, high=False)
    assert shows_support(is_item_9=False, high=True)
    assert not shows_support(is_item_9=False, high=False)


def test_pro_123_taking_from_somebody_else_is_said() -> None:
    assert taking_problems("", "", said=False) == []
    assert taking_problems("A. Imai", "10:42", said=True) == []
    (problem,) = taking_problems("A. Imai", "10:42", said=False)
    assert "A. Imai is on it since 10:42" in problem.sentence


def test_a_long_question_is_shortened_for_the_list() -> None:
    assert len(shortened("word " * 60)) == 120
    assert shortened("short") == "short"
