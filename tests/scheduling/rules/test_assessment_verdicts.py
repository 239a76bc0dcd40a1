"""Under which verdict may these answers be saved?"""

import pytest

from kitclinic.problems import Blocker
from scheduling.rules.eligibility import EligibilityFacts, verdict_problems
from scheduling.states import MisuseDecision, Verdict

GOOD = EligibilityFacts(
    pain_months=6,
    inadequate_by_referrer=True,
    inadequate_by_patient=True,
    inadequate_by_pain_provider=True,
    childbearing_potential=False,
    ketamine_misuse=False,
    cautions_reviewed=True,
    allergies_reviewed=True,
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
