"""Which visits of the next clinic day no signed order stands behind, and which were called out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from infusions.models import Escalation, Order, OrderSettings
from infusions.queries.orders import CURRENT, first_infusions, last_day
from infusions.rules.escalation import ESCALATE_MINUTE, Standing, why_unsigned
from infusions.states import OrderState
from kitclinic.models import OutboxMessage, Site
from kitclinic.outbox import Standing as MessageStanding
from scheduling.models import Visit
from scheduling.queries.reminders import clinic_day_before
from scheduling.queries.waiting import next_clinic_day
from scheduling.states import SequenceState, VisitState

CALL = "order-unsigned"
SETTLED = "Withdrawn: a signed order stands behind the visit now, or the visit was moved or released."
UNSURE = (SequenceState.REQUESTED, SequenceState.HELD)  # nothing is promised yet


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A visit that nothing can start on. order: the current one, None where it is to be written."""

    visit: Visit
    order: Order | None
    because: str


def call_key(visit: Visit) -> str:
    return f"{CALL}:{visit.pk}:{visit.date.isoformat()}"


def escalate_minute(site: Site) -> int:
    """The clinic's hour in local minutes, as set or 15:00."""
    known = OrderSettings.objects.filter(site=site).values_list("escalate_minute", flat=True).first()
    return ESCALATE_MINUTE if known is None else known


def unsigned_visits(site: Site, *, at: datetime) -> list[Unsigned]:
    """The visits to come whose hour has passed (ORD-35): of the next clinic day, and of today; five queries."""
    today, minute = site.today(at), escalate_minute(site)
    days = [
        day
        for day in (today, next_clinic_day(site, after=today))
        if site.instant(clinic_day_before(site, day), minute) <= at
    ]
    rows = Visit.objects.filter(site=site, date__in=days, state=VisitState.BOOKED)
    rows = rows.exclude(sequence__state__in=UNSURE).select_related("site", "patient", "sequence")
    visits = [visit for visit in rows.order_by("date", "start_minute", "chair", "pk") if visit.starts_at > at]
    return _unsigned(site, visits)


def _unsigned(site: Site, visits: list[Visit]) -> list[Unsigned]:
    ids = [visit.sequence_id for visit in visits]
    rows = Order.objects.filter(site=site, sequence__in=ids, state__in=CURRENT).select_related("site")
    current = {order.sequence_id: order for order in rows}
    first = first_infusions(ids, site) if current else {}
    found = []
    for visit in visits:
        order = current.get(visit.sequence_id)
        ends = last_day(order, first_infusion_on=first.get(visit.sequence_id)) if order else None
        standing = Standing(OrderState(order.state) if order else None, ends)
        because = why_unsigned(standing, on=visit.date)
        if because:
            found.append(Unsigned(visit, order, because))
    return found


def called_out(site: Site, *, at: datetime) -> list[Unsigned]:
    """The visits that were called out and that still wait; the queue shows them first. One query when none was."""
    rows = Escalation.objects.filter(site=site, date__gte=site.today(at), visit__state=VisitState.BOOKED)
    rows = rows.select_related("visit__site", "visit__patient", "visit__sequence")
    rows = rows.order_by("date", "visit__start_minute", "visit__chair", "visit_id")
    called = [row.visit for row in rows if row.visit.date == row.date and row.visit.starts_at > at]
    return _unsigned(site, called) if called else []


def day_words(visit: Visit, *, at: datetime) -> str:
    """Return "today, 09:00", "tomorrow, 09:00" or "Mon 14 Sep, 09:00"."""
    today, day = visit.site.today(at), visit.date
    clock = f"{visit.start_minute // 60:02}:{visit.start_minute % 60:02}"
    near = {today: "today", today + timedelta(days=1): "tomorrow"}
    return f"{near.get(day, f'{day:%a} {day.day} {day:%b}')}, {clock}"


def standing(message: OutboxMessage, at: datetime) -> MessageStanding:
    """Return whether a queued call still holds: not once a signed order is there, or the visit has moved."""
    kind, *parts = message.key.split(":")
    if kind != CALL or len(parts) != 2:
        return MessageStanding()
    rows = Visit.objects.filter(site=message.site_id, pk=parts[0], date=parts[1], state=VisitState.BOOKED)
    visits = list(rows.select_related("site", "patient", "sequence"))
    if visits and _unsigned(visits[0].site, visits):
        return MessageStanding()
    return MessageStanding(withdrawn=SETTLED)
