"""The enrolment funnel: how far each referral came, when, and why others left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from statistics import quantiles

from kitclinic.register import Rule
from scheduling.rules.visits import ASKING
from scheduling.states import EnrolmentState, ReferralState, SeatState, SequenceState

QUARTILES_FROM = 4  # ENR-94

ENR_90 = Rule(
    "ENR-90",
    "The funnel counts referrals by the month in which they were received, and each step once, at its first "
    "occurrence: accepted, found eligible, attended the group visit, cleared, first infusion attended. A later "
    "step includes the steps before it.",
    source="clinic default",
)
ENR_91 = Rule(
    "ENR-91",
    "In the funnel a person whose records were merged counts once, by the earliest of the referrals that opened "
    "these records; patients of an imported registry are left out.",
    source="clinic default",
)
ENR_92 = Rule(
    "ENR-92",
    "What happens to a person after a further referral was accepted counts for that referral; without one, a "
    "patient who was reopened stays in the first referral.",
    source="clinic default",
)
ENR_93 = Rule(
    "ENR-93",
    "A referral has left the funnel when it was declined or withdrawn, when the patient was, when a missed or "
    "given-back seat was not booked again, when the sequence was cancelled before day 1, or when a further "
    "referral replaced it; every other one is still on its way.",
    source="clinic default",
)
ENR_94 = Rule(
    "ENR-94",
    "Days between two steps are calendar days of the clinic, over the referrals with both dates in this order; "
    "quartiles are given from 4 referrals on.",
    source="clinic default",
)


class Step(IntEnum):
    """From the referral to the chair."""

    REFERRED = 0
    ACCEPTED = 1
    ELIGIBLE = 2
    ATTENDED = 3
    CLEARED = 4
    INFUSED = 5

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def slug(self) -> str:
        return self.name.lower()


LABELS = {
    Step.REFERRED: "Referred",
    Step.ACCEPTED: "Accepted",
    Step.ELIGIBLE: "Eligible",
    Step.ATTENDED: "Attended",
    Step.CLEARED: "Cleared",
    Step.INFUSED: "First infusion",
}


class Leaving(StrEnum):
    """How a referral ends before the first infusion."""

    REFERRAL_DECLINED = "Referral declined"
    REFERRAL_WITHDRAWN = "Referral withdrawn"
    NOT_ELIGIBLE = "Not eligible"
    NOT_SUITABLE = "Not suitable"
    NOT_CLEARED = "Not cleared, not booked again"
    ABSENT = "Absent, not booked again"
    SEAT_CANCELLED = "Seat cancelled, not booked again"
    SEQUENCE_CANCELLED = "Sequence cancelled before day 1"
    DECLINED = "Declined"
    WITHDRAWN = "Withdrawn"
    REFERRED_AGAIN = "Referred again"


class Waiting(StrEnum):
    """What a referral that is still on its way waits for."""

    TO_TRIAGE = "Received, not decided"
    INFORMATION = "Information awaited"
    TO_ASSESS = "To be assessed"
    SEAT_TO_BOOK = "Seat to be booked"
    WAITING_LIST = "On the waiting list"
    SEAT_BOOKED = "Seat booked"
    TO_DECIDE = "Decision after the group visit"
    SEQUENCE_TO_BOOK = "Sequence to be booked"
    SEQUENCE_BOOKED = "Sequence booked"


@dataclass(frozen=True, slots=True)
class Referred:
    """One referral. record: key of the patient it opened or was linked to; None while not accepted."""

    key: int
    record: int | None
    received: date
    state: str
    decided_at: datetime | None = None
    decided_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A step that a person took. day: the clinic's calendar date."""

    step: Step
    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of state. kind: "patient", "seat" or "sequence"; order: of writing."""

    kind: str
    at: datetime
    order: int
    state: str
    reason: str = ""

    @property
    def when(self) -> tuple[datetime, int]:
        return self.at, self.order


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of one person under all their records.

    refused_at: instants of assessments that found them not eligible; waits: is on the waiting list now.
    """

    referrals: Sequence[Referred]
    marks: Sequence[Mark] = ()
    turns: Sequence[Turn] = ()
    refused_at: frozenset[datetime] = frozenset()
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """One counted referral. left, waits: at most one is set; neither after the first infusion."""

    key: int
    record: int | None
    received: date
    reached: Step
    days: dict[Step, date] = field(default_factory=dict)
    left: Leaving | None = None
    waits: Waiting | None = None
    reason: str = ""

    @property
    def month(self) -> str:
        return month_of(self.received)


