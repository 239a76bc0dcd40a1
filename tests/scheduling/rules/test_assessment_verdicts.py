"""What do these answers make, and under which result may they be saved?"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kitclinic.problems import Blocker
from scheduling.rules.eligibility import EligibilityFacts
from scheduling.rules.verdicts import (
    acknowledgement_problems,
    reopening_problems,
    verdict_of,
    verdict_problems,
)
from scheduling.states import Caution, MisuseDecision, PainCategory, PregnancyState, Verdict

GOOD = EligibilityFacts(
    pain_months=6,
    inadequate_by_referrer=True,
    inadequate_by_patient=True,
    inadequate_by_pain_provider=True,
    childbearing_potential=False,
    ketamine_misuse=False,
    cautions_reviewed=True,
    allergies_reviewed=True,
    pain_categories=frozenset({PainCategory.NEUROPATHIC}),
    substance_misuse=False,
)


def rules(verdict: Verdict, facts: EligibilityFacts = GOOD, note: str = "", booked: bool = False) -> list[str]:
    return [p.rule for p in verdict_problems(verdict, facts, note=note, sequence_booked=booked)]


def test_enr_17_complete_answers_are_saved_as_eligible() -> None:
    assert rules(Verdict.ELIGIBLE) == []


def test_enr_17_every_open_question_stands_against_eligible_at_once() -> None:
    found = rules(Verdict.ELIGIBLE, EligibilityFacts())
    assert {"ENR-10", "ENR-11", "ENR-14", "ENR-15", "ENR-16"} <= set(found)


def test_enr_17_open_questions_are_kept_without_a_refusal() -> None:
    assert rules(Verdict.OPEN, EligibilityFacts()) == []


def test_enr_17_declining_needs_a_note() -> None:
    assert rules(Verdict.DECLINE) == ["ENR-17"]
    assert rules(Verdict.DECLINE, note="Prefers physiotherapy.") == []


def test_enr_17_nobody_with_booked_infusions_is_declined() -> None:
    assert rules(Verdict.DECLINE, note="Moved away.", booked=True) == ["ENR-17"]


@pytest.mark.parametrize("verdict", [Verdict.OPEN, Verdict.DECLINE])
def test_enr_14_a_decision_without_a_prescriber_is_refused_under_every_verdict(verdict: Verdict) -> None:
    facts = EligibilityFacts(
        ketamine_misuse=True, misuse_decision=MisuseDecision.ACCEPT, misuse_rationale="Long ago."
    )
    (problem,) = verdict_problems(verdict, facts, note="x", sequence_booked=False)
    assert isinstance(problem, Blocker)
    assert (problem.rule, problem.field) == ("ENR-14", "misuse_decision")


def test_enr_14_a_decision_without_its_rationale_is_refused_when_kept_open() -> None:
    facts = EligibilityFacts(
        ketamine_misuse=True, misuse_decision=MisuseDecision.DECLINE, misuse_decided_by="A. Vantongeren"
    )
    assert rules(Verdict.OPEN, facts) == ["ENR-14"]


TODAY = date(2026, 9, 7)
MISUSE: dict[str, Any] = {"ketamine_misuse": True}
TAKEN = MISUSE | {
    "misuse_decision": MisuseDecision.ACCEPT,
    "misuse_rationale": "None since 2009.",
    "misuse_decided_by": "A. Vantongeren",
}
HEART = frozenset({Caution.HEART_FAILURE})


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({}, Verdict.ELIGIBLE),
        ({"childbearing_potential": None}, Verdict.ELIGIBLE),  # may follow until the patient is cleared
        ({"childbearing_potential": True}, Verdict.ELIGIBLE),
        ({"childbearing_potential": True, "pregnancy": PregnancyState.NEGATIVE}, Verdict.OPEN),  # no date
        ({"allergies_reviewed": False}, Verdict.OPEN),
        ({"substance_misuse": None}, Verdict.OPEN),
        ({"pain_categories": frozenset()}, Verdict.OPEN),
        (MISUSE, Verdict.PENDING),
        (TAKEN, Verdict.ELIGIBLE),
        ({"substance_misuse": True}, Verdict.PENDING),
        ({"cautions": HEART}, Verdict.PENDING),
        ({"cautions": HEART, "acknowledged": HEART}, Verdict.ELIGIBLE),
        (MISUSE | {"allergies_reviewed": False}, Verdict.OPEN),  # a question before a decision
        (TAKEN | {"misuse_decision": MisuseDecision.DECLINE}, Verdict.DECLINE),
        ({"pain_months": 5}, Verdict.DECLINE),
        ({"pain_months": 6}, Verdict.ELIGIBLE),
        ({"inadequate_by_patient": False}, Verdict.DECLINE),
        ({"pregnancy": PregnancyState.POSITIVE}, Verdict.DECLINE),
        ({"pain_months": 5, "allergies_reviewed": False}, Verdict.DECLINE),
    ],
)
def test_enr_52_the_answers_make_the_result(answers: dict[str, Any], verdict: Verdict) -> None:
    assert verdict_of(replace(GOOD, **answers)) == verdict


def test_enr_52_pending_is_refused_with_a_question_open_or_with_nothing_to_decide() -> None:
    assert rules(Verdict.PENDING, replace(GOOD, **MISUSE)) == []
    assert rules(Verdict.PENDING, replace(GOOD, **MISUSE, substance_misuse=None)) == ["ENR-51"]
    assert rules(Verdict.PENDING) == ["ENR-52"]


def test_enr_52_eligible_is_refused_while_a_decision_is_open() -> None:
    assert rules(Verdict.ELIGIBLE, replace(GOOD, cautions=HEART)) == ["CAU-03"]
    assert rules(Verdict.ELIGIBLE, replace(GOOD, substance_misuse=True)) == ["ENR-51", "ENR-51"]


@pytest.mark.parametrize(
    ("day", "refused"), [(None, True), (date(2026, 9, 6), True), (TODAY, True), (date(2026, 9, 8), False)]
)
def test_enr_58_to_assess_again_needs_a_day_to_come(day: date | None, refused: bool) -> None:
    problems = verdict_problems(
        Verdict.REASSESS, EligibilityFacts(), note="", sequence_booked=False, reassess_on=day, today=TODAY
    )
    assert [(problem.rule, problem.field) for problem in problems] == [("ENR-58", "reassess_on")] * refused


def test_enr_58_nobody_with_booked_infusions_is_put_off() -> None:
    day = date(2026, 10, 1)
    (problem,) = verdict_problems(
        Verdict.REASSESS, GOOD, note="", sequence_booked=True, reassess_on=day, today=TODAY
    )
    assert problem.rule == "ENR-58"


def test_enr_53_a_recorded_pregnancy_is_taken_back_by_a_prescriber_with_a_note() -> None:
    def asked(*, before: str = "positive", now: str = "", by_prescriber: bool, note: str = "") -> list[str]:
        facts = replace(GOOD, pregnancy=now)
        found = reopening_problems(facts, pregnancy_before=before, by_prescriber=by_prescriber, note=note)
        return [f"{problem.rule} {problem.field}" for problem in found]

    assert asked(by_prescriber=False, note="Miscarried.") == ["ENR-53 pregnancy"]
    assert asked(by_prescriber=True) == ["ENR-53 note"]
    assert asked(by_prescriber=True, note="Another patient's result.") == []
    assert asked(by_prescriber=False, now="positive") == []
    assert asked(by_prescriber=False, before="negative") == []


def test_enr_15_only_a_prescriber_acknowledges_and_an_earlier_acknowledgement_stands() -> None:
    both = frozenset({Caution.HEART_FAILURE, Caution.HEPATIC})
    facts = replace(GOOD, cautions=both, acknowledged=both)
    assert acknowledgement_problems(facts, before=frozenset(), by_prescriber=True) == []
    (problem,) = acknowledgement_problems(facts, before=HEART, by_prescriber=False)
    assert (problem.rule, problem.field) == ("ENR-15", "caution_hepatic")
    assert acknowledgement_problems(facts, before=both, by_prescriber=False) == []
