"""OUT-58: how small the groups are that a research export would show."""

import numpy as np

from outcomes.rules.histories import UNKNOWN
from outcomes.rules.research import Persons
from outcomes.rules.small_groups import SmallGroups, small_groups


def persons(*rows: tuple[int, int, int, int]) -> Persons:
    """Age, sex, race, diagnosis of each."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    age, sex, race, diagnosis = table.T
    same = np.zeros(len(table), dtype=np.int64)
    return Persons(np.arange(len(table)), age, sex, race, same, diagnosis, same, same)


def test_out_58_the_smallest_group_and_who_is_alone() -> None:
    found = small_groups(persons(*[(45, 0, 0, 1)] * 11, *[(45, 1, 0, 1)] * 10, (45, 2, 0, 1)))
    assert found == SmallGroups(groups=3, smallest=1, alone=1, few=11, patients=22)
    assert found.warns


def test_out_58_eleven_in_every_group_warns_of_nothing() -> None:
    found = small_groups(persons(*[(39, 0, 0, 1)] * 11, *[(40, 0, 0, 1)] * 11))
    assert (found.groups, found.smallest, found.warns) == (2, 11, False)


def test_ages_of_one_band_are_one_group_and_what_is_not_known_is_a_level() -> None:
    assert small_groups(persons((70, 0, 0, 1), (99, 0, 0, 1))).groups == 1
    unknown = small_groups(persons((UNKNOWN, 0, 0, 1), (17, 0, 0, 1), (18, 0, 0, 1), (18, UNKNOWN, 0, 1)))
    assert (unknown.groups, unknown.alone) == (3, 2)


def test_nobody_makes_no_group() -> None:
    assert small_groups(persons()) == SmallGroups(0, 0, 0, 0, 0)
