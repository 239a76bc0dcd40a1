"""May this order be signed, how long does it hold, and may this ondansetron dose be given?

The exact text that is signed is in ``order_text``.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from infusions.rules.dosing import DOS_01, MG_PER_KG
from infusions.rules.order_decisions import decision_problems
from infusions.states import ConsentState, OndansetronContraindication, OndansetronKind, OrderState
from kitclinic.display import show
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.weights import require_weight
from scheduling.states import Caution, MisuseDecision, PregnancyState, WeightSource

ORD_01 = Rule("ORD-01", "Only a prescriber signs an order.", source="Tankha 2025")
ORD_02 = Rule("ORD-02", "A prescriber does not sign an order for himself or herself.", source="clinic default")
ORD_03 = Rule(
    "ORD-03",
    "An order is signed on a measured weight; on any other the prescriber gives a reason.",
    source="ISMP Best Practice 3",
)
ORD_04 = Rule(
    "ORD-04",
    "Whether ketamine was misused, and whether another substance is misused now, is known before signing; after a "
    "yes the prescriber accepts with a rationale.",
    source="Cleveland Clinic 2025; ASRA/AAPM/ASA 2018",
)
ORD_05 = Rule(
    "ORD-05",
    "Each caution is acknowledged by itself before signing; none of them stops.",
    source="Cleveland Clinic 2025; ASRA/AAPM/ASA 2018",
)
ORD_06 = Rule("ORD-06", "No order is signed in pregnancy; there is no override.", source="Cleveland Clinic 2025")
ORD_07 = Rule("ORD-07", "The patient was found eligible before an order is signed.", source="Tankha 2025")
ORD_08 = Rule("ORD-08", "The group visit cleared the patient before an order is signed.", source="Tankha 2025")
ORD_09 = Rule(
    "ORD-09",
    "Only a draft is signed; a signed order is never edited, only superseded.",
    source="clinic default",
)

FIRST_USE_DAYS, AFTER_FIRST_DAYS = 30, 14  # ORD-10: the last day itself is still valid
ORD_10 = Rule(
    "ORD-10",
    "A signed order is valid for 30 days until its first infusion, and for 14 days after that one, or for the "
    "days that the clinic's settings had when it was written.",
    source="clinic default",
)

ONDANSETRON_MG = Decimal(8)  # ORD-11
ORD_11 = Rule(
    "ORD-11",
    "Ondansetron 8 mg IV is given before the start unless allergy, congenital long QT syndrome, apomorphine "
    "or another reason speaks against it.",
    source="Tankha 2025; contraindications from the FDA label",
)

AS_NEEDED_DOSES = 1  # ORD-12
ORD_12 = Rule(
    "ORD-12",
    "After an assessment exactly one further ondansetron 8 mg IV is given as needed; never a third dose.",
    source="Tankha 2025",
)

MOST_AT_ONCE_MG = Decimal(16)  # ORD-13: 16 mg is allowed, more is not
ORD_13 = Rule("ORD-13", "A single IV dose of ondansetron is never above 16 mg.", source="FDA")
ORD_14 = Rule(
    "ORD-14",
    "An allergy to a drug of the order stops it unless the prescriber gives a reason.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class SignFacts:
    """What is known when an order is about to be signed.

    misuse_history, substance_misuse, eligible: None when nobody answered; misuse_decision,
    substance_decision: MisuseDecision or "";
    pregnancy: PregnancyState or ""; acknowledged: cautions acknowledged one by one;
    allergy_reason: the prescriber's, for a ketamine allergy;
    contraindication_reason: what "other" is, or why ondansetron is ordered all the same;
    driver_named: for the first visit to come.
    """

    state: OrderState
    signer_is_prescriber: bool
    signer_is_patient: bool
    weight_kg: Decimal
    weight_source: WeightSource
    weight_reason: str
    dose_mg: Decimal
    eligible: bool | None
    sma_cleared: bool
    misuse_history: bool | None
    misuse_decision: str
    misuse_rationale: str
    cautions: frozenset[Caution]
    acknowledged: frozenset[Caution]
    pregnancy: str
    substance_misuse: bool | None = None
    substance_decision: str = ""
    substance_rationale: str = ""
    ketamine_allergy: bool = False
    allergy_reason: str = ""
    premedication: bool = True
    as_needed: bool = True
    contraindication: OndansetronContraindication = OndansetronContraindication.NONE
    contraindication_reason: str = ""
    allergies_reviewed: bool = False
    medication_noted: bool = False
    driver_named: bool = False
    driver_plan: str = ""
    consent: ConsentState = ConsentState.MISSING
    mg_per_kg: Decimal = MG_PER_KG


def may_sign(facts: SignFacts) -> list[Problem]:
    """Return everything that stands between this order and its signature."""
    return [
        *_signer_problems(facts),
        *_dose_problems(facts),
        *_patient_problems(facts),
        *_misuse_problems(facts),
        *_substance_problems(facts),
        *_caution_problems(facts),
        *_drug_problems(facts),
        *decision_problems(
            medication_noted=facts.medication_noted,
            driver_named=facts.driver_named,
            driver_plan=facts.driver_plan,
            consent=facts.consent,
            allergies_reviewed=facts.allergies_reviewed,
        ),
    ]


def _signer_problems(facts: SignFacts) -> list[Problem]:
    problems: list[Problem] = []
    if facts.state != OrderState.DRAFT:
        state = str(OrderState(facts.state).label).lower()
        sentence = f"This order is {state}, not a draft. Write a new version that supersedes it."
        problems.append(Blocker(ORD_09.id, sentence))
    if not facts.signer_is_prescriber:
        problems.append(Blocker(ORD_01.id, "Only a prescriber signs an order. Ask one to sign it."))
    if facts.signer_is_patient:
        problems.append(Blocker(ORD_02.id, "This order is for you. Ask another prescriber to sign it."))
    return problems


def _dose_problems(facts: SignFacts) -> list[Problem]:
    problems: list[Problem] = []
    if facts.weight_source != WeightSource.MEASURED and not facts.weight_reason.strip():
        sentence = "The weight was not measured. Weigh the patient, or give your reason for using it."
        problems.append(Blocker(ORD_03.id, sentence, "weight_reason"))
    exact = facts.mg_per_kg * require_weight(facts.weight_kg)
    if facts.dose_mg != exact:
        sentence = (
            f"The order says {show(facts.dose_mg, 'mg')}, {show(facts.weight_kg, 'kg')} gives "
            f"{show(exact, 'mg')}. Write the order anew from this weight."
        )
        problems.append(Blocker(DOS_01.id, sentence, "dose_mg"))
    return problems


def _patient_problems(facts: SignFacts) -> list[Problem]:
    problems: list[Problem] = []
    if facts.pregnancy == PregnancyState.POSITIVE:
        sentence = "Pregnancy: no ketamine, without exception. Only a corrected result reopens this."
        problems.append(Blocker(ORD_06.id, sentence, "pregnancy"))
    if not facts.eligible:
        found = "No eligibility is recorded" if facts.eligible is None else "The patient was found not eligible"
        problems.append(Blocker(ORD_07.id, f"{found}. Record eligibility first.", "eligible"))
    if not facts.sma_cleared:
        sentence = "The group visit has not cleared this patient. Clear the patient there first."
        problems.append(Blocker(ORD_08.id, sentence, "sma_cleared"))
    return problems


def _misuse_problems(facts: SignFacts) -> list[Problem]:
    if facts.misuse_history is None:
        sentence = "Nobody has recorded whether ketamine was misused. Ask the patient and record it."
        return [Blocker(ORD_04.id, sentence, "misuse_history")]
    if not facts.misuse_history:
        return []
    if facts.misuse_decision == MisuseDecision.DECLINE:
        sentence = "A prescriber declined because of ketamine misuse. Discontinue this draft."
        return [Blocker(ORD_04.id, sentence, "misuse_decision")]
    if facts.misuse_decision != MisuseDecision.ACCEPT or not facts.misuse_rationale.strip():
        sentence = "Ketamine was misused before. Accept or decline, and write your rationale."
        return [Blocker(ORD_04.id, sentence, "misuse_decision")]
    return []


def _substance_problems(facts: SignFacts) -> list[Problem]:
    if facts.substance_misuse is None:
        sentence = "Nobody has recorded whether another substance is misused now. Ask the patient and record it."
        return [Blocker(ORD_04.id, sentence, "substance_misuse")]
    if not facts.substance_misuse:
        return []
    if facts.substance_decision == MisuseDecision.DECLINE:
        sentence = "A prescriber declined because of active substance misuse. Discontinue this draft."
        return [Blocker(ORD_04.id, sentence, "substance_decision")]
    if facts.substance_decision != MisuseDecision.ACCEPT or not facts.substance_rationale.strip():
        sentence = "Another substance is misused now. Accept or decline, and write your rationale."
        return [Blocker(ORD_04.id, sentence, "substance_decision")]
    return []


def _caution_problems(facts: SignFacts) -> list[Problem]:
    open_cautions = facts.cautions - facts.acknowledged
    return [
        Blocker(
            ORD_05.id,
            f"{caution.label}: acknowledge this caution. It does not stop the order.",
            f"caution_{caution.value}",
        )
        for caution in Caution
        if caution in open_cautions
    ]


def _drug_problems(facts: SignFacts) -> list[Problem]:
    problems: list[Problem] = []
    if facts.ketamine_allergy and not facts.allergy_reason.strip():
        sentence = "An allergy to ketamine is recorded. Discontinue this draft, or give your reason."
        problems.append(Blocker(ORD_14.id, sentence, "allergy_reason"))
    needs_reason = facts.contraindication == OndansetronContraindication.OTHER or (
        facts.contraindication != OndansetronContraindication.NONE and (facts.premedication or facts.as_needed)
    )
    if needs_reason and not facts.contraindication_reason.strip():
        against = str(OndansetronContraindication(facts.contraindication).label)
        rule = ORD_14 if facts.contraindication == OndansetronContraindication.ALLERGY else ORD_11
        sentence = f"Against ondansetron: {against}. Take it out of the order, or give your reason."
        problems.append(Blocker(rule.id, sentence, "contraindication_reason"))
    if not facts.premedication and facts.contraindication == OndansetronContraindication.NONE:
        sentence = "Ondansetron before the start is left out. Choose what speaks against it."
        problems.append(Blocker(ORD_11.id, sentence, "contraindication"))
    return problems


def ondansetron_default(contraindication: OndansetronContraindication) -> bool:
    """Return whether a new order has ondansetron on, before the start and as needed (ORD-11)."""
    return contraindication == OndansetronContraindication.NONE


def expires_on(
    *,
    signed_on: date,
    first_infusion_on: date | None = None,
    first_use_days: int = FIRST_USE_DAYS,
    after_first_days: int = AFTER_FIRST_DAYS,
) -> date:
    """Return the last day, in the clinic's zone, on which the order may start an infusion (ORD-10).

    first_use_days, after_first_days: the order's own, as it was written.
    """
    if first_infusion_on is None:
        return signed_on + timedelta(days=first_use_days)
    return first_infusion_on + timedelta(days=after_first_days)


def is_expired(*, last_day: date, today: date) -> bool:
    """Return whether the order's last day has passed."""
    return today > last_day


