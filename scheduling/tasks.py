"""Scheduled work of scheduling."""

from celery import shared_task
from django.utils import timezone

from scheduling.actions import (
    extend_all_series,
    import_waiting_files,
    offer_all_free_places,
    propose_all_retimings,
    queue_group_reminders,
    queue_visit_reminders,
    release_all_expired_holds,
)
from scheduling.plan_work import work_on_plans


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


@shared_task(name="scheduling.find_better_plans")
def find_better_plans() -> int:
    return work_on_plans(at=timezone.now())


@shared_task(name="scheduling.retime_weeks")
def retime_weeks() -> int:
    """Every night: a quick plan for each week with tentative sequences, and the solver asked for a better one."""
    return propose_all_retimings(at=timezone.now())


@shared_task(name="scheduling.release_holds")
def release_holds() -> int:
    return release_all_expired_holds(at=timezone.now())


@shared_task(name="scheduling.offer_places")
def offer_places() -> int:
    return offer_all_free_places(at=timezone.now())
