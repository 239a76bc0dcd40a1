"""Safety tasks: raised with the answer, acknowledged by a person, told further when nobody does."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from kitclinic import audit
from kitclinic.actions import queue_message
from kitclinic.models import OutboxMessage, StaffUser
from kitclinic.problems import Blocker, Refused
from kitclinic.states import begin, move
from outcomes.models import ItemResponse, SafetyStep, SafetyTask, Score
from outcomes.queries.clinic_hours import spans_ahead
from outcomes.queries.safety_settings import times_of
from outcomes.rules.safety import ITEM_9, SafetyAlert, Tier
from outcomes.rules.safety_times import (
    CHAIN,
    FIRST_LINE_CHAIN,
    NURSE,
    PHYSICIAN,
    Clock,
    again_at,
    first_line_clock,
    must_escalate,
    next_told,
    second_line_due,
)
from outcomes.rules.second_line import ScoreAlert
from outcomes.states import FIRST_LINE, WAITING_STATES, SafetyStepKind, SafetyTaskKind, SafetyTaskState

logger = logging.getLogger("outcomes.safety")
MOST_WORDS = 500


def raise_safety_task(*, response: ItemResponse, alert: SafetyAlert, at: datetime) -> SafetyTask:
    """Write the task for this answer, in the transaction that writes the answer (PRO-07, PRO-120)."""
    site, sitting = response.site, response.sitting
    high = alert.tier is Tier.HIGH
    clock = first_line_clock(at, high=high, times=times_of(site), spans=spans_ahead(site, at))
    task = SafetyTask.objects.create(
        site=site,
        patient_id=response.assessment.patient_id,
        kind=SafetyTaskKind.ITEM_9 if alert.is_item_9 else SafetyTaskKind.RED_FLAG,
        response=response,
        high=high,
        says=alert.says[:300],
        opened_at=at,
        due_at=clock.due_at,
        next_escalation_at=clock.due_at,
        escalations=clock.escalations,
    )
    _raised(task, by=sitting.by if sitting else None, at=at, rules=alert.rules, tier=alert.tier.value)
    _tell_first(task, clock, at=at)
    return task


def raise_score_task(*, score: Score, alert: ScoreAlert, at: datetime) -> SafetyTask:
    """Write the second-line task for this score; nobody is paged, the list shows it (PRO-128, PRO-129)."""
    site = score.site
    due_at = second_line_due(at, times=times_of(site), spans=spans_ahead(site, at))
    task = SafetyTask.objects.create(
        site=site,
        patient_id=score.patient_id,
        kind=SafetyTaskKind(alert.kind.value),
        score=score,
        high=False,
        says=alert.says[:300],
        opened_at=at,
        due_at=due_at,
        next_escalation_at=due_at,
    )
    _raised(task, by=score.entered_by, at=at, rules=(alert.rule,), tier="second line")
    return task


def _raised(task: SafetyTask, *, by: StaffUser | None, at: datetime, rules: tuple[str, ...], tier: str) -> None:
    begin(task, by=by, at=at, reason=", ".join(rules))
    audit.record(
        event="safety task raised",
        by=by,
        actor="" if by else "patient",
        at=at,
        site=task.site,
        subject=task,
        patient_id=task.patient_id,
        detail={"tier": tier, "kind": str(task.kind), "rules": list(rules)},
    )


@transaction.atomic
def acknowledge_safety_task(*, task: SafetyTask, action: str, by: StaffUser, at: datetime) -> SafetyTask:
    """Record what was done for the patient. The same person saying the same twice changes nothing."""
    task = lock(task, by)
    action = action.strip()
    if not action:
        raise Refused([Blocker(ITEM_9.id, "Say what was done for the patient; nothing was recorded.", "action")])
    if len(action) > MOST_WORDS:
        sentence = f"That is {len(action)} characters; {MOST_WORDS} fit. Shorten it; nothing was recorded."
        raise Refused([Blocker(ITEM_9.id, sentence, "action")])
    if (task.acknowledged_by_id, task.action) == (by.pk, action):
        return task
    task.acknowledged_at, task.acknowledged_by, task.action = at, by, action
    task.next_escalation_at = None
    fields = ("acknowledged_at", "acknowledged_by", "action", "next_escalation_at")
    move(task, SafetyTaskState.ACKNOWLEDGED, by=by, at=at, also=fields)
    audit.record(
        event="safety task acknowledged",
        by=by,
        at=at,
        site=task.site,
        subject=task,
        patient_id=task.patient_id,
    )
    return task


@transaction.atomic
def escalate_overdue_safety_tasks(*, at: datetime) -> int:
    """Tell the next person of every task that nobody acknowledged in time; return how many (PRO-10, PRO-126).

    A task that another worker holds is left to that one. A first message that could not be queued is tried again.
    """
    waiting = _locked().filter(state__in=WAITING_STATES)
    for to, reached in ((NURSE, 0), (PHYSICIAN, 1)):
        told = SafetyStep.objects.filter(task=OuterRef("pk"), kind=SafetyStepKind.TOLD, to=to)
        for task in waiting.filter(~Exists(told), kind__in=FIRST_LINE, escalations__gte=reached):
            _tell(task, to=to, at=at, word="is waiting")
    overdue = waiting.filter(next_escalation_at__lt=at).order_by("next_escalation_at", "pk")
    escalated = [task for task in overdue if must_escalate(task.next_escalation_at, at=at)]
    for task in escalated:
        _escalate(task, at=at)
    return len(escalated)


def _escalate(task: SafetyTask, *, at: datetime) -> None:
    site, second_line = task.site, task.kind not in FIRST_LINE
    to = next_told(task.escalations, second_line=second_line)
    task.escalations, task.escalated_at = task.escalations + 1, at
    task.next_escalation_at = again_at(
        at,
        escalations=task.escalations,
        high=task.high,
        second_line=second_line,
        times=times_of(site),
        spans=spans_ahead(site, at),
    )
    fields = ("escalations", "escalated_at", "next_escalation_at")
    if task.state == SafetyTaskState.OPEN:
        move(task, SafetyTaskState.ESCALATED, by=None, at=at, reason=CHAIN.id, also=fields)
    else:
        task.save(update_fields=fields)
    audit.record(
        event="safety task escalated",
        by=None,
        actor="scheduler process",
        at=at,
        site=site,
        subject=task,
        patient_id=task.patient_id,
        detail={"to": to},
    )
    _tell(task, to=to, at=at, word="is late: nobody has acknowledged it")


def lock(task: SafetyTask, by: StaffUser) -> SafetyTask:
    """Return the task as it stands now, held until the end of the transaction; only of the person's own site."""
    found = SafetyTask.objects.select_for_update(of=("self",)).select_related("site", "patient")
    return found.get(pk=task.pk, site=by.site)


