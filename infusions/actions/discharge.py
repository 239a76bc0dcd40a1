"""The way home: thirty minutes, the list, a known driver who was seen; or against advice."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import Kind, known_event, lock, write_event
from infusions.actions.orders import complete_order
from infusions.models import Infusion
from infusions.queries.course import Course, course_of
from infusions.queries.ledger import hand_of
from infusions.rules.discharge import DischargeFacts, against_advice_problems, discharge_problems
from infusions.states import InfusionState, OrderState
from kitclinic.models import StaffUser
from kitclinic.problems import refuse_if
from kitclinic.states import move
from scheduling.actions import mark_attended
from scheduling.models import Visit
from scheduling.rules.drivers import Driver
from scheduling.states import VisitState


@transaction.atomic
def discharge(
    *,
    infusion: Infusion,
    checks: frozenset[str],
    driver: Driver,
    by: StaffUser,
    at: datetime,
    key: UUID,
    confirmed: frozenset[str] = frozenset(),
) -> Infusion:
    """Let the patient leave with the driver who was seen, or say everything that is missing.

    checks: of "alert_and_steady", "nausea_controlled", "iv_out", "instructions_given", those that are ticked.
    """
    infusion = lock(infusion)
    if known_event(infusion=infusion, kind=Kind.DISCHARGED, key=key, site_id=infusion.site_id):
        return infusion
    course = course_of(infusion)
    facts = _facts(course, checks=checks, driver=driver, at=at)
    if facts is not None:
        refuse_if(discharge_problems(facts), confirmed=confirmed)
    detail: dict[str, Any] = {
        "checks": sorted(checks),
        "driver": driver.full_name,
        "transport": driver.kind,
        "seen_by": driver.seen_by,
    }
    _leave(infusion, by=by, at=at, key=key, detail=detail)
    return infusion


@transaction.atomic
def leave_against_advice(
    *, infusion: Infusion, reason: str, provider_notified: str, by: StaffUser, at: datetime, key: UUID
) -> Infusion:
    """Chart that the patient left against advice, with the reason and the provider who was told."""
    infusion = lock(infusion)
    if known_event(infusion=infusion, kind=Kind.DISCHARGED, key=key, site_id=infusion.site_id):
        return infusion
    told = provider_notified.strip()
    refuse_if(against_advice_problems(reason=reason, provider_notified=bool(told)))
    detail = {"against_advice": True, "provider": told}
    _leave(infusion, by=by, at=at, key=key, detail=detail, note=reason.strip())
    return infusion


def _facts(course: Course, *, checks: frozenset[str], driver: Driver, at: datetime) -> DischargeFacts | None:
    infusion, last = course.infusion, course.last_set
    if infusion.ended_at is None:
        return None  # the transition table refuses what was never infused
    return DischargeFacts(
        at=at,
        ended_at=infusion.ended_at,
        last_set_at=last.occurred_at if last else None,
        open_flags=len(course.open_flags),
        alert_and_steady="alert_and_steady" in checks,
        nausea_controlled="nausea_controlled" in checks,
        iv_out="iv_out" in checks,
        instructions_given="instructions_given" in checks,
        driver=driver,
        patient_name=infusion.patient.name,
        observation=course.observation,
        in_hand_mg=hand_of(infusion).left_mg,
    )


def _leave(
    infusion: Infusion,
    *,
    by: StaffUser,
    at: datetime,
    key: UUID,
    detail: dict[str, Any],
    note: str = "",
) -> None:
    infusion.discharged_at = at
    move(infusion, InfusionState.DISCHARGED, by=by, at=at, reason=note, also=("discharged_at",))
    write_event(infusion=infusion, kind=Kind.DISCHARGED, key=key, by=by, at=at, detail=detail, note=note)
    mark_attended(visit=infusion.visit, by=by, at=at)
    _finish_order(infusion, by=by, at=at)


def _finish_order(infusion: Infusion, *, by: StaffUser, at: datetime) -> None:
    """The order of a sequence with no day left to come has done its work."""
    to_come = (VisitState.BOOKED, VisitState.ARRIVED)
    visits = Visit.objects.filter(site_id=infusion.site_id, sequence_id=infusion.visit.sequence_id)
    if visits.filter(state__in=to_come).exists():
        return
    order = infusion.order
    if order is not None and order.state == OrderState.SIGNED:
        complete_order(order=order, by=by, at=at)
