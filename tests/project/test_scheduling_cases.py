"""The 36 edge cases of scheduling, by number: each is held by a test that names it."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CASES = {
    1: "two schedulers accept the last place",
    2: "the same scheduler double-clicks",
    3: "accept after the hold expired",
    4: "accept a stale offer that is still feasible, or no longer",
    5: "deadlock order with weeks crossing",
    6: "crash after 3 of 5 inserts",
    7: "09:25 ends and 09:25 starts in the same chair",
    8: "cleaning past close",
    9: "last seat exactly at close less the visit",
    10: "a start off the 5-minute grid",
    11: "an empty or reversed range",
    12: "the ninth patient",
    13: "the third patient on a nurse at a break's edge",
    14: "two IV starts too near",
    15: "a nurse in two places in one minute",
    16: "a break moved under a booked visit",
    17: "the relief nurse called out",
    18: "a shift ends in mid-visit",
    19: "a provider gap across a visit",
    20: "one provider follows another without a gap",
    21: "a holiday on Monday, Wednesday, Thursday, Friday; two in one week",
    22: "a holiday declared after sequences are booked",
    23: "a Saturday opened, then closed again",
    24: "weather closure at 11:00",
    25: "missed day 1, 3, 5, two days; make-up week full",
    26: "make-up over the weekend refused",
    27: "cancel of day 3 only or the rest; reinstating after another took the place",
    28: "reschedule onto an overlapping week of oneself",
    29: "a patient in two sequences, a driver for two patients",
    30: "group visit full, missed, too early, too late",
    31: "a returning patient needs no group visit",
    32: "prolonged observation, live",
    33: "25 minutes late: still fits, no longer fits",
    34: "call-out in mid-turn above the ratio",
    35: "weeks before and after both clock changes, other zones, year's end",
    36: "lengths change with future bookings",
}


def named() -> set[int]:
    found = set()
    for path in TESTS.rglob("test_*.py"):
        found |= {int(number) for number in re.findall(r"def test_\w*case_(\d\d)\w*\(", path.read_text())}
    return found


@pytest.mark.parametrize(("number", "what"), CASES.items())
def test_every_edge_case_of_scheduling_has_its_test(number: int, what: str) -> None:
    assert number in named(), f"no test names case_{number:02d}: {what}"
