"""Safety tasks: raised with the answer, acknowledged by a person, escalated when nobody does."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from kitclinic import audit
from kitclinic.actions import queue_message
from kitclinic.models import OutboxMessage, StaffUser
from kitclinic.problems import Blocker, Refused
from kitclinic.states import begin, move
from outcomes.models import ItemResponse, SafetyTask
from outcomes.queries.clinic_hours import next_open
from outcomes.rules.safety import ITEM_9, SafetyAlert, Tier, due_at, must_escalate
from outcomes.states import SafetyTaskState

STAFF_ON_CALL = "nurse on call"
PHYSICIAN_ON_CALL = "physician on call"


def raise_safety_task(*, response: ItemResponse, alert: SafetyAlert, at: datetime) -> SafetyTask:
    """Write the task for this answer, in the transaction that writes the answer (PRO-07)."""
    site, patient_id = response.site, response.assessment.patient_id
    task = SafetyTask.objects.create(
        site=site,
        patient_id=patient_id,
        response=response,
        high=alert.tier is Tier.HIGH,
        opened_at=at,
        due_at=due_at(at, open_from=next_open(site, at)),
    )
    begin(task, by=None, at=at, reason=", ".join(alert.rules))
    audit.record(
        event="safety task raised",
        by=None,
        actor="patient",
        at=at,
        site=site,
        subject=task,
        patient_id=patient_id,
        detail={"tier": alert.tier.value, "rules": list(alert.rules)},
    )
    _tell_staff(task, to=STAFF_ON_CALL, at=at, key=f"safety-{task.pk}", word="is waiting")
    return task


@transaction.atomic
def acknowledge_safety_task(*, task: SafetyTask, action: str, by: StaffUser, at: datetime) -> SafetyTask:
    """Record what was done for the patient. The same person saying the same twice changes nothing."""
    task = SafetyTask.objects.select_for_update().get(pk=task.pk, site=by.site)
    action = action.strip()
    if not action:
        raise Refused([Blocker(ITEM_9.id, "Say what was done for the patient; nothing was recorded.", "action")])
    if (task.acknowledged_by_id, task.action) == (by.pk, action):
        return task
    task.acknowledged_at, task.acknowledged_by, task.action = at, by, action
    move(
        task,
        SafetyTaskState.ACKNOWLEDGED,
        by=by,
        at=at,
        also=("acknowledged_at", "acknowledged_by", "action"),
    )
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
    """Escalate every task that nobody acknowledged in time, once each; return how many (PRO-10)."""
    overdue = (
        SafetyTask.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("site")
        .filter(state=SafetyTaskState.OPEN, due_at__lt=at)
        .order_by("due_at", "pk")
    )
    escalated = [task for task in overdue if must_escalate(task.due_at, at=at)]
    for task in escalated:
        task.escalated_at = at
        move(task, SafetyTaskState.ESCALATED, by=None, at=at, reason="PRO-10", also=("escalated_at",))
        audit.record(
            event="safety task escalated",
            by=None,
            actor="scheduler process",
            at=at,
            site=task.site,
            subject=task,
            patient_id=task.patient_id,
        )
        key = f"safety-{task.pk}-escalated"
        _tell_staff(task, to=PHYSICIAN_ON_CALL, at=at, key=key, word="is late: nobody has acknowledged it")
    return len(escalated)


def _tell_staff(task: SafetyTask, *, to: str, at: datetime, key: str, word: str) -> None:
    """One message without the patient's name: a pager is read by whoever holds it."""
    site = task.site
    due = site.local(task.due_at)
    tier = "High safety task" if task.high else "Safety task"
    queue_message(
        site=site,
        key=key,
        channel=OutboxMessage.Channel.STAFF,
        to=to,
        text=(
            f"{tier} {task.pk} {word}. Acknowledge by {due:%H:%M %Z} on {due:%a} {due.day} {due:%b}: "
            f"{settings.BASE_URL}{reverse('outcomes:safety_task', args=[task.pk])}"
        ),
        due_at=at,
    )
