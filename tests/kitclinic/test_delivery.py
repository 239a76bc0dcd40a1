"""The ways out: a file, the log, a mail server; and the address of the mail server, read strictly."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from kitclinic import delivery
from kitclinic.actions import queue_message
from kitclinic.environment import EnvironmentProblem, mail_server
from kitclinic.models import OutboxMessage, Site

AT = datetime(2026, 3, 11, 14, 42, tzinfo=UTC)
FILE = {
    "name": "appointment.ics",
    "type": 'text/calendar; method=REQUEST; charset="utf-8"',
    "text": "BEGIN:VCALENDAR\r\n",
}


def message(site: Site, channel: str = "email") -> OutboxMessage:
    queued = queue_message(
        site=site,
        key=f"seat-1-{channel}",
        channel=channel,
        to="p@example.org" if channel == "email" else "555-0142",
        text="See you.",
        subject="Your appointment, 18 September" if channel == "email" else "",
        attachments=[FILE] if channel == "email" else [],
        due_at=AT,
    )
    assert queued is not None
    return queued


@pytest.fixture
def outbox_file(tmp_path: Path, settings: Any) -> Path:
    settings.OUTBOX_FILE = tmp_path / "outbox.log"
    return tmp_path / "outbox.log"


def test_an_email_leaves_with_its_subject_and_attachment(site: Site, outbox_file: Path, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "desk@clinic.example"
    delivery.to_email(message(site))
    (sent,) = mail.outbox
    assert (sent.subject, sent.to, sent.from_email) == (
        "Your appointment, 18 September",
        ["p@example.org"],
        "desk@clinic.example",
    )
    whole = sent.message()
    (part,) = [part for part in whole.walk() if part.get_content_type() == "text/calendar"]
    assert (part.get_filename(), part.get_param("method")) == ("appointment.ics", "REQUEST")
    assert part.get_payload(decode=True).decode().startswith("BEGIN:VCALENDAR")
    assert not outbox_file.exists()


def test_a_text_message_goes_to_the_file_when_only_mail_is_configured(site: Site, outbox_file: Path) -> None:
    delivery.to_email(message(site, "sms"))
    assert mail.outbox == []
    assert outbox_file.read_text().split("\t")[:3] == ["seat-1-sms", "sms", "555-0142"]


def test_the_file_names_subject_and_attachments(site: Site, outbox_file: Path) -> None:
    delivery.to_file(message(site))
    assert outbox_file.read_text().rstrip("\n").split("\t")[3:] == [
        "'See you.'",
        "Your appointment, 18 September",
        "appointment.ics",
    ]


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtps://u:p%40ss@mail.example?from=desk@clinic.example", 465, False, True),
        ("smtp+starttls://u:p%40ss@mail.example?from=desk@clinic.example", 587, True, False),
        ("smtp+starttls://u:p%40ss@mail.example:2525?from=desk@clinic.example", 2525, True, False),
        ("smtp://u:p%40ss@localhost?from=desk@clinic.example", 25, False, False),
    ],
)
def test_a_mail_server_is_read_from_its_address(url: str, port: int, starttls: bool, tls: bool) -> None:
    server = mail_server(url, name="KITCLINIC_EMAIL_URL")
    assert (server.port, server.starttls, server.tls) == (port, starttls, tls)
    assert (server.user, server.password, server.sender) == ("u", "p@ss", "desk@clinic.example")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "must look like"),
        ("mail.example", "must look like"),
        ("http://mail.example?from=a@b", "must look like"),
        ("smtps://?from=a@b", "must look like"),
        ("smtp://mail.example?from=a@b", "without encryption"),
        ("smtps://mail.example", "needs .from="),
        ("smtps://mail.example?from=desk", "needs .from="),
        ("smtps://mail.example?from=a@b&tls=no", "needs .from="),
        ("smtps://mail.example?from=a@b%0d%0aBcc:x@y", "needs .from="),
        ("smtps://mail.example:port?from=a@b", "no valid port"),
    ],
)
def test_any_other_address_is_a_loud_error(url: str, says: str) -> None:
    with pytest.raises(EnvironmentProblem, match=says):
        mail_server(url, name="KITCLINIC_EMAIL_URL")
