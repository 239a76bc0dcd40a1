"""The start guard: each gate missing alone gives exactly its problem, nothing missing gives none."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusions.rules.readiness import StartFacts, start_problems
from infusions.rules.vitals import TakenSet, Vitals
from infusions.states import Identifier, OrderState, PremedStatus, Rhythm
from kitclinic.problems import Blocker
from scheduling.rules.drivers import Driver
from scheduling.states import MisuseDecision, PregnancyState, TransportKind

AT = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)
TODAY = date(2026, 9, 21)
BASE = TakenSet(Vitals(128, 78, 70, 98, Rhythm.SINUS), AT - timedelta(minutes=6))
DRIVER = Driver(kind=TransportKind.FRIEND, full_name="Ines Okafor", relationship="friend", phone="216 555 0142")


def pressure(sbp: int, dbp: int) -> TakenSet:
    return replace(BASE, vitals=replace(BASE.vitals, sbp=sbp, dbp=dbp))


READY = StartFacts(
    at=AT,
    today=TODAY,
    order_state=OrderState.SIGNED,
    order_current=True,
    order_last_day=TODAY,
    order_for_patient=True,
    same_site=True,
    day_index=1,
    first_day=TODAY,
    patient_has_open=False,
    chair_has_open=False,
    ordered_kg=Decimal("82.5"),
    weight_kg=Decimal("82.1"),
    weight_on=TODAY,
    pregnancy=PregnancyState.NEGATIVE,
    pregnancy_on=TODAY,
    misuse_history=False,
    misuse_decision="",
    substance_misuse=False,
    open_cautions=(),
    allergies_reviewed=True,
    open_allergies=(),
    driver=DRIVER,
    baseline=BASE,
    provider_cleared=False,
    nurse_named=True,
    identifiers=frozenset({Identifier.NAME, Identifier.BIRTH_DATE}),
    premed=PremedStatus.GIVEN,
    premed_reason="",
    pump_reconciled=True,
    provider_on_site=True,
    nurse_others=1,
    safety_tasks=0,
    patient_name="Rowan Ashdown",
    draw_mg=Decimal("41.5"),
    strength_mg_per_ml=50,
    in_hand_mg=Decimal("41.5"),
    drawn_mg_per_ml=frozenset({50}),
)

LATER = {"day_index": 3, "first_day": TODAY - timedelta(days=2), "pregnancy_on": TODAY - timedelta(days=2)}

# Gate by gate: the rule, and the one fact that closes it.
GATES = [
    ("INF-01", {"order_state": None}),
    ("INF-01", {"order_state": OrderState.DRAFT}),
    ("INF-01", {"order_state": OrderState.COMPLETED}),
    ("INF-01", {"order_state": OrderState.DISCONTINUED}),
    ("INF-01", {"order_state": OrderState.SUPERSEDED}),
    ("INF-01", {"order_current": False}),
    ("INF-02", {"order_state": OrderState.HELD}),
    ("INF-03", {"order_state": OrderState.EXPIRED}),
    ("INF-03", {"order_last_day": TODAY - timedelta(days=1)}),
    ("INF-04", {"order_for_patient": False}),
    ("INF-05", {"same_site": False}),
    ("INF-06", {"day_index": 6, "first_day": TODAY}),
    ("INF-06", {"day_index": 0}),
    ("INF-06", {"day_index": 2, "first_day": TODAY, "protocol_days": 1}),
    ("INF-24", {"started_on_order": 5, "started_in_sequence": 4}),
    ("INF-24", {"infusions_ordered": 2, "started_on_order": 2, "started_in_sequence": 4}),
    ("INF-24", {"infusions_ordered": 1, "started_on_order": 1, "started_in_sequence": 1}),
    ("INF-24", {"infusions_ordered": 0}),
    ("INF-24", {"started_in_sequence": 5}),
    ("INF-24", {"protocol_days": 4, "started_in_sequence": 4}),
    ("INF-24", {"started_today": True, "started_in_sequence": 1, "started_on_order": 1}),
    ("INF-07", {"patient_has_open": True}),
    ("INF-08", {"chair_has_open": True}),
    ("WGT-07", {"weight_kg": Decimal("86.7")}),
    ("WGT-08", {"weight_on": TODAY - timedelta(days=1)}),
    ("WGT-08", {"weight_on": None}),
    ("WGT-08", {"weight_on": None, "weight_kg": None}),
    ("WGT-09", {**LATER, "weight_on": TODAY - timedelta(days=8)}),
    ("WGT-09", {**LATER, "weight_on": None}),
    ("INF-09", {"pregnancy": ""}),
    ("INF-10", {"pregnancy": PregnancyState.POSITIVE}),
    ("INF-11", {"pregnancy_on": TODAY - timedelta(days=1)}),
    ("INF-11", {"pregnancy_on": None}),
    ("INF-12", {"misuse_history": None}),
    ("INF-12", {"misuse_history": True}),
    ("INF-12", {"misuse_history": True, "misuse_decision": MisuseDecision.DECLINE}),
    ("INF-12", {"substance_misuse": None}),
    ("INF-12", {"substance_misuse": True}),
    ("INF-12", {"substance_misuse": True, "substance_decision": MisuseDecision.DECLINE}),
    ("INF-13", {"open_cautions": ("Heart failure",)}),
    ("INF-14", {"allergies_reviewed": False}),
    ("INF-15", {"open_allergies": ("ketamine",)}),
    ("DRV-01", {"driver": Driver(kind="")}),
    ("DRV-01", {"driver": replace(DRIVER, kind=TransportKind.RIDESHARE)}),
    ("DRV-02", {"driver": replace(DRIVER, full_name="")}),
    ("VIT-12", {"baseline": None}),
    ("VIT-12", {"baseline": replace(BASE, taken_at=AT - timedelta(minutes=16))}),
    ("VIT-12", {"baseline": replace(BASE, vitals=replace(BASE.vitals, sbp=None, dbp=None))}),
    ("INF-16", {"nurse_named": False}),
    ("INF-16", {"identifiers": frozenset({Identifier.NAME})}),
    ("INF-17", {"premed": None}),
    ("INF-17", {"premed": PremedStatus.NOT_GIVEN}),
    ("INF-17", {"premed": PremedStatus.NOT_GIVEN, "premed_reason": " "}),
    ("INF-18", {"baseline": pressure(180, 80)}),
    ("INF-18", {"baseline": pressure(170, 110)}),
    ("INF-19", {"pump_reconciled": False}),
    ("INF-20", {"provider_on_site": False}),
    ("INF-21", {"nurse_others": 2}),
    ("INF-22", {"safety_tasks": 1}),
    ("INF-23", {"in_hand_mg": Decimal(0), "drawn_mg_per_ml": frozenset()}),
    ("INF-23", {"in_hand_mg": Decimal("41.499")}),
    ("INF-23", {"in_hand_mg": Decimal("41.501")}),
    ("INF-23", {"drawn_mg_per_ml": frozenset({100})}),
    ("INF-23", {"drawn_mg_per_ml": frozenset({50, 100})}),
    ("INF-23", {"strength_mg_per_ml": 10}),
    ("INF-23", {"draw_mg": None}),
]


def test_inf_01_to_inf_22_nothing_missing_means_start():
    assert start_problems(READY) == []


@pytest.mark.parametrize(("rule", "change"), GATES)
def test_inf_gates_each_missing_alone_gives_exactly_its_problem(rule, change):
    problems = start_problems(replace(READY, **change))
    assert [(problem.rule, type(problem)) for problem in problems] == [(rule, Blocker)]
    assert problems[0].sentence.endswith(".")


@pytest.mark.parametrize(
    "change",
    [
        {"baseline": pressure(179, 109)},
        {"baseline": pressure(200, 120), "provider_cleared": True},
        {"premed": PremedStatus.NOT_GIVEN, "premed_reason": "takes apomorphine"},
        {"misuse_history": True, "misuse_decision": MisuseDecision.ACCEPT},
        {"pregnancy": PregnancyState.NOT_APPLICABLE, "pregnancy_on": None},
        {"pregnancy": PregnancyState.NOT_INDICATED, "pregnancy_on": None},
        {**LATER, "weight_on": TODAY - timedelta(days=7)},
        {"weight_kg": Decimal("86.6")},
        {"day_index": 5},
        {"started_on_order": 4, "started_in_sequence": 4},
        {"infusions_ordered": 3, "started_on_order": 2, "started_in_sequence": 4},
        {"infusions_ordered": 1},
        {"nurse_others": 0},
        {"order_last_day": None},
        {"baseline": replace(BASE, taken_at=AT - timedelta(minutes=15))},
    ],
)
def test_inf_12_inf_17_inf_18_what_is_just_allowed_starts(change):
    assert start_problems(replace(READY, **change)) == []


# Which rule of the weight applies depends on the day; an old test only counts once it is answered.
DEPENDENT = {"INF-06", "INF-11"}
ONE_EACH = {rule: change for rule, change in GATES if len(change) == 1 and rule not in DEPENDENT}


def test_inf_24_what_is_used_up_says_which_and_what_to_do():
    said = {
        "There is one a day": {"started_today": True},
        "Book a new sequence": {"started_in_sequence": 5, "started_on_order": 5},
        "has started the 1 infusion it is for": {"infusions_ordered": 1, "started_on_order": 1},
    }
    for words, change in said.items():
        (problem,) = start_problems(replace(READY, **change))
        assert words.casefold() in problem.sentence.casefold()


@given(st.frozensets(st.sampled_from(sorted(ONE_EACH)), min_size=1))
def test_inf_01_any_combination_of_closed_gates_is_listed_at_once(closed):
    """Gates that ask the same fact cannot be closed twice, so the later one stands."""
    merged: dict[str, object] = {}
    owner: dict[str, str] = {}
    for rule in sorted(closed):
        for name, value in ONE_EACH[rule].items():
            merged[name], owner[name] = value, rule
    assert {problem.rule for problem in start_problems(replace(READY, **merged))} == set(owner.values())


def test_inf_01_an_expired_or_held_order_of_another_patient_says_both():
    found = start_problems(replace(READY, order_state=OrderState.HELD, order_for_patient=False))
    assert [problem.rule for problem in found] == ["INF-02", "INF-04"]


def claim(rule: str):
    def check():
        changes = [change for gate, change in GATES if gate == rule]
        assert changes
        for change in changes:
            assert {problem.rule for problem in start_problems(replace(READY, **change))} == {rule}

    return check


test_inf_02_a_held_order_starts_nothing = claim("INF-02")
test_inf_03_an_expired_order_starts_nothing = claim("INF-03")
test_inf_04_an_order_for_someone_else_starts_nothing = claim("INF-04")
test_inf_05_one_site_only = claim("INF-05")
test_inf_06_days_are_one_to_five = claim("INF-06")
test_inf_07_one_open_infusion_for_a_patient = claim("INF-07")
test_inf_08_one_open_infusion_for_a_chair = claim("INF-08")
test_inf_09_an_unanswered_pregnancy_question_cannot_start = claim("INF-09")
test_inf_10_pregnancy_is_a_hard_stop = claim("INF-10")
test_inf_11_an_old_negative_test_is_repeated = claim("INF-11")
test_inf_13_an_open_caution_cannot_start = claim("INF-13")
test_inf_14_unreviewed_allergies_cannot_start = claim("INF-14")
test_inf_15_a_matching_allergy_stops = claim("INF-15")
test_inf_16_two_identifiers_and_a_named_nurse = claim("INF-16")
test_inf_19_an_unread_pump_cannot_start = claim("INF-19")
test_inf_20_no_provider_no_start = claim("INF-20")
test_inf_21_a_third_patient_for_a_nurse_is_refused = claim("INF-21")
test_inf_22_an_open_safety_task_comes_first = claim("INF-22")
test_inf_23_nothing_starts_that_is_not_drawn_as_ordered = claim("INF-23")
