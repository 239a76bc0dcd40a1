"""Verbal orders and their co-signatures, through the real actions."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from infusions import actions
from infusions.models import CoSignature, Order, VerbalOrder
from infusions.queries.verbal import cosign_text_of, verbal_orders
from infusions.states import VerbalKind
from kitclinic import signing
from kitclinic.models import StaffUser
from tests.factories import orders, people
from tests.factories.infusions import Chair
from tests.factories.scheduling import actor

WORDS = "Hold it, I will see the patient first."


def said(order: Order, *, kind: str = VerbalKind.HOLD, at: datetime | None = None, **fields: Any) -> VerbalOrder:
    """The clinic's physician said it, the clinic's nurse heard it. at: an hour after the order was written."""
    when = at or orders.moment(order.site)
    given = {
        "words": WORDS,
        "prescriber": actor("physician", order.site),
        "read_back": True,
        "by": actor("nurse", order.site),
        "at": when,
        "key": uuid4(),
    }
    return actions.give_verbal_order(order=order, kind=kind, **(given | fields))


def said_at(chair: Chair, *, kind: str, **fields: Any) -> VerbalOrder:
    """About the infusion in this chair, now."""
    order = Order.objects.get(pk=chair.infusion.order_id)
    return said(order, kind=kind, infusion=chair.infusion, at=chair.at, **({"by": chair.nurse} | fields))


def cosigned(
    verbal: VerbalOrder, *, by: StaffUser | None = None, at: datetime, disputes: str = "", **fields: Any
) -> CoSignature:
    by = by or verbal.prescriber
    text = cosign_text_of(verbal_orders(verbal.site).get(pk=verbal.pk), disputes=disputes)
    given = {
        "proof": signing.reauthenticate(user=by, password=people.PASSWORD, at=at),
        "shown_digest": signing.digest(text),
        "disputes": disputes,
    }
    return actions.cosign(verbal=verbal, by=by, at=at, **(given | fields))
