"""PRO-12 to PRO-17 and PRO-19: the life of a link."""

from datetime import UTC, datetime, timedelta

import pytest

from outcomes.rules import links
from outcomes.states import AssessmentState as State

NOW = datetime(2026, 9, 7, 15, tzinfo=UTC)
KNOWN = ("PHQ-9", "GAD-7")


def rules_of_sending(*instruments: str, occasion: str = "baseline", has_birth_date: bool = True) -> list[str]:
    found = links.may_send(instruments, known=KNOWN, occasion=occasion, has_birth_date=has_birth_date)
    return [problem.rule for problem in found]


def sentence_of(
    state: str, *, expires_in: timedelta = timedelta(days=1), wrong: int = 0, replaced: bool = False
) -> str:
    found = links.may_open(state, expires_at=NOW + expires_in, wrong_years=wrong, replaced=replaced, at=NOW)
    return " ".join(problem.sentence for problem in found)


def test_pro_17_known_instruments_once_each_may_be_sent() -> None:
    assert rules_of_sending("PHQ-9", "GAD-7") == []


def test_pro_17_every_problem_is_named_at_once() -> None:
    assert rules_of_sending("PCS", "PCS", occasion="never", has_birth_date=False) == ["PRO-17"] * 4


def test_pro_17_nothing_chosen_is_refused() -> None:
    assert rules_of_sending() == ["PRO-17"]


@pytest.mark.parametrize("state", [State.OPEN, State.STARTED])
def test_pro_12_a_live_link_opens(state: str) -> None:
    assert sentence_of(state) == ""


def test_pro_12_a_link_ends_exactly_at_its_time() -> None:
    assert timedelta(days=7) == links.LINK_LASTS
    assert "7 days" in sentence_of(State.STARTED, expires_in=timedelta(0))
    assert sentence_of(State.STARTED, expires_in=timedelta(seconds=1)) == ""
    assert "7 days" in sentence_of(State.EXPIRED)


def test_pro_12_a_finished_questionnaire_says_so() -> None:
    assert "answered and saved" in sentence_of(State.COMPLETED, expires_in=timedelta(days=-9))


def test_pro_13_the_fifth_wrong_year_closes_the_link() -> None:
    assert [links.wrong_year(n)[0].field for n in (1, 2, 3, 4)] == ["birth_year"] * 4
    assert "1 try is left" in links.wrong_year(4)[0].sentence
    assert "closed" in links.wrong_year(5)[0].sentence
    assert "closed" in sentence_of(State.WITHDRAWN, wrong=5)


def test_pro_107_a_questionnaire_taken_back_says_so_and_speaks_of_no_newer_link() -> None:
    ended = sentence_of(State.WITHDRAWN)
    assert "The clinic has ended these questions. What you answered is kept." in ended
    assert "newe" not in ended


def test_pro_14_a_page_lasts_45_minutes() -> None:
    assert timedelta(minutes=45) == links.PAGE_LASTS


def test_pro_16_a_withdrawn_link_points_to_the_newer_one() -> None:
    assert "newest message" in sentence_of(State.WITHDRAWN, replaced=True)


@pytest.mark.parametrize(
    ("minute", "ends"), [(479, 480), (480, None), (1259, None), (1260, 1920), (1439, 1920), (0, 480)]
)
def test_pro_15_quiet_hours_are_from_21_to_8(minute: int, ends: int | None) -> None:
    assert timedelta(days=2) == links.REMIND_AFTER
    assert links.quiet_until(minute) == ends


def test_an_unknown_code_is_a_problem_of_its_field() -> None:
    assert links.unknown_link()[0].field == "token"
