"""Planning group visits: conflicts of leads and room, series, closed days, the waiting list.

Dates and minutes are of the clinic's clock; people are keys, their names come in beside them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kitclinic.problems import Blocker, NeedsConfirmation, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import Span, clock, date_words
from scheduling.rules.groups import MINUTES_A_DAY, PEOPLE_PER_SEAT
from scheduling.states import EnrolmentState

WEEKS_PLANNED = 12  # ENR-66
LONGEST_GAP_DAYS = 60  # ENR-24: of the setting; further off, the visit and the course have nothing to do
LONGEST_CLEARANCE_DAYS = 730  # ENR-60: of the setting

ENR_63 = Rule(
    "ENR-63",
    "A lead or a room is in one group visit at a time; one may begin when the other ends.",
    source="clinic default",
)
ENR_64 = Rule(
    "ENR-64",
    "A lead who is on the roster as provider on site at that time is confirmed with a reason.",
    source="Tankha 2025 (provider on site for consultation); the confirmation: clinic default",
)
ENR_65 = Rule(
    "ENR-65",
    "A series leaves out holidays and days on which the clinic is closed; a single group visit on such a day is "
    "confirmed with a reason.",
    source="clinic default",
)
ENR_66 = Rule(
    "ENR-66",
    "A series names room, language and both leads, and its group visits are planned 12 weeks ahead.",
    source="clinic default",
)
ENR_67 = Rule(
    "ENR-67",
    "Whoever waits for a seat is eligible and without one; the longest waiting comes first, and a booked seat "
    "ends the waiting.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One group visit in time and room, with the keys of its leads."""

    day: date
    start: int
    minutes: int
    room: str
    physician: int
    psychologist: int

    @property
    def span(self) -> Span:
        return self.start, self.start + self.minutes

    @property
    def leads(self) -> frozenset[int]:
        return frozenset({self.physician, self.psychologist})


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    """One weekly series. weekday: 0 Monday … 6 Sunday; ends_on: the last day it may fall on, None is open."""

    weekday: int
    start: int
    minutes: int
    room: str
    places: int
    language: str
    starts_on: date
    ends_on: date | None = None


def conflict_problems(plan: Meeting, others: Iterable[Meeting], names: Mapping[int, str]) -> list[Problem]:
    """Return what another group visit of the same time takes away. names: of the plan's leads, by key."""
    problems: list[Problem] = []
    for other in others:
        if other.day != plan.day or not _overlap(plan.span, other.span):
            continue
        when = f"{clock(other.start)} to {clock(other.start + other.minutes)} on {date_words(other.day)}"
        for key in sorted(plan.leads & other.leads):
            sentence = f"{names[key]} leads another group visit from {when}. Choose another lead or another time."
            problems.append(Blocker(ENR_63.id, sentence, "physician" if key == plan.physician else "psychologist"))
        if plan.room and plan.room.casefold() == other.room.casefold():
            sentence = f"{other.room} holds another group visit from {when}. Choose another room or another time."
            problems.append(Blocker(ENR_63.id, sentence, "room"))
    return problems


def presence_problems(plan: Meeting, name: str, spans: Iterable[Span]) -> list[Problem]:
    """Ask about a lead who is on site for the suite then. spans: that person's times on site that day."""
    return [
        NeedsConfirmation(
            ENR_64.id,
            f"{name} is the provider on site from {clock(span[0])} to {clock(span[1])} on {date_words(plan.day)}. "
            "Choose another lead, or confirm with who is at hand for the suite meanwhile.",
            "physician",
        )
        for span in spans
        if _overlap(plan.span, span)
    ]


def closure_problems(day: date, closed: str) -> list[Problem]:
    """Ask about a group visit on a closed day. closed: why, "" on an open day."""
    if not closed:
        return []
    sentence = f"{date_words(day)} is closed: {closed}. Choose another day, or confirm with the reason."
    return [NeedsConfirmation(ENR_65.id, sentence, "date")]


