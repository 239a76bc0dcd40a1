"""Reminders of visits: once each, in their window, in the clinic's time, withdrawn with the visit."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from kitclinic import outbox
from kitclinic.models import OutboxMessage, Site, StaffUser
from kitclinic.outbox import deliver_due
from scheduling.actions import cancel_sequence, confirm_driver, mark_missed, name_driver, queue_visit_reminders
from scheduling.models import DriverLink, Sequence, Visit
from scheduling.states import SequenceState
from scheduling.tasks import remind_of_visits
from tests.factories.driver_links import DRIVER
from tests.factories.suite import MONDAY, before, booked_sequence, visits_of

pytestmark = pytest.mark.django_db
SUNDAY, SATURDAY, FRIDAY = (MONDAY - timedelta(days=n) for n in (1, 2, 3))
BOOKED = 20  # days before MONDAY


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[OutboxMessage]:
    """The messages that left, in order."""
    messages: list[OutboxMessage] = []
    monkeypatch.setattr(outbox, "deliver", messages.append)
    return messages


def course(site: Site, **given: object) -> Sequence:
    return booked_sequence(site, at=before(site, MONDAY, days=BOOKED), **given)  # type: ignore[arg-type]


def sent(channel: str) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(channel=channel).order_by("pk"))


def named(visits: list[Visit], by: StaffUser, at: datetime) -> None:
    name_driver(visits=visits, by=by, at=at, **DRIVER)


def every_minute(site: Site, day: date, minutes: range) -> list[OutboxMessage]:
    """Run the task and the delivery through a day."""
    for minute in minutes:
        at = site.instant(day, minute)
        queue_visit_reminders(at=at)
        deliver_due(at=at)
    return sent("sms")


def test_rem_01_a_course_is_reminded_of_7_and_2_days_before_and_each_day_on_the_day_before(
    site: Site, scheduler: StaffUser, left: list[OutboxMessage]
) -> None:
    booked = course(site, start_minute=545)
    named(visits_of(booked), scheduler, before(site, MONDAY, days=BOOKED))
    confirm_driver(visits=visits_of(booked), by=scheduler, at=before(site, MONDAY, days=BOOKED))
    for day in (MONDAY + timedelta(days=n) for n in range(-10, 6)):
        every_minute(site, day, range(0, 1440, 60))
    days = [(message.sent_at or message.due_at).astimezone(site.zone) for message in left]
    assert [f"{at:%a %d %H:%M}" for at in days] == [
        "Mon 07 10:00",  # 7 days before the first, for all five
        "Sat 12 10:00",  # 2 days before
        *("Sun 13 10:00", "Mon 14 10:00", "Tue 15 10:00", "Wed 16 10:00", "Thu 17 10:00"),
    ]
    assert "5 appointments, from Monday 14 September at 9:05" in left[0].text
    assert "your appointment is on Tuesday 15 September at 9:05" in left[3].text


def test_rem_01_tomorrows_visit_is_reminded_of_once_however_often_the_task_runs(site: Site) -> None:
    visit = visits_of(course(site, start_minute=545))[0]
    at = site.instant(SUNDAY, 600)
    assert queue_visit_reminders(at=at) == 2, "the reminder, and the task about the driver"
    for minutes in (0, 1, 600):
        assert queue_visit_reminders(at=at + timedelta(minutes=minutes)) == 0
    (message,) = sent("sms")
    assert (message.to, message.expires_at) == (visit.patient.phone, visit.starts_at)
    assert "Monday 14 September at 9:05 in the morning" in message.text


def test_rem_01_nothing_leaves_before_ten(site: Site) -> None:
    course(site)
    queue_visit_reminders(at=site.instant(SUNDAY, 599))
    assert sent("sms") == []


def test_rem_01_only_a_channel_with_a_yes_is_used_else_a_person_is_told(site: Site) -> None:
    mailed, neither, refused = (course(site).patient for _ in range(3))
    mailed.phone, mailed.email, mailed.consent_email = "", "b@example.org", True
    neither.phone = ""
    refused.consent_sms = False
    for patient in (mailed, neither, refused):
        patient.save()
    queue_visit_reminders(at=site.instant(SATURDAY, 700))
    assert [(message.to, message.subject) for message in sent("email")] == [
        ("b@example.org", "Reminder: your appointment")
    ]
    assert sent("sms") == []
    tasks = [message.text for message in sent("staff") if "has not agreed to text messages" in message.text]
    assert len(tasks) == 2
    assert not any("/d/#" in text for text in tasks)


def test_rem_03_a_worker_that_was_down_sends_what_is_still_in_its_window(
    site: Site, left: list[OutboxMessage]
) -> None:
    course(site)
    every_minute(site, MONDAY - timedelta(days=6), range(900, 901))
    assert len(left) == 1, "the reminder of a week before, a day late"
    every_minute(site, SUNDAY, range(1080, 1081))
    assert len(left) == 3, "the 1-day one and the task; the 2-day one has passed"
    assert [message.key.split(":")[2] for message in sent("sms")] == ["7", "1"]


def test_rem_03_a_7_day_reminder_three_days_late_is_not_sent(site: Site, left: list[OutboxMessage]) -> None:
    course(site)
    every_minute(site, MONDAY - timedelta(days=4), range(600, 601))
    assert left == []
    assert sent("sms") == []


def test_rem_03_a_message_that_did_not_leave_in_its_window_never_leaves(
    site: Site, left: list[OutboxMessage]
) -> None:
    course(site)
    queue_visit_reminders(at=site.instant(SATURDAY, 700))
    deliver_due(at=site.instant(SATURDAY, 1201))
    assert [message for message in left if message.channel == "sms"] == []
    (late,) = sent("sms")
    assert late.sent_at is None
    assert "Not sent in its time" in late.problem


def test_rem_03_what_was_booked_after_the_reminder_was_due_is_not_reminded_of(site: Site) -> None:
    sequence = course(site)
    Sequence.objects.filter(pk=sequence.pk).update(booked_at=site.instant(SATURDAY, 700))
    queue_visit_reminders(at=site.instant(SATURDAY, 800))
    assert sent("sms") == []
    queue_visit_reminders(at=site.instant(SUNDAY, 800))
    assert len(sent("sms")) == 1


def test_rem_04_a_reminder_found_at_night_waits_until_the_morning(site: Site, left: list[OutboxMessage]) -> None:
    course(site, start_minute=840)
    night = site.instant(SUNDAY, 1300)
    queue_visit_reminders(at=night)
    (message,) = sent("sms")
    assert message.due_at == site.instant(MONDAY, 480)
    deliver_due(at=night)
    assert [one.channel for one in left] == ["staff"]
    deliver_due(at=site.instant(MONDAY, 480))
    assert [one.channel for one in left] == ["staff", "sms"]


def test_rem_04_a_delivery_that_was_delayed_into_the_night_waits_too(
    site: Site, left: list[OutboxMessage]
) -> None:
    course(site, start_minute=840)
    queue_visit_reminders(at=site.instant(SUNDAY, 1199))
    deliver_due(at=site.instant(SUNDAY, 1200))
    (message,) = sent("sms")
    assert (message.due_at, message.attempts, message.sent_at) == (site.instant(MONDAY, 480), 0, None)
    deliver_due(at=site.instant(MONDAY, 480))
    assert sent("sms")[0].sent_at is not None


@pytest.mark.parametrize(("zone", "hour"), [("America/New_York", 14), ("Pacific/Auckland", 22)])
def test_rem_01_ten_is_ten_on_the_clinics_clock(site: Site, zone: str, hour: int) -> None:
    Site.objects.filter(pk=site.pk).update(time_zone=zone)
    here = Site.objects.get(pk=site.pk)
    course(here)
    due = here.instant(SUNDAY, 600)
    assert due.hour == hour
    queue_visit_reminders(at=due - timedelta(seconds=1))
    assert sent("sms") == []
    queue_visit_reminders(at=due)
    assert len(sent("sms")) == 1


@pytest.mark.parametrize("monday", [date(2026, 3, 9), date(2026, 11, 2)])
def test_case_35_a_reminder_over_a_change_of_the_clocks_leaves_at_ten_once(
    site: Site, monday: date, left: list[OutboxMessage]
) -> None:
    """The clocks change on the Sunday before this Monday, between the 2-day and the 1-day reminder."""
    booked_sequence(site, monday, at=before(site, monday, days=BOOKED), start_minute=545)
    for day in (monday + timedelta(days=n) for n in range(-8, 1)):
        every_minute(site, day, range(0, 1440, 30))
    at = [(one.sent_at or one.due_at).astimezone(site.zone) for one in left if one.channel == "sms"]
    assert [f"{moment:%a %H:%M}" for moment in at] == ["Mon 10:00", "Sat 10:00", "Sun 10:00", "Mon 10:00"]


def test_rem_05_a_day_whose_first_day_was_missed_is_reminded_of_by_itself(
    site: Site, scheduler: StaffUser
) -> None:
    first, second, *_ = visits_of(course(site))
    mark_missed(visit=first, reason="illness", by=scheduler, at=site.instant(FRIDAY, 600))
    queue_visit_reminders(at=site.instant(SUNDAY, 700))
    (message,) = sent("sms")
    assert message.key.startswith(f"visit-reminder:{second.pk}:2:")
    assert "4 appointments, from Tuesday 15 September" in message.text


def test_a_hold_is_not_reminded_of(site: Site) -> None:
    sequence = course(site)
    until = site.instant(SUNDAY, 1000)
    Sequence.objects.filter(pk=sequence.pk).update(state=SequenceState.HELD, held_until=until)
    assert queue_visit_reminders(at=site.instant(SUNDAY, 700)) == 0


def test_rem_06_the_2_day_reminder_carries_a_link_whose_code_is_nowhere_stored(
    site: Site, left: list[OutboxMessage]
) -> None:
    sequence = course(site)
    queue_visit_reminders(at=site.instant(SATURDAY, 600))
    link = DriverLink.objects.get(sequence=sequence)
    code = sent("sms")[0].text.rpartition("/d/#")[2]
    assert len(code) == 43
    assert code not in (link.token_digest, "")
    deliver_due(at=site.instant(SATURDAY, 600))
    assert code in left[0].text or "…" in left[0].text
    assert code not in sent("sms")[0].text, "the code is gone from the record once the message has left"


def test_rem_06_whose_driver_is_confirmed_is_not_asked(site: Site, scheduler: StaffUser) -> None:
    visits = visits_of(course(site))
    named(visits, scheduler, site.instant(FRIDAY, 600))
    confirm_driver(visits=visits, by=scheduler, at=site.instant(FRIDAY, 600))
    queue_visit_reminders(at=site.instant(SATURDAY, 600))
    assert "/d/#" not in sent("sms")[0].text
    assert not DriverLink.objects.exists()


def test_rem_07_a_queued_reminder_of_a_cancelled_course_does_not_leave(
    site: Site, scheduler: StaffUser, left: list[OutboxMessage]
) -> None:
    sequence = course(site)
    at = site.instant(SUNDAY, 700)
    queue_visit_reminders(at=at)
    cancel_sequence(sequence=sequence, reason="patient_choice", by=scheduler, at=at)
    deliver_due(at=at)
    assert left == []
    assert {message.problem.split(":")[0] for message in OutboxMessage.objects.all()} == {"Withdrawn"}
    assert queue_visit_reminders(at=at + timedelta(minutes=1)) == 0


def test_rem_07_a_moved_visit_is_reminded_of_at_its_new_time_only(site: Site, left: list[OutboxMessage]) -> None:
    visit = visits_of(course(site, start_minute=545))[0]
    at = site.instant(SUNDAY, 700)
    queue_visit_reminders(at=at)
    Visit.objects.filter(pk=visit.pk).update(start_minute=715)
    queue_visit_reminders(at=at + timedelta(minutes=1))
    deliver_due(at=at + timedelta(minutes=1))
    (message,) = [one for one in left if one.channel == "sms"]
    assert "11:55 in the morning" in message.text


def test_rem_07_a_consent_taken_back_withdraws_what_is_queued(site: Site, left: list[OutboxMessage]) -> None:
    patient = course(site).patient
    at = site.instant(SUNDAY, 700)
    queue_visit_reminders(at=at)
    patient.consent_sms = False
    patient.save()
    deliver_due(at=at)
    assert [one.channel for one in left] == ["staff"]
    assert "taken the consent back" in sent("sms")[0].problem


def test_rem_02_at_the_deadline_a_missing_or_unconfirmed_driver_is_a_task_once(
    site: Site, scheduler: StaffUser
) -> None:
    confirmed, unconfirmed, without = (course(site) for _ in range(3))
    at = site.instant(FRIDAY, 600)
    named(visits_of(confirmed), scheduler, at)
    confirm_driver(visits=visits_of(confirmed), by=scheduler, at=at)
    named(visits_of(unconfirmed), scheduler, at)
    queue_visit_reminders(at=site.instant(FRIDAY, 959))
    assert sent("staff") == []
    for minute in (960, 961, 1400):
        queue_visit_reminders(at=site.instant(FRIDAY, minute))
    first, second = sent("staff")
    assert "The driver is not confirmed" in first.text
    assert unconfirmed.patient.record_tail in first.text
    assert "No driver is named" in second.text
    assert without.patient.record_tail in second.text
    assert not any(
        one.patient.family_name in message.text for one in (without, unconfirmed) for message in (first, second)
    )


def test_rem_02_a_worker_back_on_the_morning_of_the_visit_still_raises_the_task(site: Site) -> None:
    course(site, start_minute=840)
    queue_visit_reminders(at=site.instant(MONDAY, 500))
    texts = [message.text for message in sent("staff")]
    assert len([text for text in texts if "Monday 14 September 14:00" in text]) == 1


def test_rem_02_a_driver_confirmed_meanwhile_withdraws_the_task(
    site: Site, scheduler: StaffUser, left: list[OutboxMessage]
) -> None:
    visits = visits_of(course(site))
    queue_visit_reminders(at=site.instant(FRIDAY, 960))
    named(visits, scheduler, site.instant(FRIDAY, 961))
    confirm_driver(visits=visits, by=scheduler, at=site.instant(FRIDAY, 961))
    deliver_due(at=site.instant(FRIDAY, 962))
    assert left == []


def test_the_task_calls_the_action(site: Site) -> None:
    assert remind_of_visits() == 0


def test_the_task_sends_what_is_due_now(site: Site) -> None:
    course(site)
    with time_machine.travel(site.instant(SUNDAY, 700), tick=False):
        assert remind_of_visits() == 2
