"""Writing, signing, holding, releasing and ending orders."""

from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Max

from infusions.models import Affirmation, Formulary, Order
from infusions.queries.orders import (
    CURRENT,
    affirmation_of,
    contraindication_of,
    first_infusions,
    is_prescriber,
    last_day,
    sign_facts,
    text_of,
)
from infusions.rules.dosing import MG_PER_KG, MINUTES, Preparation, dose_mg, preparation_problems, prepare
from infusions.rules.order_acts import (
    DraftFacts,
    change_problems,
    draft_problems,
    hold_problems,
    release_problems,
)
from infusions.rules.orders import is_expired, may_sign
from infusions.states import FillMode, OndansetronContraindication, OrderState
from kitclinic import audit, signing
from kitclinic.models import Signature, Site, StaffUser
from kitclinic.problems import refuse_if
from kitclinic.roles import Permission
from kitclinic.signing import Proof
from kitclinic.states import begin, move
from scheduling.models import Eligibility, Sequence, Weight
from scheduling.queries.patients import latest_eligibility, latest_weight
from scheduling.rules.visits import OPEN_SEQUENCE


class DraftChoices(TypedDict, total=False):
    """What the prescriber may choose in a draft; everything has a default.

    weight: None for the last measured one. no_ondansetron: an OndansetronContraindication, or "" for
    what the last assessment says. confirmed: rule ids confirmed on the screen, with preparation_reason.
    """

    weight: Weight | None
    weight_reason: str
    no_ondansetron: str
    no_ondansetron_note: str
    note: str
    allergy_reason: str
    preparation_reason: str
    confirmed: frozenset[str]


@transaction.atomic
def ensure_formulary(*, site: Site, by: StaffUser, at: datetime) -> Formulary:
    """The clinic's formulary, stored with the defaults the first time it is needed."""
    formulary, created = Formulary.objects.get_or_create(site=site)
    if created:
        audit.record(event="formulary set", by=by, at=at, site=site, subject=formulary)
    return formulary


@transaction.atomic
def draft_order(*, sequence: Sequence, by: StaffUser, at: datetime, **choices: Unpack[DraftChoices]) -> Order:
    """Write the order of a sequence, ready to be signed: exact dose, preparation from the formulary.

    Raises Refused without a measured weight, for a sequence that is over or has an order, and for a
    preparation whose questions were not confirmed with a reason.
    """
    locked = _lock_sequence(sequence)
    return _draft(locked, by, at, choices, reason=_after(locked))


@transaction.atomic
def supersede_order(
    *, order: Order, by: StaffUser, at: datetime, reason: str, **choices: Unpack[DraftChoices]
) -> Order:
    """Write a new version as a draft; the old one starts nothing from now on. A draft is discontinued for it."""
    sequence = _lock_sequence(order.sequence)
    old = _lock(order)
    refuse_if(change_problems(is_prescriber=is_prescriber(by, old.site_id), reason=reason))
    to = OrderState.DISCONTINUED if old.state == OrderState.DRAFT else OrderState.SUPERSEDED
    move(old, to, by=by, at=at, reason=reason)
    _record(old, f"order {to.label.lower()}", by, at, reason=reason)
    return _draft(sequence, by, at, choices, reason=reason)


@transaction.atomic
def sign_order(*, order: Order, proof: Proof, by: StaffUser, at: datetime, shown_digest: str) -> Order:
    """Sign exactly the text whose digest the prescriber was shown; the order never changes after.

    Raises Refused for everything that is missing, for a stale proof and for a text that changed meanwhile.
    """
    locked = _lock(order)
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
    _record(locked, "order signed", by, at, digest=locked.signature.digest)
    return locked


@transaction.atomic
def hold_order(*, order: Order, reason: str, by: StaffUser, at: datetime) -> Order:
    """Hold a signed order: no infusion starts on it until a prescriber decides."""
    locked = _lock(order)
    may = by.site_id == locked.site_id and (by.may(Permission.CHART) or by.may(Permission.SIGN_ORDERS))
    refuse_if(hold_problems(may_hold=may, reason=reason))
    locked.held_because = reason
    move(locked, OrderState.HELD, by=by, at=at, reason=reason, also=("held_because",))
    _record(locked, "order held", by, at, reason=reason)
    return locked


@transaction.atomic
def release_order(
    *, order: Order, reason: str, proof: Proof, by: StaffUser, at: datetime, shown_digest: str
) -> Order:
    """Affirm a held order by a signature: the signed mg stands for the weight known now."""
    locked = _lock(order)
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
    _record(locked, "order released", by, at, digest=signature.digest, weight=weight.pk, reason=reason)
    return locked


@transaction.atomic
def discontinue_order(*, order: Order, reason: str, by: StaffUser, at: datetime) -> Order:
    """End an order for good; what is running goes on with the version it began with."""
    locked = _lock(order)
    refuse_if(change_problems(is_prescriber=is_prescriber(by, locked.site_id), reason=reason))
    move(locked, OrderState.DISCONTINUED, by=by, at=at, reason=reason)
    _record(locked, "order discontinued", by, at, reason=reason)
    return locked


