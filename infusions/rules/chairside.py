"""What must be said with each thing recorded at the chair. The start itself is ``readiness``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from infusions.rules import dosing
from infusions.rules.before_start import iv_problems
from infusions.rules.facts import answer_problems, call_problems, intervention_problems, side_effect_problems
from infusions.rules.orders import ORD_11, against_sentence
from infusions.rules.readiness import IDENTIFIERS, INF_07, INF_08, INF_10, INF_16, INF_18, INF_19, INF_21
from infusions.states import Identifier, InfusionOutcome, PregnancyResult
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules import drivers
from scheduling.rules.capacity import PATIENTS_PER_NURSE
from scheduling.rules.drivers import Driver
from scheduling.states import MissedReason, VisitState

CHS_01 = Rule(
    "CHS-01", "A patient is seated in a chair of the clinic by a nurse of the clinic.", source="clinic default"
)
CHS_02 = Rule("CHS-02", "A pregnancy test is recorded with its result.", source="Cleveland Clinic 2025")
CHS_03 = Rule(
    "CHS-03",
    "After a positive pregnancy test only a provider records another result.",
    source="clinic default",
)
CHS_05 = Rule(
    "CHS-05", "Whoever arrived and is not started leaves with a reason from the list.", source="clinic default"
)
CHS_07 = Rule(
    "CHS-07",
    "A patient is seated once for a visit: one whose infusion is over, or that was missed or cancelled, does not "
    "begin again.",
    source="clinic default",
)
INF_31 = Rule(
    "INF-31",
    "A hand-over names the next nurse and says what to know; before a break every patient of the nurse is handed "
    "over, within the ratio.",
    source="clinic default",
)
OVER = {
    InfusionOutcome.COMPLETED: "The infusion of this visit is completed and its chart stands.",
    InfusionOutcome.STOPPED: "The infusion of this visit was stopped early and its chart stands.",
    InfusionOutcome.NOT_STARTED: "This visit is closed: the infusion was recorded as not started.",
}
RELEASED = {VisitState.MISSED: "This visit was missed.", VisitState.CANCELLED: "This visit was cancelled."}


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One event about to be recorded, and what the chart already says.

    detail: what was typed, by kind; ordered_rate in mL/h and ordered_volume in mL, None without an order.
    """

    kind: str
    detail: Mapping[str, Any]
    note: str = ""
    ordered_rate: Decimal | None = None
    ordered_volume: Decimal | None = None
    premedication_ordered: bool = False
    premedication_answered: bool = False
    against_ondansetron: str = ""
    found_pregnant: bool = False
    by_provider: bool = False
    patient_name: str = ""
    seen_by: str = ""


def arrival_problems(
    *,
    chair: int,
    chairs: int,
    chair_taken: bool,
    patient_seated: bool,
    nurse_of_site: bool,
    visit_state: VisitState = VisitState.BOOKED,
    outcome: str = "",
) -> list[Problem]:
    """Return why the patient cannot be seated here now. outcome: of the visit's infusion, "" without one."""
    over = OVER[InfusionOutcome(outcome)] if outcome else RELEASED.get(visit_state, "")
    if over and not patient_seated:
        sentence = (
            f"{over} Nobody was seated. Open the patient's next booked visit and seat the patient there; "
            "where none is booked, ask the scheduler to book one."
        )
        return [Blocker(CHS_07.id, sentence)]
    problems: list[Problem] = []
    if not 1 <= chair <= chairs:
        problems.append(Blocker(CHS_01.id, f"There is no chair {chair}. Choose one from 1 to {chairs}.", "chair"))
    if not nurse_of_site:
        problems.append(Blocker(CHS_01.id, "Choose a nurse of this clinic.", "nurse"))
    if chair_taken:
        sentence = f"Chair {chair} still has a patient. Choose another chair, or discharge that patient first."
        problems.append(Blocker(INF_08.id, sentence, "chair"))
    if patient_seated:
        problems.append(Blocker(INF_07.id, "This patient is already seated. Open that chart.", "chair"))
    return problems


def nurse_problems(*, name: str, patients: int, of_site: bool) -> list[Problem]:
    """Return why this nurse cannot take one more patient."""
    if not of_site:
        return [Blocker(CHS_01.id, "Choose a nurse of this clinic.", "nurse")]
    if patients >= PATIENTS_PER_NURSE:
        sentence = (
            f"{name} already has {patients} patients, {PATIENTS_PER_NURSE} is the most. Choose another nurse."
        )
        return [Blocker(INF_21.id, sentence, "nurse")]
    return []


def hand_over_problems(*, note: str) -> list[Problem]:
    if note:
        return []
    return [Blocker(INF_31.id, "Say what the next nurse needs to know about this patient.", "note")]


def break_problems(
    *, patients: int, left_out: Sequence[int], note: str, gone: Sequence[int] = ()
) -> list[Problem]:
    """Return why the patients cannot be handed over together.

    left_out: chairs nobody was chosen for; gone: chairs whose patient is no longer this nurse's.
    """
    if gone:
        chairs = " and ".join(str(chair) for chair in gone)
        sentence = f"The patient in chair {chairs} is no longer yours. Nobody is handed over; look again."
        return [Blocker(INF_31.id, sentence, "nurse")]
    if not patients:
        return [Blocker(INF_31.id, "You have no patient to hand over. Take your break.")]
    problems = hand_over_problems(note=note)
    if left_out:
        chairs = " and ".join(str(chair) for chair in left_out)
        sentence = f"Choose who takes the patient in chair {chairs}. Nobody is handed over until all are."
        problems.append(Blocker(INF_31.id, sentence, "nurse"))
    return problems


