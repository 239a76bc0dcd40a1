"""What an assessment makes of the patient, and under which result it may be saved."""

from datetime import date

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.eligibility import (
    CAUTION_RULES,
    ENR_15,
    Decision,
    EligibilityFacts,
    Standing,
    findings,
    ketamine_decision,
    substance_decision,
)
from scheduling.states import Caution, PregnancyState, Verdict

ENR_17 = Rule(
    "ENR-17",
    "Saved answers that are incomplete or speak against the infusions move nobody on; declining is an act of its "
    "own, with a note and without a booked sequence.",
    source="clinic default",
)
ENR_52 = Rule(
    "ENR-52",
    "The answers make the result: not eligible where one speaks against it, not decided while one is missing, "
    "decisions pending while only a prescriber's decision or an acknowledgement is open (the patient gets a seat "
    "but is not cleared), otherwise eligible.",
    source="clinic default",
)
ENR_53 = Rule(
    "ENR-53",
    "A recorded pregnancy is changed only by a prescriber, with a note why.",
    source="Cleveland Clinic 2025 (hard stop); who corrects it: clinic default",
)
ENR_58 = Rule(
    "ENR-58",
    "To assess again names a day to come and needs that no sequence is booked; from that day on the patient "
    "stands in the scheduler's list.",
    source="clinic default",
)


def verdict_of(facts: EligibilityFacts) -> Verdict:
    """Return the result these answers make (ENR-52)."""
    standings = {finding.standing for finding in findings(facts)}
    for standing, verdict in (
        (Standing.UNMET, Verdict.DECLINE),
        (Standing.OPEN, Verdict.OPEN),
        (Standing.DECISION, Verdict.PENDING),
    ):
        if standing in standings:
            return verdict
    return Verdict.ELIGIBLE


def verdict_problems(
    verdict: Verdict,
    facts: EligibilityFacts,
    *,
    note: str,
    sequence_booked: bool,
    reassess_on: date | None = None,
    today: date | None = None,
) -> list[Problem]:
    """Return what stands against saving these answers under a result somebody chose.

    today: of the clinic, needed with a day to assess again.
    """
    problems = decision_problems(facts)
    if verdict == Verdict.ELIGIBLE:
        known = {(problem.rule, problem.field) for problem in problems}
        standing = [one.problem for one in findings(facts) if one.standing != Standing.LATER]
        return problems + [one for one in standing if (one.rule, one.field) not in known]
    if verdict == Verdict.PENDING:
        return problems + _pending_problems(facts)
    if verdict == Verdict.DECLINE and not note.strip():
        problems.append(Blocker(ENR_17.id, "Write why this patient is declined.", "note"))
    if verdict == Verdict.REASSESS and (reassess_on is None or today is None or reassess_on <= today):
        problems.append(Blocker(ENR_58.id, "Give a day to come on which to assess again.", "reassess_on"))
    if verdict in (Verdict.DECLINE, Verdict.REASSESS) and sequence_booked:
        rule, act = (ENR_17, "decline") if verdict == Verdict.DECLINE else (ENR_58, "put it off")
        sentence = f"Five infusions are booked. Cancel them first, then {act}; or save the answers as they are."
        problems.append(Blocker(rule.id, sentence))
    return problems


def decision_problems(facts: EligibilityFacts) -> list[Problem]:
    """Return what is wrong with decisions that somebody took; none taken is in order here."""
    taken = (ketamine_decision(facts), substance_decision(facts))
    return [problem for decision in taken for problem in _taken_problems(decision)]


def acknowledgement_problems(
    facts: EligibilityFacts, *, before: frozenset[Caution], by_prescriber: bool
) -> list[Problem]:
    """Return the refusal of an acknowledgement that is not a prescriber's. before: of the last version."""
    if by_prescriber:
        return []
    new = (facts.acknowledged & facts.cautions) - before
    sentence = "Only a prescriber acknowledges a caution. Record that it applies; the physician is asked."
    return [
        Blocker(ENR_15.id, f"{caution.label}: {sentence}", f"caution_{caution.value}")
        for caution in CAUTION_RULES
        if caution in new
    ]


def reopening_problems(
    facts: EligibilityFacts, *, pregnancy_before: str, by_prescriber: bool, note: str
) -> list[Problem]:
    """Return what stands against answers that take a recorded pregnancy back."""
    if pregnancy_before != PregnancyState.POSITIVE or facts.pregnancy == PregnancyState.POSITIVE:
        return []
    if not by_prescriber:
        sentence = "Pregnancy is recorded. Only a prescriber corrects it; leave the answer and tell the physician."
        return [Blocker(ENR_53.id, sentence, "pregnancy")]
    if not note.strip():
        return [Blocker(ENR_53.id, "Pregnancy was recorded. Write in the note why that is corrected.", "note")]
    return []


def _pending_problems(facts: EligibilityFacts) -> list[Problem]:
    found = findings(facts)
    standing = [one.problem for one in found if one.standing in (Standing.UNMET, Standing.OPEN)]
    if not any(one.standing == Standing.DECISION for one in found):
        standing.append(Blocker(ENR_52.id, "No decision is open. Save this as eligible."))
    return standing


def _taken_problems(decision: Decision) -> list[Problem]:
    if not decision.decision:
        return []
    problems: list[Problem] = []
    if not decision.decided_by.strip():
        sentence = f"Only a prescriber decides about {decision.because}. Leave it open; the physician is asked."
        problems.append(Blocker(decision.rule.id, sentence, decision.decision_field))
    if not decision.rationale.strip():
        sentence = f"Write the prescriber's rationale for the decision about {decision.because}."
        problems.append(Blocker(decision.rule.id, sentence, decision.rationale_field))
    return problems
