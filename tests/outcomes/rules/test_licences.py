"""Licences on a day, what renews them, and who may put content into use."""

from datetime import date, timedelta

import pytest

from outcomes.rules.licences import may_activate, may_retire, may_use, new_licence_problems, standing

TODAY = date(2026, 11, 22)
BEGAN = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("days", "is_ending", "is_over"),
    [(61, False, False), (60, True, False), (1, True, False), (0, True, False), (-1, False, True)],
)
def test_pro_51_sixty_days_before_its_end_a_licence_is_marked(days: int, is_ending: bool, is_over: bool) -> None:
    found = standing([(BEGAN, TODAY + timedelta(days=days))], today=TODAY)
    assert (found.days, found.is_ending, found.is_over) == (days, is_ending, is_over)
    assert found.holds_on(TODAY) is not is_over
    assert [problem.rule for problem in may_use(found, today=TODAY)] == ["PRO-51"] * is_over


def test_pro_51_a_licence_without_end_never_ends() -> None:
    found = standing([(BEGAN, None)], today=TODAY)
    assert (found.days, found.is_ending, found.is_over, found.ends) == (None, False, False, None)


def test_pro_51_what_renews_a_licence_prolongs_it_where_there_is_no_gap() -> None:
    first = (BEGAN, date(2026, 12, 31))
    assert standing([first, (date(2027, 1, 1), date(2027, 12, 31))], today=TODAY).ends == date(2027, 12, 31)
    assert standing([first, (date(2026, 6, 1), None)], today=TODAY).ends is None
    assert standing([first, (date(2026, 6, 1), date(2026, 7, 1))], today=TODAY).ends == date(2026, 12, 31)
    gap = standing([first, (date(2027, 1, 2), date(2027, 12, 31))], today=TODAY)
    assert gap.ends == date(2026, 12, 31)
    assert standing([first, (date(2027, 1, 2), None)], today=date(2027, 1, 1)).is_over
    assert standing([first, (date(2027, 1, 2), None)], today=date(2027, 1, 2)).ends is None


def test_pro_50_a_licence_counts_from_its_first_day() -> None:
    tomorrow = standing([(TODAY + timedelta(days=1), None)], today=TODAY)
    assert [problem.rule for problem in may_use(tomorrow, today=TODAY)] == ["PRO-50"]
    assert may_use(standing([(TODAY, None)], today=TODAY), today=TODAY) == []


def test_pro_50_dates_that_cannot_be_are_refused() -> None:
    assert new_licence_problems(valid_from=BEGAN, expires_on=TODAY, today=TODAY) == []
    assert new_licence_problems(valid_from=TODAY, expires_on=None, today=TODAY) == []
    for valid_from, expires_on, words in (
        (TODAY, BEGAN, "ends on or after the day it begins"),
        (BEGAN, TODAY - timedelta(days=1), "This licence ended on 21 Nov 2026"),
        (TODAY + timedelta(days=367), None, "begins in more than a year"),
    ):
        (problem,) = new_licence_problems(valid_from=valid_from, expires_on=expires_on, today=TODAY)
        assert (problem.rule, words in problem.sentence) == ("PRO-50", True)


def test_pro_63_who_imported_does_not_activate() -> None:
    (problem,) = may_activate(is_importer=True, importer="Ravi Adeyemi", is_active=False, newer="")
    assert problem.rule == "PRO-63"
    assert problem.sentence.startswith("Ravi Adeyemi imported this, so somebody else activates it")
    assert may_activate(is_importer=False, importer="Ravi Adeyemi", is_active=False, newer="") == []


def test_pro_64_active_twice_and_older_than_what_is_active_are_refused() -> None:
    found = may_activate(is_importer=True, importer="R", is_active=True, newer="v1.0, corrected")
    assert [problem.rule for problem in found] == ["PRO-63", "PRO-64", "PRO-64"]
    assert "“v1.0, corrected” was imported later" in found[-1].sentence


def test_pro_64_a_version_goes_out_of_use_with_a_reason() -> None:
    assert may_retire(is_active=True, is_retired=False, reason="A misprint.") == []
    assert may_retire(is_active=False, is_retired=False, reason="Never used.") == []
    assert [problem.field for problem in may_retire(is_active=True, is_retired=False, reason=" x ")] == ["reason"]
    assert "already" in may_retire(is_active=False, is_retired=True, reason="Again.")[0].sentence
