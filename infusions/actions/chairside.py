"""Before the start and around it: arrival, weight, checks, and the visit that does not start."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import Kind, known_event, lock, write_event
from infusions.actions.orders import hold_order
from infusions.models import Infusion, InfusionEvent
from infusions.queries.orders import unsettled_ondansetron
from infusions.queries.readiness import dosing_weight_kg, order_of
from infusions.rules.chairside import (
    EventFacts,
    arrival_problems,
    event_problems,
    not_started_problems,
)
from infusions.rules.facts import UNMATCHED, fits
from infusions.states import OPEN_INFUSION, InfusionOutcome, InfusionState, OrderState
from kitclinic.models import StaffUser
from kitclinic.problems import refuse_if
from kitclinic.roles import Permission
from kitclinic.states import begin, move
from scheduling.actions import mark_arrived, mark_missed, record_weight
from scheduling.actions.suite import lock_days
from scheduling.models import Visit
from scheduling.queries.patients import latest_eligibility
from scheduling.rules.weights import hold_problems, holds_order
from scheduling.states import VisitState

LOOKED_BACK_AT = (Kind.PREMEDICATION, Kind.NO_PREMEDICATION, Kind.PREGNANCY_TEST)


@transaction.atomic
def arrive(
    *,
    visit: Visit,
    chair: int,
    nurse: StaffUser,
    by: StaffUser,
    at: datetime,
    key: UUID,
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> Infusion:
    """Seat the patient of a booked visit: the infusion's row begins here."""
    lock_days(site=visit.site, dates=[visit.date])  # days before visits, as everywhere
    visits = Visit.objects.select_for_update(of=("self",)).select_related("site", "patient")
    visit = visits.get(site_id=visit.site_id, pk=visit.pk)
    detail = {"chair": chair, "nurse": nurse.pk}
    first = known_event(infusion=None, kind=Kind.ARRIVED, key=key, site_id=visit.site_id, detail=detail)
    if first is not None and first.infusion.visit_id == visit.pk:
        return first.infusion
    taken = Infusion.objects.filter(site_id=visit.site_id, state__in=OPEN_INFUSION)
    outcome = Infusion.objects.filter(site_id=visit.site_id, visit=visit).values_list("outcome", flat=True).first()
    refuse_if(
        arrival_problems(
            chair=chair,
            chairs=visit.site.chairs,
            chair_taken=taken.filter(date=visit.date, chair=chair).exists(),
            patient_seated=taken.filter(patient_id=visit.patient_id).exists(),
            nurse_of_site=nurse.site_id == visit.site_id and nurse.may(Permission.CHART),
            visit_state=VisitState(visit.state),
            outcome=outcome or "",
        )
    )
    if visit.state == VisitState.BOOKED:
        mark_arrived(visit=visit, by=by, at=at)
    infusion = Infusion.objects.create(
        site_id=visit.site_id,
        visit=visit,
        patient_id=visit.patient_id,
        date=visit.date,
        chair=chair,
        nurse=nurse,
        arrived_at=at,
    )
    begin(infusion, by=by, at=at)
    clock: dict[str, Any] = {"device_at": device_at, "clock_offset_ms": clock_offset_ms}
    write_event(infusion=infusion, kind=Kind.ARRIVED, key=key, by=by, at=at, detail=detail, **clock)
    return infusion


@transaction.atomic
def weigh(
    *,
    infusion: Infusion,
    weight_kg: Decimal,
    by: StaffUser,
    at: datetime,
    again_kg: Decimal | None = None,
    reason: str = "",
) -> Infusion:
    """Record today's weight in kg. 5% or more from the order's weight puts the order on hold, before the start.

    again_kg, reason: the scale read once more and why it is right, where a rule asks for it.
    """
    infusion = lock(infusion)
    infusion.weight = record_weight(
        patient=infusion.patient, weight_kg=weight_kg, by=by, at=at, again_kg=again_kg, reason=reason
    )
    infusion.save(update_fields=["weight"])
    order = order_of(infusion.visit)
    waiting = infusion.state == InfusionState.ARRIVED and order is not None and order.state == OrderState.SIGNED
    if order is not None and waiting and holds_order(ordered_kg=dosing_weight_kg(order), weight_kg=weight_kg):
        (problem,) = hold_problems(ordered_kg=dosing_weight_kg(order), weight_kg=weight_kg)
        hold_order(order=order, reason=problem.sentence.split(" The order is held")[0], by=by, at=at)
    return infusion


