"""Scheduled work of scheduling."""

from celery import shared_task
from django.utils import timezone

from scheduling.actions import queue_visit_reminders


@shared_task(name="scheduling.remind_of_visits")
def remind_of_visits() -> int:
    return queue_visit_reminders(at=timezone.now())
