"""May this patient have ketamine infusions for chronic refractory pain?"""

from dataclasses import dataclass
from datetime import date

from kitclinic.problems import Blocker, NeedsConfirmation, Notice, Problem
from kitclinic.register import Rule
from scheduling.states import Caution, MisuseDecision, PregnancyState, Verdict

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
    "ENR-15", "The list of cautions is reviewed before anybody says there are none.", source="clinic default"
)
ENR_16 = Rule(
    "ENR-16",
    'Allergies are reviewed; an empty list that nobody reviewed is not "none".',
    source="clinic default",
)
ENR_17 = Rule(
    "ENR-17",
    "An assessment is saved as eligible when nothing is in the way, as declined with a note and without a "
    "booked sequence, and kept with open questions at any time; then nobody moves on.",
    source="clinic default",
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
    misuse_decided_by: the prescriber's name.
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


def assess(facts: EligibilityFacts, *, clearing: bool = True) -> list[Problem]:
    """Return everything in the way, all at once.

    clearing: False when the patient is only found eligible; then an unanswered pregnancy question
    is a notice, because the answer is still to come. Positive stops in both cases.
    """
    return [
        *_pain_problems(facts),
        *_response_problems(facts),
        *_pregnancy_problems(facts, clearing=clearing),
        *_misuse_problems(facts),
        *_caution_problems(facts),
        *_allergy_problems(facts),
    ]


def verdict_problems(
    verdict: Verdict, facts: EligibilityFacts, *, note: str, sequence_booked: bool
) -> list[Problem]:
    """Return what stands against saving these answers under this verdict."""
    if verdict == Verdict.ELIGIBLE:
        return assess(facts, clearing=False)
    problems = _decision_problems(facts)
    if verdict == Verdict.DECLINE:
        if not note.strip():
            problems.append(Blocker(ENR_17.id, "Write why this patient is declined.", "note"))
        if sequence_booked:
            sentence = "Five infusions are booked. Cancel them first, then decline; or keep this as not decided."
            problems.append(Blocker(ENR_17.id, sentence))
    return problems


def _decision_problems(facts: EligibilityFacts) -> list[Problem]:
    """Return what is wrong with a misuse decision that somebody took; none taken is in order here."""
    if not facts.misuse_decision:
        return []
    problems: list[Problem] = []
    if not facts.misuse_decided_by.strip():
        sentence = "Only a prescriber decides about ketamine misuse. Leave it open; the physician is asked."
        problems.append(Blocker(ENR_14.id, sentence, "misuse_decision"))
    if not facts.misuse_rationale.strip():
        sentence = "Write the prescriber's rationale for the decision about ketamine misuse."
        problems.append(Blocker(ENR_14.id, sentence, "misuse_rationale"))
    return problems


def _pain_problems(facts: EligibilityFacts) -> list[Problem]:
    months = facts.pain_months
    if months is None:
        return [Blocker(ENR_10.id, "Record how many months the pain has lasted.", "pain_months")]
    if months < 0:
        raise ValueError("pain_months cannot be negative")
    if months < PAIN_MONTHS:
        lasted = "1 month" if months == 1 else f"{months} months"
        sentence = f"The pain has lasted {lasted}; the programme starts at {PAIN_MONTHS}."
        return [Blocker(ENR_10.id, f"{sentence} Decline, or refer again later.", "pain_months")]
    return []


def _response_problems(facts: EligibilityFacts) -> list[Problem]:
    answers = (
        ("inadequate_by_referrer", "the referring provider", facts.inadequate_by_referrer),
        ("inadequate_by_patient", "the patient", facts.inadequate_by_patient),
        ("inadequate_by_pain_provider", "the pain provider", facts.inadequate_by_pain_provider),
    )
    problems: list[Problem] = []
    for name, who, answer in answers:
        if answer is None:
            sentence = f"Record whether conventional therapy has helped enough in the judgement of {who}."
            problems.append(Blocker(ENR_11.id, sentence, name))
        elif not answer:
            sentence = f"In the judgement of {who}, conventional therapy helps enough. Decline, or ask again."
            problems.append(Blocker(ENR_11.id, sentence, name))
    return problems


def _pregnancy_problems(facts: EligibilityFacts, *, clearing: bool) -> list[Problem]:
    if facts.pregnancy == PregnancyState.POSITIVE:
        sentence = (
            "The patient is pregnant: no ketamine infusion, without exception. "
            "Only a corrected result recorded by a prescriber reopens this."
        )
        return [Blocker(ENR_12.id, sentence, "pregnancy")]
    unanswered = Blocker if clearing else Notice
    if facts.childbearing_potential is None:
        sentence = "Record whether the patient could become pregnant; nobody is cleared without an answer."
        return [unanswered(ENR_13.id, sentence, "childbearing_potential")]
    if not facts.childbearing_potential:
        return []
    if not facts.pregnancy:
        sentence = (
            "Record the pregnancy test, or who decided that none is indicated and why. "
            "Without an answer the patient cannot be cleared."
        )
        return [unanswered(ENR_13.id, sentence, "pregnancy")]
    return _answer_problems(facts)


def _answer_problems(facts: EligibilityFacts) -> list[Problem]:
    if facts.pregnancy == PregnancyState.NEGATIVE:
        if facts.pregnancy_tested_on is None:
            return [Blocker(ENR_13.id, "Record the date of the negative test.", "pregnancy_tested_on")]
        return []
    if facts.pregnancy == PregnancyState.NOT_APPLICABLE:
        if not facts.pregnancy_reason.strip():
            return [Blocker(ENR_13.id, "Say why the test does not apply.", "pregnancy_reason")]
        return []
    if facts.pregnancy != PregnancyState.NOT_INDICATED:
        raise ValueError(f"{facts.pregnancy!r} is not a pregnancy state")
    problems: list[Problem] = []
    if not facts.pregnancy_reason.strip():
        problems.append(Blocker(ENR_13.id, "Say why no test is indicated.", "pregnancy_reason"))
    if not facts.pregnancy_decided_by.strip():
        problems.append(
            Blocker(ENR_13.id, "Record who decided that no test is indicated.", "pregnancy_decided_by")
        )
    return problems


def _misuse_problems(facts: EligibilityFacts) -> list[Problem]:
    if facts.ketamine_misuse is None:
        return [Blocker(ENR_14.id, "Record whether the patient has ever misused ketamine.", "ketamine_misuse")]
    if not facts.ketamine_misuse:
        return []
    if facts.misuse_decision == MisuseDecision.DECLINE:
        sentence = "The prescriber declined because of ketamine misuse. Decline the referral."
        return [Blocker(ENR_14.id, sentence, "misuse_decision")]
    problems: list[Problem] = []
    if not facts.misuse_decision or not facts.misuse_decided_by.strip():
        sentence = "There is a history of ketamine misuse. A prescriber has to record accept or decline."
        problems.append(Blocker(ENR_14.id, sentence, "misuse_decision"))
    elif facts.misuse_decision != MisuseDecision.ACCEPT:
        raise ValueError(f"{facts.misuse_decision!r} is not a decision")
    if not facts.misuse_rationale.strip():
        sentence = "Write the prescriber's rationale for the decision about ketamine misuse."
        problems.append(Blocker(ENR_14.id, sentence, "misuse_rationale"))
    return problems


def _caution_problems(facts: EligibilityFacts) -> list[Problem]:
    if not facts.cautions_reviewed:
        sentence = "Go through the list of cautions with the patient, also when none applies."
        problems: list[Problem] = [Blocker(ENR_15.id, sentence, "cautions_reviewed")]
    else:
        problems = []
    for caution in Caution:
        if caution in facts.cautions - facts.acknowledged:
            sentence = f"{caution.label}: weigh it and acknowledge it. It does not stop the infusions."
            problems.append(NeedsConfirmation(CAUTION_RULES[caution].id, sentence, f"caution_{caution.value}"))
    return problems


def _allergy_problems(facts: EligibilityFacts) -> list[Problem]:
    if facts.allergies_reviewed:
        return []
    sentence = "Review the allergies with the patient, also when there are none."
    return [Blocker(ENR_16.id, sentence, "allergies_reviewed")]
