"""Writing the draft of an order, and the new version that supersedes one."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Max

from infusions.actions.orders import lock_order, record_order
from infusions.models import Formulary, Order
from infusions.models.orders import order_set_of
from infusions.queries.formulary import order_settings_of
from infusions.queries.order_new import (
    bags_to_choose,
    medication_before,
    strengths_to_choose,
    usual_strength,
)
from infusions.queries.orders import CURRENT, contraindication_of, infusions_left, is_prescriber
from infusions.rules.dosing import Preparation, dose_mg, preparation_problems, prepare
from infusions.rules.order_acts import DraftFacts, change_problems, draft_problems
from infusions.rules.order_set import OrderSet
from infusions.states import FillMode, OndansetronContraindication, OrderState
from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import refuse_if
from kitclinic.roles import Permission
from kitclinic.states import begin, move
from scheduling.actions import record_weight
from scheduling.models import Eligibility, Sequence, Weight
from scheduling.queries.patients import latest_eligibility, latest_weight
from scheduling.rules.visits import OPEN_SEQUENCE


@dataclass(frozen=True, slots=True)
class UnmeasuredWeight:
    """A weight nobody read off a scale. source: stated, estimated or carried forward; reason: the prescriber's;
    again_kg: typed once more, where a rule asks for it."""

    weight_kg: Decimal
    source: str
    reason: str
    again_kg: Decimal | None = None


class DraftChoices(TypedDict, total=False):
    """What the prescriber may choose in a draft; everything has a default.

    weight: None for the last measured one; unmeasured: instead of it. strength, bag_ml, fill: None or "" for the
    clinic's usual ones. psychotropics, antihypertensives: one a line, None for what is known already;
    no_ondansetron: an OndansetronContraindication, or "" for what the last assessment says.
    confirmed: rule ids confirmed on the screen, with preparation_reason.
    """

    weight: Weight | None
    weight_reason: str
    unmeasured: UnmeasuredWeight | None
    strength: int | None
    bag_ml: int | None
    fill: str
    medication_noted: bool
    psychotropics: str | None
    antihypertensives: str | None
    driver_plan: str
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

    Raises Refused without a weight, for a sequence that is over or has an order, and for a preparation whose
    questions were not confirmed with a reason.
    """
    locked = _lock_sequence(sequence)
    return _draft(locked, by, at, choices, reason=_after(locked))


@transaction.atomic
def supersede_order(
    *, order: Order, by: StaffUser, at: datetime, reason: str, **choices: Unpack[DraftChoices]
) -> Order:
    """Write a new version as a draft; the old one starts nothing from now on. A draft is discontinued for it.

    An infusion that runs goes on under the version it began with.
    """
    sequence = _lock_sequence(order.sequence)
    old = lock_order(order)
    refuse_if(change_problems(is_prescriber=is_prescriber(by, old.site_id), reason=reason))
    to = OrderState.DISCONTINUED if old.state == OrderState.DRAFT else OrderState.SUPERSEDED
    move(old, to, by=by, at=at, reason=reason)
    record_order(old, f"order {to.label.lower()}", by, at, reason=reason)
    return _draft(sequence, by, at, choices, reason=reason)


def _draft(sequence: Sequence, by: StaffUser, at: datetime, choices: DraftChoices, *, reason: str) -> Order:
    """Ask the rules, then write the next version. The sequence is locked."""
    eligibility = latest_eligibility(sequence.patient)
    weight, weight_reason = _weight(sequence, by, at, choices)
    against, against_note = _against(choices, eligibility)
    made_of = _made_of(sequence.site, choices, by, at)
    refuse_if(draft_problems(_draft_facts(sequence, by, weight, against, against_note, made_of)))
    assert weight is not None
    protocol = order_set_of(sequence.protocol)
    made = _prepared(protocol, weight, made_of)
    why = choices.get("preparation_reason", "").strip()
    confirmed = choices.get("confirmed", frozenset()) if why else frozenset()  # no reason, no confirmation
    asked = preparation_problems(made)
    refuse_if(asked, confirmed=confirmed)
    settings = order_settings_of(sequence.site)
    order = Order.objects.create(
        site=sequence.site,
        sequence=sequence,
        version=(sequence.orders.aggregate(last=Max("version"))["last"] or 0) + 1,
        weight=weight,
        weight_kg=weight.weight_kg,
        weight_reason=weight_reason,
        protocol=sequence.protocol,
        mg_per_kg=protocol.mg_per_kg,
        infusion_minutes=protocol.minutes,
        infusions_ordered=infusions_left(sequence),
        first_use_days=settings.first_use_days,
        after_first_days=settings.after_first_days,
        no_ondansetron=against,
        no_ondansetron_note=against_note,
        preparation_reason=why if asked else "",
        supersedes_reason=reason,
        drafted_by=by,
        drafted_at=at,
        **_words(sequence, choices, eligibility),
        **_stored(made),
    )
    begin(order, by=by, at=at, reason=reason)
    record_order(order, "order drafted", by, at, version=order.version, confirmed=sorted(confirmed))
    return order


