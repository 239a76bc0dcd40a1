"""What the pump shows, typed by one and by a second person and compared with the order; all of it is kept."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import Kind, known_event, lock, write_event
from infusions.models import Infusion, InfusionEvent
from infusions.queries.course import course_of
from infusions.queries.pump import standing_readings
from infusions.queries.readiness import order_of
from infusions.rules.before_start import second_reader_problems
from infusions.rules.chairside import EventFacts, event_problems
from infusions.rules.dosing import DOS_10
from kitclinic.display import show
from kitclinic.models import StaffUser
from kitclinic.problems import refuse_if
from kitclinic.roles import Permission
from kitclinic.signing import PROOF_LASTS, Proof

P = Permission


@transaction.atomic
def check_pump(
    *,
    infusion: Infusion,
    rate_ml_per_h: Decimal,
    volume_ml: Decimal,
    by: StaffUser,
    at: datetime,
    key: UUID,
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> InfusionEvent:
    """Write one reading of the pump: "pump_checked" where it matches the order, "pump_mismatch" where it does not.

    Raises Refused where there is no order to compare with.
    """
    infusion = lock(infusion)
    clock: dict[str, Any] = {"device_at": device_at, "clock_offset_ms": clock_offset_ms}
    return _read(infusion, rate_ml_per_h, volume_ml, beside={}, by=by, at=at, key=key, clock=clock)


@transaction.atomic
def check_pump_again(
    *,
    infusion: Infusion,
    rate_ml_per_h: Decimal,
    volume_ml: Decimal,
    reader: StaffUser,
    proof: Proof,
    by: StaffUser,
    at: datetime,
    key: UUID,
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> InfusionEvent:
    """Write the second person's own reading (INF-28): their row, on the screen of ``by``.

    reader: who read the pump and has just proved who they are. Raises Refused for the person of the first reading,
    and while there is none.
    """
    infusion = lock(infusion)
    course = course_of(infusion)
    order = infusion.order or order_of(infusion.visit)
    standing = standing_readings(course, order)
    mine = known_event(infusion=infusion, kind=Kind.PUMP_CHECKED, key=key, site_id=infusion.site_id)
    if mine is not None:
        return mine
    proved = proof.user_id == reader.pk and timedelta(0) <= at - proof.at <= PROOF_LASTS
    may = reader.site_id == infusion.site_id and (reader.may(P.CHART) or reader.may(P.CLEAR_FOR_START))
    refuse_if(
        second_reader_problems(
            first_by=standing[0].by.name if standing else "",
            same_person=any(event.by_id == reader.pk for event in standing),
            may_read=may and proved,
            reader=reader.name,
        )
    )
    clock: dict[str, Any] = {"device_at": device_at, "clock_offset_ms": clock_offset_ms}
    beside = {"second": reader.pk, "beside": by.pk, "method": proof.method}
    return _read(infusion, rate_ml_per_h, volume_ml, beside=beside, by=reader, at=at, key=key, clock=clock)


def _read(
    infusion: Infusion,
    rate_ml_per_h: Decimal,
    volume_ml: Decimal,
    *,
    beside: dict[str, Any],
    by: StaffUser,
    at: datetime,
    key: UUID,
    clock: dict[str, Any],
) -> InfusionEvent:
    """Compare one reading with the order and write it. beside: who was there, of a second reading."""
    order = infusion.order or order_of(infusion.visit)
    detail: dict[str, Any] = {"rate_ml_per_h": str(rate_ml_per_h), "volume_ml": str(volume_ml)} | beside
    rate, volume = (order.rate_ml_per_h, order.total_ml) if order else (None, None)
    problems = event_problems(EventFacts(Kind.PUMP_CHECKED, detail, ordered_rate=rate, ordered_volume=volume))
    refuse_if([problem for problem in problems if problem.rule != DOS_10.id])
    if order is not None:
        detail |= {"order": order.pk, "expected_rate": str(rate), "expected_volume": str(volume)}
    kind, note = (Kind.PUMP_MISMATCH, _says(detail)) if problems else (Kind.PUMP_CHECKED, "")
    first = known_event(infusion=infusion, kind=kind, key=key, site_id=infusion.site_id, detail=detail, note=note)
    return first or write_event(
        infusion=infusion, kind=kind, key=key, by=by, at=at, detail=detail, note=note, **clock
    )


def _says(detail: dict[str, Any]) -> str:
    """ "The pump showed 750 mL/h, 50 mL; the order expects 75 mL/h, 50 mL." """
    rates = [show(Decimal(detail[name]), "mL/h") for name in ("rate_ml_per_h", "expected_rate")]
    volumes = [show(Decimal(detail[name]), "mL") for name in ("volume_ml", "expected_volume")]
    return f"The pump showed {rates[0]}, {volumes[0]}; the order expects {rates[1]}, {volumes[1]}."
