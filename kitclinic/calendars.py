"""One event of a calendar as iCalendar text (RFC 5545, iTIP methods of RFC 5546). Times are in UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime

LINE_OCTETS = 75  # RFC 5545, 3.1: longer lines are folded
REQUEST, CANCEL = "REQUEST", "CANCEL"
TYPE = "text/calendar"


@dataclass(frozen=True, slots=True)
class Event:
    """One appointment. uid stays the same for ever; sequence grows with every change.

    starts, ends, stamped: aware instants; organizer, attendee: e-mail addresses.
    """

    uid: str
    sequence: int
    starts: datetime
    ends: datetime
    stamped: datetime
    title: str
    organizer: str
    attendee: str
    place: str = ""
    words: str = ""


def calendar(event: Event, *, method: str = REQUEST) -> str:
    """Return the calendar file with this one event. method: REQUEST (new or changed) or CANCEL."""
    if method not in (REQUEST, CANCEL):
        raise ValueError(f"{method} is not a method of this calendar")
    status = "CANCELLED" if method == CANCEL else "CONFIRMED"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//kitclinic//appointments//EN",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{_instant(event.stamped)}",
        f"DTSTART:{_instant(event.starts)}",
        f"DTEND:{_instant(event.ends)}",
        f"SUMMARY:{_text(event.title)}",
        f"STATUS:{status}",
        "CLASS:PRIVATE",
        "TRANSP:OPAQUE",
        f"ORGANIZER:mailto:{event.organizer}",
        f"ATTENDEE;RSVP=FALSE;PARTSTAT=NEEDS-ACTION:mailto:{event.attendee}",
    ]
    lines += [f"LOCATION:{_text(event.place)}"] if event.place else []
    lines += [f"DESCRIPTION:{_text(event.words)}"] if event.words else []
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """Escape a TEXT value: backslash, semicolon, comma, and line ends (RFC 5545, 3.3.11)."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(escaped.splitlines())


def _folded(line: str) -> str:
    """Fold at 75 octets, never inside a character; a continued line begins with a space."""
    pieces, piece, size = [], "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > LINE_OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + sign, size + octets
    return "\r\n".join([*pieces, piece])