def _weight(sequence: Sequence, by: StaffUser, at: datetime, choices: DraftChoices) -> tuple[Weight | None, str]:
    """Return the weight to order from and the reason for one that was not measured, which is stored here."""
    other = choices.get("unmeasured")
    if other is None:
        return choices.get("weight") or latest_weight(sequence.patient), choices.get("weight_reason", "")
    stored = record_weight(
        patient=sequence.patient,
        weight_kg=other.weight_kg,
        source=other.source,
        again_kg=other.again_kg,
        reason=other.reason,
        by=by,
        at=at,
    )
    return stored, other.reason


def _against(choices: DraftChoices, eligibility: Eligibility | None) -> tuple[str, str]:
    """Return what is left out of the order and why: as chosen, or else as the last assessment says."""
    chosen, note = choices.get("no_ondansetron"), choices.get("no_ondansetron_note", "")
    against = chosen or str(contraindication_of(eligibility))
    if against == OndansetronContraindication.OTHER and not note.strip() and eligibility is not None:
        note = eligibility.ondansetron_other
    return against, note


@dataclass(frozen=True, slots=True)
class _MadeOf:
    """What is chosen of what there is to choose from."""

    strength: int
    bag_ml: int
    fill: str
    strengths: tuple[int, ...]
    bags: tuple[int, ...]


def _made_of(site: Site, choices: DraftChoices, by: StaffUser, at: datetime) -> _MadeOf:
    formulary = ensure_formulary(site=site, by=by, at=at)
    strengths = strengths_to_choose(formulary)
    return _MadeOf(
        strength=choices.get("strength") or usual_strength(formulary, strengths),
        bag_ml=choices.get("bag_ml") or formulary.bag_ml,
        fill=choices.get("fill") or formulary.fill,
        strengths=strengths,
        bags=bags_to_choose(formulary),
    )


def _draft_facts(
    sequence: Sequence, by: StaffUser, weight: Weight | None, against: str, note: str, made_of: _MadeOf
) -> DraftFacts:
    current = sequence.orders.filter(state__in=CURRENT).values_list("state", flat=True).first()
    return DraftFacts(
        writer_may=by.site_id == sequence.site_id and by.may(Permission.WRITE_ORDERS),
        sequence_open=sequence.state in OPEN_SEQUENCE,
        current=OrderState(current) if current else None,
        weight_known=weight is not None and weight.patient_id == sequence.patient_id,
        contraindication=OndansetronContraindication(against),
        contraindication_note=note,
        infusions_left=infusions_left(sequence),
        strength_stocked=made_of.strength in made_of.strengths,
        bag_stocked=made_of.bag_ml in made_of.bags and made_of.fill in FillMode,
    )


def _prepared(protocol: OrderSet, weight: Weight, made_of: _MadeOf) -> Preparation:
    return prepare(
        dose_mg=dose_mg(weight.weight_kg, protocol.mg_per_kg),
        strength_mg_per_ml=Decimal(made_of.strength),
        bag_ml=Decimal(made_of.bag_ml),
        fill=FillMode(made_of.fill),
        minutes=protocol.minutes,
    )


def _words(sequence: Sequence, choices: DraftChoices, eligibility: Eligibility | None) -> dict[str, Any]:
    """What the prescriber noted; where nothing was said about medication, what is known of it."""
    psychotropics, antihypertensives = choices.get("psychotropics"), choices.get("antihypertensives")
    known = medication_before(sequence, eligibility)
    if psychotropics is None:
        psychotropics = known[0]
    if antihypertensives is None:
        antihypertensives = known[1]
    return {
        "psychotropics": psychotropics.strip(),
        "antihypertensives": antihypertensives.strip(),
        "medication_noted": choices.get("medication_noted", False),
        "driver_plan": choices.get("driver_plan", "").strip(),
        "note": choices.get("note", ""),
        "allergy_reason": choices.get("allergy_reason", ""),
    }


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


def _lock_sequence(sequence: Sequence) -> Sequence:
    rows = Sequence.objects.select_for_update(of=("self",)).select_related("site", "patient", "protocol")
    return rows.get(site=sequence.site_id, pk=sequence.pk)
