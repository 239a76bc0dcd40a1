"""What waits for a prescriber, oldest first, each with its reason."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Q

from infusions.models import Order, VerbalOrder
from infusions.queries.escalation import Unsigned, called_out, day_words
from infusions.queries.orders import CURRENT, TO_COME, first_infusions, last_day, orders
from infusions.queries.verbal import CoSignTask, to_cosign
from infusions.rules.order_text import day
from infusions.states import OrderState
from kitclinic.display import in_sentence, show, show_percent_from
from kitclinic.models import Site, StaffUser, Transition
from scheduling.models import Eligibility, Sequence, Visit, Weight
from scheduling.rules.visits import OPEN_SEQUENCE
from scheduling.states import Caution, MisuseDecision, SeatState, WeightSource


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue. order: None where the order is still to be written, and of a verbal order.

    tone: "", "due", "held" or "overdue"; visit: the next one; today: its clock time when it is today;
    call: "tomorrow, 09:00" of a visit that was called out; cosign: the verbal order to sign.
    """

    sequence: Sequence
    order: Order | None
    since: datetime
    waited: str
    reason: str
    detail: str
    tone: str
    visit: Visit | None
    today: str
    call: str = ""
    cosign: CoSignTask | None = None

    @property
    def address(self) -> str:
        """The query that opens this line."""
        if self.cosign:
            return f"?verbal={self.cosign.verbal.pk}"
        return f"?order={self.order.pk}" if self.order else f"?sequence={self.sequence.pk}"

    @property
    def key(self) -> tuple[str, int]:
        if self.cosign:
            return ("verbal", self.cosign.verbal.pk)
        return ("order", self.order.pk) if self.order else ("sequence", self.sequence.pk)


def waiting(site: Site, at: datetime, reader: StaffUser | None = None) -> list[Waiting]:
    """Everything that waits for a prescriber's decision: what was called out first, then the longest.

    reader: whose own verbal orders stand among it; None for nobody's. At most sixteen queries.
    """
    lines = _order_lines(site, at)
    if reader is not None:
        lines += [_cosign(site, task, at) for task in to_cosign(site, at=at, prescriber=reader)]
    calls: dict[int, Unsigned] = {}
    for one in called_out(site, at=at):
        calls.setdefault(one.visit.sequence_id, one)
    lines = [
        replace(line, call=day_words(calls[line.sequence.pk].visit, at=at))
        if line.sequence.pk in calls and not line.cosign
        else line
        for line in lines
    ]
    return sorted(lines, key=lambda line: (not line.call, line.since, line.sequence.pk))


def number_to_sign(site: Site, reader: StaffUser) -> int:
    """How many orders wait for a signature: drafts, held ones, and the reader's own verbal orders. One query."""
    written = Order.objects.filter(
        site=site, state__in=(OrderState.DRAFT, OrderState.HELD), sequence__state__in=OPEN_SEQUENCE
    )
    said = VerbalOrder.objects.filter(site=site, prescriber=reader, cosignature__isnull=True)
    return written.order_by().values("pk").union(said.order_by().values("pk"), all=True).count()


def _order_lines(site: Site, at: datetime) -> list[Waiting]:
    found = list(orders(site).filter(state__in=CURRENT, sequence__state__in=OPEN_SEQUENCE))
    requests = _requests(site)
    visits = _next_visits(site, [order.sequence_id for order in found] + [sequence.pk for sequence in requests])
    ending = _ending(site, [order for order in found if order.state == OrderState.SIGNED])
    held = _since(site, Order._meta.db_table, [o.pk for o in found if o.state == OrderState.HELD], to="held")
    booked = _since(site, Sequence._meta.db_table, [sequence.pk for sequence in requests], frm="")
    open_for = [order.sequence.patient_id for order in found if order.state != OrderState.SIGNED]
    decisions, weights = _decisions(site, open_for), _weights(site, open_for)
    lines = []
    for order in found:
        visit = visits.get(order.sequence_id)
        patient = order.sequence.patient_id
        if order.state == OrderState.DRAFT:
            reason, detail, tone = _new(order, visit, decisions.get(patient, ""))
            lines.append(_line(site, order.sequence, order, order.drafted_at, reason, detail, tone, visit, at))
        elif order.state == OrderState.HELD:
            reason, detail = _held(order, weights.get(patient), visit)
            since = held.get(order.pk, order.drafted_at)
            lines.append(_line(site, order.sequence, order, since, reason, detail, "held", visit, at))
        elif order.pk in ending:
            last, missed = ending[order.pk]
            reason, detail = f"Expires {day(last)}", f"Day {missed.day_index} is on {day(missed.date)}"
            lines.append(
                _line(site, order.sequence, order, order.signed_at or at, reason, detail, "due", visit, at)
            )
    for sequence in requests:
        visit = visits.get(sequence.pk)
        reason, detail = f"Order to write, {_which(sequence)}", _first(visit)
        lines.append(_line(site, sequence, None, booked.get(sequence.pk, at), reason, detail, "", visit, at))
    return lines


def _cosign(site: Site, task: CoSignTask, at: datetime) -> Waiting:
    """A verbal order of the reader: until when it is to be signed, and who read it back."""
    verbal, local = task.verbal, site.local(task.due_at)
    kind = str(verbal.get_kind_display())
    what = f"verbal {in_sentence(kind)}"
    near = "" if local.date() == site.today(at) else f"{local:%a} "
    reason = f"Co-sign {what}, due {near}{local:%H:%M}"
    if task.overdue:
        reason = f"Overdue since {near}{local:%H:%M}: co-sign {what}"
    said = site.local(verbal.said_at)
    return Waiting(
        sequence=verbal.order.sequence,
        order=None,
        since=verbal.said_at,
        waited=ago(verbal.said_at, at),
        reason=reason,
        detail=f"Read back by {verbal.heard_by.short_name}, {said:%a} {said:%H:%M}",
        tone="overdue" if task.overdue else "due",
        visit=None,
        today="",
        cosign=task,
    )


