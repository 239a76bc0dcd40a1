"""Signing, holding, releasing and ending orders; writing them is in ``drafting``."""

from datetime import datetime
from typing import Any

from django.db import transaction

from infusions.models import Affirmation, Order
from infusions.queries.orders import (
    affirmation_of,
    first_infusions,
    is_prescriber,
    last_day,
    sign_facts,
    text_of,
)
from infusions.rules.order_acts import change_problems, hold_problems, release_problems
from infusions.rules.orders import is_expired, may_sign
from infusions.states import OrderState
from kitclinic import audit, signing
from kitclinic.models import Signature, Site, StaffUser
from kitclinic.problems import refuse_if
from kitclinic.roles import Permission
from kitclinic.signing import Proof
from kitclinic.states import move
from scheduling.queries.patients import latest_eligibility, latest_weight


@transaction.atomic
def sign_order(*, order: Order, proof: Proof, by: StaffUser, at: datetime, shown_digest: str) -> Order:
    """Sign exactly the text whose digest the prescriber was shown; the order never changes after.

    Raises Refused for everything that is missing, for a stale proof and for a text that changed meanwhile.
    """
    locked = lock_order(order)
    eligibility = latest_eligibility(locked.sequence.patient)
    refuse_if(may_sign(sign_facts(locked, signer=by, eligibility=eligibility)))
    locked.signature = signing.sign(
        text=text_of(locked, eligibility=eligibility, at=at),
        meaning=Signature.Meaning.ORDERED,
        by=by,
        proof=proof,
        at=at,
        site=locked.site,
        shown_digest=shown_digest,
    )
    locked.signed_at = at
    move(locked, OrderState.SIGNED, by=by, at=at, also=("signature", "signed_at"))
    record_order(locked, "order signed", by, at, digest=locked.signature.digest)
    return locked


@transaction.atomic
def hold_order(*, order: Order, reason: str, by: StaffUser, at: datetime) -> Order:
    """Hold a signed order: no infusion starts on it until a prescriber decides."""
    locked = lock_order(order)
    may = by.site_id == locked.site_id and (by.may(Permission.CHART) or by.may(Permission.SIGN_ORDERS))
    refuse_if(hold_problems(may_hold=may, reason=reason))
    locked.held_because = reason
    move(locked, OrderState.HELD, by=by, at=at, reason=reason, also=("held_because",))
    record_order(locked, "order held", by, at, reason=reason)
    return locked


@transaction.atomic
def release_order(
    *, order: Order, reason: str, proof: Proof, by: StaffUser, at: datetime, shown_digest: str
) -> Order:
    """Affirm a held order by a signature: the signed mg stands for the weight known now."""
    locked = lock_order(order)
    site, weight = locked.site, latest_weight(locked.sequence.patient)
    first = first_infusions([locked.sequence_id], site).get(locked.sequence_id)
    refuse_if(
        release_problems(
            state=OrderState(locked.state),
            is_prescriber=is_prescriber(by, site.pk),
            reason=reason,
            last_day=last_day(locked, first_infusion_on=first) or site.today(at),
            today=site.today(at),
            weight_known=weight is not None,
        )
    )
    assert weight is not None
    signature = signing.sign(
        text=affirmation_of(locked, weight),
        meaning=Signature.Meaning.REVIEWED,
        by=by,
        proof=proof,
        at=at,
        site=site,
        shown_digest=shown_digest,
    )
    Affirmation.objects.create(site=site, order=locked, signature=signature, weight=weight, reason=reason, at=at)
    locked.held_because = ""
    move(locked, OrderState.SIGNED, by=by, at=at, reason=reason, also=("held_because",))
    record_order(locked, "order released", by, at, digest=signature.digest, weight=weight.pk, reason=reason)
    return locked


@transaction.atomic
def discontinue_order(*, order: Order, reason: str, by: StaffUser, at: datetime) -> Order:
    """End an order for good; what is running goes on with the version it began with."""
    locked = lock_order(order)
    refuse_if(change_problems(is_prescriber=is_prescriber(by, locked.site_id), reason=reason))
    move(locked, OrderState.DISCONTINUED, by=by, at=at, reason=reason)
    record_order(locked, "order discontinued", by, at, reason=reason)
    return locked


@transaction.atomic
def complete_order(*, order: Order, by: StaffUser, at: datetime) -> Order:
    """Close the order of a sequence that is over."""
    locked = lock_order(order)
    move(locked, OrderState.COMPLETED, by=by, at=at)
    record_order(locked, "order completed", by, at)
    return locked


@transaction.atomic
def expire_orders(*, site: Site, at: datetime) -> list[Order]:
    """Expire every signed or held order of a site whose last day has passed. Nobody acts: the clock does."""
    rows = Order.objects.filter(site=site, state__in=(OrderState.SIGNED, OrderState.HELD))
    standing = list(rows.select_for_update(of=("self",)).select_related("site", "sequence").order_by("pk"))
    first = first_infusions([order.sequence_id for order in standing], site)
    expired = []
    for order in standing:
        last = last_day(order, first_infusion_on=first.get(order.sequence_id))
        if last is not None and is_expired(last_day=last, today=site.today(at)):
            move(order, OrderState.EXPIRED, by=None, at=at, reason=f"last day {last.isoformat()}")
            record_order(order, "order expired", None, at)
            expired.append(order)
    return expired


def lock_order(order: Order) -> Order:
    rows = Order.objects.select_for_update(of=("self",))
    related = ("site", "sequence__patient", "sequence__seat", "sequence__site", "weight", "signature")
    return rows.select_related(*related).get(site=order.site_id, pk=order.pk)


def record_order(order: Order, event: str, by: StaffUser | None, at: datetime, **detail: Any) -> None:
    audit.record(
        event=event,
        by=by,
        actor="" if by else "the clinic's clock",
        at=at,
        site=order.site,
        subject=order,
        patient_id=order.sequence.patient_id,
        detail=detail,
    )
