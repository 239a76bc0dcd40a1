"""Scheduled work of infusions."""

from celery import shared_task
from django.utils import timezone

from infusions import actions
from kitclinic.models import Site


@shared_task(name="infusions.expire_orders")
def expire_orders() -> int:
    at = timezone.now()
    return sum(len(actions.expire_orders(site=site, at=at)) for site in Site.objects.order_by("pk"))


@shared_task(name="infusions.escalate_unsigned")
def escalate_unsigned() -> int:
    at = timezone.now()
    return sum(actions.escalate_unsigned(site=site, at=at) for site in Site.objects.order_by("pk"))