def not_started_problems(reason: str) -> list[Problem]:
    if reason in MissedReason.values:
        return []
    return [Blocker(CHS_05.id, "Choose why the infusion is not started.", "reason")]


def event_problems(facts: EventFacts) -> list[Problem]:
    """Return what the record of this event still lacks; kinds without an entry lack nothing."""
    check = CHECKS.get(facts.kind)
    return check(facts) if check else []


def _identity(facts: EventFacts) -> list[Problem]:
    named = set(facts.detail.get("identifiers", ())) & set(Identifier.values)
    if len(named) >= IDENTIFIERS:
        return []
    sentence = "Ask the patient for two of name, date of birth and record number, and tick both."
    return [Blocker(INF_16.id, sentence, "identifiers")]


def _premedication(facts: EventFacts) -> list[Problem]:
    problems: list[Problem] = []
    if not facts.premedication_ordered:
        sentence = "The order has no ondansetron. Record it as not given, or ask the prescriber."
        problems.append(Blocker(ORD_11.id, sentence))
    elif facts.against_ondansetron:
        problems.append(Blocker(ORD_11.id, against_sentence(facts.against_ondansetron)))
    return problems + _answered_once(facts)


def _no_premedication(facts: EventFacts) -> list[Problem]:
    problems = _answered_once(facts)
    if not facts.note:
        problems.append(Blocker(ORD_11.id, "Say why ondansetron is not given.", "note"))
    return problems


def _answered_once(facts: EventFacts) -> list[Problem]:
    if not facts.premedication_answered:
        return []
    return [Blocker(ORD_11.id, "Ondansetron before the start is already recorded. Look at the chart.")]


def _pregnancy(facts: EventFacts) -> list[Problem]:
    problems: list[Problem] = []
    if facts.detail.get("result") not in PregnancyResult.values:
        problems.append(Blocker(CHS_02.id, "Choose the result of the test.", "result"))
    if facts.found_pregnant and not facts.by_provider:
        sentence = "A positive test is on the chart. Only a provider may record another result."
        problems.append(Blocker(CHS_03.id if facts.detail.get("result") else INF_10.id, sentence, "result"))
    return problems


def _cleared(facts: EventFacts) -> list[Problem]:
    if facts.by_provider:
        return []
    return [Blocker(INF_18.id, "Only a provider clears a patient for the start. Ask one to do it here.")]


def _pump(facts: EventFacts) -> list[Problem]:
    if facts.ordered_rate is None or facts.ordered_volume is None:
        return [Blocker(INF_19.id, "There is no order to compare the pump with. Ask a prescriber for one.")]
    problems: list[Problem] = []
    typed: dict[str, Decimal] = {}
    for name, words in (("rate_ml_per_h", "rate in mL/h"), ("volume_ml", "volume in mL")):
        try:
            typed[name] = Decimal(str(facts.detail.get(name, "")))
        except InvalidOperation:
            problems.append(Blocker(INF_19.id, f"Type the {words} that the pump shows.", name))
    if problems:
        return problems
    return dosing.pump_problems(
        expected_rate_ml_per_h=facts.ordered_rate,
        typed_rate_ml_per_h=typed["rate_ml_per_h"],
        expected_volume_ml=facts.ordered_volume,
        typed_volume_ml=typed["volume_ml"],
    )


def _side_effect(facts: EventFacts) -> list[Problem]:
    return side_effect_problems(facts.detail, facts.note)


def _intervention(facts: EventFacts) -> list[Problem]:
    return intervention_problems(facts.detail, facts.note)


def _called(facts: EventFacts) -> list[Problem]:
    return call_problems(facts.detail)


def _answered(facts: EventFacts) -> list[Problem]:
    return answer_problems(facts.detail, facts.note)


def _driver(facts: EventFacts) -> list[Problem]:
    word = facts.detail.get
    driver = Driver(
        word("transport", ""), word("name", ""), word("relationship", ""), word("phone", ""), facts.seen_by
    )
    blockers = drivers.discharge_problems(driver, patient_name=facts.patient_name)
    return [problem for problem in blockers if isinstance(problem, Blocker)]


def _iv(facts: EventFacts) -> list[Problem]:
    return iv_problems(facts.detail)


CHECKS: dict[str, Callable[[EventFacts], list[Problem]]] = {
    "iv_attempted": _iv,
    "iv_placed": _iv,
    "identity_checked": _identity,
    "premedication": _premedication,
    "no_premedication": _no_premedication,
    "pregnancy_test": _pregnancy,
    "provider_cleared": _cleared,
    "pump_checked": _pump,
    "side_effect": _side_effect,
    "intervention": _intervention,
    "provider_called": _called,
    "provider_arrived": _answered,
    "driver_seen": _driver,
}
