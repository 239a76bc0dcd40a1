"""Due times of vital signs and the sets that fill them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusions.rules import due
from infusions.rules.due import Status, Timeliness

START = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)
NONE: frozenset[str] = frozenset()


def minute(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


GRID = due.slots(started_at=START, ends_at=minute(40))
CODES = ["start+15", "start+30", "end", "end+15", "end+30"]


def test_due_01_an_infusion_of_40_minutes_has_five_due_times():
    assert [slot.code for slot in GRID] == CODES
    assert [slot.due_at for slot in GRID] == [minute(m) for m in (15, 30, 40, 55, 70)]
    assert [slot.label for slot in GRID] == ["+15", "+30", "End", "End+15", "End+30"]


@pytest.mark.parametrize(
    ("ends", "codes"),
    [(50, ["start+15", "start+30", "start+45"]), (15, []), (16, ["start+15"]), (0, []), (30, ["start+15"])],
)
def test_due_01_a_pause_adds_to_the_grid_and_an_early_stop_cuts_it(ends, codes):
    grid = due.slots(started_at=START, ends_at=minute(ends))
    assert [slot.code for slot in grid] == [*codes, "end", "end+15", "end+30"]


def test_due_01_an_end_before_the_start_is_nonsense():
    with pytest.raises(ValueError, match="before its start"):
        due.slots(started_at=START, ends_at=minute(-1))


@given(st.integers(0, 600))
def test_due_01_never_more_than_fifteen_minutes_lie_between_two_due_times(ends):
    times = [START, *(slot.due_at for slot in due.slots(started_at=START, ends_at=minute(ends)))]
    gaps = [b - a for a, b in pairwise(times)]
    assert all(timedelta(0) <= gap <= timedelta(minutes=15) for gap in gaps)


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (11.9, Status.UPCOMING),
        (12, Status.DUE_SOON),
        (14.9, Status.DUE_SOON),
        (15, Status.DUE),
        (20, Status.DUE),
        (20.1, Status.LATE),
        (29.9, Status.LATE),
        (30, Status.MISSED),
    ],
)
def test_due_02_a_due_time_goes_from_soon_to_missed(at, status):
    assert due.status(GRID, "start+15", at=minute(at), filled=NONE) is status
    assert due.status(GRID, "start+15", at=minute(at), filled=frozenset({"start+15"})) is Status.DONE


def test_due_02_the_last_due_time_stays_late_and_is_never_missed():
    assert due.status(GRID, "end+30", at=minute(200), filled=NONE) is Status.LATE


def test_due_02_an_unknown_due_time_is_nonsense():
    with pytest.raises(ValueError, match="not a due time"):
        due.status(GRID, "start+45", at=START, filled=NONE)


@pytest.mark.parametrize(
    ("after", "word"),
    [
        (-3.1, Timeliness.EARLY),
        (-3, Timeliness.ON_TIME),
        (3, Timeliness.ON_TIME),
        (3.1, Timeliness.DELAYED),
        (5, Timeliness.DELAYED),
        (5.1, Timeliness.LATE),
    ],
)
def test_due_02_within_three_minutes_is_on_time_and_beyond_five_is_late(after, word):
    assert due.timeliness(due_at=START, taken_at=minute(after)) is word


def test_due_02_the_next_due_time_is_the_first_neither_filled_nor_missed():
    assert due.next_slot(GRID, at=START, filled=NONE) == GRID[0]
    assert due.next_slot(GRID, at=minute(31), filled=NONE) == GRID[1]
    assert due.next_slot(GRID, at=minute(31), filled=frozenset({"start+30"})) == GRID[2]
    assert due.next_slot(GRID, at=minute(80), filled=frozenset(CODES)) is None


def test_due_02_all_statuses_come_in_the_order_of_the_grid():
    assert list(due.statuses(GRID, at=minute(38), filled=frozenset({"start+15"})).items()) == [
        ("start+15", Status.DONE),
        ("start+30", Status.LATE),
        ("end", Status.DUE_SOON),
        ("end+15", Status.UPCOMING),
        ("end+30", Status.UPCOMING),
    ]


@pytest.mark.parametrize(
    ("taken", "filled", "code"),
    [
        (11.9, (), "extra"),
        (12, (), "start+15"),
        (24, (), "start+15"),
        (29, (), "start+30"),  # nearer than the late one
        (28, ("start+30",), "start+15"),
        (24, ("start+15",), "extra"),
        (30, (), "start+30"),
        (38, (), "end"),
        (36, (), "start+30"),
        (36, ("start+30",), "extra"),
        (95, (), "end+30"),
        (95, ("end+30",), "extra"),
    ],
)
def test_due_03_a_set_fills_the_nearest_open_due_time_or_is_an_extra_one(taken, filled, code):
    assert due.slot_filled_by(GRID, taken_at=minute(taken), filled=frozenset(filled)) == code


@given(st.integers(-600, 6000), st.frozensets(st.sampled_from(CODES)))
def test_due_03_a_filled_due_time_is_never_filled_twice(seconds, filled):
    code = due.slot_filled_by(GRID, taken_at=START + timedelta(seconds=seconds), filled=filled)
    assert code not in filled


def test_due_03_five_sets_in_time_fill_the_whole_grid_in_order():
    filled: list[str] = []
    for at in (16, 29, 41, 54, 71):
        filled.append(due.slot_filled_by(GRID, taken_at=minute(at), filled=frozenset(filled)))
    assert filled == CODES


def taken(number: int, code: str, minutes: float, by: int) -> due.Taken:
    return due.Taken(number, code, minute(minutes), by)


@pytest.mark.parametrize(
    ("second", "beside"),
    [
        (taken(2, "extra", 15, by=8), {2: 1}),
        (taken(2, "extra", 20, by=8), {2: 1}),
        (taken(2, "extra", 20.1, by=8), {}),  # a reading of its own
        (taken(2, "extra", 16, by=7), {}),  # the same nurse looks again
        (taken(2, "start+30", 16, by=8), {}),
    ],
)
def test_due_04_a_second_set_of_another_nurse_is_marked_beside_the_first(second, beside):
    assert due.also_taken([taken(1, "start+15", 15, by=7), second]) == beside


def test_due_04_of_two_nurses_before_the_start_the_later_set_is_the_one_beside():
    assert due.also_taken([taken(1, "baseline", -5, by=7), taken(2, "baseline", -3, by=8)]) == {2: 1}
    assert due.also_taken([taken(1, "extra", 14, by=7), taken(2, "extra", 15, by=8)]) == {}


@pytest.mark.parametrize(
    ("at", "filled", "last", "called"),
    [
        (54.9, (), None, False),  # late, not missed: the next is not due yet
        (55, (), None, True),
        (55, ("end",), 40, False),
        (60, ("start+30",), 31, True),
        (60, (), 39.9, True),
        (60, (), 40, False),  # a set was read after the end
        (60, ("end+15",), 56, False),
    ],
)
def test_due_05_a_missed_end_is_called_out_until_a_set_is_read_after_it(at, filled, last, called):
    last_at = None if last is None else minute(last)
    found = due.missed_end(GRID, at=minute(at), filled=frozenset(filled), last_taken_at=last_at)
    assert (found is not None) is called
