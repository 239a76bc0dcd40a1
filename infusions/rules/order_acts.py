"""May this order be drafted, held, released, discontinued or superseded? Signing is in ``orders``."""

from dataclasses import dataclass
from datetime import date

from infusions.rules.orders import ORD_03, ORD_09, ORD_10, ORD_11, is_expired
from infusions.states import OndansetronContraindication, OrderState
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

ORD_15 = Rule(
    "ORD-15",
    "A prescriber writes an order for a sequence that is booked and not over; it has one current order.",
    source="clinic default",
)
ORD_16 = Rule(
    "ORD-16",
    "A hold, a release, a discontinuation and a new version carry their reason in words.",
    source="clinic default",
)
ORD_17 = Rule(
    "ORD-17",
    "Only a prescriber releases a held order, by a signature for the weight known then; the signed mg stands.",
    source="clinic default",
)
ORD_18 = Rule(
    "ORD-18",
    "Whoever charts or prescribes may hold an order; only a prescriber discontinues or supersedes it.",
    source="clinic default",
)


ORD_24 = Rule(
    "ORD-24",
    "An order is for one infusion a day, for the days of its protocol that are still to come; it keeps the "
    "protocol, mg/kg, minutes and days that it was written under.",
    source="clinic default",
)
ORD_25 = Rule(
    "ORD-25",
    "The vial strength is one that the formulary has in use, the bag one of its bags; neither is typed.",
    source="ISMP guidance (strength from the formulary)",
)


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """What is known when an order is written. current: state of the order that is there, or None;
    infusions_left: of the protocol's days, not yet started and still to come."""

    writer_may: bool
    sequence_open: bool
    current: OrderState | None
    weight_known: bool
    contraindication: OndansetronContraindication
    contraindication_note: str
    infusions_left: int = 1
    strength_stocked: bool = True
    bag_stocked: bool = True


def draft_problems(facts: DraftFacts) -> list[Problem]:
    """Return everything that stands between this sequence and a draft."""
    problems: list[Problem] = []
    if not facts.writer_may:
        problems.append(Blocker(ORD_15.id, "Only a prescriber writes an order. Ask one to write it."))
    if not facts.sequence_open:
        sentence = "This sequence is over or cancelled. Book a new one, then write its order."
        problems.append(Blocker(ORD_15.id, sentence))
    if facts.current is not None:
        state = str(facts.current.label).lower()
        sentence = f"This sequence already has an order, {state}. Open it, or write a new version of it."
        problems.append(Blocker(ORD_15.id, sentence))
    if not facts.weight_known:
        sentence = "No measured weight of this patient. Weigh the patient in kg, then write the order."
        problems.append(Blocker(ORD_03.id, sentence, "weight"))
    if facts.contraindication == OndansetronContraindication.OTHER and not facts.contraindication_note.strip():
        sentence = "Say in words what speaks against ondansetron."
        problems.append(Blocker(ORD_11.id, sentence, "no_ondansetron_note"))
    if facts.infusions_left < 1:
        sentence = "Every infusion of this sequence was given. Book a new sequence, then write its order."
        problems.append(Blocker(ORD_24.id, sentence))
    if not facts.strength_stocked:
        sentence = "The formulary has no vial of this strength in use. Choose one that it has."
        problems.append(Blocker(ORD_25.id, sentence, "strength"))
    if not facts.bag_stocked:
        sentence = "The formulary has no such bag. Choose one that it has, and how it is filled."
        problems.append(Blocker(ORD_25.id, sentence, "bag_ml"))
    return problems


def hold_problems(*, may_hold: bool, reason: str) -> list[Problem]:
    """Return what stands in the way of holding; the state itself is asked of its table."""
    problems: list[Problem] = []
    if not may_hold:
        problems.append(Blocker(ORD_18.id, "Only a nurse or a prescriber holds an order. Tell one of them."))
    return problems + _reason_problems(reason, "Say why the order is held.")


def change_problems(*, is_prescriber: bool, reason: str) -> list[Problem]:
    """Return what stands in the way of discontinuing or superseding."""
    problems: list[Problem] = []
    if not is_prescriber:
        sentence = "Only a prescriber discontinues or changes an order. You may hold it and tell one."
        problems.append(Blocker(ORD_18.id, sentence))
    return problems + _reason_problems(reason, "Say why; the reason stays with the order.")


def release_problems(
    *, state: OrderState, is_prescriber: bool, reason: str, last_day: date, today: date, weight_known: bool
) -> list[Problem]:
    """Return what stands in the way of releasing a held order as it was signed."""
    problems: list[Problem] = []
    if state != OrderState.HELD:
        word = str(OrderState(state).label).lower()
        problems.append(Blocker(ORD_09.id, f"This order is {word}, not held. Reload to see where it stands."))
    if not is_prescriber:
        problems.append(Blocker(ORD_17.id, "Only a prescriber releases a held order. Ask one to decide."))
    if is_expired(last_day=last_day, today=today):
        sentence = "The order has expired meanwhile. Write a new version instead of releasing it."
        problems.append(Blocker(ORD_10.id, sentence))
    if not weight_known:
        problems.append(Blocker(ORD_17.id, "No measured weight is known. Weigh the patient in kg first."))
    return problems + _reason_problems(reason, "Say why the signed dose stands.")


def _reason_problems(reason: str, sentence: str) -> list[Problem]:
    return [] if reason.strip() else [Blocker(ORD_16.id, sentence, "reason")]
