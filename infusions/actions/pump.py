"""What the pump shows, typed by the nurse and compared with the order; a reading that differs is kept too."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import Kind, known_event, lock, write_event
from infusions.models import Infusion, InfusionEvent
from infusions.queries.readiness import order_of
from infusions.rules.chairside import EventFacts, event_problems
from infusions.rules.dosing import DOS_10
from kitclinic.display import show
from kitclinic.models import StaffUser
from kitclinic.problems import refuse_if


@transaction.atomic
def check_pump(
    *,
    infusion: Infusion,
    rate_ml_per_h: Decimal,
    volume_ml: Decimal,
    by: StaffUser,
    at: datetime,
    key: UUID,
    second: StaffUser | None = None,
) -> InfusionEvent:
    """Write one reading of the pump: "pump_checked" where it matches the order, "pump_mismatch" where it does not.

    second: who read the pump too. Raises Refused where there is no order to compare with.
    """
    infusion = lock(infusion)
    order = infusion.order or order_of(infusion.visit)
    detail: dict[str, Any] = {"rate_ml_per_h": str(rate_ml_per_h), "volume_ml": str(volume_ml)}
    rate, volume = (order.rate_ml_per_h, order.total_ml) if order else (None, None)
    problems = event_problems(EventFacts(Kind.PUMP_CHECKED, detail, ordered_rate=rate, ordered_volume=volume))
    refuse_if([problem for problem in problems if problem.rule != DOS_10.id])
    if order is not None:
        detail |= {"order": order.pk, "expected_rate": str(rate), "expected_volume": str(volume)}
    if second is not None:
        detail["second"] = second.pk
    kind, note = (Kind.PUMP_MISMATCH, _says(detail)) if problems else (Kind.PUMP_CHECKED, "")
    first = known_event(infusion=infusion, kind=kind, key=key, site_id=infusion.site_id, detail=detail, note=note)
    return first or write_event(infusion=infusion, kind=kind, key=key, by=by, at=at, detail=detail, note=note)


def _says(detail: dict[str, Any]) -> str:
    """ "The pump showed 750 mL/h, 50 mL; the order expects 75 mL/h, 50 mL." """
    rates = [show(Decimal(detail[name]), "mL/h") for name in ("rate_ml_per_h", "expected_rate")]
    volumes = [show(Decimal(detail[name]), "mL") for name in ("volume_ml", "expected_volume")]
    return f"The pump showed {rates[0]}, {volumes[0]}; the order expects {rates[1]}, {volumes[1]}."
