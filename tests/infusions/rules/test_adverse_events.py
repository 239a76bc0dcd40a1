"""An adverse event is computed; flags and side effects are none by themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from infusions.rules.adverse_events import (
    NEW_RHYTHMS,
    Judgement,
    is_adverse_event,
    is_called_out,
    judge_problems,
    linked,
    reason_problems,
    stopped_for_event,
    worst,
)
from infusions.states import StopReason


@pytest.mark.parametrize(
    ("stopped", "team", "counts"),
    [(True, False, True), (False, True, True), (True, True, True), (False, False, False)],
)
def test_aev_01_a_stop_for_an_event_or_an_emergency_team_makes_an_adverse_event(stopped, team, counts):
    assert is_adverse_event(stopped_for_event=stopped, emergency_team=team) is counts


def test_aev_01_a_flag_or_a_side_effect_without_a_stop_is_none():
    assert not is_adverse_event(stopped_for_event=stopped_for_event(None), emergency_team=False)


@pytest.mark.parametrize(
    ("reason", "for_event"),
    [
        (StopReason.MEDICAL_EVENT, True),
        (StopReason.SIDE_EFFECT, True),
        (StopReason.PATIENT_CHOICE, False),
        (StopReason.LINE_OR_PUMP, False),
        (StopReason.OTHER, False),
        (None, False),
    ],
)
def test_aev_02_only_a_stop_for_an_event_counts(reason, for_event):
    assert stopped_for_event(reason) is for_event


NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
GOOD = Judgement("hypotension", 2, "probable", "recovered", False, "Lay down, 250 mL saline, recovered in 10 min.")


def at(minutes):
    return NOW + timedelta(minutes=minutes)


def test_aev_03_the_last_side_effect_up_to_the_stop_is_linked():
    effects = [(1, at(0)), (3, at(10)), (2, at(5)), (4, at(20))]
    assert linked(effects, reason="side_effect", stopped_at=at(10)) == 3
    assert linked(effects, reason="side_effect", stopped_at=at(9)) == 2
    assert linked(effects[3:], reason="side_effect", stopped_at=at(10)) == 4  # charted only afterwards
    assert linked([], reason="side_effect", stopped_at=at(10)) is None
    assert linked(effects, reason="patient_choice", stopped_at=at(10)) is None
    assert linked(effects, reason="side_effect", stopped_at=None) is None


def test_aev_04_only_slow_fast_and_fibrillation_open_a_draft():
    assert {"bradycardia", "tachycardia", "atrial_fibrillation"} == NEW_RHYTHMS


def test_aev_05_a_whole_judgement_has_no_problems():
    assert judge_problems(GOOD, to_judge=True, may=True) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("category", ""),
        ("grade", 0),
        ("grade", 6),
        ("relatedness", "sure"),
        ("recovery", ""),
        ("course_stopped", None),
        ("narrative", "  "),
    ],
)
def test_aev_05_everything_is_asked(field, value):
    found = judge_problems(replace(GOOD, **{field: value}), to_judge=True, may=True)
    assert [(one.rule, one.field) for one in found] == [("AEV-05", field)]


@pytest.mark.parametrize(("grade", "recovery"), [(5, "recovered"), (4, "fatal")])
def test_aev_05_grade_five_and_death_go_together(grade, recovery):
    found = judge_problems(replace(GOOD, grade=grade, recovery=recovery), to_judge=True, may=True)
    assert {one.rule for one in found} == {"AEV-05"}
    assert not judge_problems(replace(GOOD, grade=5, recovery="fatal"), to_judge=True, may=True)


def test_aev_06_twenty_four_hours_are_not_yet_too_long():
    day = timedelta(hours=24)
    assert not is_called_out(happened_at=NOW - day, at=NOW)
    assert is_called_out(happened_at=NOW - day - timedelta(seconds=1), at=NOW)


def test_aev_09_only_who_may_judges_and_only_what_is_to_be_judged():
    assert {one.rule for one in judge_problems(GOOD, to_judge=True, may=False)} == {"AEV-09"}
    assert {one.rule for one in judge_problems(GOOD, to_judge=False, may=True)} == {"AEV-05"}


def test_aev_10_a_reason_is_changed_with_words_and_never_after_a_review():
    def problems(was, now, note="", reviewed=False):
        return {one.rule for one in reason_problems(was=was, now=now, note=note, reviewed=reviewed)}

    assert problems("", "side_effect") == set()
    assert problems("side_effect", "side_effect", reviewed=True) == set()
    assert problems("medical_event", "patient_choice") == {"AEV-10"}
    assert problems("medical_event", "patient_choice", note="tapped wrong") == set()
    assert problems("medical_event", "patient_choice", note="tapped wrong", reviewed=True) == {"AEV-10"}


def test_aev_11_an_infusion_counts_at_its_worst_severity():
    assert worst(["mild", "severe", "moderate", ""]) == "severe"
    assert worst(["", "terrible"]) == ""
    assert worst([]) == ""
