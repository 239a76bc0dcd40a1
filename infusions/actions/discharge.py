"""The way home: thirty minutes, the list, a known driver who was seen; or against advice."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import Kind, known_event, lock, write_event
from infusions.actions.orders import complete_order
from infusions.models import Infusion
from infusions.queries.course import course_of
from infusions.queries.discharge import facts_of, way_home
from infusions.queries.ledger import hand_of
from infusions.rules.discharge import (
    against_advice_problems,
    discharge_problems,
    leaving_problems,
    same_words,
)
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
    language: str = "",
    confirmed: frozenset[str] = frozenset(),
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> Infusion:
    """Let the patient leave with the driver who was seen, or say everything that is missing.

    checks: of "alert_and_steady", "nausea_controlled", "iv_out", "instructions_given", those that are ticked.
    language: in which the instructions were given. A driver recorded as seen before counts as seen.
    """
    infusion = lock(infusion)
    said = {"checks": sorted(checks), "driver": driver.full_name.strip(), "transport": driver.kind}
    if _known(infusion, key, said):
        return infusion
    refuse_if(leaving_problems(InfusionState(infusion.state)))
    course, language = course_of(infusion), language.strip()
    home = way_home(course, infusion.visit)
    if home.seen and not driver.seen_by and same_words(home.driver.full_name, driver.full_name):
        driver = replace(driver, seen_by=home.driver.seen_by)
    facts = facts_of(course, hand_of(infusion), checks=checks, language=language, driver=driver, at=at)
    problems = discharge_problems(facts)
    refuse_if(problems, confirmed=confirmed)
    detail: dict[str, Any] = said | {
        "language": language,
        "relationship": driver.relationship.strip(),
        "phone": driver.phone.strip(),
        "seen_by": driver.seen_by,
        "named": home.named,
        "confirmed": sorted({problem.rule for problem in problems}),
    }
    clock: dict[str, Any] = {"device_at": device_at, "clock_offset_ms": clock_offset_ms}
    _leave(infusion, by=by, at=at, key=key, detail=detail, clock=clock)
    return infusion


@transaction.atomic
def leave_against_advice(
    *,
    infusion: Infusion,
    reason: str,
    provider_notified: str,
    by: StaffUser,
    at: datetime,
    key: UUID,
    told_at: datetime | None = None,
    reply: str = "",
    going: str = "",
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> Infusion:
    """Chart that the patient left against advice, with the reason and the provider who was told.

    told_at: when the provider was told, None for just now; reply: what was said; going: how the patient goes home.
    """
    infusion, told = lock(infusion), provider_notified.strip()
    said = {"against_advice": True, "provider": told}
    if _known(infusion, key, said, note=reason.strip()):
        return infusion
    refuse_if(leaving_problems(InfusionState(infusion.state)))
    when = told_at or at
    problems = against_advice_problems(
        reason=reason, provider_notified=bool(told), told_at=when, arrived_at=infusion.arrived_at, at=at
    )
    refuse_if(problems)
    detail = said | {
        "told_at": when.isoformat(),
        "reply": reply.strip(),
        "going": going.strip(),
        "open_flags": len(course_of(infusion).open_flags),
    }
    clock: dict[str, Any] = {"device_at": device_at, "clock_offset_ms": clock_offset_ms}
    _leave(infusion, by=by, at=at, key=key, detail=detail, clock=clock, note=reason.strip())
    return infusion


def _known(infusion: Infusion, key: UUID, said: dict[str, Any], *, note: str = "") -> bool:
    """Whether this very leaving is saved. Raises Conflict when the key was used for another one."""
    event = known_event(infusion=infusion, kind=Kind.DISCHARGED, key=key, site_id=infusion.site_id)
    if event is None:
        return False
    same = {"detail": event.detail | said, "note": note}
    known_event(infusion=infusion, kind=Kind.DISCHARGED, key=key, site_id=infusion.site_id, **same)
    return True


def _leave(
    infusion: Infusion,
    *,
    by: StaffUser,
    at: datetime,
    key: UUID,
    detail: dict[str, Any],
    clock: dict[str, Any],
    note: str = "",
) -> None:
    infusion.discharged_at = at
    move(infusion, InfusionState.DISCHARGED, by=by, at=at, reason=note, also=("discharged_at",))
    write_event(infusion=infusion, kind=Kind.DISCHARGED, key=key, by=by, at=at, detail=detail, note=note, **clock)
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
