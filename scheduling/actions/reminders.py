"""Reminders of visits: outbox rows, once each."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from kitclinic.actions import queue_message
from kitclinic.models import OutboxMessage, Site
from scheduling.models import SuiteDay, Visit
from scheduling.rules.capacity import clock, date_words
from scheduling.rules.reminders import SUBJECT, driver_text, is_time, patient_text, unreachable_text
from scheduling.states import VisitState

SCHEDULERS = "schedulers"


@transaction.atomic
def queue_visit_reminders(*, at: datetime) -> int:
    """Queue what is due at every clinic now and not queued yet; returns the number of new messages."""
    return sum(
        sum(message is not None for message in _of_site(site, at=at))
        for site in Site.objects.all()
        if is_time(site.minute(at))
    )


def _of_site(site: Site, *, at: datetime) -> Iterator[OutboxMessage | None]:
    today = site.today(at)
    next_day = SuiteDay.objects.filter(site=site, date__gt=today, closed_because="").order_by("date").first()
    if next_day is None:
        return
    booked = next_day.visits.filter(state=VisitState.BOOKED).select_related("patient")
    visits = list(booked.order_by("start_minute", "pk"))
    keys = [key for visit in visits for key in (_reminder(visit), _driver(visit))]
    known = set(OutboxMessage.objects.filter(site=site, key__in=keys).values_list("key", flat=True))
    for visit in visits:
        starts = site.instant(visit.date, visit.start_minute)
        if next_day.date == today + timedelta(days=1) and _reminder(visit) not in known:
            channel, to, text = _words(visit, site)
            key = _reminder(visit)
            yield queue_message(
                site=site,
                key=key,
                channel=channel,
                to=to,
                text=text,
                subject=SUBJECT if channel == OutboxMessage.Channel.EMAIL else "",
                due_at=at,
                expires_at=starts,
            )
        if not visit.driver_named and _driver(visit) not in known:
            yield queue_message(
                site=site,
                key=_driver(visit),
                channel=OutboxMessage.Channel.STAFF,
                to=SCHEDULERS,
                text=driver_text(
                    visit.patient.record_tail,
                    day_words=date_words(visit.date),
                    clock=clock(visit.start_minute),
                    chair=visit.chair,
                ),
                due_at=at,
                expires_at=starts,
            )


def _words(visit: Visit, site: Site) -> tuple[str, str, str]:
    patient = visit.patient
    text = patient_text(visit.start_minute, phone=site.phone)
    if patient.phone and patient.consent_sms is True:
        return OutboxMessage.Channel.SMS, patient.phone, text
    if patient.email and patient.consent_email is True:
        return OutboxMessage.Channel.EMAIL, patient.email, text
    missing = unreachable_text(
        patient.record_tail, day_words=date_words(visit.date), clock=clock(visit.start_minute)
    )
    return OutboxMessage.Channel.STAFF, SCHEDULERS, missing


def _reminder(visit: Visit) -> str:
    return f"visit-reminder:{visit.pk}"


def _driver(visit: Visit) -> str:
    return f"visit-driver:{visit.pk}"
