"""The waiting list for infusion places: who may wait, which place fits, who is next, how long an offer stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import Lengths, clock, date_words
from scheduling.rules.reminders import MIDNIGHT, Quiet, spoken
from scheduling.rules.wishes import NOTE_LENGTH
from scheduling.states import EnrolmentState, SequenceState

NOTICE_HOURS = 48  # SCH-67, said by each patient
MOST_NOTICE_HOURS = 14 * 24  # SCH-66: who needs more books a place in the ordinary way
OFFER_HOURS = 4  # SCH-69, a setting of the clinic
BEGUN = frozenset({SequenceState.IN_PROGRESS, SequenceState.INTERRUPTED})
SUBJECT = "An earlier time has become free"  # of an e-mail

SCH_66 = Rule(
    "SCH-66",
    "On the waiting list stands a patient who has a seat in a group visit or is cleared and whose course has not "
    "begun, once, with the days, the window and the hours of notice that would do.",
    source="clinic default",
)
SCH_67 = Rule(
    "SCH-67",
    "A free place fits when it begins earlier than what the patient has booked, within the days and the window "
    "asked for, and on a day after the answering time and the hours of notice have both passed; five days always.",
    source="clinic default",
)
SCH_68 = Rule(
    "SCH-68",
    "A free place is held for one patient at a time, and a patient has one offer at a time; who has waited "
    "longest comes first. A week that a patient declined or let pass is not offered to that patient again.",
    source="clinic default",
)
SCH_69 = Rule(
    "SCH-69",
    "An offer stands for 4 hours, a setting of the clinic, counted outside the quiet hours; exactly at its end "
    "it is over and the place goes to the next in line. None is made in the quiet hours.",
    source="clinic default",
)
SCH_70 = Rule(
    "SCH-70",
    "Accepting takes the held place and cancels the later booking (reason: other scheduling) in one act; "
    "declining keeps the booking and the place in line.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Wait:
    """What a waiting patient would take; None leaves it open. Minutes are local, after midnight."""

    from_day: date | None = None
    until_day: date | None = None
    from_minute: int | None = None
    to_minute: int | None = None
    notice_hours: int = NOTICE_HOURS
    note: str = ""


def wait_problems(
    wait: Wait, lengths: Lengths, *, enrolment: str, states: Collection[str], waits: bool, today: date
) -> list[Problem]:
    """Return what stands against the waiting list.

    enrolment: the EnrolmentState; states: of all the patient's sequences; waits: is on the list already.
    """
    problems: list[Problem] = []
    if enrolment not in (EnrolmentState.GROUP_BOOKED, EnrolmentState.CLEARED):
        label = EnrolmentState(enrolment).label.lower()
        sentence = f"This patient is {label}. Book the group visit first; then a place can be waited for."
        problems.append(Blocker(SCH_66.id, sentence))
    if BEGUN.intersection(states):
        sentence = "This patient's course has begun, so there is no earlier place to wait for."
        problems.append(Blocker(SCH_66.id, sentence))
    if waits:
        sentence = "This patient is on the waiting list already. Take the entry off to write a new one."
        problems.append(Blocker(SCH_66.id, sentence))
    if wait.until_day is not None and wait.until_day <= today:
        sentence = "The last day is over. Choose a later one, or leave it open."
        problems.append(Blocker(SCH_66.id, sentence, "until_day"))
    if wait.from_day and wait.until_day and wait.from_day > wait.until_day:
        sentence = "The last day lies before the first. Change one of them."
        problems.append(Blocker(SCH_66.id, sentence, "until_day"))
    start, end = wait.from_minute or 0, MIDNIGHT if wait.to_minute is None else wait.to_minute
    if end - start < lengths.attended:
        sentence = (
            f"From {clock(start)} to {clock(end)} is too short: a visit takes {lengths.attended} minutes from "
            "seating to discharge. Widen the window."
        )
        problems.append(Blocker(SCH_66.id, sentence, "to_minute"))
    if not 0 <= wait.notice_hours <= MOST_NOTICE_HOURS:
        sentence = f"Notice lies between 0 and {MOST_NOTICE_HOURS} hours. Type it again."
        problems.append(Blocker(SCH_66.id, sentence, "notice_hours"))
    if len(wait.note) > NOTE_LENGTH:
        problems.append(Blocker(SCH_66.id, f"Shorten the note to {NOTE_LENGTH} characters.", "note"))
    return problems


def answer_by(local: datetime, quiet: Quiet, *, hours: int = OFFER_HOURS) -> datetime:
    """Return the end of an offer made now, on the clinic's clock: quiet hours do not count (SCH-69).

    local: now on the clinic's clock, outside the quiet hours.
    """
    left, moment = hours * 60, local.replace(second=0, microsecond=0)
    if quiet.start == quiet.end:
        return moment + timedelta(minutes=left)
    while (awake := _minutes_to(quiet.start, moment)) < left:
        left -= awake
        moment += timedelta(minutes=awake + (quiet.end - quiet.start) % MIDNIGHT)
    return moment + timedelta(minutes=left)


def first_day_possible(answered_by: date, *, wait: Wait) -> date:
    """Return the earliest day 1. answered_by: the date on which answering time and notice have both passed."""
    earliest = answered_by + timedelta(days=1)
    return max(earliest, wait.from_day) if wait.from_day else earliest


def last_day_possible(wait: Wait, *, booked: date | None) -> date | None:
    """Return the latest day 1, None for any. booked: day 1 of the patient's later booking."""
    days = [day for day in (wait.until_day, booked - timedelta(days=1) if booked else None) if day]
    return min(days, default=None)


def offer_over(expires_at: datetime, at: datetime) -> bool:
    """Return whether an offer has run out; exactly at its end it has."""
    return expires_at <= at


def over_problems(until: str) -> list[Problem]:
    """Return the refusal of an answer that comes too late. until: the end of the offer, in words."""
    sentence = (
        f"This offer ended at {until} and the place has gone to the next in line. Nothing was changed: the "
        "patient keeps the booking and waits on."
    )
    return [Blocker(SCH_69.id, sentence)]


def closed_problems(label: str) -> list[Problem]:
    """Return the refusal to answer twice. label: how the offer ended."""
    return [Blocker(SCH_68.id, f"This offer has been answered: {label.lower()}. Reload the page to see it.")]


def place_text(days: tuple[date, ...], minute: int, *, until: str, phone: str) -> str:
    """Return the message to the patient: neutral words that a stranger may read on a locked screen."""
    when = f"{date_words(days[0])} to {date_words(days[-1])}, every day at {spoken(minute)}"
    call = f"call {phone}" if phone else "call us"
    return (
        f"An earlier time has become free: {when}. To take it, {call} before {until}. "
        "If it does not suit you, nothing changes."
    )


def call_text(record_tail: str, days: tuple[date, ...], minute: int, *, until: str) -> str:
    """Return the task for the schedulers; the record's tail instead of a name."""
    return (
        f"Call record …{record_tail}: a place from the waiting list, {date_words(days[0])} to "
        f"{date_words(days[-1])} at {clock(minute)}, is held until {until}."
    )


def _minutes_to(minute: int, moment: datetime) -> int:
    return (minute - moment.hour * 60 - moment.minute) % MIDNIGHT
