"""Places that are not promised for good yet: held for minutes, tentative for weeks, undone at once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import Lengths, date_words
from scheduling.rules.wishes import Wish
from scheduling.states import SequenceMode, SequenceState, VisitState

HOLD_MINUTES = 15  # SCH-56, a setting of the clinic
CONFIRM_DAYS = 7  # SCH-57, a setting of the clinic
PROMISED_MINUTES = 60  # SCH-57
UNDO_MINUTES = 10  # SCH-58

SCH_56 = Rule(
    "SCH-56",
    "A hold keeps five places for 15 minutes, a setting of the clinic; then whoever meets it releases it, and it "
    "is a request again.",
    source="clinic default",
)
SCH_57 = Rule(
    "SCH-57",
    "A tentative sequence has its week promised and a start at most 60 minutes earlier or later, inside the "
    "wished window; it is confirmed 7 days before day 1, a setting of the clinic.",
    source="clinic default",
)
SCH_58 = Rule(
    "SCH-58",
    "A booking is undone by the person who made it, within 10 minutes, before anything has begun; it is a request "
    "again, and a group seat booked along is given back.",
    source="clinic default",
)
SCH_59 = Rule(
    "SCH-59",
    "Four days instead of five need the patient's recorded consent; the sequence then ends early and counts as "
    "incomplete.",
    source="Tankha 2025 (four infusions are counted apart)",
)
BOOKABLE = (SequenceState.HELD, SequenceState.TENTATIVE, SequenceState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class JustBooked:
    """A booking somebody wants to undo. visits: the VisitState of each of its days."""

    state: str
    booked_by: int | None
    booked_at: datetime | None
    visits: tuple[str, ...]


def hold_over(held_until: datetime | None, at: datetime) -> bool:
    """Return whether a hold has run out; exactly at its end it has."""
    return held_until is not None and held_until <= at


def hold_problems(held_until: str) -> list[Problem]:
    """Return the refusal of a hold that has run out. held_until: its end on the clinic's clock."""
    sentence = (
        f"The hold ended at {held_until} and its places are free again. Nothing was booked; look at the offers, "
        "the same start may still be there."
    )
    return [Blocker(SCH_56.id, sentence)]


def tentative_problems(first_day: date, today: date, *, confirm_days: int = CONFIRM_DAYS) -> list[Problem]:
    """Return the refusal of a tentative booking so near that its time must be said for good."""
    if first_day - today > timedelta(days=confirm_days):
        return []
    sentence = (
        f"{date_words(first_day)} is at most {confirm_days} days away, and the patient needs the exact time. "
        "Book it as confirmed."
    )
    return [Blocker(SCH_57.id, sentence)]


def confirm_due(first_day: date, today: date, *, confirm_days: int = CONFIRM_DAYS) -> bool:
    """Return whether a tentative sequence has to be confirmed now."""
    return first_day - today <= timedelta(days=confirm_days)


def promise(minute: int, wish: Wish, lengths: Lengths) -> tuple[int, int]:
    """Return the earliest and the latest start promised with a tentative booking at this minute."""
    earliest, latest = max(0, minute - PROMISED_MINUTES), minute + PROMISED_MINUTES
    if wish.from_minute is not None:
        earliest = max(earliest, wish.from_minute)
    if wish.to_minute is not None:
        latest = min(latest, wish.to_minute - lengths.attended)
    return min(earliest, minute), max(latest, minute)


def undo_problems(booking: JustBooked, *, by: int, at: datetime) -> list[Problem]:
    """Return what stands against undoing a booking. by: key of the person who asks."""
    remedy = "Cancel the sequence with a reason instead."
    if booking.state not in BOOKABLE or booking.booked_at is None:
        return [Blocker(SCH_58.id, "There is no booking here to undo. Reload the page.")]
    problems: list[Problem] = []
    if booking.booked_by != by:
        problems.append(Blocker(SCH_58.id, f"Somebody else made this booking. {remedy}"))
    if at - booking.booked_at > timedelta(minutes=UNDO_MINUTES):
        sentence = f"This was booked more than {UNDO_MINUTES} minutes ago. {remedy}"
        problems.append(Blocker(SCH_58.id, sentence))
    if any(state != VisitState.BOOKED for state in booking.visits):
        problems.append(Blocker(SCH_58.id, f"A day of it has begun or was released. {remedy}"))
    return problems


def short_problems(mode: str, *, consented: bool) -> list[Problem]:
    """Return the refusal of a short course without the patient's consent."""
    if mode != SequenceMode.SHORT or consented:
        return []
    sentence = (
        "This is a short course of four days. Ask the patient, record the consent, then book; or choose a week "
        "with five."
    )
    return [Blocker(SCH_59.id, sentence, "short_consent")]


def state_problems(state: str) -> list[Problem]:
    """Return the refusal to book into a state that is no booking."""
    if state in BOOKABLE:
        return []
    return [Blocker(SCH_56.id, f"A booking is held, tentative or confirmed, not {state}.", "state")]
