"""May this infusion be started now? Every gate is asked; all missing ones are listed at once.

Weight, baseline, driver and pump have their own rules; their problems join the list.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from infusions.rules import orders, vitals
from infusions.rules.before_start import intake_missing, second_reading_missing
from infusions.rules.opening import OPENED, OpeningFacts, opening_problems
from infusions.rules.vitals import TakenSet
from infusions.states import Identifier, OrderState, PremedStatus
from kitclinic.display import show
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules import drivers, weights
from scheduling.rules.capacity import PATIENTS_PER_NURSE
from scheduling.rules.drivers import Driver
from scheduling.states import MisuseDecision, PregnancyState

INF_01 = Rule("INF-01", "An infusion starts on the current, signed version of an order.", source="clinic default")
INF_02 = Rule("INF-02", "A held order starts nothing until a prescriber decides.", source="clinic default")
INF_03 = Rule("INF-03", "An expired order starts nothing.", source="clinic default")
INF_04 = Rule("INF-04", "The order belongs to this patient and this sequence.", source="clinic default")
INF_05 = Rule("INF-05", "The order, the patient and the chair belong to one site.", source="clinic default")

DAYS = 5  # INF-06
INF_06 = Rule(
    "INF-06",
    "A sequence has five infusions, or as many days as the protocol of its order; the day is one of them.",
    source="Tankha 2025",
)
INF_07 = Rule("INF-07", "A patient has one open infusion at a time.", source="clinic default")
INF_08 = Rule("INF-08", "A chair has one open infusion at a time.", source="clinic default")
INF_09 = Rule("INF-09", "The pregnancy question is answered before the start.", source="Cleveland Clinic 2025")
INF_10 = Rule("INF-10", "Pregnancy stops the infusion; there is no override.", source="Cleveland Clinic 2025")
INF_11 = Rule(
    "INF-11",
    "A negative pregnancy test is from the day of the sequence's first infusion or later.",
    source="Cleveland Clinic 2025; the day is a clinic default",
)
INF_12 = Rule(
    "INF-12",
    "Ketamine misuse and active misuse of another substance are asked, and after a yes a prescriber has accepted, "
    "before the start.",
    source="Cleveland Clinic 2025; ASRA/AAPM/ASA 2018",
)
INF_13 = Rule("INF-13", "Every caution is acknowledged before the start.", source="Cleveland Clinic 2025")
INF_14 = Rule(
    "INF-14", "Allergies are reviewed before the start; an empty list is no review.", source="clinic default"
)
INF_15 = Rule(
    "INF-15",
    "An allergy to a drug of the order stops the start unless the prescriber gave a reason.",
    source="clinic default",
)

IDENTIFIERS = 2  # INF-16
INF_16 = Rule(
    "INF-16",
    "A named nurse verifies the patient by two identifiers, never by chair or room.",
    source="Joint Commission NPSG.01.01.01",
)
INF_17 = Rule("INF-17", "Ondansetron before the start is given, or not given for a reason.", source="Tankha 2025")

SBP_CLEAR, DBP_CLEAR = 180, 110  # INF-18: 180 and 110 themselves need clearance
INF_18 = Rule(
    "INF-18",
    "A baseline SBP of 180 or more or DBP of 110 or more is cleared by a provider before the start.",
    source="clinic default",
)
INF_19 = Rule("INF-19", "The pump's rate and volume were read and match the order.", source="clinic default")
INF_20 = Rule("INF-20", "A provider is on site.", source="Tankha 2025")
INF_21 = Rule(
    "INF-21",
    "A nurse has at most 2 open patients, and the suite at most 2 for each nurse on the floor; cover that is "
    "needed or taken never counts for a start.",
    source="Tankha 2025",
)
INF_22 = Rule("INF-22", "No safety task of this patient waits for an acknowledgement.", source="clinic default")
INF_23 = Rule(
    "INF-23",
    "The dose is drawn in the ledger for this infusion: in hand is exactly the order's volume of its strength.",
    source="21 CFR 1304.22(c); that it is asked before the start is a clinic default",
)


INF_24 = Rule(
    "INF-24",
    "An order starts one infusion a day and at most as many as it is for; all versions of a sequence together "
    "start at most one for each day of the protocol.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class StartFacts:
    """What is known when a nurse presses Start; ``at`` aware, dates in the clinic's zone.

    order_state: None without an order; order_current: no newer version; order_last_day: from
    ``orders.expires_on``. first_day: the sequence's first infusion. weight_kg, weight_on: the
    latest measured weight; ordered_kg: the order's. pregnancy: PregnancyState or "".
    misuse_history, substance_misuse: None when not asked. open_cautions: labels not acknowledged.
    open_allergies: drugs of the order with a match and no prescriber's reason.
    baseline: the set chosen, or the newest that was taken. nurse_others: other open patients
    of the nurse. floor_others: other open patients of the day; floor_nurses: on shift, not on a break, not
    called out. pump_reconciled: the last reading had no problem from ``dosing.pump_problems``; pump_said: what
    it showed where it had. started_on_order: infusions started on this version; started_in_sequence: on all
    of them; started_today: one of the sequence. draw_mg: what the order's volume holds; in_hand_mg: what the
    ledger says is drawn for this infusion and not gone, out of vials of drawn_mg_per_ml. opening: the
    suite's list of the day. intake_asked: in this visit; asked for before the first infusion of a sequence.
    second_asked: the clinic wants a second reading of the pump; second_read: there is one, by another person.
    """

    at: datetime
    today: date
    order_state: OrderState | None
    order_current: bool
    order_last_day: date | None
    order_for_patient: bool
    same_site: bool
    day_index: int
    first_day: date
    patient_has_open: bool
    chair_has_open: bool
    ordered_kg: Decimal | None
    weight_kg: Decimal | None
    weight_on: date | None
    pregnancy: str
    pregnancy_on: date | None
    misuse_history: bool | None
    misuse_decision: str
    open_cautions: tuple[str, ...]
    allergies_reviewed: bool
    open_allergies: tuple[str, ...]
    driver: Driver
    baseline: TakenSet | None
    provider_cleared: bool
    nurse_named: bool
    identifiers: frozenset[Identifier]
    premed: PremedStatus | None
    premed_reason: str
    pump_reconciled: bool
    provider_on_site: bool
    nurse_others: int
    safety_tasks: int
    patient_name: str = ""
    substance_misuse: bool | None = None
    substance_decision: str = ""
    floor_others: int = 0
    floor_nurses: int = 1
    pump_said: str = ""
    infusions_ordered: int = DAYS
    protocol_days: int = DAYS
    started_on_order: int = 0
    started_in_sequence: int = 0
    started_today: bool = False
    draw_mg: Decimal | None = None
    strength_mg_per_ml: int = 0
    in_hand_mg: Decimal = Decimal(0)
    drawn_mg_per_ml: frozenset[int] = frozenset()
    opening: OpeningFacts = OPENED
    intake_asked: bool = True
    second_asked: bool = False
    second_read: bool = False


def start_problems(facts: StartFacts) -> list[Problem]:
    """Return every gate that is not open, each with what to do; an empty list means start."""
    return [
        *_order_problems(facts),
        *_count_problems(facts),
        *_place_problems(facts),
        *_weight_problems(facts),
        *_pregnancy_problems(facts),
        *_decision_problems(facts),
        *drivers.driver_problems(facts.driver, patient_name=facts.patient_name),
        *_baseline_problems(facts),
        *_bedside_problems(facts),
        *_drug_problems(facts),
        *_floor_problems(facts),
        *opening_problems(facts.opening),
    ]


def _order_problems(facts: StartFacts) -> list[Problem]:
    if facts.order_state is None:
        return [Blocker(INF_01.id, "There is no order. Ask a prescriber to write and sign one.", "order")]
    problems: list[Problem] = []
    past = facts.order_last_day is not None and orders.is_expired(last_day=facts.order_last_day, today=facts.today)
    if facts.order_state == OrderState.EXPIRED or past:
        sentence = "The order has expired. Ask a prescriber to sign a new one."
        problems.append(Blocker(INF_03.id, sentence, "order"))
    if facts.order_state == OrderState.HELD:
        sentence = "The order is held. Ask a prescriber to affirm or supersede it."
        problems.append(Blocker(INF_02.id, sentence, "order"))
    signed = facts.order_state in (OrderState.SIGNED, OrderState.HELD, OrderState.EXPIRED)
    if not signed or not facts.order_current:
        state = str(OrderState(facts.order_state).label).lower()
        found = "not the newest version" if signed else f"{state}, not signed"
        sentence = f"The order is {found}. Use the signed one, or ask a prescriber to sign."
        problems.append(Blocker(INF_01.id, sentence, "order"))
    if not facts.order_for_patient:
        sentence = "The order is for another patient or sequence. Check who sits here; open the right chart."
        problems.append(Blocker(INF_04.id, sentence, "order"))
    return problems


def _count_problems(facts: StartFacts) -> list[Problem]:
    """What is used up. A new version is for the days still to come, so it never adds a day to the protocol."""
    if facts.started_today:
        sentence = (
            "An infusion of this sequence was started today already; there is one a day. Do not start another."
        )
        return [Blocker(INF_24.id, sentence, "order")]
    if facts.started_in_sequence >= facts.protocol_days:
        sentence = f"All {facts.protocol_days} infusions of this sequence were given. Book a new sequence."
        return [Blocker(INF_24.id, sentence, "order")]
    if facts.order_state is not None and facts.started_on_order >= facts.infusions_ordered:
        count = "the 1 infusion" if facts.infusions_ordered == 1 else f"all {facts.infusions_ordered} infusions"
        sentence = f"This order has started {count} it is for. Ask a prescriber for a new version."
        return [Blocker(INF_24.id, sentence, "order")]
    return []


def _place_problems(facts: StartFacts) -> list[Problem]:
    problems: list[Problem] = []
    if not facts.same_site:
        sentence = "Order, patient and chair are not of one site. Open the chart at this site."
        problems.append(Blocker(INF_05.id, sentence))
    if not 1 <= facts.day_index <= facts.protocol_days:
        days = facts.protocol_days
        sentence = f"This would be day {facts.day_index} of {days}. Book a new sequence, with a new order."
        problems.append(Blocker(INF_06.id, sentence, "day_index"))
    if facts.patient_has_open:
        sentence = "This patient has another open infusion. Discharge that one first."
        problems.append(Blocker(INF_07.id, sentence))
    if facts.chair_has_open:
        sentence = "The chair has another open infusion. Discharge that one or take another chair."
        problems.append(Blocker(INF_08.id, sentence, "chair"))
    return problems


def _weight_problems(facts: StartFacts) -> list[Problem]:
    problems = weights.age_problems(measured_on=facts.weight_on, today=facts.today, day_index=facts.day_index)
    if facts.weight_kg is not None and facts.ordered_kg is not None:
        problems += weights.hold_problems(ordered_kg=facts.ordered_kg, weight_kg=facts.weight_kg)
    return problems


def _pregnancy_problems(facts: StartFacts) -> list[Problem]:
    if not facts.pregnancy:
        sentence = "The pregnancy question is not answered. Test today, or record why not."
        return [Blocker(INF_09.id, sentence, "pregnancy")]
    if facts.pregnancy == PregnancyState.POSITIVE:
        sentence = "Pregnancy: no ketamine, without exception. Tell the provider; do not start."
        return [Blocker(INF_10.id, sentence, "pregnancy")]
    old = facts.pregnancy_on is None or facts.pregnancy_on < facts.first_day
    if facts.pregnancy == PregnancyState.NEGATIVE and old:
        sentence = "The negative pregnancy test is from before day 1. Test again today."
        return [Blocker(INF_11.id, sentence, "pregnancy")]
    return []


def _decision_problems(facts: StartFacts) -> list[Problem]:
    problems: list[Problem] = []
    accepted = facts.misuse_decision == MisuseDecision.ACCEPT
    if facts.misuse_history is None or (facts.misuse_history and not accepted):
        sentence = "Ketamine misuse is not decided. Ask the prescriber to record a decision."
        problems.append(Blocker(INF_12.id, sentence, "misuse"))
    accepted = facts.substance_decision == MisuseDecision.ACCEPT
    if facts.substance_misuse is None or (facts.substance_misuse and not accepted):
        sentence = "Active substance misuse is not decided. Ask the prescriber to record a decision."
        problems.append(Blocker(INF_12.id, sentence, "misuse"))
    if facts.open_cautions:
        names = ", ".join(facts.open_cautions)
        sentence = f"Not acknowledged: {names}. Ask the prescriber to acknowledge it."
        problems.append(Blocker(INF_13.id, sentence, "cautions"))
    if not facts.allergies_reviewed:
        sentence = "Allergies are not reviewed. Ask the patient, and record also when there are none."
        problems.append(Blocker(INF_14.id, sentence, "allergies"))
    if facts.open_allergies:
        names = " and ".join(facts.open_allergies)
        sentence = f"Allergy to {names}. Stop; ask the prescriber to decide."
        problems.append(Blocker(INF_15.id, sentence, "allergies"))
    return problems


def _baseline_problems(facts: StartFacts) -> list[Problem]:
    problems = vitals.baseline_problems(facts.baseline, at=facts.at)
    if facts.baseline is None or facts.provider_cleared:
        return problems
    sbp, dbp = facts.baseline.vitals.sbp, facts.baseline.vitals.dbp
    if (sbp is not None and sbp >= SBP_CLEAR) or (dbp is not None and dbp >= DBP_CLEAR):
        sentence = (
            f"Baseline {sbp or '–'}/{dbp or '–'} mmHg. Ask the provider to clear the start, or do not start."
        )
        problems.append(Blocker(INF_18.id, sentence, "provider_cleared"))
    return problems


def _bedside_problems(facts: StartFacts) -> list[Problem]:
    problems: list[Problem] = []
    if not facts.nurse_named or len(facts.identifiers) < IDENTIFIERS:
        sentence = "Verify the patient by two of name, date of birth and record number, under your own name."
        problems.append(Blocker(INF_16.id, sentence, "identifiers"))
    not_given = facts.premed == PremedStatus.NOT_GIVEN and facts.premed_reason.strip()
    if facts.premed != PremedStatus.GIVEN and not not_given:
        sentence = "Ondansetron is open. Give 8 mg IV, or record why it is not given."
        problems.append(Blocker(INF_17.id, sentence, "premed"))
    if not facts.pump_reconciled:
        sentence = "The pump is not checked. Type the rate and volume it shows."
        if facts.pump_said:
            sentence = f"{facts.pump_said} Correct the pump, then read it again."
        problems.append(Blocker(INF_19.id, sentence, "pump"))
    elif facts.second_asked and not facts.second_read:
        problems += second_reading_missing(floor_nurses=facts.floor_nurses)
    if facts.started_in_sequence == 0 and not facts.intake_asked:
        problems += intake_missing()
    return problems


def _drug_problems(facts: StartFacts) -> list[Problem]:
    if facts.order_state is None:
        return []  # without an order nobody knows what to draw; INF-01 asks for one
    if facts.in_hand_mg == 0:
        sentence = "The drug is not drawn. Draw the dose and record it in the ledger."
        return [Blocker(INF_23.id, sentence, "drug")]
    if facts.draw_mg != facts.in_hand_mg or facts.drawn_mg_per_ml != {facts.strength_mg_per_ml}:
        sentence = (
            f"Drawn: {show(facts.in_hand_mg, 'mg')} of {_strengths(facts.drawn_mg_per_ml)}. The order says "
            f"{show(facts.draw_mg or 0, 'mg')} of {facts.strength_mg_per_ml} mg/mL. "
            "Waste or return it, then draw anew."
        )
        return [Blocker(INF_23.id, sentence, "drug")]
    return []


def _strengths(drawn: frozenset[int]) -> str:
    return " and ".join(f"{strength} mg/mL" for strength in sorted(drawn))


def _floor_problems(facts: StartFacts) -> list[Problem]:
    problems: list[Problem] = []
    if not facts.provider_on_site:
        sentence = "No provider is recorded on site. Wait until one is here and recorded."
        problems.append(Blocker(INF_20.id, sentence, "provider"))
    if facts.nurse_others + 1 > PATIENTS_PER_NURSE:
        sentence = f"The nurse has {facts.nurse_others} open patients already. Ask another nurse to start."
        problems.append(Blocker(INF_21.id, sentence, "nurse"))
    seated = facts.floor_others + 1
    if seated > PATIENTS_PER_NURSE * facts.floor_nurses:
        there = f"{facts.floor_nurses} nurse{'' if facts.floor_nurses == 1 else 's'} on the floor"
        sentence = (
            f"{seated} patient{'' if seated == 1 else 's'} for {there}, at most {PATIENTS_PER_NURSE} each; cover "
            "counts for nobody new. Wait until a nurse is on the floor again."
        )
        problems.append(Blocker(INF_21.id, sentence, "nurse"))
    if facts.safety_tasks:
        sentence = "A safety task is open: an answer about self-harm. Acknowledge it with the patient first."
        problems.append(Blocker(INF_22.id, sentence, "safety_task"))
    return problems
