"""Two gates of the readiness strip that ordering and charting answer: order signed, pregnancy test."""

from dataclasses import dataclass, replace
from datetime import date

from infusions.rules.orders import is_expired
from infusions.states import OrderState
from kitclinic.register import Rule
from kitclinic.roles import Permission
from scheduling.rules.enrolment import EnrolmentFacts, short_day
from scheduling.rules.readiness import ELIGIBILITY, Gate, GateState, Todo
from scheduling.states import PregnancyState

ENR_87 = Rule(
    "ENR-87",
    "The gate of the order is blocked while the order is held or has expired, and while a physician has not "
    "decided about a caution or a history of misuse.",
    source="clinic default",
)
ENR_84 = Rule(
    "ENR-84",
    "A negative pregnancy test closes its gate when it is from the sequence's first infusion day or later, as "
    "at the start (INF-11); until then the test of that day is due.",
    source="Cleveland Clinic 2025; the day is a clinic default",
)

P = Permission
ORDER, ORDER_NEW, CHART = "infusions:order", "infusions:order_new", "infusions:chart"
PRESCRIBER = "Prescriber"
ENDED = {
    OrderState.EXPIRED: "The order expired",
    OrderState.DISCONTINUED: "The order was discontinued",
    OrderState.SUPERSEDED: "The order was replaced",
}


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order of the open sequence. last_day: from ``orders.expires_on``; None before it is signed."""

    key: int
    state: str
    last_day: date | None = None
    signed_by: str = ""
    signed_on: date | None = None
    held_because: str = ""


def order_gate(order: OrderFacts | None, facts: EnrolmentFacts, *, today: date) -> Gate:
    """Return the gate "order signed" (ENR-87)."""
    gate, course = Gate("order", "Order signed", GateState.DUE), facts.open_course
    if course is None:
        return replace(gate, quiet=True, detail="Once five days are booked")
    due = course.next_day.day if course.next_day else None
    if facts.undecided:
        todo = Todo(f"Decide: {', '.join(facts.undecided)}", "Physician", "Open", due)
        there = replace(gate, url_name=ELIGIBILITY, url_key=facts.patient, permission=P.CLEAR_PATIENTS, todo=todo)
        words = f"Not decided: {', '.join(facts.undecided)}"
        return replace(there, state=GateState.BLOCKED, detail="The physician decides", clinical=words)
    new = replace(gate, url_name=ORDER_NEW, url_key=course.key, permission=P.WRITE_ORDERS)
    if order is None:
        return replace(new, detail="Not written yet", todo=Todo("Write the order", PRESCRIBER, "Write", due))
    there = replace(gate, url_name=ORDER, url_key=order.key, permission=P.SEE_CHARTS)
    sign = replace(there, permission=P.SIGN_ORDERS)
    if order.state == OrderState.DRAFT:
        return replace(
            sign, detail="Waits for signature", todo=Todo("Sign the order", PRESCRIBER, "Open order", due)
        )
    if order.state == OrderState.HELD:
        todo = Todo("Decide about the held order", PRESCRIBER, "Open order", due)
        held = replace(sign, state=GateState.BLOCKED, detail="Held: the physician decides", todo=todo)
        return replace(held, clinical=f"Held: {order.held_because}" if order.held_because else "")
    past = order.last_day is not None and is_expired(last_day=order.last_day, today=today)
    if order.state in ENDED or (order.state == OrderState.SIGNED and past):
        words = ENDED.get(OrderState(order.state), ENDED[OrderState.EXPIRED])
        todo = Todo("Write a new order", PRESCRIBER, "Write", due)
        return replace(new, state=GateState.BLOCKED, detail=words, todo=todo)
    return replace(there, state=GateState.DONE, who=order.signed_by, when=order.signed_on)


def pregnancy_gate(
    facts: EnrolmentFacts, *, result: str, tested_on: date | None, first_infusion_on: date | None, today: date
) -> Gate:
    """Return the gate "pregnancy test" (ENR-84).

    result: PregnancyState or "", the newest of the assessment and the tests at the chair; tested_on: its day.
    """
    gate, course = Gate("pregnancy", "Pregnancy test", GateState.DUE), facts.open_course
    gate = replace(gate, url_name=ELIGIBILITY, url_key=facts.patient, permission=P.REGISTER_PATIENTS)
    visit = course.next_day if course else None
    if visit is not None:
        gate = replace(gate, url_name=CHART, url_key=visit.key, permission=P.CHART)
    if result in (PregnancyState.NOT_APPLICABLE, PregnancyState.NOT_INDICATED):
        note = facts.pregnancy_note or str(PregnancyState(result).label)
        return replace(gate, state=GateState.NOT_APPLICABLE, clinical=note)
    if result == PregnancyState.POSITIVE:
        words = "Positive: no ketamine, without exception"
        return replace(gate, state=GateState.BLOCKED, clinical=words, when=tested_on)
    if course is None:
        waits = "On the first infusion day" if result or facts.eligible is not None else "After the assessment"
        return replace(gate, quiet=True, detail=waits)
    first = first_infusion_on or course.first_day
    if result == PregnancyState.NEGATIVE and tested_on is not None and tested_on >= first:
        return replace(gate, state=GateState.DONE, when=tested_on, clinical="negative")
    if today < first:
        return replace(gate, quiet=True, detail=f"On {short_day(first)}, before the start")
    todo = Todo("Pregnancy test before the start", "Nurse", "Open chart", today)
    return replace(gate, detail="Before the start", todo=todo)
