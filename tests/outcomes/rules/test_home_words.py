"""OUT-95: the one sentence of each panel, by hand, and where there is nothing to say."""

from datetime import date
from decimal import Decimal

import numpy as np

from outcomes.rules.completed import Standings
from outcomes.rules.completion import Response
from outcomes.rules.home_words import completion_words, response_words, safety_words, use_words
from outcomes.rules.safety_figures import Bounded
from outcomes.rules.use import MonthUse, Wait


def stood(*numbers: int, complete: int = 5) -> Standings:
    everybody = np.ones(len(numbers), dtype=bool)
    nobody = np.zeros(len(numbers), dtype=bool)
    return Standings(everybody, np.array(numbers, dtype=np.int64), nobody, nobody, complete)


def test_out_95_completion_stands_beside_the_papers_of_its_own_protocol_alone() -> None:
    assert completion_words(stood(5, 6, 4)) == (
        "66.7% of 3 patients completed 5 or more infusions; published 86.1%."
    )
    assert completion_words(stood(4, 3, complete=4)) == "50.0% of 2 patients completed 4 or more infusions."
    assert completion_words(stood()) == "Nobody has come far enough to count yet."


def test_out_95_response_is_told_at_three_months_with_its_goal() -> None:
    last, later = Response("last", 3, 4, 0, None), Response("3m", 1, 3, 1, 75)
    assert response_words((last, later)) == "At 3 months 33.3% of 3 answered; the goal is 75%."
    assert response_words((last, Response("3m", 0, 0, 4, 75))) == "At the last infusion 75.0% of 4 answered."
    assert response_words((Response("last", 0, 0, 4, None),)) == "No window has closed yet."


def test_out_95_safety_carries_its_bound() -> None:
    assert safety_words(Bounded(0, 1000)) == "No adverse event in 1,000 infusions, at most 0.37% (95%)."
    assert safety_words(Bounded(1, 1)) == "1 of 1 infusions had an adverse event, at most 100.00% (95%)."
    assert safety_words(Bounded(0, 0)) == "No infusion has been started yet."


def test_out_95_use_tells_the_newest_month() -> None:
    month = MonthUse(date(2026, 10, 1), 1, 1, 1, 20, Decimal(61), Decimal(5), Decimal(9), 2, Wait(0))
    assert use_words(month, Wait(3, "34", "20", "40")) == (
        "1 infusion in October 2026, 61% of chair-hours used; median wait from referral 34 days."
    )
    closed = MonthUse(date(2026, 10, 1), 0, 0, 0, 0, None, Decimal(0), Decimal(0), 0, Wait(0))
    assert use_words(closed, Wait(0)) == "0 infusions in October 2026."
    assert use_words(None, Wait(0)) == "Nothing has happened in the clinic yet."