def month_of(day: date) -> str:
    """Return the month as it is written in addresses: "2026-03"."""
    return f"{day:%Y-%m}"


def ways_of(person: Person) -> list[Way]:
    """Return the person's counted referrals, each with what happened under it (ENR-91, ENR-92)."""
    counted = _counted(person.referrals)
    starts = [None, *(one.decided_at for one in counted[1:])]  # what was before the first counts for the first
    ways = []
    for index, referral in enumerate(counted):
        begins, ends = starts[index], starts[index + 1] if index + 1 < len(counted) else None
        marks = [mark for mark in person.marks if _within(mark.at, begins, ends)]
        turns = [turn for turn in person.turns if _within(turn.at, begins, ends)]
        is_last = ends is None
        ways.append(_way(referral, marks, turns, person.refused_at, person.waits and is_last, is_last=is_last))
    return ways


def way_of_open(referral: Referred) -> Way:
    """Return a referral that has no patient: waiting, declined or withdrawn."""
    days = {Step.REFERRED: referral.received}
    common = (referral.key, referral.record, referral.received, Step.REFERRED, days)
    if referral.state == ReferralState.DECLINED:
        return Way(*common, left=Leaving.REFERRAL_DECLINED, reason=referral.note)
    if referral.state == ReferralState.WITHDRAWN:
        return Way(*common, left=Leaving.REFERRAL_WITHDRAWN, reason=referral.note)
    awaited = referral.state == ReferralState.NEEDS_INFORMATION
    return Way(*common, waits=Waiting.INFORMATION if awaited else Waiting.TO_TRIAGE)


def gaps(ways: Iterable[Way], step: Step) -> list[int]:
    """Return the days from the step before to this one, sorted, where both dates are known (ENR-94)."""
    pairs = [(way.days.get(Step(step - 1)), way.days.get(step)) for way in ways]
    return sorted((after - before).days for before, after in pairs if before and after and before <= after)


def median_days(days: Sequence[int]) -> Decimal | None:
    """Return the middle of sorted days, None for none."""
    if not days:
        return None
    half, odd = divmod(len(days), 2)
    return Decimal(days[half]) if odd else Decimal(days[half - 1] + days[half]) / 2


def quartile_days(days: Sequence[int]) -> tuple[Decimal, Decimal] | None:
    """Return lower and upper quartile, between two values in proportion; None below four values (ENR-94)."""
    if len(days) < QUARTILES_FROM:
        return None
    low, _, high = quantiles([Decimal(number) for number in days], n=4, method="inclusive")
    return low, high


def _counted(referrals: Sequence[Referred]) -> list[Referred]:
    """Return one referral for all that opened a record, the earliest, and every further one; in order."""
    ordered = sorted(referrals, key=lambda one: (one.decided_on or date.max, one.key))
    openings: dict[int | None, Referred] = {}
    for one in ordered:
        openings.setdefault(one.record, one)
    first = min(openings.values(), key=lambda one: (one.received, one.key))
    soonest = min(openings.values(), key=lambda one: (one.decided_on or date.max, one.key))
    opening = Referred(
        first.key, first.record, first.received, first.state, soonest.decided_at, soonest.decided_on, first.note
    )
    opened = {one.key for one in openings.values()}
    return [opening, *(one for one in ordered if one.key not in opened)]


def _within(at: datetime, begins: datetime | None, ends: datetime | None) -> bool:
    return (begins is None or at >= begins) and (ends is None or at < ends)


