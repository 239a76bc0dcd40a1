"""Where orders and infusions stand for many patients: gates of the strip, entries of the timeline."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from infusions.models import Infusion, InfusionEvent, Order
from infusions.queries.orders import CURRENT, first_infusions, last_day
from infusions.rules.standing import OrderFacts, order_gate, pregnancy_gate
from infusions.states import InfusionOutcome, InfusionState, OrderState, PregnancyResult
from kitclinic.display import in_sentence, show
from kitclinic.models import Site, StaffUser, Transition
from kitclinic.roles import Permission
from scheduling.models import Patient
from scheduling.rules.enrolment import EnrolmentFacts
from scheduling.rules.readiness import Gate
from scheduling.rules.timeline import TimelineEvent
from scheduling.states import PregnancyState

WORDS = {
    OrderState.DRAFT: "Order drafted",
    OrderState.SIGNED: "Order signed",
    OrderState.HELD: "Order held",
    OrderState.COMPLETED: "Order completed",
    OrderState.DISCONTINUED: "Order discontinued",
    OrderState.EXPIRED: "Order expired",
    OrderState.SUPERSEDED: "Order replaced",
}


def gates(
    patients: Sequence[Patient], *, site: Site, at: datetime, known: Mapping[int, EnrolmentFacts]
) -> dict[int, list[Gate]]:
    """Return order and pregnancy test of each patient, by key. Three queries, none where nothing is booked."""
    today = site.today(at)
    courses = {one.pk: course.key for one in patients if (course := known[one.pk].open_course)}
    orders = _orders(courses.values(), site)
    started = first_infusions(courses.values(), site) if courses else {}
    tests = _tests(courses.values(), site)
    found = {}
    for one in patients:
        facts, key = known[one.pk], courses.get(one.pk, 0)
        order, first = orders.get(key), started.get(key)
        result, tested_on = _newest(facts, tests.get(key), site)
        found[one.pk] = [
            order_gate(_facts(order, first) if order else None, facts, today=today),
            pregnancy_gate(facts, result=result, tested_on=tested_on, first_infusion_on=first, today=today),
        ]
    return found


def _orders(sequences: Iterable[int], site: Site) -> dict[int, Order]:
    """The current order of each sequence, or the newest where none is current."""
    keys = list(sequences)
    if not keys:
        return {}
    rows = Order.objects.filter(site=site, sequence__in=keys).select_related("site", "signature__signer")
    found: dict[int, Order] = {}
    for row in rows.order_by("version"):
        held = found.get(row.sequence_id)
        if held is None or row.state in CURRENT or held.state not in CURRENT:
            found[row.sequence_id] = row
    return found


def _facts(order: Order, first: date | None) -> OrderFacts:
    signature = order.signature
    return OrderFacts(
        key=order.pk,
        state=order.state,
        last_day=last_day(order, first_infusion_on=first),
        signed_by=signature.printed_name if signature else "",
        signed_on=order.site.today(order.signed_at) if order.signed_at else None,
        held_because=order.held_because,
    )


def _tests(sequences: Iterable[int], site: Site) -> dict[int, InfusionEvent]:
    """The newest pregnancy test at the chair in each sequence."""
    keys = list(sequences)
    if not keys:
        return {}
    rows = InfusionEvent.objects.filter(
        site=site, infusion__visit__sequence__in=keys, kind=InfusionEvent.Kind.PREGNANCY_TEST
    ).select_related("infusion__visit")
    return {row.infusion.visit.sequence_id: row for row in rows.order_by("received_at", "pk")}


def _newest(facts: EnrolmentFacts, test: InfusionEvent | None, site: Site) -> tuple[str, date | None]:
    """The newest answer and its day: a test at the chair, or the assessment's."""
    if test is None or (facts.assessed_at is not None and test.received_at < facts.assessed_at):
        return facts.pregnancy, facts.pregnancy_on
    positive = test.detail["result"] == PregnancyResult.POSITIVE
    result = PregnancyState.POSITIVE if positive else PregnancyState.NEGATIVE
    return str(result), site.today(test.occurred_at)


def events(patient_keys: Sequence[int], *, site: Site, reader: StaffUser, at: datetime) -> list[TimelineEvent]:
    """Return orders and infusions for who may see charts; nothing for anybody else. Three queries."""
    if not reader.may(Permission.SEE_CHARTS):
        return []
    return [*_infusions(patient_keys, site), *_order_events(patient_keys, site)]


def _infusions(keys: Sequence[int], site: Site) -> Iterator[TimelineEvent]:
    rows = Infusion.objects.filter(site=site, patient__in=keys)
    for row in rows.select_related("visit__sequence", "nurse", "order").order_by("pk"):
        when, visit = row.started_at or row.arrived_at, row.visit
        given = row.delivered_mg
        parts = (
            _state(row),
            f"{show(given, 'mg')} given" if given is not None else "",
            in_sentence(row.get_stop_reason_display()) if row.stop_reason else "",
        )
        yield TimelineEvent(
            when,
            site.today(when),
            "infusion",
            f"Infusion, sequence {visit.sequence.number}, day {visit.day_index} of {visit.days}",
            ", ".join(filter(None, parts)),
            row.nurse.name,
            url_name="infusions:chart",
            url_key=visit.pk,
            lane="Infusions",
            mark=f"Sequence {visit.sequence.number}",
            subject=f"visit:{visit.pk}",
        )


def _state(row: Infusion) -> str:
    if row.outcome == InfusionOutcome.STOPPED:
        return "Stopped early"
    return "Completed" if row.state == InfusionState.DISCHARGED else str(row.get_state_display())


def _order_events(keys: Sequence[int], site: Site) -> Iterator[TimelineEvent]:
    orders = {
        row.pk: row
        for row in Order.objects.filter(site=site, sequence__patient__in=keys).select_related("sequence")
    }
    moves = Transition.objects.filter(site=site, subject=Order._meta.db_table, subject_id__in=list(orders))
    for move in moves.select_related("by").order_by("pk"):
        order = orders[move.subject_id]
        again = move.from_state == OrderState.HELD and move.to_state == OrderState.SIGNED
        title = "Held order released" if again else WORDS[OrderState(move.to_state)]
        dose = f"{show(order.dose_mg, 'mg')}" if move.to_state == OrderState.SIGNED else ""
        yield TimelineEvent(
            move.at,
            site.today(move.at),
            "order",
            f"{title}, sequence {order.sequence.number}, version {order.version}",
            "; ".join(filter(None, (dose, move.reason))),
            move.by.name if move.by else "",
            url_name="infusions:order",
            url_key=order.pk,
            lane="Orders" if move.to_state in (OrderState.SIGNED, OrderState.HELD) else "",
            mark="Released" if again else str(OrderState(move.to_state).label),
        )
