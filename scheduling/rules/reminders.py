"""What a reminder says, and when: neutral words that a stranger may read on a locked screen."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kitclinic.register import Rule
from scheduling.rules.capacity import date_words

SUBJECT = "Reminder: your appointment"  # of an e-mail
REMIND_FROM = 10 * 60  # REM-01: minutes after local midnight
DAYS_BEFORE = (7, 2, 1)  # REM-01
LATE_DAYS = {7: 1, 2: 0}  # REM-03: how many days later such a reminder may still leave
LINK_UP_TO = 2  # REM-06: days before the visit from which a reminder asks who drives
MIDNIGHT = 24 * 60

REM_01 = Rule(
    "REM-01",
    "A visit is reminded of 7, 2 and 1 days before, once each, from 10:00 of the clinic's clock, in words that "
    "name neither clinic nor treatment, by text message or e-mail only where the patient has said yes to it; else "
    "the schedulers are asked to call or write.",
    source="clinic default",
)
REM_02 = Rule(
    "REM-02",
    "A visit whose driver is not named or not confirmed at the clinic's deadline, 16:00 on the clinic day before, "
    "is put before the schedulers, once.",
    source="clinic default",
)
REM_03 = Rule(
    "REM-03",
    "A reminder leaves in its window or not at all: the 7-day one until the evening of the day after it was due, "
    "the 2-day one until that evening, the 1-day one until the visit begins. What was booked after the reminder "
    "was due is not reminded of.",
    source="clinic default",
)
REM_04 = Rule(
    "REM-04",
    "No reminder leaves in the clinic's quiet hours, 20:00 to 08:00; it waits for their end.",
    source="clinic default",
)
REM_05 = Rule(
    "REM-05",
    "The reminders 7 and 2 days before the first day of a course speak for the days that follow it; the 1-day "
    "reminder is for each day.",
    source="clinic default",
)
REM_06 = Rule(
    "REM-06",
    "The reminders 2 days and 1 day before ask who drives home, with a link, while a driver is not confirmed.",
    source="clinic default",
)
REM_07 = Rule(
    "REM-07",
    "A queued reminder of a visit that was moved, missed or cancelled, or whose patient has taken the consent "
    "back, is withdrawn and does not leave.",
    source="clinic default",
)

Local = tuple[date, int]  # a clinic date and a minute after its midnight


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the night in which no reminder leaves, local minutes. Equal ends: no quiet hours."""

    start: int
    end: int

    def holds(self, minute: int) -> bool:
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    @property
    def evening(self) -> int:
        """The minute at which the last message of a day may leave."""
        return self.start if self.start > self.end else MIDNIGHT

    def after(self, when: Local) -> Local:
        """Return this moment, or the end of the quiet hours that hold it (REM-04)."""
        day, minute = when
        if not self.holds(minute):
            return when
        return (day + timedelta(days=minute >= self.end), self.end)


@dataclass(frozen=True, slots=True)
class Window:
    """When one reminder is due, and until when it may leave; both on the clinic's clock."""

    due: Local
    until: Local


def window_of(days_before: int, day: date, start_minute: int, quiet: Quiet) -> Window:
    """Return the window of one reminder of a visit. days_before: 7, 2 or 1 (REM-01, REM-03)."""
    due = quiet.after((day - timedelta(days=days_before), REMIND_FROM))
    if days_before not in LATE_DAYS:
        return Window(due, (day, start_minute))
    last = day - timedelta(days=days_before - LATE_DAYS[days_before])
    return Window(due, (last, quiet.evening))


def is_spoken_for(days_before: int, day: date, others: Collection[date]) -> bool:
    """Return whether the reminder of an earlier day speaks for this one (REM-05). others: dates of the course."""
    if days_before == 1:
        return False
    first = day - timedelta(days=days_before)
    return any(first <= other < day for other in others)


def spoken(minute: int) -> str:
    """Return "9:05 in the morning" for 545."""
    hours, minutes = divmod(minute, 60)
    part = "in the morning" if hours < 12 else "in the afternoon" if hours < 17 else "in the evening"
    return f"{hours % 12 or 12}:{minutes:02d} {part}"


def is_time(minute: int) -> bool:
    """Return whether reminders of group visits may leave at this local minute."""
    return minute >= REMIND_FROM


def when_words(days: Sequence[Local]) -> str:
    """Return "your appointment is on Monday 14 September at 9:05 in the morning", or the same for several days."""
    (first, minute), (last, _) = days[0], days[-1]
    begins = f"{date_words(first)} at {spoken(minute)}"
    if len(days) == 1:
        return f"your appointment is on {begins}"
    return f"you have {len(days)} appointments, from {begins} to {date_words(last)}"


def patient_text(days: Sequence[Local], *, phone: str, link: str = "") -> str:
    """Return the reminder of these days. phone: of the clinic, "" without one; link: where the driver is named."""
    question = f" Questions or changes: call {phone}." if phone else " Questions or changes: please call us."
    ask = f" Who drives you home? Tell us here: {link}" if link else ""
    return f"Reminder: {when_words(days)}. Please come with the person who drives you home.{question}{ask}"


def driver_text(record_tail: str, *, day_words: str, clock: str, chair: int, named: bool) -> str:
    """Return the task for the schedulers; the record's tail instead of a name."""
    what = "The driver is not confirmed" if named else "No driver is named"
    return f"{what} for record …{record_tail}, {day_words} {clock}, chair {chair}. Call the patient."


def unreachable_text(record_tail: str, *, day_words: str, clock: str) -> str:
    return (
        f"Record …{record_tail} has not agreed to text messages or e-mail, or has no address for them; remind of "
        f"{day_words} {clock} by phone or letter."
    )
