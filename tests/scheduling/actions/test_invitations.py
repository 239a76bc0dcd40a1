"""Each message about a seat: by the channel the patient agreed to, once, with a calendar file."""

from datetime import date, timedelta

import pytest

from kitclinic.models import OutboxMessage, Site, StaffUser
from scheduling import actions
from scheduling.models import GroupSeat, Letter, Patient
from tests.factories import scheduling as make
from tests.factories import suite
from tests.factories.scheduling import NOW
from tests.kitclinic.test_calendars import read

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 9, 18)
MAIL = {"email": "d.marrin@example.org", "consent_email": True, "consent_sms": True}


def seat(site: Site, *, day: date = FRIDAY, **fields: object) -> GroupSeat:
    group = make.group_on(site=site, day=day)
    return make.booked_patient(site=site, group=group, **fields).seats.get()  # type: ignore[arg-type]


def messages() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.order_by("pk"))


def test_enr_68_an_email_has_a_neutral_subject_and_a_calendar_file(site: Site) -> None:
    Site.objects.update(
        address="12 Juniper Street\nInfusion entrance\nCleveland, OH", bring_along="Glasses\nA snack"
    )
    booked = seat(Site.objects.get(pk=site.pk), **MAIL)
    (message,) = messages()
    assert (message.channel, message.to, message.subject) == (
        "email",
        "d.marrin@example.org",
        "Your appointment, 18 September",
    )
    assert "- Glasses" in message.text
    (file,) = message.attachments
    assert (file["name"], file["type"]) == ("appointment.ics", 'text/calendar; method=REQUEST; charset="utf-8"')
    event = read(file["text"])
    assert event["SUMMARY"] == "Your appointment"
    assert event["LOCATION"] == "12 Juniper Street, Cleveland, OH"
    assert event["DTSTART"] == "20260918T170000Z"
    assert event["UID"].startswith(f"seat-{booked.pk}@")
    assert event["ATTENDEE"] == "mailto:d.marrin@example.org"
    letter = Letter.objects.get()
    assert (letter.kind, letter.channel, letter.message) == ("invitation", "email", message)


def test_enr_68_a_text_message_goes_to_who_said_yes_to_that_only(site: Site) -> None:
    booked = seat(site, email="d@example.org", consent_email=False, consent_sms=True)
    (message,) = messages()
    assert (message.channel, message.to, message.attachments) == ("sms", booked.patient.phone, [])
    assert Letter.objects.get().channel == Letter.Channel.SMS


@pytest.mark.parametrize("said", [None, False])
def test_enr_68_without_a_yes_a_person_is_asked_to_call(site: Site, said: bool | None) -> None:
    booked = seat(site, email="d@example.org", consent_email=said, consent_sms=said)
    (message,) = messages()
    assert (message.channel, message.to) == ("staff", "schedulers")
    assert booked.patient.record_tail in message.text
    assert booked.patient.family_name not in message.text
    assert Letter.objects.get().channel == Letter.Channel.PHONE


def test_a_change_and_a_cancellation_renew_the_same_calendar_entry(site: Site, scheduler: StaffUser) -> None:
    booked = seat(site, **MAIL)
    group = booked.group
    actions.change_group_visit(
        group=group,
        day=group.date,
        start_minute=840,
        capacity=group.capacity,
        physician=group.physician,
        psychologist=group.psychologist,
        by=scheduler,
        at=NOW,
    )
    actions.cancel_seat(seat=booked, by=scheduler, at=NOW, reason="ill")
    events = [read(message.attachments[0]["text"]) for message in messages()]
    assert [event["SEQUENCE"] for event in events] == ["0", "1", "2"]
    assert [event["METHOD"] for event in events] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({event["UID"] for event in events}) == 1
    assert [letter.kind for letter in Letter.objects.order_by("pk")] == ["invitation", "change", "cancellation"]
    assert messages()[2].subject == "Cancelled: your appointment, 18 September"


def test_enr_68_the_clinic_day_before_everybody_is_reminded_once(site: Site) -> None:
    suite.open_week(site, date(2026, 9, 14))
    seat(site, day=date(2026, 9, 21), **MAIL)  # a Monday: the clinic day before is Friday
    thursday, friday = (site.instant(date(2026, 9, day), 600) for day in (17, 18))
    suite.open_week(site, date(2026, 9, 21))
    assert actions.queue_group_reminders(at=thursday) == 0
    assert actions.queue_group_reminders(at=friday - timedelta(minutes=1)) == 0
    assert actions.queue_group_reminders(at=friday) == 1
    assert actions.queue_group_reminders(at=friday + timedelta(hours=1)) == 0
    assert actions.queue_group_reminders(at=friday + timedelta(days=1)) == 0
    assert messages()[-1].subject == "Reminder: your appointment, 21 September"


def test_who_was_told_today_is_not_reminded_today(site: Site, scheduler: StaffUser) -> None:
    group = make.group_visit(site=site, day=FRIDAY)
    patient = make.eligible_patient(site=site, **MAIL)
    at = site.instant(FRIDAY - timedelta(days=1), 700)
    actions.book_seat(group=group, patient=patient, support_person="Paul", by=scheduler, at=at)
    assert actions.queue_group_reminders(at=at) == 0


def test_a_given_back_seat_is_not_reminded_of(site: Site, scheduler: StaffUser) -> None:
    booked = seat(site, **MAIL)
    actions.cancel_seat(seat=booked, by=scheduler, at=NOW, reason="ill")
    assert actions.queue_group_reminders(at=site.instant(FRIDAY - timedelta(days=1), 700)) == 0


def test_a_printed_letter_is_recorded_for_the_timeline(site: Site, scheduler: StaffUser) -> None:
    booked = seat(site)
    letter = actions.record_printed_letter(seat=booked, by=scheduler, at=NOW)
    assert (letter.channel, letter.patient_id, letter.by) == ("print", booked.patient_id, scheduler)


def test_a_visit_reminder_without_a_yes_goes_to_the_schedulers(site: Site) -> None:
    patient = suite.booked_sequence(site).patient
    Patient.objects.filter(pk=patient.pk).update(consent_sms=None, consent_email=None, email="a@example.org")
    actions.queue_visit_reminders(at=site.instant(suite.MONDAY - timedelta(days=1), 700))
    assert {message.channel for message in messages()} == {"staff"}
    assert any("has not agreed to text messages or e-mail" in message.text for message in messages())
