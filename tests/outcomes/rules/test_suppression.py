"""Small cells: what may be shown, and that what is hidden cannot be worked out."""

from collections.abc import Sequence
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.rules.statistics import percent
from outcomes.rules.suppression import SMALLEST_SHOWN, is_small, shown_parts, shown_within, tells_no_total

counts = st.one_of(st.integers(0, 25), st.integers(0, 2000))
groups = st.lists(counts, min_size=2, max_size=7)


@pytest.mark.parametrize(("patients", "small"), [(0, False), (1, True), (10, True), (11, False), (500, False)])
def test_out_60_one_to_ten_patients_are_not_shown(patients: int, small: bool) -> None:
    assert is_small(patients) is small


def test_out_60_a_small_total_hides_everything_in_it() -> None:
    assert shown_parts([4, 6]).parts == (False, False)
    assert not shown_parts([4, 6]).total


def test_out_60_nobody_is_shown_as_nobody() -> None:
    assert shown_parts([0, 30]).parts == (True, True)
    assert shown_parts([0, 0]).total
    assert shown_parts([]).total


def test_out_61_a_small_part_takes_its_complement_with_it() -> None:
    assert shown_parts([5, 25]).parts == (False, False)
    assert shown_parts([25, 5]).parts == (False, False)
    assert shown_parts([25, 5]).total


def test_out_61_the_next_part_of_the_table_goes_with_it_not_the_smallest() -> None:
    assert shown_parts([40, 10, 50, 12]).parts == (True, False, False, True)
    assert shown_parts([40, 50, 12, 3]).parts == (False, True, True, False)


def test_out_61_two_small_parts_that_are_small_together_take_a_third() -> None:
    assert shown_parts([4, 6, 50, 60]).parts == (False, False, False, True)
    assert shown_parts([5, 6, 50, 60]).parts == (False, False, True, True)


def test_out_61_two_of_ten_take_a_third_or_their_sum_would_tell() -> None:
    assert shown_parts([10, 10, 50, 60]).parts == (False, False, False, True)
    assert shown_parts([10, 9, 50, 60]).parts == (False, False, True, True)
    assert shown_parts([10, 10]).parts == (False, False)


def test_out_61_an_empty_part_hides_nobody_and_is_passed_over() -> None:
    assert shown_parts([5, 0, 50, 60]).parts == (False, True, False, True)


def test_out_61_patients_in_several_parts_are_counted_once_in_the_total() -> None:
    assert not shown_parts([8, 9], total=9).total
    assert shown_parts([12, 13], total=14).parts == (True, True)


@pytest.mark.parametrize("bad", [([-1, 3], None), ([1, 2], 4)])
def test_counts_that_cannot_be_are_refused(bad: tuple[list[int], int | None]) -> None:
    with pytest.raises(ValueError, match="counts"):
        shown_parts(bad[0], total=bad[1])


@given(groups)
def test_out_61_no_hidden_count_follows_from_the_shown_by_subtraction(parts: list[int]) -> None:
    shown = shown_parts(parts)
    visible = [part for part, may in zip(parts, shown.parts, strict=True) if may]
    hidden = [part for part, may in zip(parts, shown.parts, strict=True) if not may]
    assert not any(is_small(part) for part in visible)
    if shown.total:
        assert not is_small(sum(parts))
        for size in range(len(visible) + 1):
            for some in combinations(visible, size):
                rest = sum(parts) - sum(some)
                if len(some) == len(visible):
                    assert rest == sum(hidden)
                    assert not hidden or (len(hidden) > 1 and rest >= SMALLEST_SHOWN)


@given(groups)
def test_out_61_other_counts_would_look_the_same_to_somebody_who_knows_the_rule(parts: list[int]) -> None:
    shown = shown_parts(parts)
    hidden = [place for place, may in enumerate(shown.parts) if not may]
    for place in hidden:
        if shown.total and is_small(parts[place]):
            assert _another_value_looks_the_same(parts, shown.parts, place, hidden)


def _another_value_looks_the_same(
    parts: Sequence[int], shown: tuple[bool, ...], place: int, hidden: Sequence[int]
) -> bool:
    """True when patients moved between hidden parts change this one and leave the page as it is."""
    others = [other for other in hidden if other != place]
    if parts[place] > 1 and _looks_the_same_with_ones(parts, shown, hidden):
        return True
    for value in (*range(parts[place] - 1, -1, -1), *range(parts[place] + 1, 12)):
        for rest, other in permutations([*others, None], 2) if len(others) > 1 else [(others[0], None)]:
            for moved in range(-10, 26) if other is not None else [0]:
                changed = list(parts)
                changed[place] = value
                changed[other if other is not None else place] += moved
                if rest is None:
                    continue
                changed[rest] += parts[place] - value - moved
                if min(changed) >= 0 and shown_parts(changed).parts == shown:
                    return True
    return False


def _looks_the_same_with_ones(parts: Sequence[int], shown: tuple[bool, ...], hidden: Sequence[int]) -> bool:
    """True when every small hidden part could be 1 and the large one the rest."""
    changed = [1 if place in hidden and is_small(part) else part for place, part in enumerate(parts)]
    large = [place for place in hidden if not is_small(parts[place])]
    if large:
        changed[large[0]] += sum(parts) - sum(changed)
    return sum(changed) == sum(parts) and shown_parts(changed).parts == shown


@given(st.permutations([3, 14, 40, 90]))
def test_out_61_hides_the_small_part_wherever_it_stands(parts: list[int]) -> None:
    shown = shown_parts(parts).parts
    assert not shown[parts.index(3)]
    assert shown.count(False) == 2


def test_out_62_counts_within_one_another() -> None:
    assert shown_within([100, 95, 60, 55, 0]) == (True, False, True, False, True)
    assert shown_within([100, 100, 89, 11]) == (True, True, True, True)
    assert shown_within([9, 0]) == (False, True)
    with pytest.raises(ValueError, match="in the one before"):
        shown_within([5, 6])


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6))
def test_out_62_no_two_shown_counts_differ_by_a_small_number(unordered: list[int]) -> None:
    chain = sorted(unordered, reverse=True)
    seen = [count for count, may in zip(chain, shown_within(chain), strict=True) if may]
    assert not any(is_small(count) for count in seen)
    assert not any(is_small(abs(a - b)) for a, b in permutations(seen, 2))


def test_out_76_a_percentage_alone_may_be_of_any_total_just_below_the_one_shown() -> None:
    assert tells_no_total(percent(620, 1032), 1034)
    assert not tells_no_total(percent(19, 57), 60), "33.3% is of 57, 54 or 51, not of 59"
    assert not tells_no_total(percent(1, 2), 5)


@given(st.integers(12, 400), st.integers(1, 10), st.integers(0, 400))
def test_out_76_whoever_knows_the_percentage_cannot_tell_the_total(everybody: int, less: int, some: int) -> None:
    total = everybody - less
    share = percent(min(some, total), total)
    if tells_no_total(share, everybody):
        for other in range(everybody - 10, everybody):
            assert any(percent(count, other) == share for count in range(other + 1))
