"""Refused, confirmed or taken as typed: the tiers of every sign, at their edges."""

from dataclasses import replace

import pytest

from infusions.rules.vital_entry import entry_problems
from infusions.rules.vitals import Vitals
from infusions.states import Rhythm, Sedation
from kitclinic.problems import Blocker, NeedsConfirmation

CALM = Vitals(120, 80, 70, 98, Rhythm.SINUS)


def outcome(**changes) -> str:
    problems = entry_problems(replace(CALM, **changes))
    if any(isinstance(one, Blocker) for one in problems):
        return "reject " + " ".join(sorted({one.rule for one in problems if isinstance(one, Blocker)}))
    if any(isinstance(one, NeedsConfirmation) for one in problems):
        return "confirm " + " ".join(sorted({one.rule for one in problems}))
    return "accept"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sbp": 49, "dbp": 30}, "confirm VIT-10"),
        ({"sbp": 50, "dbp": 30}, "accept"),
        ({"sbp": 260}, "accept"),
        ({"sbp": 261}, "confirm VIT-10"),
        ({"dbp": 19}, "confirm VIT-10"),
        ({"dbp": 20}, "accept"),
        ({"sbp": 200, "dbp": 160}, "accept"),
        ({"sbp": 200, "dbp": 161}, "confirm VIT-10"),
        ({"sbp": 80, "dbp": 80}, "reject VIT-09"),
        ({"sbp": 81, "dbp": 80}, "accept"),
        ({"hr": 19}, "confirm VIT-10"),
        ({"hr": 20}, "accept"),
        ({"hr": 250}, "accept"),
        ({"hr": 251}, "confirm VIT-10"),
        ({"hr": 0}, "confirm VIT-10"),
        ({"hr": -1}, "reject VIT-09"),
        ({"spo2": 69}, "confirm VIT-10"),
        ({"spo2": 70}, "accept"),
        ({"spo2": 100}, "accept"),
        ({"spo2": 101}, "reject VIT-09"),
    ],
)
def test_vit_09_and_vit_10_the_tiers_of_what_every_set_has(changes, expected):
    assert outcome(**changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"rr": None, "pain": None, "sedation": None}, "accept"),
        ({"rr": 14, "pain": 3, "sedation": Sedation.DROWSY}, "accept"),
        ({"rr": -1}, "reject VIT-17"),
        ({"rr": 0}, "confirm VIT-18"),
        ({"rr": 5}, "confirm VIT-18"),
        ({"rr": 6}, "accept"),
        ({"rr": 40}, "accept"),
        ({"rr": 41}, "confirm VIT-18"),
        ({"pain": -1}, "reject VIT-17"),
        ({"pain": 0}, "accept"),
        ({"pain": 10}, "accept"),
        ({"pain": 11}, "reject VIT-17"),
    ],
)
def test_vit_17_and_vit_18_the_tiers_of_what_a_set_may_have(changes, expected):
    assert outcome(**changes) == expected


def test_vit_17_the_optional_signs_make_no_set_complete_or_incomplete():
    assert CALM.complete
    assert replace(CALM, rr=12, pain=0).complete
    assert not replace(CALM, hr=None, rr=12).complete


def test_the_mean_pressure_is_shown_half_up_and_only_of_two_pressures():
    assert replace(CALM, sbp=120, dbp=80).map == 93  # 93.33
    assert replace(CALM, sbp=121, dbp=80).map == 94  # 93.67
    assert replace(CALM, dbp=None).map is None
