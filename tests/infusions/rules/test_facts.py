"""Facts are never refused for where the infusion stands; what fits badly is marked and looked at."""

from datetime import UTC, datetime, timedelta

import pytest

from infusions.rules import facts
from infusions.rules.facts import Call

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def rules(problems):
    return {problem.rule for problem in problems}


@pytest.mark.parametrize("kind", sorted(facts.SEEN_AND_DONE))
def test_chs_09_what_was_seen_is_dated_up_to_seven_days_back_and_no_more(kind):
    week = timedelta(days=7)
    assert facts.fact_time_problems(kind, NOW - week, at=NOW) == []
    assert rules(facts.fact_time_problems(kind, NOW - week - timedelta(seconds=1), at=NOW)) == {"CHS-09"}


def test_run_01_nothing_is_dated_more_than_two_minutes_ahead_and_a_stop_not_before_yesterday():
    assert facts.fact_time_problems("side_effect", NOW + 2 * MINUTE, at=NOW) == []
    assert rules(facts.fact_time_problems("side_effect", NOW + 3 * MINUTE, at=NOW)) == {"RUN-01"}
    assert rules(facts.fact_time_problems("stopped", NOW - timedelta(hours=25), at=NOW)) == {"RUN-01"}


def test_chs_08_fifteen_minutes_are_in_time_and_one_second_more_is_looked_at():
    def look(late, unmatched=False):
        return facts.needs_look(occurred_at=NOW - late, received_at=NOW, unmatched=unmatched)

    assert not look(timedelta(minutes=15))
    assert look(timedelta(minutes=15, seconds=1))
    assert look(timedelta(0), unmatched=True)


def test_chs_08_a_symptom_after_discharge_or_before_arrival_fits_nothing():
    def fit(minutes, kind="side_effect", left=60):
        left_at = None if left is None else NOW + left * MINUTE
        return facts.fits(kind, NOW + minutes * MINUTE, arrived_at=NOW, left_at=left_at)

    assert all(fit(minute) for minute in (-1, 0, 60))
    assert not fit(61)
    assert not fit(-2)
    assert fit(600, left=None)
    assert fit(600, kind="stopped")  # whether a stop fits is asked of what runs


def test_chs_10_nobody_looks_at_what_they_recorded_themselves():
    assert rules(facts.look_problems(listed=True, is_own=True)) == {"CHS-10"}
    assert rules(facts.look_problems(listed=False, is_own=False)) == {"CHS-08"}
    assert facts.look_problems(listed=True, is_own=False) == []


def test_chs_11_other_and_a_medication_are_named_in_words():
    other = {"symptom": "other", "severity": "mild"}
    assert rules(facts.side_effect_problems(other, "")) == {"CHS-11"}
    assert facts.side_effect_problems(other, "itching") == []
    assert rules(facts.side_effect_problems({"symptom": "dissociated", "severity": "mild"}, "")) == {"CHS-04"}
    assert rules(facts.intervention_problems({"what": "medication"}, " ")) == {"CHS-11"}
    assert facts.intervention_problems({"what": "medication"}, "midazolam 1 mg IV") == []
    assert facts.intervention_problems({"what": "oxygen"}, "") == []
    assert rules(facts.intervention_problems({}, "")) == {"CHS-11"}


def test_chs_12_a_call_is_open_until_somebody_came_or_answered():
    first, second, third = NOW, NOW + 5 * MINUTE, NOW + 30 * MINUTE
    assert facts.calls([first], []) == (Call(first),)
    answered = second + MINUTE
    assert facts.calls([second, first, third], [answered]) == (
        Call(first, answered),
        Call(second, answered),
        Call(third),
    )
    assert facts.calls([first + timedelta(seconds=40)], [first])[0].answered_at == first  # typed to the minute
    assert facts.calls([first + MINUTE], [first])[0].answered_at is None


def test_chs_12_an_answer_says_who_and_on_the_phone_what_was_said():
    assert rules(facts.answer_problems({"provider": ""}, "")) == {"CHS-12"}
    assert rules(facts.answer_problems({"provider": "Dr Ferrol", "came": False}, "")) == {"CHS-12"}
    assert facts.answer_problems({"provider": "Dr Ferrol", "came": False}, "go on") == []
    assert facts.answer_problems({"provider": "Dr Ferrol", "came": True}, "") == []


@pytest.mark.parametrize("kind", ["started", "stopped", "paused", "ondansetron_prn", "completed"])
def test_chs_13_starts_stops_and_doses_are_not_struck_out(kind):
    assert rules(facts.strike_problems(kind=kind, reason="wrong chair", struck=False)) == {"CHS-13"}


def test_chs_13_a_strike_has_a_reason_and_happens_once():
    assert facts.strike_problems(kind="emergency_team", reason="wrong button", struck=False) == []
    assert facts.strike_problems(kind="emergency_team", reason=" ", struck=False)
    assert facts.strike_problems(kind="emergency_team", reason="wrong button", struck=True)
