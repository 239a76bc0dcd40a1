"""The texts that are signed in the ledger: a waste by its witness, the answer to a discrepancy."""

from dataclasses import dataclass
from decimal import Decimal

from kitclinic.display import show


@dataclass(frozen=True, slots=True)
class WasteText:
    """drawn_for: record number of the patient whose dose it was; "" for waste out of a vial."""

    clinic: str
    vial: int
    lot: str
    strength_mg_per_ml: int
    drawn_for: str
    mg: Decimal
    ml: Decimal
    reason: str
    by: str
    witness: str
    happened: str


def waste_text(facts: WasteText) -> str:
    """What the witness signs."""
    source = f"the dose drawn for patient {facts.drawn_for}" if facts.drawn_for else "the vial itself"
    lines = [
        "Waste of a controlled substance",
        f"Clinic: {facts.clinic}",
        f"Ketamine {facts.strength_mg_per_ml} mg/mL, vial {facts.vial}, lot {facts.lot}",
        f"Out of: {source}",
        f"Wasted: {show(facts.mg, 'mg')} = {show(facts.ml, 'mL')} of the vial's strength",
        f"Reason: {facts.reason or 'rest of the dose'}",
        f"When: {facts.happened}",
        f"Wasted by: {facts.by}",
        f"Witness: {facts.witness}",
        "I watched this amount being wasted.",
    ]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class AnswerText:
    clinic: str
    vial: int
    lot: str
    strength_mg_per_ml: int
    mg: Decimal
    reason: str
    found_by: str
    found: str
    words: str
    reported_to: str
    by: str


def answer_text(facts: AnswerText) -> str:
    """What is signed as the answer to a discrepancy."""
    way = "missing" if facts.mg < 0 else "too much"
    lines = [
        "Answer to a discrepancy of the controlled-substance ledger",
        f"Clinic: {facts.clinic}",
        f"Ketamine {facts.strength_mg_per_ml} mg/mL, vial {facts.vial}, lot {facts.lot}",
        f"Difference: {show(abs(facts.mg), 'mg')} {way}",
        f"Found: {facts.reason}",
        f"Found by: {facts.found_by}, {facts.found}",
        f"Answer: {facts.words}",
        f"Reported to: {facts.reported_to or 'nobody'}",
        f"Answered by: {facts.by}",
    ]
    return "\n".join(lines)
