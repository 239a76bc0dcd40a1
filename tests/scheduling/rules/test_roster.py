from dataclasses import replace

import pytest

from scheduling.rules.roster import change_problems, closing_problems, entry_problems
from tests.scheduling.rules.days import CLOSE, NINE, OPEN, suite_day, visits


def sentences(problems: list) -> str:
    return " ".join(problem.sentence for problem in problems)


def test_sch_19_an_entry_beside_another_is_a_break_and_fine() -> None:
    assert entry_problems((NINE, 600), [(OPEN, NINE), (600, CLOSE)], role_fits=True, needed="a nurse") == []


@pytest.mark.parametrize("span", [(NINE, 600), (NINE - 5, NINE + 5), (OPEN, CLOSE), (NINE + 10, NINE + 20)])
def test_sch_19_nobody_counts_twice_at_one_minute(span: tuple[int, int]) -> None:
    (problem,) = entry_problems(span, [(NINE, NINE + 30)], role_fits=True, needed="a nurse")
    assert problem.rule == "SCH-19"
    assert "from 09:00 to 09:30" in problem.sentence


@pytest.mark.parametrize("span", [(NINE, NINE), (NINE, NINE - 5), (-5, NINE), (NINE, 1441)])
def test_sch_19_an_entry_ends_after_it_begins_on_one_day(span: tuple[int, int]) -> None:
    assert [p.rule for p in entry_problems(span, [], role_fits=True, needed="a nurse")] == ["SCH-19"]


def test_sch_20_the_role_must_fit() -> None:
    (problem,) = entry_problems((NINE, 600), [], role_fits=False, needed="a nurse of this clinic")
    assert problem.rule == "SCH-20"
    assert "a nurse of this clinic" in problem.sentence


def test_sch_21_a_nurse_less_is_refused_at_the_minute_it_breaks() -> None:
    day = suite_day(*visits(NINE, NINE + 10, NINE + 20), nurses=((OPEN, CLOSE),) * 2)
    (problem,) = change_problems(day, replace(day, nurses=((OPEN, CLOSE),)))
    assert problem.rule == "SCH-21"
    assert "1 too many patients for the nurses on the floor from 09:20 to 10:20" in problem.sentence


def test_sch_21_a_change_that_breaks_nothing_is_allowed() -> None:
    day = suite_day(*visits(NINE))
    assert change_problems(day, replace(day, nurses=((OPEN, CLOSE),))) == []


def test_sch_21_what_was_broken_before_does_not_stop_a_better_roster() -> None:
    day = suite_day(*visits(NINE, NINE, NINE), nurses=((OPEN, CLOSE),))
    assert change_problems(day, day) == []


def test_sch_22_a_closed_day_says_why() -> None:
    assert [p.rule for p in closing_problems(suite_day(), because="  ")] == ["SCH-22"]
    assert closing_problems(suite_day(), because="Labor Day") == []


@pytest.mark.parametrize(("starts", "words"), [((NINE,), "1 patient holds"), ((NINE, 600), "2 patients hold")])
def test_sch_22_a_day_with_patients_is_not_closed(starts: tuple[int, ...], words: str) -> None:
    assert words in sentences(closing_problems(suite_day(*visits(*starts)), because="Snow"))
