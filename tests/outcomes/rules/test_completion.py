"""Completion counts patients whose time had come; response counts windows that had closed."""

from datetime import date, time, timedelta

import numpy as np
import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from outcomes.rules.completion import RESPONSE_GOALS, Completion, Response, completion, responses
from outcomes.rules.counted import MISSING
from outcomes.rules.tallies import closed
from outcomes.rules.windows import WINDOWS, Infusion, Score
from tests.outcomes.rules.columns_of import Patients, counted_of, infusions_of
from tests.outcomes.rules.slow_tables import slow_completion

FIRST = date(2023, 1, 2)
LATER = date(2023, 12, 31)


def complete_of(people: list[list[Infusion]], as_of: date) -> Completion:
    return completion(infusions_of([(given, []) for given in people]), np.ones(len(people), dtype=bool), as_of)


def responses_of(people: Patients, as_of: date) -> tuple[Response, ...]:
    found = counted_of(people, as_of)
    answered = {window: (found.column(window) != MISSING).any(axis=1) for window in WINDOWS}
    return responses(answered, {window: closed(found, window) for window in WINDOWS})


def given(*days: int, completed: bool = True) -> list[Infusion]:
    return [Infusion(FIRST + timedelta(days=day), time(8, 30), completed) for day in days]


def test_out_16_patients_are_counted_by_completed_infusions_ever() -> None:
    people = [
        given(0, 1, 2, 3, 4),
        given(0, 1, 2, 3, 4, 60),
        given(0, 1),
        given(0) + given(1, completed=False),
        [],
    ]
    found = complete_of(people, LATER)
    assert found.counts == {5: 2, 4: 0, 3: 0, 2: 1, 1: 1, 0: 1}
    assert (found.n, found.completed, found.under_way) == (5, 2, 0)


@pytest.mark.parametrize(("days_since", "under_way"), [(14, 1), (15, 0)])
def test_out_16_fewer_than_five_within_14_days_is_still_under_way(days_since: int, under_way: int) -> None:
    found = complete_of([given(0, 1, 2)], FIRST + timedelta(days=2 + days_since))
    assert (found.under_way, found.n) == (under_way, 1 - under_way)


def test_out_16_five_are_complete_at_once() -> None:
    assert complete_of([given(0, 1, 2, 3, 4)], FIRST + timedelta(days=4)).completed == 1


def test_out_16_infusions_after_the_as_of_date_do_not_count() -> None:
    found = complete_of([given(0, 1, 2, 3, 100)], FIRST + timedelta(days=60))
    assert found.counts[4] == 1


@pytest.mark.parametrize(("gap", "finished"), [(14, 1), (15, 0)])
def test_out_17_a_gap_of_more_than_14_days_ends_the_first_sequence(gap: int, finished: int) -> None:
    found = complete_of([given(0, 1, 2, 3, 3 + gap)], LATER)
    assert (found.completed, found.first_sequence) == (1, finished)


def test_out_17_a_later_sequence_does_not_finish_the_first() -> None:
    found = complete_of([given(0, 1, 2, 3, 60, 61, 62, 63, 64)], LATER)
    assert (found.completed, found.first_sequence) == (1, 0)


def test_out_18_response_is_any_score_of_those_whose_window_had_closed() -> None:
    answered = [Score("GAD-7", FIRST + timedelta(days=5), None, 90)]
    people = [
        (given(0), answered),
        (given(0), []),
    ]
    last, three, six = responses_of(people, FIRST + timedelta(days=30))
    assert (last.answered, last.due, last.not_due) == (1, 2, 0)
    assert (three.answered, three.due, three.not_due) == (0, 0, 2)
    assert six.not_due == 2


def test_out_18_a_window_that_closes_tomorrow_is_not_due() -> None:
    answered = [Score("GAD-7", FIRST + timedelta(days=5), None, 90)]
    (last, *_) = responses_of([(given(0), answered)], FIRST + timedelta(days=29))
    assert (last.answered, last.due, last.not_due) == (0, 0, 1)


def test_out_18_a_patient_without_a_completed_infusion_is_never_due() -> None:
    (last, *_) = responses_of([(given(0, completed=False), [])], LATER)
    assert (last.due, last.not_due) == (0, 0)


def test_out_19_the_goals_are_75_and_65_percent() -> None:
    assert RESPONSE_GOALS == {"3m": 75, "6m": 65}
    assert [found.goal for found in responses_of([], LATER)] == [None, 75, 65]


DAY = st.tuples(st.integers(0, 120), st.booleans())


@any_of(
    st.lists(st.lists(DAY, max_size=9, unique_by=lambda one: one[0]), max_size=6),
    st.integers(0, 130),
    st.sampled_from((1, 4, 5)),
)
def test_out_16_and_17_all_patients_at_once_count_as_one_after_the_other(
    people: list[list[tuple[int, bool]]], until: int, complete: int
) -> None:
    courses = [[Infusion(FIRST + timedelta(days=day), None, done) for day, done in days] for days in people]
    as_of = FIRST + timedelta(days=until)
    everybody = np.ones(len(courses), dtype=bool)
    found = completion(infusions_of([(given, []) for given in courses]), everybody, as_of, complete=complete)
    assert found == slow_completion(courses, as_of, complete=complete)
