"""One drawn dose: whose it is, what is left of it, and what closes it."""

from dataclasses import dataclass
from decimal import Decimal

from django.shortcuts import get_object_or_404

from infusions.models import Movement
from infusions.queries.ledger_movements import movements
from infusions.rules.ledger_reports import Moved, holding
from infusions.states import InfusionState, MovementKind
from kitclinic.models import Site

BEFORE_START = frozenset({InfusionState.ARRIVED, InfusionState.NOT_STARTED})


@dataclass(frozen=True)
class Dose:
    """A withdrawal and what became of it since."""

    draw: Movement
    since: tuple[Movement, ...]

    @property
    def left_mg(self) -> Decimal:
        moved = [Moved(one.kind, one.draw_id is not None, one.mg) for one in (self.draw, *self.since)]
        return holding(moved).hand

    @property
    def left_ml(self) -> Decimal:
        return self.left_mg / self.draw.vial.product.strength_mg_per_ml

    @property
    def may_return(self) -> bool:
        """Whole, and of an infusion that has not started."""
        infusion = self.draw.infusion
        return not self.since and infusion is not None and infusion.state in BEFORE_START


def dose_of(site: Site, pk: int) -> Dose:
    """The dose of this withdrawal; 404 where there is none at this site."""
    draw = get_object_or_404(movements(site).filter(kind=MovementKind.WITHDRAWN), pk=pk)
    since = movements(site).filter(draw=draw).order_by("received_at", "pk")
    return Dose(draw, tuple(since))