def _way(
    referral: Referred,
    marks: list[Mark],
    turns: list[Turn],
    refused_at: frozenset[datetime],
    waits: bool,
    *,
    is_last: bool,
) -> Way:
    days = {Step.REFERRED: referral.received}
    if referral.decided_on:
        days[Step.ACCEPTED] = referral.decided_on
    for mark in sorted(marks, key=lambda one: one.at):
        days.setdefault(mark.step, mark.day)
    reached = max(days)
    common = (referral.key, referral.record, referral.received, reached, days)
    if reached == Step.INFUSED:
        return Way(*common)
    standing, reason = _standing(reached, sorted(turns, key=lambda one: one.when), refused_at, waits, is_last)
    if isinstance(standing, Leaving):
        return Way(*common, left=standing, reason=reason)
    return Way(*common, waits=standing)


def _standing(
    reached: Step, turns: list[Turn], refused_at: frozenset[datetime], waits: bool, is_last: bool
) -> tuple[Leaving | Waiting, str]:
    """Return where a referral stands that has not led to an infusion (ENR-93)."""
    enrolment = _last(turns, "patient")
    if enrolment is not None and enrolment.state in (EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN):
        return _end(enrolment, turns, refused_at), enrolment.reason
    if not is_last:
        return Leaving.REFERRED_AGAIN, ""
    if waits:
        return Waiting.WAITING_LIST, ""
    if enrolment is not None and enrolment.state == EnrolmentState.REFERRED:
        return Waiting.TO_ASSESS, ""
    # Seats and sequences from before the patient was reopened say nothing any more.
    opened = [turn for turn in turns if (turn.kind, turn.state) == ("patient", EnrolmentState.REFERRED)]
    since = [turn for turn in turns if not opened or turn.when > opened[-1].when]
    return _by_bookings(reached, _last(since, "seat"), _last(since, "sequence"))


def _end(enrolment: Turn, turns: list[Turn], refused_at: frozenset[datetime]) -> Leaving:
    """Return which act declined the patient: the assessment or the group visit of the same instant."""
    if enrolment.state == EnrolmentState.WITHDRAWN:
        return Leaving.WITHDRAWN
    if enrolment.at in refused_at:
        return Leaving.NOT_ELIGIBLE
    seat = _last(turns, "seat")
    by_seat = seat is not None and seat.state == SeatState.NOT_CLEARED and seat.at == enrolment.at
    return Leaving.NOT_SUITABLE if by_seat else Leaving.DECLINED


SEAT_WAITS = {
    SeatState.BOOKED: Waiting.SEAT_BOOKED,
    SeatState.ATTENDED: Waiting.TO_DECIDE,
    SeatState.REVIEW: Waiting.TO_DECIDE,
}
SEAT_LEFT = {
    SeatState.ABSENT: Leaving.ABSENT,
    SeatState.CANCELLED: Leaving.SEAT_CANCELLED,
    SeatState.NOT_CLEARED: Leaving.NOT_CLEARED,
}


def _by_bookings(reached: Step, seat: Turn | None, sequence: Turn | None) -> tuple[Leaving | Waiting, str]:
    if seat is not None and seat.state in SEAT_WAITS:
        return SEAT_WAITS[SeatState(seat.state)], ""
    if seat is not None and seat.state in SEAT_LEFT:
        return SEAT_LEFT[SeatState(seat.state)], seat.reason
    asked = sequence is not None and sequence.state in ASKING  # a request or a hold is no booking yet
    if sequence is not None and not asked and sequence.state != SequenceState.CANCELLED:
        return Waiting.SEQUENCE_BOOKED, ""
    if sequence is not None and not asked and (seat is None or sequence.when > seat.when):
        return Leaving.SEQUENCE_CANCELLED, sequence.reason
    if reached >= Step.CLEARED:
        return Waiting.SEQUENCE_TO_BOOK, ""
    return (Waiting.SEAT_TO_BOOK if reached >= Step.ELIGIBLE else Waiting.TO_ASSESS), ""


def _last(turns: list[Turn], kind: str) -> Turn | None:
    return next((turn for turn in reversed(turns) if turn.kind == kind), None)
