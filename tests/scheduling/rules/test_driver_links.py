from datetime import UTC, datetime, timedelta

import pytest

from scheduling.rules.driver_links import MOST_WRONG_YEARS, may_open, no_known_driver, wrong_year

AT = datetime(2026, 9, 12, 14, 0, tzinfo=UTC)
OPENS = {"is_revoked": False, "wrong_years": 0, "expires_at": AT + timedelta(days=7), "days_to_come": 5, "at": AT}


def test_drv_05_a_link_opens_while_days_are_to_come() -> None:
    assert may_open(**OPENS) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_revoked": True}, "is over"),
        ({"expires_at": AT}, "is over"),
        ({"days_to_come": 0}, "is over"),
        ({"wrong_years": MOST_WRONG_YEARS}, "not right 5 times"),
    ],
)
def test_drv_05_a_link_that_is_over_says_so(change: dict[str, object], words: str) -> None:
    (problem,) = may_open(**OPENS | change)  # type: ignore[arg-type]
    assert words in problem.sentence
    assert may_open(**OPENS | {"wrong_years": MOST_WRONG_YEARS - 1}) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "words", "field"),
    [(1, "4 tries are left", "birth_year"), (4, "1 try is left", "birth_year"), (5, "this link was closed", "")],
)
def test_drv_05_the_fifth_wrong_year_closes_the_link(wrong: int, words: str, field: str) -> None:
    (problem,) = wrong_year(wrong)
    assert words in problem.sentence
    assert problem.field == field


def test_drv_01_a_taxi_is_refused_in_words_with_what_to_do() -> None:
    assert "somebody you know has to be with you" in no_known_driver("taxi")[0].sentence
    assert "cannot take place" in no_known_driver("nobody")[0].sentence
    for kind in ("taxi", "nobody"):
        assert "call us now" in no_known_driver(kind)[0].sentence
