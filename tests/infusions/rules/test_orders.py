"""Signing, expiry and ondansetron."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusions.rules import orders
from infusions.rules.orders import OndansetronFacts, SignFacts, may_sign
from infusions.states import ConsentState, OndansetronKind, OrderState
from infusions.states import OndansetronContraindication as Against
from kitclinic.problems import Blocker
from scheduling.states import Caution, MisuseDecision, PregnancyState, WeightSource

READY = SignFacts(
    state=OrderState.DRAFT,
    signer_is_prescriber=True,
    signer_is_patient=False,
    weight_kg=Decimal("82.5"),
    weight_source=WeightSource.MEASURED,
    weight_reason="",
    dose_mg=Decimal("41.25"),
    eligible=True,
    sma_cleared=True,
    misuse_history=False,
    misuse_decision="",
    misuse_rationale="",
    substance_misuse=False,
    cautions=frozenset({Caution.HEART_FAILURE}),
    acknowledged=frozenset({Caution.HEART_FAILURE}),
    pregnancy="",
    allergies_reviewed=True,
    medication_noted=True,
    driver_named=True,
    consent=ConsentState.SIGNED,
)

GATES = [
    ("ORD-01", {"signer_is_prescriber": False}),
    ("ORD-02", {"signer_is_patient": True}),
    ("ORD-03", {"weight_source": WeightSource.STATED}),
    ("ORD-03", {"weight_source": WeightSource.ESTIMATED, "weight_reason": " "}),
    ("ORD-03", {"weight_source": WeightSource.CARRIED_FORWARD}),
    ("DOS-01", {"dose_mg": Decimal("41.3")}),
    ("DOS-01", {"weight_kg": Decimal("82.6")}),
    ("ORD-04", {"misuse_history": None}),
    ("ORD-04", {"misuse_history": True}),
    ("ORD-04", {"misuse_history": True, "misuse_decision": MisuseDecision.ACCEPT}),
    ("ORD-04", {"misuse_history": True, "misuse_decision": MisuseDecision.DECLINE, "misuse_rationale": "active"}),
    ("ORD-04", {"substance_misuse": None}),
    ("ORD-04", {"substance_misuse": True}),
    ("ORD-04", {"substance_misuse": True, "substance_decision": MisuseDecision.ACCEPT}),
    (
        "ORD-04",
        {"substance_misuse": True, "substance_decision": MisuseDecision.DECLINE, "substance_rationale": "x"},
    ),
    ("ORD-05", {"acknowledged": frozenset()}),
    ("ORD-06", {"pregnancy": PregnancyState.POSITIVE}),
    ("ORD-07", {"eligible": False}),
    ("ORD-07", {"eligible": None}),
    ("ORD-08", {"sma_cleared": False}),
    *[("ORD-09", {"state": state}) for state in OrderState if state != OrderState.DRAFT],
    ("ORD-11", {"contraindication": Against.LONG_QT}),
    ("ORD-11", {"contraindication": Against.APOMORPHINE, "premedication": False}),
    ("ORD-11", {"contraindication": Against.OTHER, "premedication": False, "as_needed": False}),
    ("ORD-11", {"premedication": False}),
    ("ORD-14", {"contraindication": Against.ALLERGY}),
    ("ORD-14", {"ketamine_allergy": True}),
    ("ORD-20", {"medication_noted": False}),
    ("ORD-21", {"driver_named": False}),
    ("ORD-21", {"driver_named": False, "driver_plan": " "}),
    ("ORD-22", {"consent": ConsentState.MISSING}),
    ("ORD-22", {"consent": ConsentState.WITHDRAWN}),
    ("ORD-23", {"allergies_reviewed": False}),
]


def test_ord_01_to_ord_09_nothing_missing_means_sign():
    assert may_sign(READY) == []


@pytest.mark.parametrize(("rule", "change"), GATES)
def test_ord_gates_each_missing_alone_gives_exactly_its_problem(rule, change):
    problems = may_sign(replace(READY, **change))
    assert [(problem.rule, type(problem)) for problem in problems] == [(rule, Blocker)]


def claim(rule: str):
    def check():
        changes = [change for gate, change in GATES if gate == rule]
        assert changes
        for change in changes:
            assert {problem.rule for problem in may_sign(replace(READY, **change))} == {rule}

    return check


test_ord_01_only_a_prescriber_signs = claim("ORD-01")
test_ord_02_nobody_signs_for_themselves = claim("ORD-02")
test_ord_03_an_unmeasured_weight_needs_a_reason = claim("ORD-03")
test_ord_04_misuse_is_decided_with_a_rationale = claim("ORD-04")
test_ord_06_pregnancy_is_a_hard_stop = claim("ORD-06")
test_ord_07_eligibility_comes_first = claim("ORD-07")
test_ord_08_the_group_visit_comes_first = claim("ORD-08")
test_ord_09_only_a_draft_is_signed = claim("ORD-09")
test_ord_14_an_allergy_to_a_drug_of_the_order_stops = claim("ORD-14")
test_ord_20_medication_is_read_before_signing = claim("ORD-20")
test_ord_21_the_order_says_who_drives_home = claim("ORD-21")
test_ord_22_a_consent_that_stands_is_on_record = claim("ORD-22")
test_ord_23_allergies_are_reviewed_before_signing = claim("ORD-23")


@pytest.mark.parametrize(
    "change",
    [
        {"weight_source": WeightSource.STATED, "weight_reason": "cannot stand, bed scale broken"},
        {"driver_named": False, "driver_plan": "the sister, to be called"},
        {"misuse_history": True, "misuse_decision": MisuseDecision.ACCEPT, "misuse_rationale": "12 years ago"},
        {
            "substance_misuse": True,
            "substance_decision": MisuseDecision.ACCEPT,
            "substance_rationale": "agreement signed",
        },
        {"pregnancy": PregnancyState.NEGATIVE},
        {"pregnancy": PregnancyState.NOT_INDICATED},
        {"contraindication": Against.LONG_QT, "premedication": False, "as_needed": False},
        {"contraindication": Against.ALLERGY, "contraindication_reason": "was another drug"},
        {"ketamine_allergy": True, "allergy_reason": "rash from another drug of that day"},
        {"cautions": frozenset(), "acknowledged": frozenset()},
        {"weight_kg": Decimal("635"), "dose_mg": Decimal("317.5")},
        {"weight_kg": Decimal("340"), "dose_mg": Decimal("170")},
        {"weight_kg": Decimal("250"), "dose_mg": Decimal("125")},
    ],
)
def test_ord_03_ord_04_ord_14_what_a_prescriber_has_decided_can_be_signed(change):
    assert may_sign(replace(READY, **change)) == []


def test_ord_05_each_open_caution_is_named_by_itself():
    problems = may_sign(replace(READY, cautions=frozenset(Caution)))
    assert len(problems) == len(Caution) - 1
    assert {problem.rule for problem in problems} == {"ORD-05"}
    assert "caution_schizophrenia" in {problem.field for problem in problems}
    assert "caution_heart_failure" not in {problem.field for problem in problems}


def test_ord_01_a_weight_that_is_no_weight_raises():
    with pytest.raises(ValueError, match="weight_kg"):
        may_sign(replace(READY, weight_kg=Decimal(0)))


SIGNED = date(2026, 9, 16)


@pytest.mark.parametrize(
    ("first", "days_later", "expired"),
    [(None, 30, False), (None, 31, True), (SIGNED + timedelta(5), 19, False), (SIGNED + timedelta(5), 20, True)],
)
def test_ord_10_an_order_holds_30_days_until_its_first_use_and_14_days_after_it(first, days_later, expired):
    last_day = orders.expires_on(signed_on=SIGNED, first_infusion_on=first)
    assert orders.is_expired(last_day=last_day, today=SIGNED + timedelta(days_later)) is expired


def test_ord_10_signed_on_16_september_it_expires_after_16_october():
    assert orders.expires_on(signed_on=SIGNED) == date(2026, 10, 16)


@pytest.mark.parametrize("against", list(Against))
def test_ord_11_ondansetron_is_on_unless_something_speaks_against_it(against):
    assert orders.ondansetron_default(against) is (against == Against.NONE)


PREMED = OndansetronFacts(kind=OndansetronKind.PREMEDICATION, mg=Decimal(8), ordered=True, given=())
EXTRA = OndansetronFacts(
    kind=OndansetronKind.AS_NEEDED,
    mg=Decimal(8),
    ordered=True,
    given=(OndansetronKind.PREMEDICATION,),
    assessment="nausea 6 of 10 since the start",
)


def dose_rules(facts: OndansetronFacts) -> list[str]:
    return [problem.rule for problem in orders.ondansetron_problems(facts)]


def test_ord_11_the_dose_before_the_start_is_given_once_as_ordered():
    assert dose_rules(PREMED) == []
    assert dose_rules(replace(PREMED, ordered=False)) == ["ORD-11"]
    assert dose_rules(replace(PREMED, given=(OndansetronKind.PREMEDICATION,))) == ["ORD-11"]
    assert dose_rules(replace(PREMED, mg=Decimal(4))) == ["ORD-11"]


def test_ord_12_exactly_one_further_dose_after_an_assessment():
    assert dose_rules(EXTRA) == []
    assert dose_rules(replace(EXTRA, given=())) == []
    assert dose_rules(replace(EXTRA, given=(*EXTRA.given, OndansetronKind.AS_NEEDED))) == ["ORD-12"]
    assert dose_rules(replace(EXTRA, assessment=" ")) == ["ORD-12"]
    assert dose_rules(replace(EXTRA, ordered=False)) == ["ORD-12"]
    assert orders.AS_NEEDED_DOSES == 1


@given(st.lists(st.sampled_from(list(OndansetronKind)), max_size=8))
def test_ord_12_no_order_of_events_gives_a_third_dose(asked):
    given_doses: tuple[OndansetronKind, ...] = ()
    for kind in asked:
        if not dose_rules(replace(EXTRA, kind=kind, given=given_doses)):
            given_doses = (*given_doses, kind)
    assert len(given_doses) == len(set(asked)) <= 2


@pytest.mark.parametrize(("mg", "rule"), [("16", "ORD-11"), ("16.1", "ORD-13"), ("32", "ORD-13")])
def test_ord_13_more_than_sixteen_milligrams_at_once_is_refused(mg, rule):
    assert dose_rules(replace(PREMED, mg=Decimal(mg))) == [rule]


@pytest.mark.parametrize("mg", [Decimal(0), Decimal(-8), 8, 8.0])
def test_ord_13_a_dose_that_is_none_raises(mg):
    with pytest.raises(ValueError, match="mg must be"):
        dose_rules(replace(PREMED, mg=mg))
