"""Every flag of every sign over everything that may be entered, against exact fractions (VIT-01 to VIT-08)."""

from fractions import Fraction
from itertools import product
from math import floor

import pytest

from infusions.rules.vital_entry import CONFIRM_OUTSIDE, entry_problems
from infusions.rules.vitals import Flag, Vitals, flags, map_mmhg, percent_text
from infusions.states import Direction, Level, Rhythm, Sign

MOST = 999  # three digits are typed at most; what lies outside the usual is confirmed and stored
NOTHING = {"sbp": None, "dbp": None, "hr": None, "spo2": None, "rhythm": None}
LIMIT = Fraction(1, 5)
MINUS = "\N{MINUS SIGN}"


def one(sign: Sign, value: int | None) -> Vitals:
    """A set of which only this sign was obtained."""
    return Vitals(**NOTHING | {sign.value: value})


def half_up(exact: Fraction) -> int:
    """To a whole number, a tie away from zero."""
    return floor(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)


def words(change: Fraction) -> str:
    tenths = half_up(change * 1000)
    whole, tenth = divmod(abs(tenths), 10)
    sign = MINUS if tenths < 0 else "+" if tenths else ""
    return f"{sign}{whole:,}{f'.{tenth}' if tenth else ''}%"


@pytest.mark.parametrize("sign", [Sign.SBP, Sign.DBP, Sign.HR])
def test_vit_01_every_usual_baseline_against_every_value_that_can_be_typed(sign):
    low, high = CONFIRM_OUTSIDE[sign]
    assert entry_problems(one(sign, MOST + 1)) != []  # and no field takes four digits
    wrong, flagged, exactly = [], 0, 0
    for base in range(low, high + 1):
        baseline = one(sign, base)
        for value in range(MOST + 1):
            change = Fraction(value - base, base)
            found = flags(one(sign, value), baseline)
            exactly += abs(change) == LIMIT
            if abs(change) <= LIMIT:
                if found:
                    wrong.append((base, value, found))
                continue
            flagged += 1
            way = Direction.HIGH if value > base else Direction.LOW
            if found != (Flag("VIT-01", sign, Level.NOTICE, way, value, base, words(change)),):
                wrong.append((base, value, found))
    assert wrong == []
    assert flagged > 100_000
    fifths = sum(base % 5 == 0 for base in range(low, high + 1))
    assert exactly == 2 * fifths  # strict: up and down, exactly 20% was there and did not flag


def test_vit_08_every_mean_pressure_in_thirds_against_every_other():
    """SBP + 2 DBP from the least to the most of both usual ranges, each sum reached by one pair of pressures."""
    (least, most), (lowest, highest) = CONFIRM_OUTSIDE[Sign.SBP], CONFIRM_OUTSIDE[Sign.DBP]
    pairs = {
        sbp + 2 * dbp: (sbp, dbp)
        for sbp, dbp in product(range(least, most + 1), range(lowest, highest + 1))
        if dbp < sbp
    }
    assert len(pairs) == most + 2 * highest - (least + 2 * lowest) + 1  # no sum is left out
    sets = {total: Vitals(sbp, dbp, None, None, None) for total, (sbp, dbp) in pairs.items()}
    wrong, exactly = [], 0
    for base, baseline in sets.items():
        for total, reading in sets.items():
            change = Fraction(total - base, base)
            exactly += abs(change) == LIMIT
            found = [flag for flag in flags(reading, baseline, include_map=True) if flag.sign is Sign.MAP]
            if abs(change) <= LIMIT:
                if found:
                    wrong.append((base, total))
                continue
            way = Direction.HIGH if total > base else Direction.LOW
            shown = half_up(Fraction(total, 3)), half_up(Fraction(base, 3))
            said = [(flag.rule, flag.direction, flag.value, flag.baseline, flag.text) for flag in found]
            if said != [("VIT-08", way, *shown, words(change))] or map_mmhg(*pairs[total]) != shown[0]:
                wrong.append((base, total, said))
    assert wrong == []
    assert exactly > 100
    assert not flags(sets[580], sets[90]) or all(flag.sign is not Sign.MAP for flag in flags(sets[580], sets[90]))


def test_vit_03_to_05_oxygen_goes_by_points_and_never_by_percent():
    wrong = []
    for base, value in product([None, *range(101)], range(101)):
        drop = 0 if base is None else base - value
        if value < 90:
            due = [("VIT-03", Level.URGENT, "below 90%")]
        elif value < 92:
            due = [("VIT-04", Level.NOTICE, "below 92%")]
        else:
            due = [("VIT-05", Level.NOTICE, f"{MINUS}{drop} points")] if drop >= 4 else []
        found = flags(one(Sign.SPO2, value), None if base is None else one(Sign.SPO2, base))
        if [(flag.rule, flag.level, flag.text) for flag in found] != due:
            wrong.append((base, value, found))
        if any(flag.direction is not Direction.LOW for flag in found):
            wrong.append((base, value, found))
    assert wrong == []


def test_vit_02_a_missing_number_on_either_side_flags_nothing_and_an_urgent_oxygen_all_the_same():
    for sign in (Sign.SBP, Sign.DBP, Sign.HR):
        assert flags(one(sign, None), one(sign, 120)) == ()
        assert flags(one(sign, 300), one(sign, None)) == ()
        assert flags(one(sign, 300), None) == ()
        assert flags(one(sign, 300), one(sign, 0)) == ()  # of nothing there is no percent
    assert [flag.rule for flag in flags(one(Sign.SPO2, 89), None)] == ["VIT-03"]
    assert flags(Vitals(None, None, None, None, Rhythm.OTHER), None) == ()


@pytest.mark.parametrize(
    ("base", "value", "text"),
    [  # ties of the first decimal place, up and down, and what binary numbers make of them
        (80, 81, "+1.3%"),
        (80, 79, f"{MINUS}1.3%"),
        (400, 401, "+0.3%"),
        (400, 399, f"{MINUS}0.3%"),
        (160, 161, "+0.6%"),
        (118, 142, "+20.3%"),
        (44, 53, "+20.5%"),
        (120, 144, "+20%"),
        (120, 120, "0%"),
        (80, 99, "+23.8%"),
        (80, 61, f"{MINUS}23.8%"),
    ],
)
def test_vit_07_a_percent_is_half_up_to_one_decimal_place_away_from_zero(base, value, text):
    assert percent_text(value, base) == text == words(Fraction(value - base, base))
