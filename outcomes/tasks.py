"""Scheduled work of outcomes: reminders, expiry, escalation. Each calls one action and may run twice."""

from celery import shared_task
from django.utils import timezone

from outcomes import actions
from outcomes.model_work import work_on_models
from outcomes.queries.asking import clinics


@shared_task(name="outcomes.plan_asks")
def plan_asks() -> int:
    at = timezone.now()
    return sum(actions.plan_asks(site=site, at=at) for site in clinics())


@shared_task(name="outcomes.take_steps")
def take_steps() -> int:
    return actions.take_steps(at=timezone.now())


@shared_task(name="outcomes.remind_of_questionnaires")
def remind_of_questionnaires() -> int:
    return actions.remind_of_questionnaires(at=timezone.now())


@shared_task(name="outcomes.expire_questionnaires")
def expire_questionnaires() -> int:
    return actions.expire_questionnaires(at=timezone.now())


@shared_task(name="outcomes.escalate_safety_tasks")
def escalate_safety_tasks() -> int:
    return actions.escalate_overdue_safety_tasks(at=timezone.now())


@shared_task(name="outcomes.fit_models")
def fit_models() -> int:
    return work_on_models(at=timezone.now())
