"""The start guard: one locked transaction in which every gate is asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import Kind, known_event, lock, write_event
from infusions.models import Infusion, Order, VitalSet
from infusions.queries.course import Course, course_of, reading_of
from infusions.queries.readiness import order_of, readiness
from infusions.rules.vitals import choose_baseline
from infusions.states import InfusionState
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Problem, refuse_if
from kitclinic.states import move
from scheduling.actions.suite import lock_days


@transaction.atomic
def start_infusion(
    *,
    infusion: Infusion,
    by: StaffUser,
    at: datetime,
    key: UUID,
    confirmed: frozenset[str] = frozenset(),
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> Infusion:
    """Start, or say everything that is missing. Freezes the baseline, pins the order, counts the day.

    confirmed: rule ids of questions the nurse answered ("these are two people of one name").
    """
    infusion = lock(infusion)
    if known_event(infusion=infusion, kind=Kind.STARTED, key=key, site_id=infusion.site_id):
        return infusion
    lock_days(site=infusion.site, dates=[infusion.site.today(at)])  # the opening list, and who is on site
    order = order_of(infusion.visit)
    if order is not None:
        Order.objects.select_for_update(of=("self",)).get(site_id=infusion.site_id, pk=order.pk)
    course = course_of(infusion)
    refuse_if(_state_problems(infusion))
    ready = readiness(course, at=at)
    refuse_if(ready.problems, confirmed=confirmed)
    baseline = _chosen(course, at)
    if ready.order is None:
        raise ValueError("the start guard let an infusion without an order through")
    infusion.baseline, infusion.order, infusion.started_at = baseline, ready.order, at
    infusion.weight = infusion.weight or ready.weight
    move(
        infusion,
        InfusionState.INFUSING,
        by=by,
        at=at,
        also=("baseline", "order", "started_at", "weight"),
    )
    detail = {"order": ready.order.pk, "version": ready.order.version, "baseline": baseline.pk}
    clock: dict[str, Any] = {"device_at": device_at, "clock_offset_ms": clock_offset_ms}
    write_event(infusion=infusion, kind=Kind.STARTED, key=key, by=by, at=at, detail=detail, **clock)
    return infusion


def _state_problems(infusion: Infusion) -> list[Problem]:
    if infusion.state == InfusionState.ARRIVED:
        return []
    sentence = "This infusion was started already, or will not be. Reload the chart to see where it stands."
    return [Blocker("STA-01", sentence)]


def _chosen(course: Course, at: datetime) -> VitalSet:
    """The set that becomes the baseline: the one the rule chose."""
    taken = choose_baseline(course.candidates(), at=at)
    for row in reversed(course.current):
        if taken and row.occurred_at == taken.taken_at and reading_of(row) == taken.vitals:
            return row
    raise ValueError("the start guard let an infusion without a baseline through")
