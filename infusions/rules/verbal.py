"""Verbal orders: what may be said instead of written, who hears it, and who signs it afterwards.

The exact text of the co-signature is here too: what the prescriber reads is what is hashed and kept.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from infusions.rules.order_text import day, moment
from infusions.rules.orders import ONDANSETRON_MG, ORD_12
from infusions.rules.running import time_problems
from infusions.states import OVER_ORDER, UNDER_WAY, InfusionState, OrderState, VerbalKind
from kitclinic.display import show
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

ORD_30 = Rule(
    "ORD-30",
    "By word of mouth an order is held, an infusion is stopped, or the one as-needed ondansetron 8 mg is allowed; "
    "never a start and never a dose of ketamine.",
    source="clinic default",
)
ORD_31 = Rule(
    "ORD-31",
    "A verbal order is said by a prescriber of the clinic, heard by somebody else who charts, and read back.",
    source="clinic default; read-back after The Joint Commission",
)
ORD_32 = Rule(
    "ORD-32",
    "What is ordered by word of mouth to stop is recorded as a stop at once, before anything is asked; "
    "the verbal order is kept even where the infusion was stopped before.",
    source="clinic default",
)
ORD_33 = Rule(
    "ORD-33",
    "A verbal as-needed order allows one ondansetron 8 mg where the signed order has none or something speaks "
    "against it, once per infusion; there is never a third dose.",
    source="Tankha 2025",
)
NEVER_STARTED = frozenset({InfusionState.ARRIVED, InfusionState.NOT_STARTED})
COSIGN_WITHIN = timedelta(hours=24)  # ORD-34: at 24 h sharp it is still in time
ORD_34 = Rule(
    "ORD-34",
    "The prescriber who said it signs a verbal order within 24 h after it was said, with the password, "
    "or signs that it was said otherwise.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class VerbalFacts:
    """One verbal order about to be recorded.

    hearer_charts: may chart, at this site; is_prescriber: who said it may sign orders of this site;
    same_person: who said it heard it; order: its state; infusion: its state, None where none is named;
    given: the further dose was given; allowed: it was allowed by word of mouth before;
    ordered: the signed order has it and nothing speaks against it.
    """

    kind: VerbalKind
    words: str
    read_back: bool
    hearer_charts: bool
    is_prescriber: bool
    same_person: bool
    said_at: datetime
    at: datetime
    order: OrderState
    infusion: InfusionState | None
    given: bool = False
    allowed: bool = False
    ordered: bool = False


def verbal_problems(facts: VerbalFacts) -> list[Problem]:
    """Return everything that stands in the way of recording this verbal order."""
    problems = [*_people_problems(facts), *time_problems(facts.said_at, at=facts.at)]
    if not facts.words.strip():
        problems.append(Blocker(ORD_31.id, "Write down the words that were said.", "words"))
    if facts.kind != VerbalKind.HOLD and facts.infusion is None:
        sentence = "To stop, or to give a dose, is said about an infusion. Record it on the chart of the visit."
        problems.append(Blocker(ORD_30.id, sentence, "kind"))
    if facts.kind == VerbalKind.HOLD and facts.order in OVER_ORDER | {OrderState.DRAFT}:
        word = str(OrderState(facts.order).label).lower()
        sentence = f"This order is {word}: nothing starts on it, so there is nothing to hold."
        problems.append(Blocker(ORD_30.id, sentence, "kind"))
    if facts.kind == VerbalKind.STOP and facts.infusion in NEVER_STARTED:
        sentence = "Nothing was started, so nothing stops. Record it as a hold: then nothing starts."
        problems.append(Blocker(ORD_30.id, sentence, "kind"))
    if facts.kind == VerbalKind.AS_NEEDED and facts.infusion is not None:
        problems += _dose_problems(facts)
    return problems


def _people_problems(facts: VerbalFacts) -> list[Problem]:
    problems: list[Problem] = []
    if not facts.hearer_charts:
        sentence = "A verbal order is recorded by a nurse who heard it. Prescribers write and sign theirs."
        problems.append(Blocker(ORD_31.id, sentence))
    if not facts.is_prescriber:
        sentence = "Only a prescriber of this clinic gives a verbal order. Choose who said it."
        problems.append(Blocker(ORD_31.id, sentence, "prescriber"))
    if facts.same_person:
        problems.append(Blocker(ORD_31.id, "A verbal order is heard by another person.", "prescriber"))
    if not facts.read_back:
        sentence = (
            "Read the words back to the prescriber, then tick it. Nothing is given on words nobody repeated."
        )
        problems.append(Blocker(ORD_31.id, sentence, "read_back"))
    return problems


def _dose_problems(facts: VerbalFacts) -> list[Problem]:
    if facts.given:
        sentence = "The one further dose was given already. There is no third; only a new order could change that."
        return [Blocker(ORD_12.id, sentence, "kind")]
    if facts.infusion not in UNDER_WAY:
        sentence = "The further dose belongs to an infusion under way. Look where this one stands."
        return [Blocker(ORD_33.id, sentence, "kind")]
    if facts.allowed:
        sentence = "One further dose is allowed already, by word of mouth. Give it; there is no other."
        return [Blocker(ORD_33.id, sentence, "kind")]
    if facts.ordered:
        sentence = "The signed order has this dose and nothing speaks against it. Give it without a verbal order."
        return [Blocker(ORD_33.id, sentence, "kind")]
    return []


def cosign_due_at(said_at: datetime) -> datetime:
    """Return until when the prescriber signs (ORD-34)."""
    return said_at + COSIGN_WITHIN


def is_overdue(said_at: datetime, *, at: datetime) -> bool:
    """Return whether the co-signature is late; at 24 h sharp it is not."""
    return at > cosign_due_at(said_at)


def cosign_problems(*, is_who_said_it: bool, is_prescriber: bool, is_signed: bool) -> list[Problem]:
    """Return what stands in the way of co-signing."""
    problems: list[Problem] = []
    if is_signed:
        sentence = "This verbal order is signed already. Reload to see what was signed."
        problems.append(Blocker(ORD_34.id, sentence))
    if not (is_who_said_it and is_prescriber):
        sentence = "Only the prescriber who is recorded to have said it signs this verbal order."
        problems.append(Blocker(ORD_34.id, sentence))
    return problems


@dataclass(frozen=True, slots=True)
class VerbalText:
    """What a prescriber co-signs. said_at, recorded_at: aware, in the clinic's zone; day_index: of the infusion,
    None for a hold without one; disputes: what was said instead, "" agrees."""

    kind: VerbalKind
    words: str
    patient_name: str
    born: date
    record_number: str
    order_number: str
    version: int
    day_index: int | None
    said_by: str
    heard_by: str
    said_at: datetime
    recorded_at: datetime
    disputes: str = ""


DOES = {
    VerbalKind.HOLD: "Hold the order: no infusion starts on it until a prescriber decides.",
    VerbalKind.STOP: "Stop the infusion.",
    VerbalKind.AS_NEEDED: f"Ondansetron {show(ONDANSETRON_MG, 'mg')} IV as needed, once, in this infusion.",
}


def cosign_text(facts: VerbalText) -> str:
    """Return the text to sign under a verbal order: plain lines, no trailing newline."""
    on = f", day {facts.day_index}" if facts.day_index else ""
    close = "Meaning of this signature: reviewed."
    if facts.disputes.strip():
        end = ["I dispute this record:", facts.disputes.strip(), "", close]
    else:
        end = ["I said this.", close]
    return "\n".join(
        (
            f"VERBAL ORDER, {'DISPUTED' if facts.disputes.strip() else 'CO-SIGNED'}",
            f"Patient: {facts.patient_name}, born {day(facts.born)}, record {facts.record_number}",
            f"Order {facts.order_number}, version {facts.version}{on}",
            "",
            DOES[facts.kind],
            f"Words: “{facts.words}”",
            f"Said by {facts.said_by}: {moment(facts.said_at)}.",
            f"Heard and read back by {facts.heard_by}; recorded {moment(facts.recorded_at)}.",
            "",
            *end,
        )
    )
