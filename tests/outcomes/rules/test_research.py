"""What becomes of dates, ages and names in a research export (OUT-46 to OUT-52), and how it is read back."""

from datetime import date, timedelta
from itertools import cycle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.rules.counted import counted
from outcomes.rules.histories import NO_MINUTE, UNKNOWN
from outcomes.rules.research import (
    BEFORE_WORDS,
    ID_LETTERS,
    Persons,
    study_ids,
)
from outcomes.rules.research_about import may_tell
from outcomes.rules.research_back import DAY_0, histories_back
from outcomes.rules.research_dictionary import DIAGNOSES, MARITAL, RACES, SEXES, TABLES
from outcomes.rules.windows import Mode
from scheduling.models import Patient
from tests.outcomes.rules.research_rows import (
    AS_OF,
    DAY,
    Answered,
    Given,
    infusions_of,
    letters,
    made,
    persons,
    scores_of,
)


def test_the_lists_of_words_are_the_registers() -> None:
    assert list(SEXES) == Patient.Sex.values
    assert list(RACES) == Patient.EthnicGroup.values
    assert list(MARITAL) == Patient.Marital.values
    assert len(DIAGNOSES) == 13
    assert not any(set(word) & set(',"\n\r') for table in TABLES.values() for one in table for word in one.words)


def test_out_46_ids_are_different_and_tell_nothing_by_their_order() -> None:
    ids = study_ids(letters(), 500)
    assert len(set(ids)) == 500
    assert list(ids) == sorted(ids)
    assert set("".join(ids)) <= set(ID_LETTERS) | {"S"}
    assert not set("AEIOU") & set("".join(ids)[1:])
    assert study_ids(letters(2), 500) != ids


def test_out_46_a_letter_that_repeats_is_drawn_until_the_ids_differ() -> None:
    stuck = iter([*"BBBBBBBBBB", *"BBBBBBBBBB", *"BBBBBBBBBC", *"BBBBBBBBBD"])
    assert study_ids(stuck, 3) == ("SBBBBBBBBBB", "SBBBBBBBBBC", "SBBBBBBBBBD")
    assert study_ids(cycle("B"), 0) == ()


def test_out_46_rows_stand_in_the_order_of_the_drawing_not_of_the_record_numbers() -> None:
    ages = np.arange(20, 60)
    who = Persons(np.arange(40), ages, *(np.zeros(40, dtype=np.int64) for _ in range(4)), ages * 10, ages * 0)
    found = made(who, [(n, 0, 500, True) for n in range(40)], [], order=3)
    assert sorted(found.patients["age"]) == list(ages)
    assert list(found.patients["age"]) != list(ages)
    again = made(who, [(n, 0, 500, True) for n in range(40)], [], order=4)
    assert list(found.patients["age"]) != list(again.patients["age"])


def test_out_47_days_are_counted_from_the_first_completed_infusion() -> None:
    found = made(persons(1), [(0, 0, 500, False), (0, 3, 500, True), (0, 4, 500, True)], [(0, -10, 500, 0, 90)])
    assert list(found.infusions["day"]) == [-3, 0, 1]
    assert list(found.infusions["completed"]) == [0, 1, 1]
    assert list(found.infusions["number"]) == [1, 2, 3]
    assert list(found.scores["day"]) == [-13]


def test_out_47_without_a_completed_one_from_the_first_begun_and_without_any_there_is_no_day() -> None:
    found = made(persons(2), [(0, 2, 500, False), (0, 5, 500, False)], [(0, 1, 500, 0, 90), (1, 1, 500, 0, 90)])
    assert list(found.infusions["day"]) == [0, 3]
    assert list(found.scores["day"]) == [-1]
    assert found.left_out == 1
    assert list(found.patients["first_year"]) == [2024, UNKNOWN]
    assert list(found.patients["first_year_or_later"]) == [1, UNKNOWN]


def test_out_09_what_came_after_the_as_of_date_does_not_leave() -> None:
    late = (AS_OF - DAY).days
    found = made(
        persons(1), [(0, 0, 500, True), (0, late, 500, True), (0, late + 1, 500, True)], [(0, late + 1, 0, 0, 9)]
    )
    assert list(found.infusions["day"]) == [0, late]
    assert not len(found.scores["day"])


def told_year(first: date, last_day: int, as_of: date) -> tuple[int, int]:
    found = made(persons(1), [(0, 0, 500, True)], [(0, last_day, 500, 0, 90)], as_of=as_of, day=first)
    return int(found.patients["first_year"][0]), int(found.patients["first_year_or_later"][0])


@pytest.mark.parametrize(
    ("last_day", "told"),
    [(239, (2024, 1)), (240, (2024, 1)), (241, (2023, 1))],
    ids=["a day to spare", "the last day of the year is just possible", "it is not any more"],
)
def test_out_47_the_year_is_told_as_long_as_its_last_day_is_possible(last_day: int, told: tuple[int, int]) -> None:
    as_of = date(2024, 12, 31) + timedelta(days=240)
    assert told_year(date(2024, 2, 1), last_day, as_of) == told
    assert told_year(date(2022, 2, 1), last_day, as_of) == (2022, 0)


