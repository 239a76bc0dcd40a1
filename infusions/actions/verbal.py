"""Verbal orders: recorded by whoever heard them, co-signed by whoever said them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import lock as lock_infusion
from infusions.actions.orders import hold_order
from infusions.actions.running import stop_infusion
from infusions.models import CoSignature, Infusion, Order, VerbalOrder
from infusions.queries.orders import is_prescriber
from infusions.queries.verbal import cosign_text_of, verbal_facts, verbal_orders
from infusions.rules.verbal import cosign_problems, verbal_problems
from infusions.states import RUNS, OrderState, VerbalKind
from kitclinic import audit, signing
from kitclinic.models import Signature, StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if
from kitclinic.signing import Proof


@transaction.atomic
def give_verbal_order(
    *,
    order: Order,
    kind: str,
    words: str,
    prescriber: StaffUser,
    read_back: bool,
    by: StaffUser,
    at: datetime,
    key: UUID,
    infusion: Infusion | None = None,
    said_at: datetime | None = None,
) -> VerbalOrder:
    """Record what a prescriber said, and hold the order or stop the infusion by it.

    kind: a VerbalKind; as_needed only allows the dose. said_at: None for now. An order that is held
    already, and an infusion that was stopped before, stay as they are; what was said is kept all the same.
    Raises Refused for everything that is missing, Conflict for a key used for something else.
    """
    if infusion is not None:
        infusion = lock_infusion(infusion)
    locked = Order.objects.select_for_update(of=("self",)).select_related("site", "sequence__patient")
    order = locked.get(site_id=order.site_id, pk=order.pk)
    words, said = words.strip(), VerbalKind(kind)
    first = VerbalOrder.objects.filter(site_id=order.site_id, key=key).first()
    if first is not None:
        return _same(first, order=order, kind=said, words=words, infusion=infusion)
    facts = verbal_facts(
        order=order,
        infusion=infusion,
        kind=said,
        words=words,
        read_back=read_back,
        prescriber=prescriber,
        by=by,
        said_at=said_at or at,
        at=at,
    )
    refuse_if([*verbal_problems(facts), *_belong_together(order, infusion)])
    verbal = VerbalOrder.objects.create(
        site_id=order.site_id,
        key=key,
        order=order,
        infusion=infusion,
        kind=said,
        words=words,
        read_back=read_back,
        prescriber=prescriber,
        heard_by=by,
        said_at=said_at or at,
        received_at=at,
    )
    _follow(verbal, order=order, infusion=infusion, by=by, at=at)
    _record("verbal order recorded", verbal, by, at, kind=said.value, prescriber=prescriber.pk)
    return verbal


@transaction.atomic
def cosign(
    *, verbal: VerbalOrder, proof: Proof, by: StaffUser, at: datetime, shown_digest: str, disputes: str = ""
) -> CoSignature:
    """Sign under what one is recorded to have said, or that it was said otherwise (disputes, in words).

    Raises Refused for another person, a second signature, a stale proof and a text that is not the one shown.
    """
    site_id = verbal.site_id
    # The table is append-only for this role, so the order's row is what two signers queue at.
    Order.objects.select_for_update(of=("self",)).get(site_id=site_id, pk=verbal.order_id)
    verbal = verbal_orders(verbal.site).get(pk=verbal.pk)
    refuse_if(
        cosign_problems(
            is_who_said_it=verbal.prescriber_id == by.pk,
            is_prescriber=is_prescriber(by, site_id),
            is_signed=hasattr(verbal, "cosignature"),
        )
    )
    disputes = disputes.strip()
    signature = signing.sign(
        text=cosign_text_of(verbal, disputes=disputes),
        meaning=Signature.Meaning.REVIEWED,
        by=by,
        proof=proof,
        at=at,
        site=verbal.site,
        shown_digest=shown_digest,
    )
    made = CoSignature.objects.create(
        site_id=site_id, verbal=verbal, signature=signature, disputes=disputes, at=at
    )
    event = "verbal order disputed" if disputes else "verbal order co-signed"
    _record(event, verbal, by, at, digest=signature.digest)
    return made


def _follow(verbal: VerbalOrder, *, order: Order, infusion: Infusion | None, by: StaffUser, at: datetime) -> None:
    """Hold or stop, where that has not happened before."""
    if verbal.kind == VerbalKind.HOLD and order.state == OrderState.SIGNED:
        reason = f"Verbal order of {verbal.prescriber.name}: {verbal.words}"
        hold_order(order=order, reason=reason[:200], by=by, at=at)
    if verbal.kind == VerbalKind.STOP and infusion is not None and infusion.state in RUNS:
        stop_infusion(infusion=infusion, by=by, at=at, key=verbal.key)


def _belong_together(order: Order, infusion: Infusion | None) -> list[Blocker]:
    if infusion is None or infusion.visit.sequence_id == order.sequence_id:
        return []
    sentence = "This order is not the one of this infusion. Reload the chart and record it anew."
    return [Blocker("ORD-30", sentence)]


def _same(
    first: VerbalOrder, *, order: Order, kind: VerbalKind, words: str, infusion: Infusion | None
) -> VerbalOrder:
    """The verbal order saved before under this key. Raises Conflict when it says something else."""
    named = infusion.pk if infusion else None
    if (first.order_id, first.kind, first.words, first.infusion_id) == (order.pk, kind, words, named):
        return first
    raise Conflict(
        [
            Blocker(
                "STA-02",
                "This was saved before as another verbal order. Nothing was changed; reload and record it anew.",
            )
        ]
    )


def _record(event: str, verbal: VerbalOrder, by: StaffUser, at: datetime, **detail: object) -> None:
    audit.record(
        event=event,
        by=by,
        at=at,
        site=verbal.order.site,
        subject=verbal,
        patient_id=verbal.order.sequence.patient_id,
        detail=detail,
    )
