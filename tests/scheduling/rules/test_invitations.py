"""By which channel a patient hears, and that a stranger learns nothing from it."""

import re
from datetime import date

import pytest

from scheduling.rules.invitations import (
    Appointment,
    channel_of,
    email_text,
    sms_text,
    staff_text,
    subject,
    title,
)

KINDS = ("invitation", "reminder", "change", "cancellation")
HEALTH = re.compile(r"ketamin|infusi|pain|psych|treat|medic|health|clinic visit|group visit|shared", re.I)
ABOUT = Appointment(
    date(2026, 9, 8), 780, "Juniper Street Infusion", "216 555 0100", "12 Juniper Street", ("Glasses",)
)


@pytest.mark.parametrize(
    ("email", "consent_email", "phone", "consent_sms", "way"),
    [
        ("a@example.org", True, "555", True, "email"),
        ("a@example.org", None, "555", True, "sms"),
        ("a@example.org", False, "555", True, "sms"),
        ("", True, "555", True, "sms"),
        ("a@example.org", None, "555", None, "staff"),
        ("a@example.org", False, "555", False, "staff"),
        ("", True, "", True, "staff"),
    ],
)
def test_enr_68_only_a_yes_opens_a_channel(
    email: str, consent_email: bool | None, phone: str, consent_sms: bool | None, way: str
) -> None:
    assert channel_of(email=email, consent_email=consent_email, phone=phone, consent_sms=consent_sms) == way


@pytest.mark.parametrize("kind", KINDS)
def test_enr_69_subject_and_text_message_hold_no_word_about_health(kind: str) -> None:
    for words in (subject(kind, ABOUT), sms_text(kind, ABOUT)):
        assert not HEALTH.search(words), words
        assert "Juniper" not in words
        assert "8 September" in words


@pytest.mark.parametrize(
    ("clinic", "said"),
    [
        ("Juniper Street", "Your appointment at Juniper Street"),
        ("Juniper Street Infusion", "Your appointment"),
        ("Lakeside Pain Clinic", "Your appointment"),
        ("The Ketamine Center", "Your appointment"),
        ("Harbor Psychiatry", "Your appointment"),
        ("KIT North", "Your appointment"),
        ("Kitchener House", "Your appointment at Kitchener House"),
        ("", "Your appointment"),
    ],
)
def test_enr_69_a_clinic_whose_name_tells_is_not_named(clinic: str, said: str) -> None:
    assert title(clinic) == said


def test_an_email_says_when_where_with_whom_and_what_to_bring() -> None:
    text = email_text("invitation", ABOUT)
    for part in (
        "Tuesday 8 September at 1:00 in the afternoon",
        "supports you",
        "12 Juniper Street",
        "- Glasses",
        "216 555 0100",
    ):
        assert part in text


def test_a_cancellation_asks_nobody_to_come() -> None:
    assert "does not take place" in email_text("cancellation", ABOUT)
    assert "Please come" not in email_text("cancellation", ABOUT) + sms_text("cancellation", ABOUT)


@pytest.mark.parametrize("kind", KINDS)
def test_the_task_for_the_schedulers_has_a_record_and_no_name(kind: str) -> None:
    assert staff_text(kind, ABOUT, record_tail="0417").startswith("Record …0417: call or print the letter.")
