"""Visits of the next clinic day that no signed order stands behind: called out at a set hour."""

from dataclasses import dataclass
from datetime import date

from infusions.rules.order_text import day
from infusions.rules.orders import is_expired
from infusions.states import OrderState
from kitclinic.register import Rule

ESCALATE_MINUTE = 15 * 60  # ORD-35: of the clinic day before; a setting
ORD_35 = Rule(
    "ORD-35",
    "A visit of the next clinic day without a signed order that is valid on that day is called out to the "
    "prescribers once, from 15:00 of the clinic day before.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the order behind one visit stands. state: None where none was written; last_day: of a signed one."""

    state: OrderState | None
    last_day: date | None = None


def why_unsigned(order: Standing, *, on: date) -> str:
    """Return why nothing can start on this day, in words; "" where a signed order is valid then."""
    if order.state == OrderState.SIGNED:
        late = order.last_day is not None and is_expired(last_day=order.last_day, today=on)
        return f"the order expires {day(order.last_day)}" if late and order.last_day else ""
    if order.state == OrderState.DRAFT:
        return "the order is drafted, not signed"
    if order.state == OrderState.HELD:
        return "the order is held"
    return "no order is written"


def call_text(*, record_tail: str, day_words: str, clock: str, because: str) -> str:
    """Return the call to the prescribers; the record's tail instead of a name: pagers are read by anybody."""
    return f"Record …{record_tail}, {day_words} {clock}: {because}. Sign it, or decide."