@settings(max_examples=40, deadline=None)
@given(
    first=st.dates(date(2020, 1, 1), date(2024, 12, 31)),
    last_day=st.integers(-100, 700),
    as_of=st.dates(date(2024, 12, 31), date(2025, 12, 31)),
)
def test_out_47_a_reader_can_narrow_nobodys_day_0_to_less_than_a_year(
    first: date, last_day: int, as_of: date
) -> None:
    """Every first day that gives the same file: never fewer than a whole year's, whatever the file says."""
    last_day = min(last_day, (as_of - first).days)
    told = told_year(first, last_day, as_of)
    possible = [
        day
        for day in (date(2018, 1, 1) + timedelta(days=n) for n in range(0, 3000, 7))
        if day + timedelta(days=max(last_day, 0)) <= as_of and told_year(day, last_day, as_of) == told
    ]
    assert (max(possible) - min(possible)).days >= 350  # looked at every seventh day
    assert min(possible) - timedelta(days=7) <= first <= max(possible) + timedelta(days=7)


@pytest.mark.parametrize(
    ("age", "given_as"), [(89, 89), (90, 90), (91, 90), (104, 90), (UNKNOWN, UNKNOWN), (0, 0)]
)
def test_out_48_ninety_and_over_is_ninety(age: int, given_as: int) -> None:
    found = made(persons(1, age=age), [(0, 0, 500, True)], [])
    assert list(found.patients["age"]) == [given_as]


@pytest.mark.parametrize(
    ("start", "minute", "word"),
    [
        (510, 509, "true"),
        (510, 510, "false"),
        (510, 511, "false"),
        (510, NO_MINUTE, "unknown"),
        (NO_MINUTE, 509, "unknown"),
        (NO_MINUTE, NO_MINUTE, "unknown"),
    ],
)
def test_out_50_before_after_or_not_known(start: int, minute: int, word: str) -> None:
    found = made(persons(1), [(0, 0, start, True)], [(0, 0, minute, 0, 90), (0, 1, minute, 0, 90)])
    assert [BEFORE_WORDS[place] if place >= 0 else "" for place in found.scores["before_start"]] == [word, ""]


def test_out_50_a_stopped_infusion_starts_nothing_and_the_first_of_a_day_counts() -> None:
    day = [(0, 0, 480, False), (0, 0, 600, True), (0, 0, 720, True)]
    found = made(persons(1), day, [(0, 0, 500, 0, 90), (0, 0, 650, 0, 80)])
    assert [BEFORE_WORDS[place] for place in found.scores["before_start"]] == ["true", "false"]
    stopped = made(persons(1), [(0, 0, 480, False)], [(0, 0, 500, 0, 90)])
    assert list(stopped.scores["before_start"]) == [UNKNOWN]


def test_out_50_scores_of_one_day_are_numbered_in_their_order_and_no_minute_leaves() -> None:
    found = made(
        persons(1), [(0, 0, 500, True)], [(0, 9, 700, 0, 70), (0, 9, NO_MINUTE, 0, 60), (0, 9, 600, 0, 80)]
    )
    assert list(found.scores["number"]) == [1, 2, 3]
    assert list(found.scores["tenths"]) == [60, 80, 70]
    assert set(found.scores) == {"patient", "number", "day", "before_start", "measure", "tenths", "form"}
    assert set(found.infusions) == {"patient", "number", "day", "completed"}


def test_out_51_only_the_patients_of_the_study_leave() -> None:
    who = persons(3)
    chosen = Persons(*(getattr(who, name)[[0, 2]] for name in Persons.__slots__))
    found = made(chosen, [(n, 0, 500, True) for n in range(3)], [(n, 9, 500, 0, 90) for n in range(3)])
    assert len(found.ids) == 2
    assert list(found.scores["patient"]) == [0, 1]


def test_nobody_and_somebody_without_anything() -> None:
    assert made(persons(0), [], []).rows == 0
    assert made(persons(0), [(3, 0, 500, True)], [(4, 0, 1, 0, 9)]).rows == 0
    alone = made(persons(1), [], [])
    assert (alone.rows, list(alone.patients["first_year"])) == (1, [UNKNOWN])


@pytest.mark.parametrize(
    ("closed", "number", "told"),
    [
        (30, 30, 30),
        (0, 0, 0),
        (19, 30, 19),
        (20, 30, None),
        (11, 22, 11),
        (10, 30, None),
        (0, 30, None),
        (1, 1, 1),
    ],
)
def test_out_52_closed_windows_are_told_where_nobodys_last_weeks_show(
    closed: int, number: int, told: int | None
) -> None:
    assert may_tell(closed, number) == told


rows = st.integers(0, 3).flatmap(
    lambda of: st.tuples(st.just(of), st.integers(0, 60), st.sampled_from([NO_MINUTE, 500, 600]), st.booleans())
)
answers = st.tuples(
    st.integers(0, 3),
    st.integers(-110, 320),
    st.sampled_from([NO_MINUTE, 400, 500, 550, 600, 700]),
    st.integers(0, 2),
    st.integers(0, 270),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(rows, max_size=14), st.lists(answers, max_size=40), st.sampled_from(["paper", "course"]))
def test_out_52_the_scores_that_count_are_the_same_when_it_is_read_back(
    infusions: list[Given], scores: list[Answered], mode: Mode
) -> None:
    as_of = DAY + timedelta(days=330)
    found = made(persons(4), infusions, scores, as_of=as_of)
    back = histories_back(found)
    ours = counted(infusions_of(infusions), scores_of(scores), as_of, mode=mode)
    theirs = counted(back.infusions, back.scores, date(2300, 1, 1), mode=mode)
    assert np.array_equal(ours.tenths, theirs.tenths)
    assert np.array_equal(ours.unclear, theirs.unclear)
    for name in ("of", "number", "days", "courses"):
        assert np.array_equal(getattr(ours.rows, name), getattr(theirs.rows, name))
    assert not len(theirs.rows) or theirs.rows.first.min() == DAY_0