def _locked() -> QuerySet[SafetyTask]:
    return SafetyTask.objects.select_for_update(skip_locked=True, of=("self",)).select_related("site")


def _tell_first(task: SafetyTask, clock: Clock, *, at: datetime) -> None:
    """Tell everybody who is told at once. A message that cannot be queued never takes the answer with it."""
    for to in clock.told:
        try:
            with transaction.atomic():
                _tell(task, to=to, at=at, word="is waiting")
        except DatabaseError as error:
            logger.error("safety task %s could not be told to the %s: %s", task.pk, to, error)


def _tell(task: SafetyTask, *, to: str, at: datetime, word: str) -> None:
    """One message without the patient's name: a pager is read by whoever holds it."""
    site = task.site
    due = site.local(task.due_at)
    tier = "High safety task" if task.high else "Safety task"
    place = "" if to == FIRST_LINE_CHAIN[0] else f"-{to.replace(' ', '-')}"
    queue_message(
        site=site,
        key=f"safety-{task.pk}{place}",
        channel=OutboxMessage.Channel.STAFF,
        to=to,
        text=(
            f"{tier} {task.pk} {word}. Acknowledge by {due:%H:%M %Z} on {due:%a} {due.day} {due:%b}: "
            f"{settings.BASE_URL}{reverse('outcomes:safety_task', args=[task.pk])}"
        ),
        due_at=at,
    )
    SafetyStep.objects.create(site=site, task=task, kind=SafetyStepKind.TOLD, to=to, at=at)
