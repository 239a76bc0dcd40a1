"""Scheduled work of scheduling."""

from celery import shared_task
from django.utils import timezone

from scheduling.actions import (
    extend_all_series,
    import_waiting_files,
    queue_group_reminders,
    queue_visit_reminders,
)


@shared_task(name="scheduling.remind_of_visits")
def remind_of_visits() -> int:
    at = timezone.now()
    return queue_visit_reminders(at=at) + queue_group_reminders(at=at)


@shared_task(name="scheduling.extend_series")
def extend_series() -> int:
    return extend_all_series(at=timezone.now())


@shared_task(name="scheduling.import_referral_files")
def import_referral_files() -> int:
    return import_waiting_files(at=timezone.now())
