"""Reminders of visits and tasks about drivers: outbox rows, once each."""

from datetime import datetime

from django.db import transaction

from kitclinic.actions import queue_message
from kitclinic.models import OutboxMessage, Site
from scheduling.actions.driver_links import driver_address, make_driver_link, new_driver_token
from scheduling.models import Visit
from scheduling.queries.reminders import Reminder, driver_key, drivers_to_settle, due_reminders
from scheduling.rules.capacity import clock, date_words
from scheduling.rules.reminders import SUBJECT, driver_text, patient_text, unreachable_text

SCHEDULERS = "schedulers"


def queue_visit_reminders(*, at: datetime) -> int:
    """Queue what is due at every clinic now and not queued yet; returns the number of new messages.

    Each message is a transaction of its own: two workers at once wait for each other at most for one
    row, and the unique key lets one of them write it.
    """
    return sum(_of_site(site, at=at) for site in Site.objects.order_by("pk"))


def _of_site(site: Site, *, at: datetime) -> int:
    reminders = sum(_remind(site, reminder, at=at) for reminder in due_reminders(site, at=at))
    visits = drivers_to_settle(site, at=at)
    keys = [driver_key(visit) for visit in visits]
    known = set(OutboxMessage.objects.filter(site=site, key__in=keys).values_list("key", flat=True))
    return reminders + sum(_call(site, visit, at=at) for visit in visits if driver_key(visit) not in known)


@transaction.atomic
def _remind(site: Site, reminder: Reminder, *, at: datetime) -> bool:
    """Queue one reminder; the link to the driver's page is made with it, or not at all."""
    visit, patient = reminder.visit, reminder.visit.patient
    if not (patient.may_text or patient.may_email):
        text = unreachable_text(
            patient.record_tail, day_words=date_words(visit.date), clock=clock(visit.start_minute)
        )
        return _queue_task(site, reminder.key, text, due_at=at, expires_at=reminder.expires_at)
    by_text = patient.may_text
    token = new_driver_token() if reminder.asks_driver else ""
    link = driver_address(token) if token else ""
    message = queue_message(
        site=site,
        key=reminder.key,
        channel=OutboxMessage.Channel.SMS if by_text else OutboxMessage.Channel.EMAIL,
        to=patient.phone if by_text else patient.email,
        text=patient_text(reminder.days, phone=site.phone, link=link),
        subject="" if by_text else SUBJECT,
        due_at=reminder.due_at,
        expires_at=reminder.expires_at,
    )
    if message is not None and token:
        last_day_ends = site.instant(reminder.days[-1][0], 24 * 60)
        make_driver_link(sequence=visit.sequence, token=token, last_day_ends=last_day_ends, at=at)
    return message is not None


@transaction.atomic
def _call(site: Site, visit: Visit, *, at: datetime) -> bool:
    text = driver_text(
        visit.patient.record_tail,
        day_words=date_words(visit.date),
        clock=clock(visit.start_minute),
        chair=visit.chair,
        named=visit.driver_named,
    )
    expires_at = site.instant(visit.date, visit.start_minute)
    return _queue_task(site, driver_key(visit), text, due_at=at, expires_at=expires_at)


def _queue_task(site: Site, key: str, text: str, *, due_at: datetime, expires_at: datetime) -> bool:
    message = queue_message(
        site=site,
        key=key,
        channel=OutboxMessage.Channel.STAFF,
        to=SCHEDULERS,
        text=text,
        due_at=due_at,
        expires_at=expires_at,
    )
    return message is not None
