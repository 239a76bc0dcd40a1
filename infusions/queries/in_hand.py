"""What is left of a drawn dose, as it can be measured at the chair: in the syringe or in the bag."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from infusions.models import Infusion, Order
from infusions.queries.ledger import Hand
from infusions.rules.dosing import ML_CONCENTRATION_STEP
from infusions.rules.drawing import BAG, SYRINGE, volume_left
from kitclinic.display import half_up, show


@dataclass(frozen=True, slots=True)
class Left:
    """place: syringe or bag. ml: as shown; mg_per_ml: exact."""

    mg: Decimal
    ml: Decimal
    mg_per_ml: Fraction
    place: str

    @property
    def words(self) -> str:
        """ "1.8 mL of 0.83 mg/mL"."""
        return f"{show(self.ml, 'mL')} of {show(half_up(self.mg_per_ml, ML_CONCENTRATION_STEP), 'mg/mL')}"


def left_of(*, infusion: Infusion, order: Order | None, hand: Hand, place: str = "") -> Left | None:
    """What is left; None where nothing is. After the start it is in the bag, before it where ``place`` says."""
    order = infusion.order or order
    if order is None or hand.left_mg <= 0:
        return None
    where = BAG if infusion.started_at is not None else place or SYRINGE
    strength = Fraction(order.strength_mg_per_ml)
    mg_per_ml = strength if where == SYRINGE else Fraction(order.draw_ml) * strength / Fraction(order.total_ml)
    return Left(hand.left_mg, volume_left(left_mg=hand.left_mg, mg_per_ml=mg_per_ml), mg_per_ml, where)
