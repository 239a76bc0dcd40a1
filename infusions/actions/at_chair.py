"""What is left of a dose at the chair: wasted before a witness, put back whole, or declared as differing.

A dose may be drawn from several vials; in the bag they are one. What is left is shared out over the draws
in the order in which they were drawn, and every share is a movement of the ledger.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from infusions.actions.charting import lock
from infusions.actions.ledger import declare_discrepancy, return_dose, waste
from infusions.models import Infusion, Movement
from infusions.queries.in_hand import Left, left_of
from infusions.queries.ledger import Draw, hand_of
from infusions.queries.readiness import order_of
from infusions.rules.drawing import gone_problems, mg_in, missing_problems, place_problems, rest_problems
from infusions.rules.ledger import in_turn, ml_of
from kitclinic.models import StaffUser
from kitclinic.problems import Refused, refuse_if
from kitclinic.signing import Proof


@transaction.atomic
def waste_rest(
    *,
    infusion: Infusion,
    ml: Decimal,
    place: str,
    witness: StaffUser,
    proof: Proof,
    by: StaffUser,
    at: datetime,
    key: UUID,
    reason: str = "",
) -> list[Movement]:
    """Waste ``ml`` out of the syringe or the bag (place) of this infusion, before a witness.

    Raises Refused for more than is left; then nothing is written.
    """
    infusion = lock(infusion)
    saved = _saved(infusion, key)
    if saved:
        return saved
    left = _left(infusion, place)
    refuse_if(rest_problems(typed_ml=ml, left_mg=left.mg, mg_per_ml=left.mg_per_ml))
    mg = mg_in(typed_ml=ml, left_mg=left.mg, mg_per_ml=left.mg_per_ml)

    def act(draw: Draw, share: Decimal) -> Movement:
        drug_ml = ml_of(share, draw.movement.vial.product.strength_mg_per_ml)
        who: dict[str, Any] = {"by": by, "at": at, "key": _key(key, draw)}
        return waste(draw=draw.movement, ml=drug_ml, witness=witness, proof=proof, reason=reason, **who)

    return _share_out(infusion, mg, act)


@transaction.atomic
def return_drawn(*, infusion: Infusion, reason: str, by: StaffUser, at: datetime, key: UUID) -> list[Movement]:
    """Put everything that was drawn for this infusion back into its vials: whole, and before the start."""
    infusion = lock(infusion)
    saved = _saved(infusion, key)
    if saved:
        return saved
    held = [draw for draw in hand_of(infusion).draws if draw.left_mg > 0]
    refuse_if([] if held else gone_problems())
    return [return_dose(draw=draw.movement, reason=reason, by=by, at=at, key=_key(key, draw)) for draw in held]


@transaction.atomic
def declare_missing(
    *, infusion: Infusion, ml: Decimal, place: str, reason: str, by: StaffUser, at: datetime, key: UUID
) -> list[Movement]:
    """Declare that ``ml`` less is left in syringe or bag than the ledger has; it stays open till answered."""
    infusion = lock(infusion)
    saved = _saved(infusion, key)
    if saved:
        return saved
    left = _left(infusion, place)
    refuse_if(missing_problems(typed_ml=ml, left_mg=left.mg, mg_per_ml=left.mg_per_ml))
    mg = mg_in(typed_ml=ml, left_mg=left.mg, mg_per_ml=left.mg_per_ml)

    def act(draw: Draw, share: Decimal) -> Movement:
        who: dict[str, Any] = {"by": by, "at": at, "key": _key(key, draw)}
        return declare_discrepancy(draw=draw.movement, mg=-share, reason=reason, **who).movement

    return _share_out(infusion, mg, act)


def _left(infusion: Infusion, place: str) -> Left:
    """What is left, in syringe or bag. Raises Refused when nothing is, or when nobody said where."""
    refuse_if(place_problems(started=infusion.started_at is not None, place=place))
    left = left_of(infusion=infusion, order=order_of(infusion.visit), hand=hand_of(infusion), place=place)
    if left is None:
        raise Refused(gone_problems())
    return left


def _share_out(infusion: Infusion, mg: Decimal, act: Callable[[Draw, Decimal], Movement]) -> list[Movement]:
    draws = hand_of(infusion).draws
    return [
        act(draws[nth], share) for nth, share in in_turn([(nth, one.left_mg) for nth, one in enumerate(draws)], mg)
    ]


def _key(key: UUID, draw: Draw) -> UUID:
    """One tap, one key for each draw it reaches."""
    return uuid5(key, str(draw.movement.pk))


def _saved(infusion: Infusion, key: UUID) -> list[Movement]:
    """What this tap has already written; [] when it is new."""
    keys = [_key(key, draw) for draw in hand_of(infusion).draws]
    return list(Movement.objects.filter(site_id=infusion.site_id, infusion=infusion, key__in=keys).order_by("pk"))
