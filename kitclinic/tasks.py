"""Scheduled work of the base: delivering the outbox."""

from celery import shared_task
from django.utils import timezone

from kitclinic.outbox import deliver_due


@shared_task(name="kitclinic.deliver_outbox")
def deliver_outbox() -> int:
    return deliver_due(at=timezone.now())
