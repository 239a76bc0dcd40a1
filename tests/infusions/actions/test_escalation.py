"""Visits of the next clinic day without a signed order are called out at the clinic's hour, once."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from infusions import actions
from infusions.models import Escalation, OrderSettings
from infusions.queries.escalation import called_out, day_words, unsigned_visits
from infusions.tasks import escalate_unsigned
from kitclinic.models import AuditEvent, OutboxMessage
from kitclinic.outbox import deliver_due
from scheduling.actions import cancel_sequence
from tests.factories import orders as factory
from tests.factories import people, suite

THREE = 15 * 60


def friday(site, minute):
    """The clinic day before the Monday of the first visit: the last one that was open."""
    return site.instant(factory.MONDAY - timedelta(days=3), minute)


@pytest.fixture
def open_before(site):
    suite.open_week(site, factory.MONDAY - timedelta(days=7))


@pytest.fixture
def draft(site, open_before):
    return factory.draft(factory.sequence(site))


def call(site, at):
    return actions.escalate_unsigned(site=site, at=at)


@pytest.mark.parametrize(("minute", "called"), [(THREE - 1, 0), (THREE, 1), (THREE + 200, 1)])
def test_ord_35_from_15_00_of_the_clinic_day_before_and_not_a_minute_earlier(site, draft, minute, called):
    assert call(site, friday(site, minute)) == called
    assert Escalation.objects.count() == called


def test_ord_35_once_however_often_the_clock_asks(site, draft):
    at = friday(site, THREE)
    assert [call(site, at + timedelta(minutes=later)) for later in (0, 1, 2, 60)] == [1, 0, 0, 0]
    message = OutboxMessage.objects.get(to="prescribers")
    assert message.channel == OutboxMessage.Channel.STAFF
    assert "the order is drafted, not signed" in message.text
    patient = draft.sequence.patient
    assert patient.given_name not in message.text
    assert patient.family_name not in message.text
    assert AuditEvent.objects.filter(event="unsigned order called out").count() == 1


def test_ord_35_the_hour_is_the_clinics_own(site, draft):
    OrderSettings.objects.update_or_create(site=site, defaults={"escalate_minute": 13 * 60})
    assert call(site, friday(site, 13 * 60 - 1)) == 0
    assert call(site, friday(site, 13 * 60)) == 1


def test_ord_35_a_signed_order_is_not_called_out(site, draft):
    factory.sign(draft)
    assert call(site, friday(site, THREE)) == 0


def test_ord_35_a_missing_a_held_and_an_expiring_order_are_called_out_with_their_reason(site, open_before, nurse):
    factory.sequence(site)
    held = factory.signed(site, start_minute=700)
    actions.hold_order(order=held, reason="chest pain", by=nurse, at=factory.moment(site))
    old = factory.sequence(site, start_minute=620)
    early = factory.moment(site) - timedelta(days=26)
    factory.weighed(old, "82.5", at=early - timedelta(days=1))
    factory.sign(factory.draft(old, at=early), at=early)
    found = unsigned_visits(site, at=friday(site, THREE))
    assert [one.because for one in found] == [
        "no order is written",
        "the order expires 13 Sep 2026",
        "the order is held",
    ]


def test_ord_35_what_was_booked_after_the_hour_is_called_out_on_the_day_itself(site, draft):
    at = site.instant(factory.MONDAY, 480)
    assert call(site, at) == 1
    (one,) = called_out(site, at=at)
    assert day_words(one.visit, at=at) == "today, 09:00"
    assert call(site, site.instant(factory.MONDAY, 541)) == 0  # it has begun, or has not


def test_the_words_of_a_day_are_near(site, draft):
    visit = draft.sequence.visits.get(day_index=1)
    sunday = site.instant(factory.MONDAY - timedelta(days=1), 600)
    assert day_words(visit, at=sunday) == "tomorrow, 09:00"
    assert day_words(visit, at=friday(site, THREE)) == "Mon 14 Sep, 09:00"


def test_the_queue_forgets_it_as_soon_as_it_is_signed_and_the_call_is_withdrawn(site, draft):
    at = friday(site, THREE)
    call(site, at)
    assert len(called_out(site, at=at)) == 1
    factory.sign(draft)
    assert called_out(site, at=at) == []
    assert deliver_due(at=at) == 0
    assert "Withdrawn" in OutboxMessage.objects.get(to="prescribers").problem


def test_a_released_visit_is_not_called_out(site, draft, scheduler):
    cancel_sequence(sequence=draft.sequence, reason="patient_choice", by=scheduler, at=factory.moment(site))
    assert call(site, friday(site, THREE)) == 0


def test_ord_35_each_day_without_a_signed_order_is_called_out_by_itself(site, draft):
    assert call(site, friday(site, THREE)) == 1
    assert call(site, site.instant(factory.MONDAY, THREE)) == 1
    assert sorted(Escalation.objects.values_list("visit__day_index", flat=True)) == [1, 2]


def test_ord_35_the_scheduler_knows_the_task_and_asks_every_clinic(site, other_site, draft):
    suite.open_week(other_site, factory.MONDAY - timedelta(days=7))
    factory.draft(factory.sequence(other_site))
    with time_machine.travel(friday(site, THREE), tick=False):
        assert (escalate_unsigned(), escalate_unsigned()) == (2, 0)
    entries = settings.CELERY_BEAT_SCHEDULE.values()
    (entry,) = [entry for entry in entries if entry["task"] == "infusions.escalate_unsigned"]
    assert entry["schedule"] == timedelta(minutes=1)
    assert people.site(slug="third", name="Third Infusion").pk  # a clinic without anything is asked for nothing
    assert Escalation.objects.count() == 2
