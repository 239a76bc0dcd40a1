"""The calendar file: what RFC 5545 asks for, read back line by line."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kitclinic.calendars import CANCEL, CANCELLED, Entry, Event, calendar, feed
from tests.factories.calendar_reader import read_feed

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


def entry(**fields: Any) -> Entry:
    given = {"uid": "visit-7@clinic.example", "sequence": 1, "day": date(2026, 9, 14), "from_minute": 540}
    return Entry(**{**given, "to_minute": 620, "title": "Visit 1 of 5"} | fields)


def test_a_feed_names_the_zone_and_writes_its_changes_out() -> None:
    text = feed([entry()], zone=ZoneInfo("America/New_York"), stamped=STARTS)
    assert "DTSTART;TZID=America/New_York:20260914T090000\r\n" in text
    assert (
        "BEGIN:DAYLIGHT\r\nDTSTART:20260308T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nTZNAME:EDT" in text
    )
    assert (
        "BEGIN:STANDARD\r\nDTSTART:20261101T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nTZNAME:EST" in text
    )
    assert "METHOD:PUBLISH" in text
    assert "ATTENDEE" not in text
    assert "ORGANIZER" not in text


@pytest.mark.parametrize(
    "zone",
    [
        "America/New_York",
        "America/Phoenix",
        "Europe/Berlin",
        "Pacific/Auckland",
        "Asia/Kathmandu",
        "Etc/UTC",
        "Australia/Lord_Howe",
    ],
)
def test_case_35_a_program_that_knows_no_zones_reads_every_day_of_two_years_right(zone: str) -> None:
    here = ZoneInfo(zone)
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(0, 730, 1)]
    found = read_feed(feed([entry(day=day) for day in days], zone=here, stamped=STARTS))
    expected = [datetime(day.year, day.month, day.day, 9, tzinfo=here).astimezone(UTC) for day in days]
    assert [one.starts for one in found] == expected


def test_an_entry_until_midnight_ends_on_the_next_day() -> None:
    text = feed([entry(to_minute=1440)], zone=ZoneInfo("Europe/Berlin"), stamped=STARTS)
    assert "DTEND;TZID=Europe/Berlin:20260915T000000" in text


def test_a_feed_without_entries_is_a_calendar_all_the_same() -> None:
    assert read_feed(feed([], zone=ZoneInfo("America/New_York"), stamped=STARTS)) == []


def test_a_cancelled_entry_stays_and_takes_no_time() -> None:
    text = feed([entry(status=CANCELLED)], zone=ZoneInfo("America/New_York"), stamped=STARTS)
    assert "STATUS:CANCELLED\r\n" in text
    assert "TRANSP:TRANSPARENT\r\n" in text