def over_problems(day: date, ends: int, today: date, minute: int) -> list[Problem]:
    """Refuse a group visit that would be over before it is planned. ends, minute: minutes of the day."""
    if day != today or ends > minute:
        return []
    return [Blocker(ENR_66.id, "This time is over. Choose a later one, or another day.", "start")]


def series_problems(series: SeriesPlan, today: date) -> list[Problem]:
    """Return what stands against this series, whatever the days."""
    problems: list[Problem] = []
    if not 0 <= series.weekday <= 6:
        problems.append(Blocker(ENR_66.id, "Choose a weekday.", "weekday"))
    if not series.room.strip():
        problems.append(Blocker(ENR_66.id, "Name the room.", "room"))
    if not series.language.strip():
        problems.append(Blocker(ENR_66.id, "Name the language in which the group visit is held.", "language"))
    if series.places < PEOPLE_PER_SEAT:
        sentence = f"A group visit needs at least {PEOPLE_PER_SEAT} seats: one patient and one support person."
        problems.append(Blocker(ENR_66.id, sentence, "capacity"))
    ends = series.start + series.minutes
    if not 0 <= series.start < MINUTES_A_DAY or series.minutes < 1 or ends > MINUTES_A_DAY:
        problems.append(Blocker(ENR_66.id, "A group visit begins and ends on the same day.", "start"))
    if series.starts_on < today:
        problems.append(Blocker(ENR_66.id, "This day is over. Let the series begin today or later.", "starts_on"))
    if series.ends_on is not None and series.ends_on < series.starts_on:
        problems.append(Blocker(ENR_66.id, "The last day is before the first. Correct one of them.", "ends_on"))
    return problems


def series_days(series: SeriesPlan, today: date, weeks: int = WEEKS_PLANNED) -> Iterator[date]:
    """Yield the dates of the coming weeks on which the series falls, closed days included."""
    first = max(today, series.starts_on)
    day = first + timedelta(days=(series.weekday - first.weekday()) % 7)
    last = today + timedelta(weeks=weeks)
    if series.ends_on is not None:
        last = min(last, series.ends_on)
    while day <= last:
        yield day
        day += timedelta(weeks=1)


def waiting_problems(enrolment: str, *, seated: bool) -> list[Problem]:
    """Return what stands against a place on the waiting list. seated: holds a seat in a group visit to come."""
    if seated or enrolment == EnrolmentState.GROUP_BOOKED:
        return [Blocker(ENR_67.id, "This patient has a seat in a group visit and waits for none.")]
    if enrolment != EnrolmentState.ELIGIBLE:
        label = EnrolmentState(enrolment).label.lower()
        sentence = f"Eligible patients wait for a seat; this patient is {label}. Record eligibility first."
        return [Blocker(ENR_67.id, sentence)]
    return []


def settings_problems(earliest: int, latest: int, target: int, clearance: int) -> list[Problem]:
    """Return what is wrong with a clinic's window and clearance age, in days (ENR-24, ENR-60)."""
    problems: list[Problem] = []
    if not 1 <= latest <= earliest <= LONGEST_GAP_DAYS:
        sentence = (
            f"The group visit is 1 to {LONGEST_GAP_DAYS} days before the first infusion, and its earliest day is "
            "the larger number. Correct the window."
        )
        problems.append(Blocker("ENR-24", sentence, "sma_earliest_days"))
    if not latest <= target <= earliest:
        sentence = f"The best day must lie inside the window of {latest} to {earliest} days."
        problems.append(Blocker("ENR-24", sentence, "sma_target_days"))
    if not 1 <= clearance <= LONGEST_CLEARANCE_DAYS:
        sentence = f"A clearing holds for 1 to {LONGEST_CLEARANCE_DAYS} days. Correct the number."
        problems.append(Blocker("ENR-60", sentence, "clearance_days"))
    return problems


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
