"""Flags by exact integers, entry sanity, baseline and acknowledgement."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusions.rules import vitals
from infusions.rules.vital_entry import entry_problems
from infusions.rules.vitals import Acknowledgement, Attention, TakenSet, Verdict, Vitals
from infusions.states import Direction, Level, Rhythm, Sign
from kitclinic.problems import Blocker, NeedsConfirmation

BASE = Vitals(sbp=120, dbp=80, hr=70, spo2=98, rhythm=Rhythm.SINUS)
AT = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)


def rules(things):
    return [thing.rule for thing in things]


def flagged(**changes) -> list[str]:
    return rules(vitals.flags(replace(BASE, **changes), BASE))


@pytest.mark.parametrize(
    ("baseline", "value", "flag"),
    [
        (120, 144, False),
        (120, 145, True),
        (120, 96, False),
        (120, 95, True),
        (118, 141, False),
        (118, 142, True),
        (85, 102, False),
        (44, 53, True),
    ],
)
def test_vit_01_the_worked_pairs_of_the_clinic(baseline, value, flag):
    assert vitals.beyond_limit(value, baseline) is flag


@pytest.mark.parametrize(
    ("value", "flag"), [(1199, False), (1200, False), (1201, True), (801, False), (800, False), (799, True)]
)
def test_vit_01_exactly_twenty_percent_does_not_flag(value, flag):
    assert vitals.beyond_limit(value, 1000) is flag  # 19.9, 20.0 and 20.1 percent


def test_vit_01_every_pair_agrees_with_exact_fractions():
    limit = Fraction(20, 100)
    for baseline in range(30, 251):
        for value in range(1, 400):
            assert vitals.beyond_limit(value, baseline) is (abs(Fraction(value, baseline) - 1) > limit)


@pytest.mark.parametrize("sign", [Sign.SBP, Sign.DBP, Sign.HR])
@pytest.mark.parametrize(
    ("by", "direction"), [(Fraction(13, 10), Direction.HIGH), (Fraction(7, 10), Direction.LOW)]
)
def test_vit_01_each_sign_flags_by_itself_in_both_directions(sign, by, direction):
    value = int(BASE.number(sign) * by)
    (flag,) = vitals.flags(replace(BASE, **{sign.value: value}), BASE)
    assert (flag.rule, flag.sign, flag.direction, flag.level) == ("VIT-01", sign, direction, Level.NOTICE)
    assert (flag.value, flag.baseline) == (value, BASE.number(sign))


def test_vit_01_an_unchanged_set_does_not_flag():
    assert vitals.flags(BASE, BASE) == ()


@given(st.integers(30, 250), st.integers(1, 399), st.integers(2, 9))
def test_vit_01_the_verdict_does_not_depend_on_the_unit(baseline, value, factor):
    assert vitals.beyond_limit(value, baseline) is vitals.beyond_limit(value * factor, baseline * factor)


@pytest.mark.parametrize(("value", "baseline"), [(None, 120), (120, None), (None, None), (120, 0)])
def test_vit_02_without_a_baseline_or_a_reading_nothing_can_be_compared(value, baseline):
    assert vitals.compare(value, baseline) is Verdict.CANNOT_COMPARE


def test_vit_02_cannot_compare_is_neither_a_flag_nor_within_limits():
    high = replace(BASE, sbp=250)
    assert vitals.flags(high, None) == ()
    assert vitals.not_comparable(high, None) == (Sign.SBP, Sign.DBP, Sign.HR)
    assert vitals.not_comparable(replace(BASE, hr=None), BASE) == (Sign.HR,)
    assert vitals.not_comparable(high, BASE) == ()
    assert vitals.compare(120, 120) is Verdict.WITHIN


@pytest.mark.parametrize(
    ("spo2", "rule", "level"),
    [(89, "VIT-03", Level.URGENT), (90, "VIT-04", Level.NOTICE), (91, "VIT-04", Level.NOTICE)],
)
def test_vit_03_and_vit_04_oxygen_is_judged_by_fixed_limits_even_without_a_baseline(spo2, rule, level):
    for baseline in (BASE, None):
        (flag,) = vitals.flags(replace(BASE, spo2=spo2), baseline)
        assert (flag.rule, flag.level, flag.sign) == (rule, level, Sign.SPO2)


def test_vit_04_ninety_two_percent_does_not_flag_without_a_drop():
    assert vitals.flags(replace(BASE, spo2=92), None) == ()
    assert vitals.flags(replace(BASE, spo2=92), replace(BASE, spo2=95)) == ()


@pytest.mark.parametrize(("spo2", "expected"), [(95, []), (94, ["VIT-05"]), (93, ["VIT-05"]), (100, [])])
def test_vit_05_a_drop_of_four_points_flags_and_of_three_does_not(spo2, expected):
    assert flagged(spo2=spo2) == expected


def test_vit_05_a_missing_oxygen_reading_does_not_flag():
    assert flagged(spo2=None) == []


def test_vit_06_a_rhythm_is_new_unless_it_is_the_baseline_or_known():
    changed = replace(BASE, rhythm=Rhythm.ATRIAL_FIBRILLATION)
    (flag,) = vitals.flags(changed, BASE)
    assert (flag.rule, flag.sign, flag.direction, flag.text) == ("VIT-06", Sign.RHYTHM, Direction.CHANGED, "AF")
    assert vitals.flags(changed, BASE, known_rhythms=frozenset({Rhythm.ATRIAL_FIBRILLATION})) == ()
    assert vitals.flags(changed, None) == ()
    assert flagged(rhythm=None) == []


@pytest.mark.parametrize(
    ("value", "baseline", "text"),
    [(142, 118, "+20.3%"), (94, 98, "−4.1%"), (144, 120, "+20%"), (120, 120, "0%"), (53, 44, "+20.5%")],
)
def test_vit_07_a_percent_is_printed_half_up_with_one_decimal(value, baseline, text):
    assert vitals.percent_text(value, baseline) == text


def test_vit_07_a_flag_that_would_print_as_twenty_still_flags():
    (flag,) = vitals.flags(replace(BASE, sbp=142), replace(BASE, sbp=118))
    assert flag.text == "+20.3%"


def test_vit_08_map_is_exact_in_thirds_and_off_by_default():
    reading, baseline = replace(BASE, sbp=144, dbp=96), replace(BASE, sbp=121, dbp=79)
    assert (vitals.map_thirds(144, 96), vitals.map_thirds(121, 79)) == (336, 279)
    assert Sign.MAP not in {flag.sign for flag in vitals.flags(reading, baseline)}
    (flag,) = [f for f in vitals.flags(reading, baseline, include_map=True) if f.sign == Sign.MAP]
    assert (flag.rule, flag.value, flag.baseline, flag.text) == ("VIT-08", 112, 93, "+20.4%")


def test_vit_08_map_at_exactly_twenty_percent_does_not_flag():
    found = vitals.flags(replace(BASE, sbp=144, dbp=96), BASE, include_map=True)
    assert found == ()
    assert vitals.flags(replace(BASE, dbp=None), BASE, include_map=True) == ()
    assert vitals.flags(replace(BASE, sbp=130), None, include_map=True) == ()


@given(st.integers(30, 300), st.integers(20, 200))
def test_vit_08_map_is_shown_half_up(sbp, dbp):
    assert vitals.map_mmhg(sbp, dbp) == (Fraction(sbp + 2 * dbp, 3) + Fraction(1, 2)).__floor__()


@pytest.mark.parametrize(
    "changes", [{"dbp": 120}, {"dbp": 121}, {"spo2": 101}, {"hr": -1}, {"sbp": -1, "dbp": None}]
)
def test_vit_09_impossible_signs_are_refused(changes):
    given_reasons = {Sign.DBP: "cuff error"}
    problems = entry_problems(replace(BASE, **changes), reasons=given_reasons)
    assert rules(problems) == ["VIT-09"]
    assert isinstance(problems[0], Blocker)


@pytest.mark.parametrize(
    ("changes", "asks"),
    [
        ({"sbp": 260}, False),
        ({"sbp": 261}, True),
        ({"sbp": 50, "dbp": 40}, False),
        ({"sbp": 49, "dbp": 40}, True),
        ({"dbp": 20}, False),
        ({"dbp": 19}, True),
        ({"sbp": 200, "dbp": 160}, False),
        ({"sbp": 200, "dbp": 161}, True),
        ({"hr": 20}, False),
        ({"hr": 19}, True),
        ({"hr": 250}, False),
        ({"hr": 251}, True),
        ({"hr": 0}, True),
        ({"spo2": 70}, False),
        ({"spo2": 69}, True),
        ({"spo2": 100}, False),
    ],
)
def test_vit_10_unusual_signs_are_confirmed(changes, asks):
    problems = entry_problems(replace(BASE, **changes))
    assert rules(problems) == (["VIT-10"] if asks else [])
    assert all(isinstance(problem, NeedsConfirmation) for problem in problems)


def test_vit_11_each_missing_sign_needs_its_own_reason():
    nothing = Vitals(None, None, None, None, None)
    problems = entry_problems(nothing, reasons={Sign.HR: "artefact", Sign.SPO2: " "})
    assert [(p.rule, p.field) for p in problems] == [
        ("VIT-11", "sbp"),
        ("VIT-11", "dbp"),
        ("VIT-11", "spo2"),
        ("VIT-11", "rhythm"),
    ]
    assert entry_problems(nothing, reasons=dict.fromkeys(Sign, "refused by the patient")) == []
    assert (nothing.complete, BASE.complete, replace(BASE, rhythm=None).complete) == (False, True, False)


def taken(minutes_ago: float, **changes) -> TakenSet:
    return replace(TakenSet(BASE, AT - timedelta(minutes=minutes_ago)), **changes)


@pytest.mark.parametrize(
    ("candidate", "valid"),
    [
        (taken(0), True),
        (taken(15), True),
        (taken(15 + 1 / 60), False),
        (taken(-1), False),
        (taken(5, struck=True), False),
        (taken(5, seated=False), False),
        (taken(5, vitals=replace(BASE, hr=None)), False),
        (None, False),
    ],
)
def test_vit_12_a_baseline_is_complete_seated_unstruck_and_at_most_fifteen_minutes_old(candidate, valid):
    problems = vitals.baseline_problems(candidate, at=AT)
    assert [(p.rule, type(p)) for p in problems] == ([] if valid else [("VIT-12", Blocker)])


def test_vit_12_an_old_baseline_names_its_age():
    (problem,) = vitals.baseline_problems(taken(22), at=AT)
    assert "22 min old" in problem.sentence


def test_vit_12_the_last_valid_set_is_chosen():
    last = taken(3)
    assert vitals.choose_baseline([taken(9), last, taken(1, struck=True), taken(20)], at=AT) == last
    assert vitals.choose_baseline([], at=AT) is None


FLAG = vitals.flags(replace(BASE, sbp=150), BASE)[0]
URGENT = vitals.flags(replace(BASE, spo2=88), BASE)[0]
RHYTHM = vitals.flags(replace(BASE, rhythm=Rhythm.BRADYCARDIA), BASE)[0]
TOLD = {"provider": "A. Vantongeren", "provider_told_at": AT, "provider_reply": "watch"}


def test_vit_13_an_answer_says_symptoms_and_what_was_done():
    problems = vitals.acknowledge_problems(FLAG, Acknowledgement(symptomatic=None, action=" "))
    assert [(p.rule, p.field) for p in problems] == [("VIT-13", "symptomatic"), ("VIT-13", "action")]
    assert vitals.acknowledge_problems(FLAG, Acknowledgement(symptomatic=False, action="rechecked")) == []


@pytest.mark.parametrize(
    ("flag", "symptomatic", "before", "required"),
    [
        (FLAG, False, frozenset(), False),
        (FLAG, True, frozenset(), True),
        (FLAG, False, frozenset({Sign.SBP}), True),
        (FLAG, False, frozenset({Sign.HR}), False),
        (URGENT, False, frozenset(), True),
        (RHYTHM, False, frozenset(), True),
    ],
)
def test_vit_14_a_provider_is_notified_where_the_rule_says_so(flag, symptomatic, before, required):
    answer = Acknowledgement(symptomatic=symptomatic, action="rechecked")
    problems = vitals.acknowledge_problems(flag, answer, flagged_before=before)
    assert rules(problems) == (["VIT-14"] if required else [])
    told = replace(answer, **TOLD)
    assert vitals.acknowledge_problems(flag, told, flagged_before=before) == []


@pytest.mark.parametrize("lacking", [{"provider": ""}, {"provider_told_at": None}, {"provider_reply": ""}])
def test_vit_14_who_when_and_the_reply_are_all_needed(lacking):
    answer = Acknowledgement(symptomatic=True, action="rechecked", **{**TOLD, **lacking})
    assert rules(vitals.acknowledge_problems(FLAG, answer)) == ["VIT-14"]


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        (0, Attention.OPEN),
        (179, Attention.OPEN),
        (180, Attention.ON_BOARDS),
        (299, Attention.ON_BOARDS),
        (300, Attention.OVERDUE),
    ],
)
def test_vit_15_an_open_flag_is_on_the_boards_after_3_min_and_overdue_after_5(seconds, state):
    assert vitals.attention(opened_at=AT, at=AT + timedelta(seconds=seconds)) is state


def test_vit_12_of_two_sets_of_one_moment_the_one_recorded_later_is_the_baseline():
    first = TakenSet(Vitals(128, 78, 70, 98, Rhythm.SINUS), AT - timedelta(minutes=5))
    second = replace(first, vitals=replace(first.vitals, sbp=182))
    assert vitals.choose_baseline([first, second], at=AT) == second
