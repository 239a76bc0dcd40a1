"""The vault: deliveries, counts, discrepancies and their answers. Doses and waste are in ``rules.ledger``."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from infusions.rules.ledger import (
    LED_01,
    LED_03,
    LED_04,
    LED_14,
    LED_22,
    MG_STEP,
    RUNS,
    fine_enough,
    permission_problems,
)
from infusions.states import InfusionState
from kitclinic.display import show
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

MOST_VIALS = 999  # LED-05
LED_05 = Rule(
    "LED-05",
    "A delivery is 1 to 999 vials of one lot from a named supplier, of a vial in the formulary, not expired.",
    source="21 CFR 1304.22(c); the upper bound is a clinic default",
)
LED_16 = Rule(
    "LED-16",
    "A discrepancy names its amount, its reason and one vial or one drawn dose; it stays open until answered.",
    source="21 CFR 1304.22(c)",
)
LED_17 = Rule(
    "LED-17",
    "A count names every vial of the vault; a vial left out was not found, and each difference is a discrepancy.",
    source="clinic default",
)
LED_18 = Rule(
    "LED-18",
    "A discrepancy is answered once, in words and under a signature, by somebody who may answer it.",
    source="clinic default",
)
LED_19 = Rule(
    "LED-19",
    "Who found a discrepancy does not answer it alone: another person does.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    may: bool
    vials: int
    lot: str
    supplier: str
    expires_on: date
    today: date
    product_in_use: bool
    vault_in_use: bool


def receipt_problems(facts: ReceiptFacts) -> list[Problem]:
    problems = permission_problems(may=facts.may)
    if not 1 <= facts.vials <= MOST_VIALS:
        problems.append(Blocker(LED_05.id, f"Receive 1 to {MOST_VIALS} vials at once.", "vials"))
    if not facts.lot.strip():
        problems.append(Blocker(LED_05.id, "Type the lot number printed on the box.", "lot"))
    if not facts.supplier.strip():
        problems.append(Blocker(LED_05.id, "Say who delivered.", "supplier"))
    if facts.expires_on < facts.today:
        sentence = "This lot has expired. Send it back; it is not put into the vault."
        problems.append(Blocker(LED_05.id, sentence, "expires_on"))
    if not facts.product_in_use:
        sentence = "This vial is out of use in the formulary. Put it back into use first."
        problems.append(Blocker(LED_05.id, sentence, "product"))
    if not facts.vault_in_use:
        problems.append(Blocker(LED_22.id, "This vault is out of use. Choose another.", "vault"))
    return problems


def discrepancy_problems(
    *,
    may: bool,
    mg: Decimal,
    reason: str,
    left_mg: Decimal,
    most_mg: Decimal,
    state: InfusionState | None = None,
) -> list[Problem]:
    """Return what is wrong with a discrepancy of ``mg``, below zero when something is missing.

    left_mg: what the ledger says is there; most_mg: the label of the vial, or the drawn dose.
    """
    problems = permission_problems(may=may)
    if not reason.strip():
        problems.append(Blocker(LED_16.id, "Say what you found.", "reason"))
    if not mg.is_finite() or mg == 0:
        return [*problems, Blocker(LED_16.id, "Type by how much it differs.", "ml")]
    problems += fine_enough(mg, "ml")
    if state in RUNS:
        problems.append(Blocker(LED_14.id, "This dose is running. Stop or complete the infusion first."))
    if left_mg + mg < 0:
        sentence = f"Only {show(left_mg, 'mg')} is in the ledger; no more than that can be missing."
        problems.append(Blocker(LED_03.id, sentence, "ml"))
    if left_mg + mg > most_mg:
        sentence = f"More than {show(most_mg, 'mg')} cannot be here. Look at the label, and measure again."
        problems.append(Blocker(LED_04.id, sentence, "ml"))
    return problems


def count_problems(*, may: bool, counted: Iterable[tuple[int, Decimal, Decimal]], strangers: int) -> list[Problem]:
    """counted: (vial number, counted mg, mg by the label); strangers: vials that are not of this vault."""
    problems = permission_problems(may=may)
    if strangers:
        problems.append(Blocker(LED_17.id, "A vial of another vault was counted. Reload and count again."))
    for number, mg, label_mg in counted:
        if not mg.is_finite() or mg < 0:
            problems.append(Blocker(LED_17.id, f"Vial {number}: type what is left in it, 0 for nothing."))
        elif mg > label_mg:
            sentence = f"Vial {number} holds {show(label_mg, 'mg')} by its label. Measure again."
            problems.append(Blocker(LED_04.id, sentence))
        elif mg % MG_STEP:
            problems.append(Blocker(LED_01.id, f"Vial {number}: type the amount with fewer places."))
    return problems


def answer_problems(*, may: bool, words: str, found_by_self: bool) -> list[Problem]:
    problems: list[Problem] = []
    if not may:
        problems.append(Blocker(LED_18.id, "You may not answer discrepancies. Ask the lead or a physician."))
    if not words.strip():
        problems.append(Blocker(LED_18.id, "Say what became of it.", "words"))
    if found_by_self:
        sentence = "You found this discrepancy yourself. Ask another person to look into it and answer."
        problems.append(Blocker(LED_19.id, sentence))
    return problems