@transaction.atomic
def complete_order(*, order: Order, by: StaffUser, at: datetime) -> Order:
    """Close the order of a sequence that is over."""
    locked = _lock(order)
    move(locked, OrderState.COMPLETED, by=by, at=at)
    _record(locked, "order completed", by, at)
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
            _record(order, "order expired", None, at)
            expired.append(order)
    return expired


def _draft(sequence: Sequence, by: StaffUser, at: datetime, choices: DraftChoices, *, reason: str) -> Order:
    """Ask the rules, then write the next version. The sequence is locked."""
    patient = sequence.patient
    eligibility, weight = latest_eligibility(patient), choices.get("weight") or latest_weight(patient)
    against, against_note = _against(choices, eligibility)
    facts = _draft_facts(sequence, by, weight, against, against_note)
    refuse_if(draft_problems(facts))
    assert weight is not None
    made = _prepared(sequence.site, weight, by, at)
    why = choices.get("preparation_reason", "").strip()
    confirmed = choices.get("confirmed", frozenset()) if why else frozenset()  # no reason, no confirmation
    asked = preparation_problems(made)
    refuse_if(asked, confirmed=confirmed)
    order = Order.objects.create(
        site=sequence.site,
        sequence=sequence,
        version=(sequence.orders.aggregate(last=Max("version"))["last"] or 0) + 1,
        weight=weight,
        weight_kg=weight.weight_kg,
        weight_reason=choices.get("weight_reason", ""),
        mg_per_kg=MG_PER_KG,
        infusion_minutes=MINUTES,
        no_ondansetron=against,
        no_ondansetron_note=against_note,
        note=choices.get("note", ""),
        allergy_reason=choices.get("allergy_reason", ""),
        preparation_reason=why if asked else "",
        supersedes_reason=reason,
        drafted_by=by,
        drafted_at=at,
        **_stored(made),
    )
    begin(order, by=by, at=at, reason=reason)
    _record(order, "order drafted", by, at, version=order.version, confirmed=sorted(confirmed))
    return order


def _against(choices: DraftChoices, eligibility: Eligibility | None) -> tuple[str, str]:
    """Return what is left out of the order and why: as chosen, or else as the last assessment says."""
    chosen, note = choices.get("no_ondansetron"), choices.get("no_ondansetron_note", "")
    against = chosen or str(contraindication_of(eligibility))
    if against == OndansetronContraindication.OTHER and not note.strip() and eligibility is not None:
        note = eligibility.ondansetron_other
    return against, note


def _draft_facts(sequence: Sequence, by: StaffUser, weight: Weight | None, against: str, note: str) -> DraftFacts:
    current = sequence.orders.filter(state__in=CURRENT).values_list("state", flat=True).first()
    return DraftFacts(
        writer_may=by.site_id == sequence.site_id and by.may(Permission.WRITE_ORDERS),
        sequence_open=sequence.state in OPEN_SEQUENCE,
        current=OrderState(current) if current else None,
        weight_known=weight is not None and weight.patient_id == sequence.patient_id,
        contraindication=OndansetronContraindication(against),
        contraindication_note=note,
    )


def _prepared(site: Site, weight: Weight, by: StaffUser, at: datetime) -> Preparation:
    formulary = ensure_formulary(site=site, by=by, at=at)
    return prepare(
        dose_mg=dose_mg(weight.weight_kg),
        strength_mg_per_ml=Decimal(formulary.strength_mg_per_ml),
        bag_ml=Decimal(formulary.bag_ml),
        fill=FillMode(formulary.fill),
    )


def _stored(made: Preparation) -> dict[str, Any]:
    """The preparation as the order's columns keep it, unrounded."""
    return {
        "dose_mg": made.dose_mg,
        "strength_mg_per_ml": int(made.strength_mg_per_ml),
        "bag_ml": int(made.bag_ml),
        "fill": made.fill,
        "draw_ml": made.draw_ml,
        "total_ml": made.final_volume_ml,
        "rate_ml_per_h": made.rate_ml_per_h,
    }


def _after(sequence: Sequence) -> str:
    """Why a new order is not the first one of its sequence: how the last one ended."""
    last = sequence.orders.order_by("-version").first()
    return f"it was {last.get_state_display().lower()}" if last else ""


def _lock(order: Order) -> Order:
    rows = Order.objects.select_for_update(of=("self",))
    related = ("site", "sequence__patient", "sequence__seat", "sequence__site", "weight", "signature")
    return rows.select_related(*related).get(site=order.site_id, pk=order.pk)


def _lock_sequence(sequence: Sequence) -> Sequence:
    rows = Sequence.objects.select_for_update(of=("self",)).select_related("site", "patient")
    return rows.get(site=sequence.site_id, pk=sequence.pk)


def _record(order: Order, event: str, by: StaffUser | None, at: datetime, **detail: Any) -> None:
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
