"""Calendars as iCalendar text (RFC 5545): one event to send (iTIP, RFC 5546), or a feed on the clock of a zone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LINE_OCTETS = 75  # RFC 5545, 3.1: longer lines are folded
REQUEST, CANCEL = "REQUEST", "CANCEL"
TYPE = "text/calendar"
CONFIRMED, TENTATIVE, CANCELLED = "CONFIRMED", "TENTATIVE", "CANCELLED"  # RFC 5545, 3.8.1.11
PRODUCT, FEED_PRODUCT = "-//kitclinic//appointments//EN", "-//appointments//EN"


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
    status = CANCELLED if method == CANCEL else CONFIRMED
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
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


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, on the clock of the feed's zone. Minutes are after midnight of ``day``.

    uid stays the same for ever; sequence grows with every change; status: CONFIRMED, TENTATIVE or CANCELLED.
    """

    uid: str
    sequence: int
    day: date
    from_minute: int
    to_minute: int
    title: str
    status: str = CONFIRMED
    words: str = ""


def feed(entries: Sequence[Entry], *, zone: ZoneInfo, stamped: datetime) -> str:
    """Return a calendar to subscribe to. stamped: the aware instant at which it is written.

    Every time names the zone, whose changes of the clock are written out, so that no program has to guess.
    """
    days = [entry.day for entry in entries] or [stamped.astimezone(zone).date()]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{FEED_PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        *_zone(zone, min(days), max(days)),
    ]
    for entry in entries:
        lines += _entry(entry, zone, stamped)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _entry(entry: Entry, zone: ZoneInfo, stamped: datetime) -> list[str]:
    starts, ends = (_clock(entry.day, minute) for minute in (entry.from_minute, entry.to_minute))
    return [
        "BEGIN:VEVENT",
        f"UID:{_text(entry.uid)}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{_instant(stamped)}",
        f"DTSTART;TZID={zone.key}:{_local(starts)}",
        f"DTEND;TZID={zone.key}:{_local(ends)}",
        f"SUMMARY:{_text(entry.title)}",
        f"STATUS:{entry.status}",
        "CLASS:PRIVATE",
        f"TRANSP:{'TRANSPARENT' if entry.status == CANCELLED else 'OPAQUE'}",
        *([f"DESCRIPTION:{_text(entry.words)}"] if entry.words else []),
        "END:VEVENT",
    ]


def _zone(zone: ZoneInfo, first: date, last: date) -> Iterator[str]:
    """Write out the zone from the year before the first day to the year after the last (RFC 5545, 3.6.5)."""
    start = datetime(first.year - 1, 1, 1, tzinfo=UTC)
    yield from ("BEGIN:VTIMEZONE", f"TZID:{zone.key}")
    yield from _observance(start, start, zone)
    for change in _changes(zone, start, datetime(last.year + 2, 1, 1, tzinfo=UTC)):
        yield from _observance(change - timedelta(seconds=1), change, zone)
    yield "END:VTIMEZONE"


def _observance(before: datetime, change: datetime, zone: ZoneInfo) -> list[str]:
    """Return what holds from this instant on; its DTSTART is on the clock that held before."""
    was, now = before.astimezone(zone), change.astimezone(zone)
    begins = (change + _offset(was)).replace(tzinfo=None)
    kind = "DAYLIGHT" if now.dst() else "STANDARD"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{_local(begins)}",
        f"TZOFFSETFROM:{_offset_words(_offset(was))}",
        f"TZOFFSETTO:{_offset_words(_offset(now))}",
        f"TZNAME:{_text(now.tzname() or zone.key)}",
        f"END:{kind}",
    ]


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Return the instants at which the zone's offset changes, to the second."""
    day = start
    while day < end:
        following = day + timedelta(days=1)
        if _offset(day.astimezone(zone)) != _offset(following.astimezone(zone)):
            low, high = day, following
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                same = _offset(middle.astimezone(zone)) == _offset(day.astimezone(zone))
                low, high = (middle, high) if same else (low, middle)
            yield high
        day = following


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()


def _offset_words(offset: timedelta) -> str:
    minutes = offset // timedelta(minutes=1)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def _clock(day: date, minute: int) -> datetime:
    """A clock time without zone; never hours added across days."""
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def _local(clock: datetime) -> str:
    return f"{clock:%Y%m%dT%H%M%S}"


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
