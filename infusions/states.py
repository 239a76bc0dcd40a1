"""States of orders and infusions, and the moves between them.

``TRANSITIONS[machine][state]`` is the set of states that may follow; a state without followers is final.
"""

from django.db.models import TextChoices


class OrderState(TextChoices):
    """One version of an order for one sequence."""

    DRAFT = "draft", "Draft"
    SIGNED = "signed", "Signed"
    HELD = "held", "Held"
    COMPLETED = "completed", "Completed"
    DISCONTINUED = "discontinued", "Discontinued"
    EXPIRED = "expired", "Expired"
    SUPERSEDED = "superseded", "Superseded"


class InfusionState(TextChoices):
    """One infusion visit at the chair. Before arrival there is no infusion, only a booked visit."""

    ARRIVED = "arrived", "Arrived"
    INFUSING = "infusing", "Infusing"
    PAUSED = "paused", "Paused"
    OBSERVING = "observing", "Observing"
    DISCHARGED = "discharged", "Discharged"
    NOT_STARTED = "not_started", "Not started"


class InfusionOutcome(TextChoices):
    """How the infusion itself ended; a stopped infusion is observed like a completed one."""

    COMPLETED = "completed", "Completed"
    STOPPED = "stopped", "Stopped"
    NOT_STARTED = "not_started", "Not started"


ORDER_TRANSITIONS: dict[str, frozenset[str]] = {
    OrderState.DRAFT: frozenset({OrderState.SIGNED, OrderState.DISCONTINUED}),
    OrderState.SIGNED: frozenset(
        {
            OrderState.HELD,
            OrderState.COMPLETED,
            OrderState.DISCONTINUED,
            OrderState.EXPIRED,
            OrderState.SUPERSEDED,
        }
    ),
    OrderState.HELD: frozenset(
        {OrderState.SIGNED, OrderState.DISCONTINUED, OrderState.EXPIRED, OrderState.SUPERSEDED}
    ),
    OrderState.COMPLETED: frozenset(),
    OrderState.DISCONTINUED: frozenset(),
    OrderState.EXPIRED: frozenset(),
    OrderState.SUPERSEDED: frozenset(),
}
INFUSION_TRANSITIONS: dict[str, frozenset[str]] = {
    InfusionState.ARRIVED: frozenset({InfusionState.INFUSING, InfusionState.NOT_STARTED}),
    InfusionState.INFUSING: frozenset({InfusionState.PAUSED, InfusionState.OBSERVING}),
    InfusionState.PAUSED: frozenset({InfusionState.INFUSING, InfusionState.OBSERVING}),
    InfusionState.OBSERVING: frozenset({InfusionState.DISCHARGED}),
    InfusionState.DISCHARGED: frozenset(),
    InfusionState.NOT_STARTED: frozenset(),
}
TRANSITIONS: dict[type[TextChoices], dict[str, frozenset[str]]] = {
    OrderState: ORDER_TRANSITIONS,
    InfusionState: INFUSION_TRANSITIONS,
}
