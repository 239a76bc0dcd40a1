"""The calendar file: what RFC 5545 asks for, read back line by line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kitclinic.calendars import CANCEL, Event, calendar

STARTS = datetime(2026, 9, 8, 13, 0, tzinfo=ZoneInfo("America/New_York"))
EVENT = Event(
    uid="seat-7@clinic.example",
    sequence=0,
    starts=STARTS,
    ends=STARTS + timedelta(minutes=90),
    stamped=datetime(2026, 8, 20, 15, 0, tzinfo=UTC),
    title="Your appointment",
    organizer="desk@clinic.example",
    attendee="patient@example.org",
)


def read(text: str) -> dict[str, str]:
    """The properties of the file, unfolded and unescaped."""
    lines = text.replace("\r\n ", "").split("\r\n")
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return {
        name.split(";")[0]: value.replace("\\n", "\n")
        .replace("\\,", ",")
        .replace("\\;", ";")
        .replace("\\\\", "\\")
        for name, value in pairs
    }


def test_times_are_utc_and_the_file_is_framed() -> None:
    text = calendar(EVENT)
    found = read(text)
    assert (found["DTSTART"], found["DTEND"]) == ("20260908T170000Z", "20260908T183000Z")
    assert (found["METHOD"], found["STATUS"], found["SEQUENCE"]) == ("REQUEST", "CONFIRMED", "0")
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")


def test_a_cancellation_keeps_the_uid_and_grows_the_sequence() -> None:
    found = read(calendar(replace(EVENT, sequence=2), method=CANCEL))
    assert (found["UID"], found["METHOD"], found["STATUS"], found["SEQUENCE"]) == (
        "seat-7@clinic.example",
        "CANCEL",
        "CANCELLED",
        "2",
    )


@pytest.mark.parametrize("words", ["a; b, c \\ d", "first line\nsecond line", "Zoë—" * 60, "x" * 500, "é" * 74])
def test_text_is_escaped_and_folded_at_75_octets_and_reads_back_the_same(words: str) -> None:
    text = calendar(replace(EVENT, words=words, place=words))
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert read(text)["DESCRIPTION"] == words


def test_a_title_cannot_open_a_line_of_its_own() -> None:
    text = calendar(replace(EVENT, title="A\r\nATTENDEE:mailto:x@example.org"))
    assert "\r\nATTENDEE:mailto:x@example.org" not in text


def test_an_unknown_method_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a method"):
        calendar(EVENT, method="PUBLISH")
