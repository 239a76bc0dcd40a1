"""Scheduled work of the base: delivering the outbox, linking the audit trail."""

from celery import shared_task
from django.utils import timezone

from kitclinic.actions import check_chains, forget_old_sign_ins
from kitclinic.chain import seal_all, ship_heads_of_all
from kitclinic.outbox import deliver_due
from kitclinic.retention import carry_out


@shared_task(name="kitclinic.deliver_outbox")
def deliver_outbox() -> int:
    return deliver_due(at=timezone.now())


@shared_task(name="kitclinic.seal_audit")
def seal_audit() -> int:
    return seal_all()


@shared_task(name="kitclinic.ship_heads")
def ship_heads() -> int:
    return ship_heads_of_all(at=timezone.now())


@shared_task(name="kitclinic.forget_sign_ins")
def forget_sign_ins() -> int:
    return forget_old_sign_ins(at=timezone.now())


@shared_task(name="kitclinic.verify_chains")
def verify_chains() -> int:
    return check_chains(at=timezone.now())


@shared_task(name="kitclinic.retention")
def retention() -> int:
    return sum(line.rows or 0 for line in carry_out(at=timezone.now(), dry=False) if line.kind.is_thrown_away)
