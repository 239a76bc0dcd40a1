from datetime import timedelta

import pytest

from scheduling.rules.visits import (
    arrival_problems,
    ended_state,
    open_sequence_problems,
    reason_problems,
    sequence_state,
)
from scheduling.states import MissedReason, SequenceState
from tests.scheduling.rules.days import MONDAY

BOOKED, ARRIVED, ATTENDED, MISSED = "booked", "arrived", "attended", "missed"


@pytest.mark.parametrize("state", ["confirmed", "in_progress", "interrupted"])
def test_sch_23_an_unfinished_sequence_refuses_another(state: str) -> None:
    assert [p.rule for p in open_sequence_problems(["completed", state])] == ["SCH-23"]


@pytest.mark.parametrize("states", [[], ["completed"], ["cancelled", "ended_early"]])
def test_sch_23_finished_sequences_do_not(states: list[str]) -> None:
    assert open_sequence_problems(states) == []


def test_sch_24_nobody_arrives_on_another_day() -> None:
    assert arrival_problems(MONDAY, MONDAY) == []
    (problem,) = arrival_problems(MONDAY, MONDAY + timedelta(days=1))
    assert problem.rule == "SCH-24"
    assert "Monday 14 September" in problem.sentence


@pytest.mark.parametrize("reason", MissedReason.values)
def test_sch_25_every_reason_of_the_list_is_an_answer(reason: str) -> None:
    assert reason_problems(reason) == []


@pytest.mark.parametrize("reason", ["", "tired"])
def test_sch_25_no_reason_is_refused(reason: str) -> None:
    assert [p.rule for p in reason_problems(reason)] == ["SCH-25"]


@pytest.mark.parametrize(
    ("visits", "state"),
    [
        ([BOOKED] * 5, SequenceState.CONFIRMED),
        ([ARRIVED, *[BOOKED] * 4], SequenceState.CONFIRMED),
        ([ATTENDED, *[BOOKED] * 4], SequenceState.IN_PROGRESS),
        ([ATTENDED, ARRIVED, *[BOOKED] * 3], SequenceState.IN_PROGRESS),
        ([ATTENDED, MISSED, *[BOOKED] * 3], SequenceState.INTERRUPTED),
        ([BOOKED, MISSED, *[BOOKED] * 3], SequenceState.INTERRUPTED),
        ([ATTENDED, MISSED, ATTENDED, BOOKED, BOOKED], SequenceState.IN_PROGRESS),
        ([ATTENDED, MISSED, ATTENDED, ATTENDED, ATTENDED], SequenceState.INTERRUPTED),
        ([ATTENDED] * 4 + [MISSED], SequenceState.INTERRUPTED),
        ([ATTENDED] * 5, SequenceState.COMPLETED),
        ([MISSED] * 5, SequenceState.INTERRUPTED),
    ],
)
def test_sch_26_a_sequence_stands_where_its_days_put_it(visits: list[str], state: SequenceState) -> None:
    assert sequence_state(visits) == state


def test_sch_26_ending_without_an_attended_day_is_a_cancellation() -> None:
    assert ended_state([MISSED, BOOKED]) == SequenceState.CANCELLED
    assert ended_state([ATTENDED, BOOKED]) == SequenceState.ENDED_EARLY
