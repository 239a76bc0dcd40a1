"""PRO-11: not on a day an infusion was started."""

from datetime import date

from outcomes.rules.timing import impaired_until, may_answer

TODAY = date(2026, 9, 7)


def test_pro_11_an_infusion_started_today_waits_until_tomorrow() -> None:
    assert impaired_until([TODAY], today=TODAY) == date(2026, 9, 8)


def test_pro_11_an_infusion_of_yesterday_does_not_wait() -> None:
    assert impaired_until([date(2026, 9, 6)], today=TODAY) is None


def test_pro_11_without_infusions_nothing_waits() -> None:
    assert may_answer([], today=TODAY) == []


def test_pro_11_the_sentence_names_the_day_and_not_the_treatment() -> None:
    (problem,) = may_answer([date(2026, 9, 6), TODAY], today=TODAY)
    assert problem.rule == "PRO-11"
    assert "tomorrow, Tuesday, September 8" in problem.sentence
    assert "infusion" not in problem.sentence
