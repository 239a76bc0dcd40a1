"""What happened to one patient, and what is planned: entries of every app on one axis of days.

Entries are plain facts with their words; who may read them is decided where they are made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from kitclinic.register import Rule

ENR_85 = Rule(
    "ENR-85",
    "The timeline shows what is planned first, the next first, then what happened, the newest first; "
    "entries of one moment keep the order of the kinds.",
    source="clinic default",
)

KINDS = {
    "referral": "Referral",
    "assessment": "Eligibility",
    "group": "Group visit",
    "consent": "Consent",
    "sequence": "Infusion days",
    "order": "Orders",
    "infusion": "Infusions",
    "questionnaire": "Questionnaires",
    "letter": "Letters",
    "note": "Team notes",
    "weight": "Weights",
    "record": "Record",
}
LANES = ("Visits", "Infusions", "Orders", "Questionnaires", "Letters")


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One entry. at: instant; day: of the clinic; timed: whether the time of day is worth showing.

    lane: where the picture shows it, "" for the list only; mark: its short word there.
    planned: has not happened yet. subject: what it is about ("visit:12"); an entry of an app to the
    right replaces one of the left about the same. until: last day of a span that only the picture shows.
    """

    at: datetime
    day: date
    kind: str
    title: str
    detail: str = ""
    who: str = ""
    url_name: str = ""
    url_key: int = 0
    lane: str = ""
    mark: str = ""
    timed: bool = True
    planned: bool = False
    subject: str = ""
    until: date | None = None

    @property
    def kind_word(self) -> str:
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one day."""

    day: date
    events: tuple[TimelineEvent, ...]


def merged(*groups: Iterable[TimelineEvent]) -> tuple[TimelineEvent, ...]:
    """Join entries of several apps; of two about the same subject the later group's counts."""
    found: list[TimelineEvent] = []
    for group in groups:
        added = list(group)
        known = {event.subject for event in added if event.subject}
        found = [event for event in found if event.subject not in known] + added
    order = list(KINDS)
    return tuple(sorted(found, key=lambda event: (event.at, order.index(event.kind))))


def kinds_of(events: Iterable[TimelineEvent]) -> list[tuple[str, str, int]]:
    """Return (kind, word, number of entries) for every kind that occurs, in order."""
    listed = [event.kind for event in events if event.until is None]
    return [(kind, word, listed.count(kind)) for kind, word in KINDS.items() if kind in listed]


def to_come(events: Iterable[TimelineEvent], kind: str = "") -> tuple[Day, ...]:
    """Return what is planned by day, the next first (ENR-85). kind: only this one."""
    return _by_day([event for event in _listed(events, kind) if event.planned])


def so_far(events: Iterable[TimelineEvent], kind: str = "") -> tuple[Day, ...]:
    """Return what happened by day, the newest first (ENR-85). kind: only this one."""
    past = [event for event in _listed(events, kind) if not event.planned]
    return _by_day(past[::-1])


def _listed(events: Iterable[TimelineEvent], kind: str) -> list[TimelineEvent]:
    return [event for event in events if event.until is None and kind in ("", event.kind)]


def _by_day(events: list[TimelineEvent]) -> tuple[Day, ...]:
    return tuple(Day(day, tuple(group)) for day, group in groupby(events, key=lambda event: event.day))
