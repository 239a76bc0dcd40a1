"""The controlled-substance ledger (Schedule III): who may move how much ketamine, and what is missing.

Everything is counted in mg, to 0.001 mg and exact; mL is mg over the strength of the vial. Rules answer with
every problem at once; what the database holds besides is in the trigger on ``infusions_movement``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from infusions.states import InfusionState, OrderState
from kitclinic.display import show
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

MG_STEP, MOST_MG = Decimal("0.001"), Decimal(1_000_000)  # LED-01; more than any vault holds
LED_01 = Rule(
    "LED-01",
    "The ledger counts in mg, to 0.001 mg; mL times the strength of the vial is mg exactly, never rounded.",
    source="clinic default",
)
LED_02 = Rule(
    "LED-02",
    "Only a person of this clinic who may handle controlled substances moves ketamine.",
    source="21 CFR 1304.22(c); who that is, is a clinic default",
)
LED_03 = Rule(
    "LED-03",
    "No vial and no drawn dose ever falls below nothing.",
    source="21 CFR 1304.22(c)",
)
LED_04 = Rule(
    "LED-04",
    "No vial holds more than its label says, and no dose in hand is more than was drawn.",
    source="clinic default",
)

LED_06 = Rule("LED-06", "Nothing is drawn from a vial after its expiry date.", source="clinic default")
LED_07 = Rule(
    "LED-07",
    "A dose is drawn from vials of the strength that the signed order prescribes.",
    source="clinic default",
)
LED_08 = Rule("LED-08", "The volume drawn is the volume the order says, to the drop.", source="clinic default")
LED_09 = Rule(
    "LED-09",
    "A dose is drawn on the current signed order of this patient, neither held nor expired.",
    source="clinic default",
)
LED_10 = Rule(
    "LED-10",
    "A dose is drawn for a patient who has arrived and whose infusion has not started.",
    source="clinic default",
)
LED_11 = Rule(
    "LED-11",
    "A new dose is drawn only when nothing of an earlier one is in hand: a spill is wasted or declared first.",
    source="clinic default",
)
LED_12 = Rule(
    "LED-12",
    "A single-dose vial serves one infusion; what is left in it is wasted.",
    source="clinic default",
)
LED_13 = Rule(
    "LED-13",
    "Waste is watched and signed by a second person who may handle controlled substances.",
    source="clinic default; federal text for Schedule III may not demand it, state and site rules do",
)
LED_14 = Rule(
    "LED-14",
    "Nothing is wasted or missing of a dose that runs; first it ends and the delivered mg is known.",
    source="clinic default",
)
LED_15 = Rule(
    "LED-15",
    "Only a whole drawn dose goes back, with a reason, before the infusion starts.",
    source="clinic default",
)
LED_20 = Rule(
    "LED-20",
    "What is administered is the pump's volume, posted when the infusion ends; never more than was drawn.",
    source="clinic default",
)
LED_21 = Rule(
    "LED-21",
    "Waste out of a vial, not of a drawn dose, needs its reason.",
    source="clinic default",
)
LED_22 = Rule("LED-22", "Nothing is received into or drawn from a vault out of use.", source="clinic default")

NOT_BEFORE = frozenset({InfusionState.ARRIVED, InfusionState.NOT_STARTED})  # states before the start, for LED-15
RUNS = frozenset({InfusionState.INFUSING, InfusionState.PAUSED})


def amount_problems(mg: Decimal, field: str = "ml") -> list[Problem]:
    """Return what is wrong with an amount in mg that should move (LED-01)."""
    if not mg.is_finite() or mg <= 0:
        return [Blocker(LED_01.id, "Type an amount of more than nothing.", field)]
    return fine_enough(mg, field)


def fine_enough(mg: Decimal, field: str) -> list[Problem]:
    if abs(mg) > MOST_MG:
        return [Blocker(LED_01.id, "That is more than a vault holds. Type the amount again.", field)]
    if mg % MG_STEP:
        return [Blocker(LED_01.id, "The ledger counts to 0.001 mg. Type the amount with fewer places.", field)]
    return []


def mg_of(ml: Decimal, strength_mg_per_ml: int) -> Decimal:
    """mL as mg, exact."""
    return ml * strength_mg_per_ml


def ml_of(mg: Decimal, strength_mg_per_ml: int) -> Decimal:
    """mg as mL: five decimal places at most for every strength there is, exact."""
    return mg / strength_mg_per_ml


def permission_problems(*, may: bool) -> list[Problem]:
    if may:
        return []
    return [Blocker(LED_02.id, "You may not move controlled substances here. Ask a nurse or a physician.")]


@dataclass(frozen=True, slots=True)
class Available:
    """A vial as it stands: what it holds, and whether it was opened for another infusion."""

    vial: int
    number: int
    strength_mg_per_ml: int
    expires_on: date
    holds_mg: Decimal
    multi_dose: bool = True
    opened_for_others: bool = False
    vault_in_use: bool = True


@dataclass(frozen=True, slots=True)
class DrawFacts:
    """What is known when a dose is drawn. parts: mL of each vial. left_mg: still in hand of an earlier dose."""

    may: bool
    state: InfusionState
    order_state: OrderState | None
    order_for_patient: bool
    order_past: bool
    strength_mg_per_ml: int
    draw_ml: Decimal
    left_mg: Decimal
    today: date
    parts: tuple[tuple[Available, Decimal], ...]


def draw_problems(facts: DrawFacts) -> list[Problem]:
    """Return everything that stands in the way of drawing this dose."""
    problems = permission_problems(may=facts.may)
    if facts.state != InfusionState.ARRIVED:
        sentence = (
            "A dose is drawn after the patient has arrived and before the start. Look where this one stands."
        )
        problems.append(Blocker(LED_10.id, sentence))
    if facts.left_mg > 0:
        left = show(facts.left_mg, "mg")
        sentence = f"{left} of an earlier dose is in hand. Waste it, return it or declare it missing, then draw."
        problems.append(Blocker(LED_11.id, sentence))
    problems += _order_problems(facts)
    if not facts.parts:
        problems.append(Blocker(LED_08.id, "Choose the vial.", "vial"))
    for vial, ml in facts.parts:
        problems += _part_problems(facts, vial, ml)
    if len({vial.vial for vial, _ in facts.parts}) < len(facts.parts):
        problems.append(Blocker(LED_08.id, "One vial is named twice. Add its amounts up.", "vial"))
    return problems


def _order_problems(facts: DrawFacts) -> list[Problem]:
    if facts.order_state is None:
        return [Blocker(LED_09.id, "There is no order. Ask a prescriber to write and sign one.", "order")]
    problems: list[Problem] = []
    if facts.order_state != OrderState.SIGNED:
        word = str(facts.order_state.label).lower()
        sentence = f"The order is {word}. A dose is drawn on a signed one; ask a prescriber."
        problems.append(Blocker(LED_09.id, sentence, "order"))
    if facts.order_past:
        sentence = "The order has expired. Ask a prescriber to sign a new one."
        problems.append(Blocker(LED_09.id, sentence, "order"))
    if not facts.order_for_patient:
        sentence = "The order is for another patient. Check who sits here; open the right chart."
        problems.append(Blocker(LED_09.id, sentence, "order"))
    total = sum((ml for _, ml in facts.parts if ml.is_finite()), Decimal(0))
    if facts.parts and total != facts.draw_ml:
        asked, typed = show(facts.draw_ml, "mL"), show(total, "mL")
        problems.append(Blocker(LED_08.id, f"The order says {asked}, this is {typed}. Draw {asked}.", "ml"))
    return problems


def _part_problems(facts: DrawFacts, vial: Available, ml: Decimal) -> list[Problem]:
    mg = mg_of(ml, vial.strength_mg_per_ml)
    problems = amount_problems(mg)
    if not problems and mg > vial.holds_mg:
        holds = show(ml_of(vial.holds_mg, vial.strength_mg_per_ml), "mL")
        sentence = f"Vial {vial.number} holds {holds}. Take the rest from another vial, or count this one."
        problems.append(Blocker(LED_03.id, sentence, "vial"))
    if facts.order_state is not None and vial.strength_mg_per_ml != facts.strength_mg_per_ml:
        sentence = (
            f"Vial {vial.number} holds {vial.strength_mg_per_ml} mg/mL, the order says "
            f"{facts.strength_mg_per_ml} mg/mL. Take another vial, or ask the prescriber for a new version."
        )
        problems.append(Blocker(LED_07.id, sentence, "vial"))
    if vial.expires_on < facts.today:
        sentence = f"Vial {vial.number} expired on {vial.expires_on:%-d %b %Y}. Waste it with a witness."
        problems.append(Blocker(LED_06.id, sentence, "vial"))
    if vial.opened_for_others and not vial.multi_dose:
        sentence = f"Vial {vial.number} is for one infusion and was opened for another. Waste its rest."
        problems.append(Blocker(LED_12.id, sentence, "vial"))
    if not vial.vault_in_use:
        problems.append(Blocker(LED_22.id, f"The vault of vial {vial.number} is out of use.", "vial"))
    return problems


def share(vials: Iterable[tuple[int, Decimal]], ml: Decimal) -> list[tuple[int, Decimal]]:
    """Return (vial, mL) that make up ``ml``, each vial emptied before the next; [] when they hold too little.

    vials: (vial, mL it holds), in the order in which they should be used.
    """
    parts, missing = [], ml
    for vial, holds in vials:
        taken = min(holds, missing)
        if taken > 0:
            parts.append((vial, taken))
            missing -= taken
    return parts if missing == 0 else []


def in_turn(doses: Sequence[tuple[int, Decimal]], mg: Decimal) -> list[tuple[int, Decimal]]:
    """Return (draw, mg) that add up to ``mg``: the first dose drawn is the first one given (LED-20)."""
    return share(doses, mg)


@dataclass(frozen=True, slots=True)
class WasteFacts:
    """What is known when something is wasted. state: of the infusion the dose was drawn for, None for a vial."""

    may: bool
    mg: Decimal
    left_mg: Decimal
    reason: str
    witness_is_other: bool
    witness_may: bool
    state: InfusionState | None = None
    delivered_known: bool = True


def waste_problems(facts: WasteFacts) -> list[Problem]:
    problems = [*permission_problems(may=facts.may), *amount_problems(facts.mg)]
    if facts.state is None and not facts.reason.strip():
        problems.append(Blocker(LED_21.id, "Say why this vial is wasted.", "reason"))
    if facts.state is not None:
        problems += _ended_problems(facts.state, facts.delivered_known)
    if facts.mg.is_finite() and facts.mg > facts.left_mg:
        left = show(facts.left_mg, "mg")
        problems.append(Blocker(LED_03.id, f"Only {left} is left. Reload to see what was written before.", "ml"))
    if not facts.witness_is_other:
        sentence = "The witness is a second person. Ask somebody who watched it to sign in here."
        problems.append(Blocker(LED_13.id, sentence, "witness_username"))
    elif not facts.witness_may:
        sentence = "This person may not witness waste here. Ask a nurse or a physician of this clinic."
        problems.append(Blocker(LED_13.id, sentence, "witness_username"))
    return problems


def _ended_problems(state: InfusionState, delivered_known: bool) -> list[Problem]:
    if state in RUNS:
        return [Blocker(LED_14.id, "This dose is running. Stop or complete the infusion first.")]
    if state not in NOT_BEFORE and not delivered_known:
        return [Blocker(LED_14.id, "Say first how much the pump delivered; the rest is then known.")]
    return []


def return_problems(*, may: bool, reason: str, untouched: bool, state: InfusionState) -> list[Problem]:
    problems = permission_problems(may=may)
    if not reason.strip():
        problems.append(Blocker(LED_15.id, "Say why the dose goes back.", "reason"))
    if not untouched:
        sentence = "Something of this dose was given, wasted or declared already. Waste what is left of it."
        problems.append(Blocker(LED_15.id, sentence))
    if state not in NOT_BEFORE:
        problems.append(Blocker(LED_15.id, "The infusion has started; nothing of its dose goes back. Waste it."))
    return problems


def administered_problems(*, mg: Decimal, left_mg: Decimal) -> list[Problem]:
    """Return the blocker of more given than there is of the drawn dose (LED-20)."""
    if mg <= left_mg:
        return []
    sentence = (
        f"Of the drawn dose {show(left_mg, 'mg')} is left in the ledger, the pump says {show(mg, 'mg')}. "
        "Read the pump again; if it is right, declare the difference in the ledger first."
    )
    return [Blocker(LED_20.id, sentence, "delivered_mg")]
