"""While it runs: pause, resume, stop, complete, and the one further ondansetron."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import Kind, known_event, lock, note_act, write_event
from infusions.actions.ledger import administer, settle_delivered
from infusions.models import AdverseEventReview, Infusion, InfusionEvent
from infusions.queries.course import Course, course_of
from infusions.queries.orders import unsettled_ondansetron
from infusions.queries.verbal import is_dose_allowed
from infusions.rules.adverse_events import reason_problems
from infusions.rules.dosing import MG_STEP
from infusions.rules.facts import UNMATCHED, side_effect_problems
from infusions.rules.orders import ONDANSETRON_MG, OndansetronFacts, ondansetron_problems
from infusions.rules.running import delivered_problems, resume_problems, time_problems
from infusions.states import RUNS, UNDER_WAY, InfusionOutcome, InfusionState, OndansetronKind, StopReason
from kitclinic.display import half_up
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Problem, refuse_if
from kitclinic.states import move
from scheduling.queries.patients import latest_eligibility

_MG = {"mg": str(ONDANSETRON_MG)}


@transaction.atomic
def pause_infusion(
    *,
    infusion: Infusion,
    by: StaffUser,
    at: datetime,
    key: UUID,
    reason: str = "",
    occurred_at: datetime | None = None,
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> Infusion:
    """Record a pause at once; its reason (a PauseReason) may follow when it is resumed. Never refused."""
    infusion = lock(infusion)
    if known_event(infusion=infusion, kind=Kind.PAUSED, key=key, site_id=infusion.site_id):
        return infusion
    runs = infusion.state == InfusionState.INFUSING
    detail = {"reason": reason} | ({} if runs else {UNMATCHED: True})
    if runs:
        move(infusion, InfusionState.PAUSED, by=by, at=at, reason=reason)
    write_event(
        infusion=infusion,
        kind=Kind.PAUSED,
        key=key,
        by=by,
        at=at,
        occurred_at=occurred_at,
        device_at=device_at,
        clock_offset_ms=clock_offset_ms,
        detail=detail,
    )
    return infusion


@transaction.atomic
def resume_infusion(
    *,
    infusion: Infusion,
    by: StaffUser,
    at: datetime,
    key: UUID,
    reason: str = "",
    note: str = "",
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> Infusion:
    """Run on, on fresh vital signs. reason: why it was paused, where that was not said before."""
    infusion = lock(infusion)
    if known_event(infusion=infusion, kind=Kind.RESUMED, key=key, site_id=infusion.site_id):
        return infusion
    course = course_of(infusion)
    refuse_if(_resume_problems(course, reason=reason, at=at))
    move(infusion, InfusionState.INFUSING, by=by, at=at, reason=reason)
    write_event(
        infusion=infusion,
        kind=Kind.RESUMED,
        key=key,
        by=by,
        at=at,
        device_at=device_at,
        clock_offset_ms=clock_offset_ms,
        detail={"reason": reason},
        note=note.strip(),
    )
    return infusion


def _resume_problems(course: Course, *, reason: str, at: datetime) -> list[Problem]:
    since = course.paused_since
    if since is None:
        return [Blocker("STA-01", "This infusion is not paused. Reload the chart to see where it stands.")]
    paused, last = course.latest(Kind.PAUSED), course.last_set
    called = course.of_kind(Kind.PROVIDER_CALLED, Kind.PROVIDER_CLEARED)
    return resume_problems(
        paused_at=since,
        last_set_at=last.occurred_at if last else None,
        reason=reason or (paused.detail.get("reason", "") if paused else ""),
        provider_called=any(event.occurred_at >= since for event in called),
        at=at,
    )


@transaction.atomic
def stop_infusion(
    *,
    infusion: Infusion,
    by: StaffUser,
    at: datetime,
    key: UUID,
    reason: str = "",
    note: str = "",
    delivered_mg: Decimal | None = None,
    occurred_at: datetime | None = None,
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> Infusion:
    """Record that the infusion was stopped. Always accepted; why and how much may follow (explain_stop).

    reason: a StopReason or "". A stop of what does not run is kept too, marked as unmatched.
    """
    infusion = lock(infusion)
    stops = InfusionEvent.objects.filter(site_id=infusion.site_id, infusion=infusion, kind=Kind.STOPPED)
    first = stops.exclude(detail__has_key="unmatched").first()
    if first is not None or known_event(infusion=infusion, kind=Kind.STOPPED, key=key, site_id=infusion.site_id):
        note_act("infusion stop repeated", infusion, by=by, at=at, reason=reason)
        return infusion
    happened = occurred_at or at
    refuse_if(time_problems(happened, at=at))
    runs = infusion.state in RUNS
    if runs:
        infusion.outcome, infusion.stop_reason, infusion.outcome_note = InfusionOutcome.STOPPED, reason, note
        infusion.ended_at, infusion.delivered_mg = max(happened, infusion.started_at or happened), delivered_mg
        also = ("outcome", "stop_reason", "outcome_note", "ended_at", "delivered_mg")
        move(infusion, InfusionState.OBSERVING, by=by, at=at, reason=reason, also=also)
        if delivered_mg is not None:  # a stop is kept whatever was typed: never more than the bag held
            given = min(max(delivered_mg, Decimal(0)), _bag_mg(infusion))
            administer(infusion=infusion, mg=half_up(given, MG_STEP), by=by, at=at)
    write_event(
        infusion=infusion,
        kind=Kind.STOPPED,
        key=key,
        by=by,
        at=at,
        occurred_at=happened,
        device_at=device_at,
        clock_offset_ms=clock_offset_ms,
        detail={"reason": reason} | ({} if runs else {UNMATCHED: True}),
        note=note,
    )
    return infusion


@transaction.atomic
def explain_stop(
    *,
    infusion: Infusion,
    reason: str,
    by: StaffUser,
    at: datetime,
    note: str = "",
    delivered_mg: Decimal | None = None,
    effect: tuple[str, str] | None = None,
    key: UUID | None = None,
) -> Infusion:
    """Answer the questions of a stop that is already recorded: why, and what the pump delivered.

    effect: SideEffect and Severity for which it was stopped, where that is the reason; recorded as a side effect
    under ``key``. A reason said before is changed only with a note, and no more after a review (AEV-10).
    """
    infusion = lock(infusion)
    note = note.strip()
    reviewed = AdverseEventReview.objects.filter(site_id=infusion.site_id, infusion=infusion).exists()
    problems = reason_problems(was=infusion.stop_reason, now=reason, note=note, reviewed=reviewed)
    if infusion.outcome != InfusionOutcome.STOPPED:
        problems.append(
            Blocker("STA-01", "This infusion was not stopped. Reload the chart to see where it stands.")
        )
    if reason not in StopReason.values:
        problems.append(
            Blocker("AEV-02", "Choose why it was stopped; this decides whether it is an adverse event.", "reason")
        )
    effect = effect if reason == StopReason.SIDE_EFFECT else None
    said = {"symptom": effect[0], "severity": effect[1]} if effect else {}
    problems += side_effect_problems(said, note) if effect else []
    refuse_if(problems + _delivered(infusion, delivered_mg))
    infusion.stop_reason, infusion.outcome_note = reason, note[:200]
    infusion.delivered_mg = infusion.delivered_mg if delivered_mg is None else delivered_mg
    infusion.save(update_fields=["stop_reason", "outcome_note", "delivered_mg"])
    if delivered_mg is not None:
        settle_delivered(infusion=infusion, mg=delivered_mg, by=by, at=at)
    if (
        effect
        and key is not None
        and not known_event(
            infusion=infusion, kind=Kind.SIDE_EFFECT, key=key, site_id=infusion.site_id, detail=said, note=note
        )
    ):
        who: dict[str, Any] = {"key": key, "by": by, "at": at, "occurred_at": infusion.ended_at}
        write_event(infusion=infusion, kind=Kind.SIDE_EFFECT, detail=said, note=note, **who)
    mg = None if delivered_mg is None else str(delivered_mg)
    note_act("infusion stop explained", infusion, by=by, at=at, reason=reason, delivered_mg=mg, note=note)
    return infusion


@transaction.atomic
def complete_infusion(
    *,
    infusion: Infusion,
    delivered_mg: Decimal,
    by: StaffUser,
    at: datetime,
    key: UUID,
    occurred_at: datetime | None = None,
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> Infusion:
    """Record that the infusion ran to its end; observation begins.

    delivered_mg: from the pump's volume (``rules.dosing.infused_mg``).
    """
    infusion = lock(infusion)
    if known_event(infusion=infusion, kind=Kind.COMPLETED, key=key, site_id=infusion.site_id):
        return infusion
    happened = occurred_at or at
    refuse_if([*time_problems(happened, at=at), *_delivered(infusion, delivered_mg)])
    infusion.outcome, infusion.ended_at = InfusionOutcome.COMPLETED, max(happened, infusion.started_at or happened)
    infusion.delivered_mg = delivered_mg
    move(infusion, InfusionState.OBSERVING, by=by, at=at, also=("outcome", "ended_at", "delivered_mg"))
    administer(infusion=infusion, mg=delivered_mg, by=by, at=at)
    write_event(
        infusion=infusion,
        kind=Kind.COMPLETED,
        key=key,
        by=by,
        at=at,
        occurred_at=happened,
        device_at=device_at,
        clock_offset_ms=clock_offset_ms,
        detail={"delivered_mg": str(delivered_mg)},
    )
    return infusion


def _delivered(infusion: Infusion, delivered_mg: Decimal | None) -> list[Problem]:
    if delivered_mg is None or infusion.order is None:
        return []
    return delivered_problems(delivered_mg, bag_mg=_bag_mg(infusion))


def _bag_mg(infusion: Infusion) -> Decimal:
    """mg that were put into the bag."""
    order = infusion.order
    return order.draw_ml * order.strength_mg_per_ml if order else Decimal(0)


@transaction.atomic
def give_as_needed_ondansetron(
    *,
    infusion: Infusion,
    assessment: str,
    by: StaffUser,
    at: datetime,
    key: UUID,
    device_at: datetime | None = None,
    clock_offset_ms: int | None = None,
) -> InfusionEvent:
    """Record the one further dose of 8 mg; never a third. assessment: what was seen before giving it.

    A prescriber's word allows it where the signed order has none, or something speaks against it (ORD-33).
    """
    infusion = lock(infusion)
    note = assessment.strip()
    known = known_event(
        infusion=infusion, kind=Kind.ONDANSETRON_PRN, key=key, site_id=infusion.site_id, detail=_MG, note=note
    )
    if known:
        return known
    course, allowed = course_of(infusion), is_dose_allowed(infusion)
    given = [OndansetronKind.PREMEDICATION for _ in course.of_kind(Kind.PREMEDICATION)]
    given += [OndansetronKind.AS_NEEDED for _ in course.of_kind(Kind.ONDANSETRON_PRN)]
    facts = OndansetronFacts(
        kind=OndansetronKind.AS_NEEDED,
        mg=ONDANSETRON_MG,
        ordered=allowed or bool(infusion.order and infusion.order.ondansetron),
        given=tuple(given),
        assessment=note,
        against="" if allowed else unsettled_ondansetron(infusion.order, latest_eligibility(infusion.patient)),
    )
    refuse_if([*_under_way(infusion), *ondansetron_problems(facts)])
    clock: dict[str, Any] = {"device_at": device_at, "clock_offset_ms": clock_offset_ms}
    said: dict[str, Any] = {"detail": _MG, "note": note}
    return write_event(infusion=infusion, kind=Kind.ONDANSETRON_PRN, key=key, by=by, at=at, **said, **clock)


def _under_way(infusion: Infusion) -> list[Problem]:
    if infusion.state in UNDER_WAY:
        return []
    return [Blocker("STA-01", "The further dose belongs to an infusion under way. Look where this one stands.")]
