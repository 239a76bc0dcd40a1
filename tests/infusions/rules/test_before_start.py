"""What is asked and read before the start."""

from dataclasses import replace

import pytest

from infusions.rules.before_start import (
    Answers,
    intake_missing,
    intake_problems,
    iv_problems,
    iv_words,
    second_reader_problems,
    second_reading_missing,
)
from infusions.rules.chairside import break_problems, hand_over_problems
from infusions.rules.chairside_settings import setting_problems

SAID = Answers(6, 5, 8, "some_help", "gabapentin 300 mg")
LINE = {"site": "forearm", "side": "left", "gauge": 22, "attempts": 1}
FIRST = {"first_by": "Ines Varga", "same_person": False, "may_read": True, "reader": "Tomas Reyes"}


def fields(problems):
    return [problem.field for problem in problems]


def test_inf_27_what_is_missing_is_said_with_what_to_ask():
    (problem,) = intake_missing()
    assert (problem.rule, problem.field) == ("INF-27", "intake")


@pytest.mark.parametrize("value", [None, -1, 11])
@pytest.mark.parametrize("name", ["pain_now", "pain_average", "pain_worst"])
def test_inf_29_pain_outside_0_to_10_is_refused(name, value):
    assert fields(intake_problems(replace(SAID, **{name: value}))) == [name]


@pytest.mark.parametrize("value", [0, 10])
def test_inf_29_the_ends_of_the_scale_are_answers(value):
    assert intake_problems(replace(SAID, pain_now=value, pain_average=value, pain_worst=value)) == []


def test_inf_29_analgesics_are_listed_or_none_are_taken_and_never_both_nor_neither():
    assert intake_problems(replace(SAID, analgesics="", no_analgesics=True)) == []
    assert fields(intake_problems(replace(SAID, no_analgesics=True))) == ["analgesics"]
    assert fields(intake_problems(replace(SAID, analgesics=""))) == ["analgesics"]


def test_inf_29_everything_missing_is_listed_at_once_and_a_correction_needs_its_reason():
    empty = Answers(None, None, None, "")
    assert fields(intake_problems(empty)) == ["pain_now", "pain_average", "pain_worst", "function", "analgesics"]
    assert fields(intake_problems(SAID, corrects=True)) == ["reason"]
    assert intake_problems(SAID, corrects=True, reason="misheard") == []


def test_inf_28_a_nurse_alone_is_told_whom_to_ask():
    (alone,) = second_reading_missing(floor_nurses=1)
    (others,) = second_reading_missing(floor_nurses=2)
    assert "Ask the provider on site" in alone.sentence
    assert "another nurse" in others.sentence


@pytest.mark.parametrize("change", [{"first_by": ""}, {"same_person": True}, {"may_read": False}])
def test_inf_28_only_another_persons_reading_after_the_first_counts(change):
    assert [problem.rule for problem in second_reader_problems(**FIRST | change)] == ["INF-28"]


def test_inf_28_a_second_person_reads():
    assert second_reader_problems(**FIRST) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"site": "neck"}, "site"),
        ({"side": ""}, "side"),
        ({"gauge": 21}, "gauge"),
        ({"gauge": "22"}, "gauge"),
        ({"attempts": 0}, "attempts"),
        ({"attempts": 10}, "attempts"),
        ({"attempts": "1"}, "attempts"),
    ],
)
def test_inf_30_a_line_has_its_site_side_gauge_and_attempts(change, field):
    assert fields(iv_problems(LINE | change)) == [field]


def test_inf_30_one_and_nine_attempts_are_recorded_and_said_in_words():
    assert iv_problems(LINE) == []
    assert iv_problems(LINE | {"attempts": 9}) == []
    assert iv_words(LINE) == "left forearm, 22 G, 1 attempt"
    assert iv_words(LINE | {"attempts": 2}) == "left forearm, 22 G, 2 attempts"
    assert iv_words({}) == ""


def test_inf_31_a_hand_over_says_what_to_know_and_a_break_leaves_nobody_out():
    assert [problem.field for problem in hand_over_problems(note="")] == ["note"]
    assert hand_over_problems(note="calm") == []
    assert [problem.rule for problem in break_problems(patients=0, left_out=[], note="")] == ["INF-31"]
    (problem,) = break_problems(patients=2, left_out=[4], note="calm")
    assert "chair 4" in problem.sentence
    assert break_problems(patients=2, left_out=[], note="calm") == []


def test_inf_32_only_who_runs_the_clinic_sets_it_and_only_to_what_is_listed():
    assert setting_problems(may=True, board_name="initials") == []
    assert [problem.rule for problem in setting_problems(may=False, board_name="initials")] == ["INF-32"]
    assert fields(setting_problems(may=True, board_name="nickname")) == ["board_name"]
