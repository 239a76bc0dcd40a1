"""The history of an order as a story: everything that happened to all versions of one sequence, oldest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db.models import QuerySet

from infusions.models import Affirmation, Infusion, Order, VerbalOrder
from infusions.queries.order_diff import Difference, differences
from infusions.queries.order_sheet import versions_of
from infusions.states import InfusionOutcome, OrderState
from kitclinic.display import in_sentence, show
from kitclinic.models import Transition
from scheduling.models import Sequence


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. title: what and by whom; words: the reason given, or what was said; version: of
    the order. tone, shape: as a status has them. differences: for a new version, to the one before."""

    at: datetime
    version: int
    order_pk: int
    title: str
    words: str = ""
    tone: str = "info"
    shape: str = "info"
    differences: tuple[Difference, ...] = ()


# Two things of one instant: a version ends before the next one is drafted.
ENDS, BEGINS, OTHER = 0, 1, 2
GONE = (OrderState.SUPERSEDED, OrderState.DISCONTINUED)
SHAPES = {
    OrderState.SIGNED: ("signed", "signed"),
    OrderState.HELD: ("held", "held"),
    OrderState.COMPLETED: ("ok", "ready"),
    OrderState.EXPIRED: ("overdue", "late"),
    OrderState.DISCONTINUED: ("info", "stopped"),
    OrderState.SUPERSEDED: ("info", "info"),
}


def order_story(order: Order, versions: list[Order] | None = None) -> list[Step]:
    """Return every step of every version of this order's sequence, the oldest first.

    versions: from ``versions_of``, where they are at hand; four queries besides.
    """
    versions = versions or versions_of(order.sequence)
    by_pk = {version.pk: version for version in versions}
    steps = chain(
        _transitions(versions, by_pk),
        _verbal(versions, by_pk),
        _infusions(order.sequence, by_pk),
    )
    return [step for _, step in sorted(steps, key=lambda one: (one[1].at, one[0], one[1].version))]


def changes_to(order: Order, versions: Iterable[Order]) -> tuple[Order | None, list[Difference]]:
    """Return the version before this one and what differs from it; (None, []) for a first one."""
    before = [version for version in versions if version.version < order.version]
    old = max(before, key=lambda version: version.version, default=None)
    return old, differences(old, order) if old else []


def _transitions(versions: list[Order], by_pk: dict[int, Order]) -> Iterable[tuple[int, Step]]:
    rows: QuerySet[Transition] = Transition.objects.filter(
        site=versions[0].site_id, subject=Order._meta.db_table, subject_id__in=list(by_pk)
    )
    affirmed = {(row.order_id, row.at): row for row in _affirmations(versions)}
    found = list(rows.select_related("by").order_by("pk"))
    said = {(row.at, row.reason) for row in found if row.to_state in GONE}
    for row in found:
        version = by_pk[row.subject_id]
        to, who = OrderState(row.to_state), str(row.by) if row.by else "the clinic's clock"
        if to == OrderState.DRAFT:
            words = "" if (row.at, row.reason) in said else row.reason  # said already where the last one ended
            yield BEGINS, _drafted(version, who, row.at, words, versions)
        elif to == OrderState.SIGNED and row.from_state == OrderState.HELD:
            yield OTHER, _released(version, row, who, affirmed.get((version.pk, row.at)))
        elif to == OrderState.SIGNED:
            yield OTHER, _step(version, row.at, f"Signed by {_signer(version, who)}", "", to)
        else:
            yield ENDS, _ended(version, row, to, who)


def _drafted(version: Order, who: str, at: datetime, words: str, versions: list[Order]) -> Step:
    dose = f"{show(version.dose_mg, 'mg')} from {show(version.weight_kg, 'kg')}"
    _, changed = changes_to(version, versions)
    return Step(
        at=at,
        version=version.version,
        order_pk=version.pk,
        title=f"Drafted by {who}: {dose}",
        words=words,
        tone="due",
        shape="wait",
        differences=tuple(changed),
    )


def _signer(version: Order, who: str) -> str:
    signature = version.signature
    if signature is None:
        return who
    return (
        f"{signature.printed_name}, {signature.credentials}" if signature.credentials else signature.printed_name
    )


def _released(version: Order, row: Transition, who: str, affirmation: Affirmation | None) -> Step:
    if affirmation is None:
        return _step(version, row.at, f"Released by {who}", row.reason, OrderState.SIGNED)
    title = (
        f"Affirmed by {who} for {show(affirmation.weight.weight_kg, 'kg')}: {show(version.dose_mg, 'mg')} stands"
    )
    return _step(version, row.at, title, affirmation.reason, OrderState.SIGNED)


def _ended(version: Order, row: Transition, to: OrderState, who: str) -> Step:
    was_draft = row.from_state == OrderState.DRAFT
    words = {
        OrderState.HELD: f"Held by {who}",
        OrderState.COMPLETED: "Completed: the sequence is over",
        OrderState.EXPIRED: "Expired",
        OrderState.DISCONTINUED: f"{'Closed unsigned' if was_draft else 'Discontinued'} by {who}",
        OrderState.SUPERSEDED: f"Superseded by {who}",
    }
    return _step(version, row.at, words[to], row.reason, to)


def _step(version: Order, at: datetime, title: str, words: str, to: OrderState) -> Step:
    tone, shape = SHAPES[to]
    return Step(at, version.version, version.pk, title, words, tone, shape)


def _affirmations(versions: list[Order]) -> QuerySet[Affirmation]:
    return Affirmation.objects.filter(site=versions[0].site_id, order__in=versions).select_related("weight")


def _verbal(versions: list[Order], by_pk: dict[int, Order]) -> Iterable[tuple[int, Step]]:
    rows = VerbalOrder.objects.filter(site=versions[0].site_id, order__in=versions)
    for row in rows.select_related("prescriber", "heard_by", "cosignature").order_by("pk"):
        version = by_pk[row.order_id]
        title = f"Verbal order of {row.prescriber}, read back by {row.heard_by}: {row.get_kind_display().lower()}"
        yield OTHER, Step(row.said_at, version.version, version.pk, title, f"“{row.words}”", "due", "wait")
        cosigned = getattr(row, "cosignature", None)
        if cosigned is not None:
            word = "disputed" if cosigned.disputes else "co-signed"
            title = f"Verbal order {word} by {row.prescriber}"
            tone, shape = ("flag", "flag") if cosigned.disputes else ("signed", "signed")
            yield OTHER, Step(cosigned.at, version.version, version.pk, title, cosigned.disputes, tone, shape)


def _infusions(sequence: Sequence, by_pk: dict[int, Order]) -> Iterable[tuple[int, Step]]:
    rows = Infusion.objects.filter(site=sequence.site_id, visit__sequence=sequence, started_at__isnull=False)
    for row in rows.select_related("visit").order_by("started_at"):
        if row.order_id is None or row.started_at is None:
            continue
        version = by_pk[row.order_id]
        title = f"Day {row.visit.day_index}: infusion started under version {version.version}"
        yield OTHER, Step(row.started_at, version.version, version.pk, title, _outcome(row), "ok", "open")


def _outcome(row: Infusion) -> str:
    if not row.outcome:
        return row.get_state_display()
    given = f", {show(row.delivered_mg, 'mg')} given" if row.delivered_mg is not None else ""
    because = f": {in_sentence(row.get_stop_reason_display())}" if row.outcome == InfusionOutcome.STOPPED else ""
    return f"{row.get_outcome_display()}{because}{given}"
