"""What a reminder says, and when: neutral words that a stranger may read on a locked screen."""

from kitclinic.register import Rule

SUBJECT = "Reminder: your appointment"  # of an e-mail
REMIND_FROM = 10 * 60  # REM-01: minutes after local midnight, the day before

REM_01 = Rule(
    "REM-01",
    "A visit is reminded of once, from 10:00 on the day before, in words that name neither clinic nor treatment, "
    "by text message or e-mail only where the patient has said yes to it.",
    source="clinic default",
)
REM_02 = Rule(
    "REM-02",
    "A visit without a named driver is put before the schedulers from 10:00 on the clinic day before.",
    source="clinic default",
)


def spoken(minute: int) -> str:
    """Return "9:05 in the morning" for 545."""
    hours, minutes = divmod(minute, 60)
    part = "in the morning" if hours < 12 else "in the afternoon" if hours < 17 else "in the evening"
    return f"{hours % 12 or 12}:{minutes:02d} {part}"


def is_time(minute: int) -> bool:
    """Return whether reminders may leave at this local minute."""
    return minute >= REMIND_FROM


def patient_text(minute: int, *, phone: str) -> str:
    """Return the reminder of tomorrow's visit. phone: of the clinic, "" when it has none."""
    question = f" Questions or changes: call {phone}." if phone else " Questions or changes: please call us."
    return (
        f"Reminder: your appointment is tomorrow at {spoken(minute)}. "
        f"Please come with the person who drives you home.{question}"
    )


def driver_text(record_tail: str, *, day_words: str, clock: str, chair: int) -> str:
    """Return the task for the schedulers; the record's tail instead of a name."""
    return f"No driver is named for record …{record_tail}, {day_words} {clock}, chair {chair}. Call the patient."


def unreachable_text(record_tail: str, *, day_words: str, clock: str) -> str:
    return (
        f"Record …{record_tail} has not agreed to text messages or e-mail, or has no address for them; remind of "
        f"{day_words} {clock} by phone or letter."
    )
