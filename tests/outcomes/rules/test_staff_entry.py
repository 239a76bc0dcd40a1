"""What the staff enter: who is on the line, the day on the paper, the page, the permitted day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kitclinic.problems import Blocker, NeedsFields
from outcomes.rules import staff_entry
from outcomes.rules.instruments import instruments
from outcomes.rules.structure import RemoteTest

TODAY = date(2026, 9, 7)
BORN = date(1974, 3, 14)
AT = datetime(2026, 9, 7, 15, tzinfo=UTC)


@pytest.mark.parametrize(("name", "born", "problems"), [(True, True, 0), (True, False, 1), (False, False, 2)])
def test_pro_100_an_interview_begins_with_name_and_birth_date(name: bool, born: bool, problems: int) -> None:
    assert len(staff_entry.may_interview(name_said=name, birth_date_said=born)) == problems


def test_pro_101_a_call_lasts_less_than_45_minutes_without_an_answer_and_is_one_persons() -> None:
    last = AT - timedelta(minutes=45)
    assert not staff_entry.same_call(begun_by=1, asks=1, last=last, at=AT)
    assert staff_entry.same_call(begun_by=1, asks=1, last=last + timedelta(seconds=1), at=AT)
    assert not staff_entry.same_call(begun_by=1, asks=2, last=AT, at=AT)


def test_pro_103_an_adaptive_test_cannot_be_on_paper() -> None:
    adaptive = next(one for one in instruments().values() if one.is_adaptive)
    assert [problem.rule for problem in staff_entry.may_be_on_paper(adaptive)] == ["PRO-103"]
    assert staff_entry.may_be_on_paper(instruments()["PHQ-9"]) == []


def test_pro_112_a_test_that_another_engine_runs_is_in_the_patients_own_hands() -> None:
    adaptive = next(one for one in instruments().values() if one.is_adaptive)
    remote = replace(adaptive, remote=RemoteTest())
    assert staff_entry.may_be_by_telephone([adaptive, instruments()["PHQ-9"]]) == []
    (problem,) = staff_entry.may_be_by_telephone([remote, instruments()["PHQ-9"]])
    assert problem.rule == "PRO-112"
    assert problem.sentence.startswith(f"{adaptive.title} is run by another system")
    assert staff_entry.may_be_on_paper(remote) == [problem]


@pytest.mark.parametrize(
    ("day", "reason", "kind"),
    [
        (TODAY, "", None),
        (TODAY + timedelta(days=1), "found late", Blocker),
        (TODAY - timedelta(days=365), "", None),
        (TODAY - timedelta(days=366), "", NeedsFields),
        (TODAY - timedelta(days=366), " ", NeedsFields),
        (TODAY - timedelta(days=366), "found in the old chart", None),
        (BORN, "an old one", None),
        (BORN - timedelta(days=1), "an old one", Blocker),
    ],
)
def test_pro_104_the_day_on_the_paper(day: date, reason: str, kind: type | None) -> None:
    problems = staff_entry.paper_day_problems(day, today=TODAY, born=BORN, reason=reason)
    assert [type(problem) for problem in problems] == ([kind] if kind else [])


def test_pro_105_each_question_has_an_answer_or_the_mark_left_blank() -> None:
    asked = instruments()["GAD-7"]
    whole: dict[int, int | None] = dict.fromkeys(range(1, 8), 1)
    assert staff_entry.page_problems(asked, whole | {3: None}) == []
    del whole[3]
    assert [problem.field for problem in staff_entry.page_problems(asked, whole)] == ["item_3"]


def test_pro_105_two_entries_of_one_page_are_compared_with_what_is_left_blank() -> None:
    assert staff_entry.differences({1: 0, 2: None, 3: 1}, {1: 0, 2: None, 3: 1}) == []
    assert staff_entry.differences({1: 0, 2: None, 3: 1}, {1: None, 2: 0}) == [1, 2, 3]


def test_pro_106_only_the_day_of_an_infusion_is_permitted_and_with_a_reason() -> None:
    assert staff_entry.may_permit([TODAY], today=TODAY, reason="awake") == []
    assert staff_entry.may_permit([TODAY - timedelta(days=1)], today=TODAY, reason="awake")
    assert staff_entry.reason_problems("awak ")
    assert staff_entry.reason_problems("awake") == []


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (59, "59 min"), (60, "1 h"), (125, "2 h 5 min"), (119.99, "1 h 59 min")]
)
def test_pro_106_the_time_since_the_infusion_is_said_in_whole_minutes(minutes: float, words: str) -> None:
    start = AT - timedelta(minutes=minutes)
    length = staff_entry.since_infusion([start, AT + timedelta(minutes=1)], answered_at=AT)
    assert length is not None
    assert staff_entry.duration_words(length) == words


def test_pro_106_an_answer_before_the_infusion_is_not_after_one() -> None:
    assert staff_entry.since_infusion([AT + timedelta(seconds=1)], answered_at=AT) is None
