"""From which vials a dose is drawn, and how what is left of it is measured at the chair."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from infusions.rules.dosing import FINE_STEP_ML, MG_STEP
from infusions.rules.ledger import share
from kitclinic.display import half_up, show
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

DOS_20 = Rule(
    "DOS-20",
    "The ordered volume is drawn from one vial; what that does not hold comes from the next ones, "
    "the opened first, then the first to expire.",
    source="clinic default",
)
DOS_21 = Rule(
    "DOS-21",
    "Every reading of the pump is kept, one that differs too, and the last one counts.",
    source="clinic default",
)
DOS_22 = Rule(
    "DOS-22",
    "What is left of a dose is typed as a volume; the volume shown as left stands for exactly what the ledger "
    "has.",
    source="clinic default",
)


SYRINGE, BAG = "syringe", "bag"  # where a drawn dose is


@dataclass(frozen=True, slots=True)
class Part:
    """So much out of one vial, in mL."""

    vial: int
    ml: Decimal


def parts_from(first: int, stock: Sequence[Part], draw_ml: Decimal) -> tuple[Part, ...]:
    """Return what to draw from which vial, beginning with ``first``; () when all of them hold too little (DOS-20).

    stock: what each vial holds, in the order in which vials are used. Of a vial no more is counted than
    a syringe can measure, steps of 0.01 mL.
    """
    in_order = sorted(stock, key=lambda part: part.vial != first)
    held = [(part.vial, part.ml // FINE_STEP_ML * FINE_STEP_ML) for part in in_order]
    parts = share(held, draw_ml)
    return tuple(Part(vial, ml) for vial, ml in parts) if parts and parts[0][0] == first else ()


def choice_of(parts: Sequence[Part]) -> str:
    """The value of a choice, "12:0.83" or "12:0.5,13:0.33": what was shown is what is withdrawn."""
    return ",".join(f"{part.vial}:{part.ml.normalize():f}" for part in parts)


def read_choice(value: str) -> tuple[Part, ...]:
    """Return the parts of a choice; () for a text that is none."""
    try:
        pairs = [pair.split(":") for pair in value.split(",")]
        return tuple(Part(int(vial), Decimal(ml)) for vial, ml in pairs)
    except (ValueError, InvalidOperation):
        return ()


def changed_problems() -> list[Problem]:
    """The refusal of a choice that does not stand on the card any more."""
    sentence = (
        "The vials, or the volume of the order, are not what this card showed. Nothing was withdrawn. "
        "Open the card again and choose."
    )
    return [Blocker(DOS_20.id, sentence, "parts")]


def volume_left(*, left_mg: Decimal, mg_per_ml: Fraction) -> Decimal:
    """Return the volume of what is left, as shown: to 0.01 mL, and never nothing where something is left.

    mg_per_ml: of the syringe or of the bag, exact.
    """
    shown = half_up(Fraction(left_mg) / mg_per_ml, FINE_STEP_ML)
    return max(shown, FINE_STEP_ML) if left_mg > 0 else shown


def mg_in(*, typed_ml: Decimal, left_mg: Decimal, mg_per_ml: Fraction) -> Decimal:
    """Return the mg in a volume that was typed, to 0.001 mg; all that is left for the volume shown (DOS-22)."""
    if typed_ml == volume_left(left_mg=left_mg, mg_per_ml=mg_per_ml):
        return left_mg
    return half_up(Fraction(typed_ml) * mg_per_ml, MG_STEP)


def gone_problems() -> list[Problem]:
    """The refusal of what is done with a dose of which nothing is in hand."""
    return [Blocker(DOS_22.id, "Nothing of this dose is in hand. Look at the chart: it is accounted for.")]


def place_problems(*, started: bool, place: str) -> list[Problem]:
    """Before the start a dose is in the syringe or in the bag; its volume means nothing without that."""
    if started or place in (SYRINGE, BAG):
        return []
    return [Blocker(DOS_22.id, "Tap whether the dose is in the syringe or in the bag.", "place")]


def rest_problems(*, typed_ml: Decimal, left_mg: Decimal, mg_per_ml: Fraction) -> list[Problem]:
    """Return why so much cannot be wasted of what is left."""
    more = "Measure again; if there really is more, tell the lead and record it in the ledger."
    return _amount_problems(typed_ml, left_mg, mg_per_ml, more)


def missing_problems(*, typed_ml: Decimal, left_mg: Decimal, mg_per_ml: Fraction) -> list[Problem]:
    """Return why so much cannot be missing of what is left."""
    return _amount_problems(typed_ml, left_mg, mg_per_ml, "No more than that can be missing. Measure again.")


def _amount_problems(typed_ml: Decimal, left_mg: Decimal, mg_per_ml: Fraction, more: str) -> list[Problem]:
    shown = volume_left(left_mg=left_mg, mg_per_ml=mg_per_ml)
    mg = mg_in(typed_ml=typed_ml, left_mg=left_mg, mg_per_ml=mg_per_ml)
    if typed_ml <= 0 or mg <= 0:
        return [Blocker(DOS_22.id, "Type a volume of more than nothing. Nothing was written.", "ml")]
    if mg > left_mg:
        left = f"{show(shown, 'mL')} left by the ledger ({show(left_mg, 'mg')})"
        return [Blocker(DOS_22.id, f"{show(typed_ml, 'mL')} is more than the {left}. {more}", "ml")]
    return []
