"""May this patient have ketamine infusions for chronic refractory pain?"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kitclinic.problems import Blocker, NeedsConfirmation, Notice, Problem
from kitclinic.register import Rule
from scheduling.rules.pain import ENR_50
from scheduling.states import Caution, MisuseDecision, PainCategory, PregnancyState

PAIN_MONTHS = 6  # ENR-10: exactly 6 months passes

ENR_10 = Rule("ENR-10", "Pain has lasted at least 6 months.", source="Tankha 2025")
ENR_11 = Rule(
    "ENR-11",
    "Conventional therapy has not helped enough, by the referring provider, by the patient and by the "
    "pain provider: three separate answers.",
    source="Tankha 2025",
)
ENR_12 = Rule("ENR-12", "Pregnancy is a hard stop without an override.", source="Cleveland Clinic 2025")
ENR_13 = Rule(
    "ENR-13",
    "Childbearing potential is answered for every patient, and pregnancy for every patient who has it, "
    "before the patient is cleared.",
    source="Cleveland Clinic 2025; how it is recorded: clinic default",
)
ENR_14 = Rule(
    "ENR-14",
    "After ketamine misuse a prescriber records accept or decline, with the rationale.",
    source="Cleveland Clinic 2025; ASRA/AAPM/ASA 2018",
)
ENR_15 = Rule(
    "ENR-15",
    "The list of cautions is reviewed before anybody says there are none; a prescriber acknowledges each one that "
    "applies.",
    source="clinic default",
)
ENR_16 = Rule(
    "ENR-16",
    'Allergies are reviewed; an empty list that nobody reviewed is not "none".',
    source="clinic default",
)
ENR_51 = Rule(
    "ENR-51",
    "With active misuse of another substance a prescriber records accept with precautions or decline, with the "
    "rationale.",
    source="ASRA/AAPM/ASA 2018",
)

_CLINIC = "Cleveland Clinic 2025"
_ASRA = "ASRA/AAPM/ASA 2018"
CAUTION_RULES: dict[Caution, Rule] = {
    Caution.SCHIZOPHRENIA: Rule("CAU-01", "Schizophrenia is acknowledged; it does not stop.", source=_CLINIC),
    Caution.LIVER_FAILURE: Rule("CAU-02", "Liver failure is acknowledged; it does not stop.", source=_CLINIC),
    Caution.HEART_FAILURE: Rule("CAU-03", "Heart failure is acknowledged; it does not stop.", source=_CLINIC),
    Caution.CARDIOVASCULAR: Rule(
        "CAU-04", "Poorly controlled cardiovascular disease is acknowledged; it does not stop.", source=_ASRA
    ),
    Caution.PSYCHOSIS: Rule(
        "CAU-05", "Poorly controlled psychosis is acknowledged; it does not stop.", source=_ASRA
    ),
    Caution.HEPATIC: Rule(
        "CAU-06",
        "Severe hepatic impairment (the guideline: avoid) is acknowledged; it does not stop.",
        source=_ASRA,
    ),
    Caution.INTRACRANIAL: Rule(
        "CAU-07", "Raised intracranial pressure is acknowledged; it does not stop.", source=_ASRA
    ),
    Caution.INTRAOCULAR: Rule(
        "CAU-08", "Raised intraocular pressure is acknowledged; it does not stop.", source=_ASRA
    ),
    Caution.BLOOD_PRESSURE: Rule(
        "CAU-09",
        "A serious hazard from a rise in blood pressure is acknowledged; it does not stop.",
        source="Ketamine label",
    ),
}


@dataclass(frozen=True, slots=True)
class EligibilityFacts:
    """What was asked and answered; None and "" mean that nobody answered.

    pain_months: completed months of pain.
    inadequate_by_*: conventional therapy has not helped enough, in that person's judgement.
    pregnancy_reason: why the test does not apply or is not indicated; pregnancy_decided_by: who decided.
    misuse_decided_by, substance_decided_by: the prescriber's name.
    substance_misuse: active misuse of a substance other than ketamine.
    pain_categories: of Table 1, one or more.
    acknowledged: cautions that a clinician acknowledged, each one by itself.
    """

    pain_months: int | None = None
    inadequate_by_referrer: bool | None = None
    inadequate_by_patient: bool | None = None
    inadequate_by_pain_provider: bool | None = None
    childbearing_potential: bool | None = None
    pregnancy: str = ""
    pregnancy_tested_on: date | None = None
    pregnancy_reason: str = ""
    pregnancy_decided_by: str = ""
    ketamine_misuse: bool | None = None
    misuse_decision: str = ""
    misuse_rationale: str = ""
    misuse_decided_by: str = ""
    cautions_reviewed: bool = False
    cautions: frozenset[Caution] = frozenset()
    acknowledged: frozenset[Caution] = frozenset()
    allergies_reviewed: bool = False
    pain_categories: frozenset[PainCategory] = frozenset()
    substance_misuse: bool | None = None
    substance_decision: str = ""
    substance_rationale: str = ""
    substance_decided_by: str = ""


class Standing(StrEnum):
    """What an open point means for the patient."""

    UNMET = "unmet"  # answered, and it speaks against ketamine infusions
    OPEN = "open"  # not answered yet
    DECISION = "decision"  # a prescriber decides or acknowledges
    LATER = "later"  # may follow until the patient is cleared


@dataclass(frozen=True, slots=True)
class Finding:
    """One open point and what it means."""

    standing: Standing
    problem: Problem


def assess(facts: EligibilityFacts, *, clearing: bool = True) -> list[Problem]:
    """Return everything in the way, all at once.

    clearing: False when the patient only gets a seat; then the pregnancy question, a prescriber's open
    decision and a caution to acknowledge are notices, because they are still to come. Positive stops in
    both cases.
    """
    return [_as_seen(finding, clearing=clearing) for finding in findings(facts)]


def findings(facts: EligibilityFacts) -> list[Finding]:
    """Return every open point in the order of the form."""
    return [
        *_pain(facts),
        *_response(facts),
        *_pregnancy(facts),
        *_misuse(facts),
        *_substance(facts),
        *_cautions(facts),
        *_allergies(facts),
    ]


def _as_seen(finding: Finding, *, clearing: bool) -> Problem:
    problem = finding.problem
    if clearing or finding.standing not in (Standing.DECISION, Standing.LATER):
        return problem
    return Notice(problem.rule, problem.sentence, problem.field)


def _open(rule: Rule, sentence: str, field: str) -> Finding:
    return Finding(Standing.OPEN, Blocker(rule.id, sentence, field))


def _unmet(rule: Rule, sentence: str, field: str) -> Finding:
    return Finding(Standing.UNMET, Blocker(rule.id, sentence, field))


def _pain(facts: EligibilityFacts) -> list[Finding]:
    found = _lasting(facts.pain_months)
    if not facts.pain_categories:
        sentence = "Choose the pain category; several are allowed."
        found.append(_open(ENR_50, sentence, "pain_categories"))
    return found


def _lasting(months: int | None) -> list[Finding]:
    if months is None:
        return [_open(ENR_10, "Record how many months the pain has lasted.", "pain_months")]
    if months < 0:
        raise ValueError("pain_months cannot be negative")
    if months < PAIN_MONTHS:
        lasted = "1 month" if months == 1 else f"{months} months"
        sentence = f"The pain has lasted {lasted}; the programme starts at {PAIN_MONTHS}."
        return [_unmet(ENR_10, f"{sentence} Decline, or assess again later.", "pain_months")]
    return []


def _response(facts: EligibilityFacts) -> list[Finding]:
    answers = (
        ("inadequate_by_referrer", "the referring provider", facts.inadequate_by_referrer),
        ("inadequate_by_patient", "the patient", facts.inadequate_by_patient),
        ("inadequate_by_pain_provider", "the pain provider", facts.inadequate_by_pain_provider),
    )
    found: list[Finding] = []
    for name, who, answer in answers:
        if answer is None:
            sentence = f"Record whether conventional therapy has helped enough in the judgement of {who}."
            found.append(_open(ENR_11, sentence, name))
        elif not answer:
            sentence = f"In the judgement of {who}, conventional therapy helps enough. Decline, or ask again."
            found.append(_unmet(ENR_11, sentence, name))
    return found


def _pregnancy(facts: EligibilityFacts) -> list[Finding]:
    if facts.pregnancy == PregnancyState.POSITIVE:
        sentence = (
            "The patient is pregnant: no ketamine infusion, without exception. "
            "Only a corrected result recorded by a prescriber reopens this."
        )
        return [_unmet(ENR_12, sentence, "pregnancy")]
    if facts.childbearing_potential is None:
        sentence = "Record whether the patient could become pregnant; nobody is cleared without an answer."
        return [Finding(Standing.LATER, Blocker(ENR_13.id, sentence, "childbearing_potential"))]
    if not facts.childbearing_potential:
        return []
    if not facts.pregnancy:
        sentence = (
            "Record the pregnancy test, or who decided that none is indicated and why. "
            "Without an answer the patient cannot be cleared."
        )
        return [Finding(Standing.LATER, Blocker(ENR_13.id, sentence, "pregnancy"))]
    return _particulars(facts)


def _particulars(facts: EligibilityFacts) -> list[Finding]:
    if facts.pregnancy == PregnancyState.NEGATIVE:
        if facts.pregnancy_tested_on is None:
            return [_open(ENR_13, "Record the date of the negative test.", "pregnancy_tested_on")]
        return []
    if facts.pregnancy == PregnancyState.NOT_APPLICABLE:
        if not facts.pregnancy_reason.strip():
            return [_open(ENR_13, "Say why the test does not apply.", "pregnancy_reason")]
        return []
    if facts.pregnancy != PregnancyState.NOT_INDICATED:
        raise ValueError(f"{facts.pregnancy!r} is not a pregnancy state")
    found: list[Finding] = []
    if not facts.pregnancy_reason.strip():
        found.append(_open(ENR_13, "Say why no test is indicated.", "pregnancy_reason"))
    if not facts.pregnancy_decided_by.strip():
        found.append(_open(ENR_13, "Record who decided that no test is indicated.", "pregnancy_decided_by"))
    return found


@dataclass(frozen=True, slots=True)
class Decision:
    """A question whose yes a prescriber decides on, in the words of its sentences."""

    rule: Rule
    prefix: str  # of the fields
    ask: str
    because: str  # "ketamine misuse"
    there_is: str
    answer: bool | None
    decision: str
    rationale: str
    decided_by: str

    @property
    def decision_field(self) -> str:
        return f"{self.prefix}_decision"

    @property
    def rationale_field(self) -> str:
        return f"{self.prefix}_rationale"


def ketamine_decision(facts: EligibilityFacts) -> Decision:
    return Decision(
        rule=ENR_14,
        prefix="misuse",
        ask="Record whether the patient has ever misused ketamine.",
        because="ketamine misuse",
        there_is="There is a history of ketamine misuse.",
        answer=facts.ketamine_misuse,
        decision=facts.misuse_decision,
        rationale=facts.misuse_rationale,
        decided_by=facts.misuse_decided_by,
    )


def substance_decision(facts: EligibilityFacts) -> Decision:
    return Decision(
        rule=ENR_51,
        prefix="substance",
        ask="Record whether the patient misuses another substance now.",
        because="active substance misuse",
        there_is="Another substance is misused now.",
        answer=facts.substance_misuse,
        decision=facts.substance_decision,
        rationale=facts.substance_rationale,
        decided_by=facts.substance_decided_by,
    )


def _misuse(facts: EligibilityFacts) -> list[Finding]:
    return _decided(ketamine_decision(facts), "ketamine_misuse")


def _substance(facts: EligibilityFacts) -> list[Finding]:
    return _decided(substance_decision(facts), "substance_misuse")


def _decided(asked: Decision, question: str) -> list[Finding]:
    if asked.answer is None:
        return [_open(asked.rule, asked.ask, question)]
    if not asked.answer:
        return []
    if asked.decision == MisuseDecision.DECLINE:
        sentence = f"The prescriber declined because of {asked.because}. Decline the referral."
        return [_unmet(asked.rule, sentence, asked.decision_field)]
    found: list[Problem] = []
    if not asked.decision or not asked.decided_by.strip():
        sentence = f"{asked.there_is} A prescriber has to record accept or decline."
        found.append(Blocker(asked.rule.id, sentence, asked.decision_field))
    elif asked.decision != MisuseDecision.ACCEPT:
        raise ValueError(f"{asked.decision!r} is not a decision")
    if not asked.rationale.strip():
        sentence = f"Write the prescriber's rationale for the decision about {asked.because}."
        found.append(Blocker(asked.rule.id, sentence, asked.rationale_field))
    return [Finding(Standing.DECISION, problem) for problem in found]


def _cautions(facts: EligibilityFacts) -> list[Finding]:
    found: list[Finding] = []
    if not facts.cautions_reviewed:
        sentence = "Go through the list of cautions with the patient, also when none applies."
        found.append(_open(ENR_15, sentence, "cautions_reviewed"))
    for caution in Caution:
        if caution in facts.cautions - facts.acknowledged:
            sentence = f"{caution.label}: weigh it and acknowledge it. It does not stop the infusions."
            problem = NeedsConfirmation(CAUTION_RULES[caution].id, sentence, f"caution_{caution.value}")
            found.append(Finding(Standing.DECISION, problem))
    return found


def _allergies(facts: EligibilityFacts) -> list[Finding]:
    if facts.allergies_reviewed:
        return []
    sentence = "Review the allergies with the patient, also when there are none."
    return [_open(ENR_16, sentence, "allergies_reviewed")]
