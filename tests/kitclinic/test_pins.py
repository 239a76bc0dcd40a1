"""TAB-03: which PINs are good enough."""

import pytest

from kitclinic.pins import pin_problems

EASY = {
    "0000": "repeats",
    "7777": "repeats",
    "1212": "repeats",
    "583583": "repeats",
    "1234": "run",
    "0123": "run",
    "6789": "run",
    "7890": "run",
    "4321": "run",
    "9876543": "run",
    "1900": "year",
    "1984": "year",
    "2099": "year",
    "0229": "date",  # 29 February
    "3112": "date",
    "1231": "date",
    "250684": "date",
    "840625": "date",
    "06251984": "date",
    "19840625": "date",
}
GOOD = ["1899", "2958", "7302", "73021", "4400", "3213", "582639", "99345678", "1357", "2468135"]


@pytest.mark.parametrize("pin", EASY)
def test_tab_03_a_pin_that_is_easy_to_guess_is_refused(pin: str) -> None:
    (problem,) = pin_problems(pin, pin)
    assert (problem.rule, problem.field) == ("TAB-03", "pin")
    assert EASY[pin] in problem.sentence


@pytest.mark.parametrize("pin", GOOD)
def test_tab_03_other_pins_of_four_to_eight_digits_are_taken(pin: str) -> None:
    assert pin_problems(pin, pin) == []


@pytest.mark.parametrize("pin", ["", "583", "583920174", "58a3", "５８３９", "58 39", "-583", "5839\n"])
def test_tab_03_anything_but_four_to_eight_digits_is_refused(pin: str) -> None:
    (problem,) = pin_problems(pin, pin)
    assert "4 to 8 digits" in problem.sentence


def test_tab_03_both_must_agree() -> None:
    (problem,) = pin_problems("5839", "5893")
    assert (problem.field, problem.rule) == ("again", "TAB-03")
