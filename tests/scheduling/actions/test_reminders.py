from datetime import timedelta

import pytest

from kitclinic.models import OutboxMessage, Site, StaffUser
from scheduling.actions import mark_missed, name_driver, queue_visit_reminders
from scheduling.tasks import remind_of_visits
from tests.factories.suite import MONDAY, booked_sequence, visits_of

pytestmark = pytest.mark.django_db
SUNDAY, FRIDAY = MONDAY - timedelta(days=1), MONDAY - timedelta(days=3)


def sent(channel: str) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(channel=channel).order_by("pk"))


def test_rem_01_tomorrows_visit_is_reminded_of_once(site: Site) -> None:
    visit = visits_of(booked_sequence(site, start_minute=545))[0]
    at = site.instant(SUNDAY, 600)
    assert queue_visit_reminders(at=at) == 2
    assert queue_visit_reminders(at=at + timedelta(minutes=1)) == 0
    (message,) = sent("sms")
    assert (message.to, message.expires_at) == (visit.patient.phone, visit.starts_at)
    assert "9:05 in the morning" in message.text


def test_rem_01_nothing_leaves_at_night_or_two_days_ahead(site: Site) -> None:
    booked_sequence(site)
    assert queue_visit_reminders(at=site.instant(SUNDAY, 599)) == 0
    queue_visit_reminders(at=site.instant(FRIDAY, 700))
    assert sent("sms") == []


def test_rem_02_a_missing_driver_is_a_task_on_the_clinic_day_before(site: Site, scheduler: StaffUser) -> None:
    with_driver, without = booked_sequence(site), booked_sequence(site)
    name_driver(
        visits=visits_of(with_driver),
        name="Marta Quist",
        relationship="sister",
        phone="555-010-7788",
        transport="family",
        by=scheduler,
        at=site.instant(FRIDAY, 600),
    )
    queue_visit_reminders(at=site.instant(FRIDAY, 700))
    (task,) = sent("staff")
    assert without.patient.record_tail in task.text
    assert without.patient.family_name not in task.text


def test_a_missed_day_is_not_reminded_of(site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site))[0]
    mark_missed(visit=visit, reason="illness", by=scheduler, at=site.instant(FRIDAY, 600))
    assert queue_visit_reminders(at=site.instant(SUNDAY, 700)) == 0


def test_a_patient_without_phone_gets_an_email_and_without_both_a_person_is_told(site: Site) -> None:
    mailed, neither = booked_sequence(site).patient, booked_sequence(site).patient
    mailed.phone, mailed.email, mailed.consent_email = "", "b@example.org", True
    neither.phone = ""
    mailed.save()
    neither.save()
    queue_visit_reminders(at=site.instant(SUNDAY, 700))
    assert [message.to for message in sent("email")] == ["b@example.org"]
    assert any("has not agreed to text messages or e-mail" in message.text for message in sent("staff"))


def test_the_task_calls_the_action(site: Site) -> None:
    assert remind_of_visits() == 0