def against_sentence(against: str) -> str:
    """Say that the assessment speaks against a drug the order has. against: in words."""
    return f"The assessment has this against ondansetron: {against}. Do not give it; ask the prescriber."


@dataclass(frozen=True, slots=True)
class OndansetronFacts:
    """One dose about to be given. ordered: the signed order has this kind;
    given: the kinds already given in this infusion, one entry a dose. against: what the last assessment
    has against ondansetron and the order gives no reason for, in words."""

    kind: OndansetronKind
    mg: Decimal
    ordered: bool
    given: tuple[OndansetronKind, ...]
    assessment: str = ""
    against: str = ""


def ondansetron_problems(facts: OndansetronFacts) -> list[Problem]:
    """Return what stands in the way of giving this dose.

    Raises ValueError for a dose that is not a Decimal above zero.
    """
    if not isinstance(facts.mg, Decimal) or facts.mg <= 0:
        raise ValueError(f"mg must be a Decimal above zero, not {facts.mg!r}")
    problems: list[Problem] = []
    as_needed = facts.kind == OndansetronKind.AS_NEEDED
    rule = ORD_12 if as_needed else ORD_11
    if facts.mg > MOST_AT_ONCE_MG:
        most = show(MOST_AT_ONCE_MG, "mg")
        sentence = f"{show(facts.mg, 'mg')} at once is more than {most}. Give {show(ONDANSETRON_MG, 'mg')}."
        problems.append(Blocker(ORD_13.id, sentence, "mg"))
    elif facts.mg != ONDANSETRON_MG:
        sentence = f"The order is for {show(ONDANSETRON_MG, 'mg')}, not {show(facts.mg, 'mg')}. Check the dose."
        problems.append(Blocker(rule.id, sentence, "mg"))
    if not facts.ordered:
        sentence = "The signed order has no ondansetron for this. Ask the prescriber."
        problems.append(Blocker(rule.id, sentence))
    if facts.ordered and facts.against:
        problems.append(Blocker(rule.id, against_sentence(facts.against)))
    if facts.kind in facts.given:
        words = "The one further dose" if as_needed else "The dose before the start"
        problems.append(Blocker(rule.id, f"{words} was already given. Ask the prescriber for a new order."))
    if as_needed and not facts.assessment.strip():
        sentence = "Write down what you assessed before giving the further dose."
        problems.append(Blocker(rule.id, sentence, "assessment"))
    return problems