@transaction.atomic
def record_event(
    *,
    infusion: Infusion,
    kind: str,
    key: UUID,
    by: StaffUser,
    at: datetime,
    occurred_at: datetime | None = None,
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
    detail: dict[str, Any] | None = None,
    note: str = "",
) -> InfusionEvent:
    """Record one thing that happened at the chair. What was seen and done is stored wherever the infusion stands.

    detail, by kind: identity_checked {"identifiers": [Identifier, …]}; pregnancy_test {"result", "method", "lot"};
    pump_checked {"rate_ml_per_h", "volume_ml"} as typed text; iv_placed, iv_attempted {"site", "side", "gauge",
    "attempts"};
    side_effect {"symptom", "severity"}; intervention {"what"}; provider_called {"provider"}; provider_arrived
    {"provider", "came"}; emergency_arrived {"provider"} who led it; driver_seen {"name", "relationship", "phone",
    "transport"}. no_premedication and premedication exceptions speak in ``note``.
    """
    infusion = lock(infusion)
    detail, note = dict(detail or {}), note.strip()
    order = infusion.order or order_of(infusion.visit)
    if kind == Kind.PUMP_CHECKED and order is not None:
        detail["order"] = order.pk
    first = known_event(infusion=infusion, kind=kind, key=key, site_id=infusion.site_id, detail=detail, note=note)
    if first is not None:
        return first
    earlier = InfusionEvent.objects.filter(infusion=infusion, kind__in=LOOKED_BACK_AT)
    charted = list(earlier.values_list("kind", "detail__result"))
    # Only when premedication is given does anybody ask what speaks against it.
    assessment = latest_eligibility(infusion.patient) if kind == Kind.PREMEDICATION else None
    refuse_if(
        event_problems(
            EventFacts(
                kind=kind,
                detail=detail,
                note=note,
                ordered_rate=order.rate_ml_per_h if order else None,
                ordered_volume=order.total_ml if order else None,
                premedication_ordered=bool(order and order.ondansetron),
                against_ondansetron=unsettled_ondansetron(order, assessment),
                premedication_answered=any(one != Kind.PREGNANCY_TEST for one, _ in charted),
                found_pregnant=(Kind.PREGNANCY_TEST, "positive") in charted,
                by_provider=by.may(Permission.CLEAR_FOR_START),
                patient_name=infusion.patient.name,
                seen_by=by.name,
            )
        )
    )
    arrived, left = infusion.arrived_at, infusion.discharged_at
    if not fits(kind, occurred_at or at, arrived_at=arrived, left_at=left):
        detail[UNMATCHED] = True
    return write_event(
        infusion=infusion,
        kind=kind,
        key=key,
        by=by,
        at=at,
        occurred_at=occurred_at,
        device_at=device_at,
        clock_offset_ms=clock_offset_ms,
        detail=detail,
        note=note,
    )


@transaction.atomic
def do_not_start(
    *,
    infusion: Infusion,
    reason: str,
    by: StaffUser,
    at: datetime,
    key: UUID,
    note: str = "",
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> Infusion:
    """End the visit of a patient who arrived and gets no infusion today. reason: a MissedReason."""
    infusion = lock(infusion)
    detail, note = {"reason": reason}, note.strip()
    if known_event(
        infusion=infusion, kind=Kind.NOT_STARTED, key=key, site_id=infusion.site_id, detail=detail, note=note
    ):
        return infusion
    refuse_if(not_started_problems(reason))
    infusion.outcome, infusion.outcome_note = InfusionOutcome.NOT_STARTED, note[:200]
    move(infusion, InfusionState.NOT_STARTED, by=by, at=at, reason=reason, also=("outcome", "outcome_note"))
    clock: dict[str, Any] = {"device_at": device_at, "clock_offset_ms": clock_offset_ms}
    write_event(infusion=infusion, kind=Kind.NOT_STARTED, key=key, by=by, at=at, detail=detail, note=note, **clock)
    mark_missed(visit=infusion.visit, reason=reason, by=by, at=at, note=note)
    return infusion