def ago(since: datetime, at: datetime) -> str:
    """Return "2 d", "22 h 13 min" or "24 min"; whole units, never rounded up."""
    minutes = max(0, int((at - since).total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60
    if days:
        return f"{days} d"
    return f"{hours} h {minutes % 60:02} min" if hours else f"{minutes} min"


def _line(
    site: Site,
    sequence: Sequence,
    order: Order | None,
    since: datetime,
    reason: str,
    detail: str,
    tone: str,
    visit: Visit | None,
    at: datetime,
) -> Waiting:
    today = visit is not None and visit.date == site.today(at)
    clock = _clock(visit.start_minute) if visit is not None and today else ""
    return Waiting(sequence, order, since, ago(since, at), reason, detail, tone, visit, clock)


def _requests(site: Site) -> list[Sequence]:
    """Open sequences of cleared patients without a current order, which still have a day to come."""
    rows = Sequence.objects.filter(
        Q(seat__isnull=True) | Q(seat__state=SeatState.CLEARED), site=site, state__in=OPEN_SEQUENCE
    )
    with_order = Order.objects.filter(site=site, state__in=CURRENT).values("sequence")
    to_come = Visit.objects.filter(site=site, state__in=TO_COME).values("sequence")
    found = rows.exclude(pk__in=with_order).filter(pk__in=to_come)
    return list(found.select_related("site", "patient", "seat").order_by("pk"))


def _next_visits(site: Site, sequence_ids: Iterable[int]) -> dict[int, Visit]:
    rows = Visit.objects.filter(site=site, sequence__in=list(sequence_ids), state__in=TO_COME).select_related(
        "site"
    )
    return {visit.sequence_id: visit for visit in rows.order_by("-date")}


def _ending(site: Site, signed: list[Order]) -> dict[int, tuple[date, Visit]]:
    """Signed orders that end before a booked day: their last day and the first day after it."""
    ids = [order.sequence_id for order in signed]
    first, late = first_infusions(ids, site), {}
    booked: dict[int, list[Visit]] = {}
    for visit in Visit.objects.filter(site=site, sequence__in=ids, state__in=TO_COME).order_by("date"):
        booked.setdefault(visit.sequence_id, []).append(visit)
    for order in signed:
        last = last_day(order, first_infusion_on=first.get(order.sequence_id))
        after = [visit for visit in booked.get(order.sequence_id, ()) if last is not None and visit.date > last]
        if after and last is not None:
            late[order.pk] = (last, after[0])
    return late


def _since(
    site: Site, table: str, ids: list[int], *, to: str | None = None, frm: str | None = None
) -> dict[int, datetime]:
    """When each row last came into a state, or began."""
    rows = Transition.objects.filter(site=site, subject=table, subject_id__in=ids)
    rows = rows.filter(to_state=to) if to is not None else rows.filter(from_state=frm)
    return dict(rows.order_by("at", "pk").values_list("subject_id", "at"))


def _decisions(site: Site, patients: list[int]) -> dict[int, str]:
    """What a prescriber must still decide about each patient, in words."""
    rows = Eligibility.objects.filter(site=site, patient__in=patients).order_by("patient", "-version")
    found = {}
    for row in rows.distinct("patient"):
        open_cautions = [str(c.label) for c in Caution if c in set(row.cautions) - set(row.acknowledged_cautions)]
        if open_cautions:
            found[row.patient_id] = f"Caution to decide: {', '.join(open_cautions).lower()}"
        elif row.misuse_history and row.misuse_decision != MisuseDecision.ACCEPT:
            found[row.patient_id] = "Ketamine misuse to decide"
        elif row.substance_misuse and row.substance_decision != MisuseDecision.ACCEPT:
            found[row.patient_id] = "Active substance misuse to decide"
    return found


def _weights(site: Site, patients: list[int]) -> dict[int, Weight]:
    rows = Weight.objects.filter(
        site=site, patient__in=patients, source=WeightSource.MEASURED, corrected_by__isnull=True
    )
    newest = rows.order_by("patient", "-measured_at", "-pk").distinct("patient")
    return {weight.patient_id: weight for weight in newest}


def _new(order: Order, visit: Visit | None, to_decide: str) -> tuple[str, str, str]:
    if order.version > 1:
        reason, detail = f"Amended order, version {order.version}", order.supersedes_reason
    else:
        reason, detail = f"New order, {_which(order.sequence)}", _first(visit)
    return (to_decide, f"{reason}; {detail}", "due") if to_decide else (reason, detail, "")


def _held(order: Order, weight: Weight | None, visit: Visit | None) -> tuple[str, str]:
    if weight is None or weight.measured_at <= order.weight.measured_at or weight.weight_kg == order.weight_kg:
        return "Held", order.held_because
    percent = show_percent_from(weight.weight_kg, order.weight_kg)
    detail = f"{show(order.weight_kg, 'kg')} signed, {show(weight.weight_kg, 'kg')} now"
    place = f"; {_clock(visit.start_minute)}, chair {visit.chair}" if visit else ""
    return f"Held: weight changed {percent}", detail + place


def _which(sequence: Sequence) -> str:
    return "first sequence" if sequence.number == 1 else f"sequence {sequence.number}"


def _first(visit: Visit | None) -> str:
    if visit is None:
        return "No day to come"
    word = "First infusion" if visit.day_index == 1 else f"Day {visit.day_index}"
    return f"{word} {visit.date:%a} {day(visit.date)[:-5]} {_clock(visit.start_minute)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
