"""A running infusion: times, pauses, resuming, what was delivered."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusions.rules.running import (
    Pause,
    charted_late,
    delivered_problems,
    pauses,
    planned_end,
    resume_problems,
    time_problems,
)

START = datetime(2026, 9, 14, 13, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("minutes", "rules"), [(2, set()), (2.1, {"RUN-01"}), (-1440, set()), (-1441, {"RUN-01"})]
)
def test_run_01_two_minutes_ahead_are_the_most(minutes, rules):
    assert {problem.rule for problem in time_problems(at(minutes), at=START)} == rules


@pytest.mark.parametrize(("minutes", "late"), [(15, False), (15.1, True)])
def test_run_02_exactly_fifteen_minutes_are_not_late(minutes, late):
    assert charted_late(occurred_at=START, received_at=at(minutes)) is late


def test_run_03_pauses_pair_with_the_next_resumption_and_the_last_may_be_open():
    assert pauses([at(5), at(20)], [at(8)]) == (Pause(at(5), at(8)), Pause(at(20), None))


def test_a_pause_charted_twice_is_one_pause():
    assert pauses([at(5), at(6)], [at(8)]) == (Pause(at(5), at(8)),)
    assert pauses([at(5), at(6)], []) == (Pause(at(5), None),)


@given(st.lists(st.integers(0, 30), max_size=5))
def test_run_03_the_end_moves_by_exactly_the_length_of_the_pauses(lengths):
    breaks = [Pause(at(40 * n), at(40 * n + length)) for n, length in enumerate(lengths)]
    assert planned_end(started_at=START, minutes=40, breaks=breaks, at=at(500)) == at(40 + sum(lengths))


def test_run_03_a_lasting_pause_counts_up_to_now_and_never_backwards():
    assert planned_end(started_at=START, minutes=40, breaks=[Pause(at(10))], at=at(25)) == at(55)
    assert planned_end(started_at=START, minutes=40, breaks=[Pause(at(10))], at=at(9)) == at(40)


def resume(**change):
    facts = {"paused_at": at(10), "last_set_at": at(14), "reason": "other", "provider_called": False, "at": at(15)}
    return {problem.rule for problem in resume_problems(**facts | change)}


def test_a_pause_with_reason_and_fresh_vitals_is_resumed():
    assert resume() == set()


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({"last_set_at": at(10)}, set()),  # exactly five minutes
        ({"last_set_at": at(9.9)}, {"RUN-04"}),
        ({"last_set_at": None}, {"RUN-04"}),
        ({"at": at(40), "last_set_at": at(40)}, set()),  # exactly thirty minutes
        ({"at": at(40.1), "last_set_at": at(40)}, {"RUN-05"}),
        ({"reason": ""}, {"RUN-06"}),
        ({"reason": "symptoms"}, {"RUN-06"}),
        ({"reason": "vital_signs"}, {"RUN-06"}),
        ({"reason": "symptoms", "provider_called": True}, set()),
    ],
)
def test_run_04_run_05_run_06_at_their_limits(change, rules):
    assert resume(**change) == rules


@pytest.mark.parametrize(
    ("mg", "rules"),
    [("0", set()), ("41.25", set()), ("41.5", set()), ("41.501", {"RUN-07"}), ("-0.001", {"RUN-07"})],
)
def test_run_07_no_more_than_the_bag_held(mg, rules):
    found = delivered_problems(Decimal(mg), bag_mg=Decimal("41.5"))
    assert {problem.rule for problem in found} == rules
