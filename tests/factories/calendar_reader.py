"""A calendar program: reads a feed by its own VTIMEZONE, knowing nothing of the zones of this machine."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Read:
    """One entry as a program in any zone understands it. starts, ends: UTC."""

    uid: str
    sequence: int
    starts: datetime
    ends: datetime
    title: str
    status: str
    words: str


def _offset(words: str) -> timedelta:
    sign = -1 if words[0] == "-" else 1
    return sign * timedelta(hours=int(words[1:3]), minutes=int(words[3:5]))


def _plain(value: str) -> str:
    return value.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")


def read_feed(text: str) -> list[Read]:
    """Return the entries; raises where a line, a zone or a required property is missing or wrong."""
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    zone = next(line.removeprefix("TZID:") for line in lines if line.startswith("TZID:"))
    changes: list[tuple[datetime, timedelta]] = []
    entries: list[Read] = []
    part: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name == "BEGIN":
            part = {}
        elif name == "END" and value in ("STANDARD", "DAYLIGHT"):
            begins = datetime.strptime(part["DTSTART"], "%Y%m%dT%H%M%S") - _offset(part["TZOFFSETFROM"])  # noqa: DTZ007
            changes.append((begins.replace(tzinfo=UTC), _offset(part["TZOFFSETTO"])))
        elif name == "END" and value == "VEVENT":
            starts, ends = (_instant(part[f"{key};TZID={zone}"], changes) for key in ("DTSTART", "DTEND"))
            entries.append(
                Read(
                    uid=part["UID"],
                    sequence=int(part["SEQUENCE"]),
                    starts=starts,
                    ends=ends,
                    title=_plain(part["SUMMARY"]),
                    status=part["STATUS"],
                    words=_plain(part.get("DESCRIPTION", "")),
                )
            )
        else:
            part[name] = value
    return entries


def _instant(clock: str, changes: list[tuple[datetime, timedelta]]) -> datetime:
    """The instant of a clock time: by the last change that had happened on that clock."""
    local = datetime.strptime(clock, "%Y%m%dT%H%M%S")  # noqa: DTZ007
    held = [offset for begins, offset in sorted(changes) if (local - offset).replace(tzinfo=UTC) >= begins]
    return (local - held[-1]).replace(tzinfo=UTC)
