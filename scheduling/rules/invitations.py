"""How a patient hears of a group visit: by which channel, and in which words.

Subjects, calendar titles and text messages may be read by a stranger on a locked screen.
They hold a date, a time and a phone number, and no word about health.
"""

import re
from dataclasses import dataclass
from datetime import date

from kitclinic.display import in_sentence
from kitclinic.register import Rule
from scheduling.rules.capacity import date_words
from scheduling.rules.reminders import spoken

ENR_68 = Rule(
    "ENR-68",
    "A message goes by e-mail to whoever has said yes to e-mail, else by text message to whoever has said yes to "
    "that; else the schedulers are asked to call or to print the letter.",
    source="clinic default",
)
ENR_69 = Rule(
    "ENR-69",
    "Subject, calendar title and text message hold no health detail, and no clinic name that would tell one.",
    source="clinic default",
)
# Words of a clinic's name that tell what it treats, or how (ENR-69).
TELLING = re.compile(
    r"\b(an[ae]esth\w*|behaviou?ral\w*|depress\w*|infus\w*|ket\w*|kit|medic\w*|mental\w*|mood\w*|neuro\w*|pain\w*|"
    r"psych\w*|spine|therap\w*|treat\w*|wellness)\b",
    re.I,
)
EMAIL, SMS, STAFF = "email", "sms", "staff"


@dataclass(frozen=True, slots=True)
class Appointment:
    """What a message may say. minute: local, after midnight; place: address in one line, room not included."""

    day: date
    minute: int
    clinic: str
    phone: str
    place: str = ""
    bring: tuple[str, ...] = ()

    @property
    def when(self) -> str:
        """Return "Tuesday 8 September at 1:00 in the afternoon"."""
        return f"{date_words(self.day)} at {spoken(self.minute)}"

    @property
    def questions(self) -> str:
        return (
            f"Questions or changes: call {self.phone}." if self.phone else "Questions or changes: please call us."
        )


def channel_of(*, email: str, consent_email: bool | None, phone: str, consent_sms: bool | None) -> str:
    """Return "email", "sms", or "staff" where nobody has said yes to either (ENR-68)."""
    if consent_email is True and email:
        return EMAIL
    return SMS if consent_sms is True and phone else STAFF


def title(clinic: str) -> str:
    """Return "Your appointment at Juniper Street", or "Your appointment" where the name would tell (ENR-69)."""
    return "Your appointment" if not clinic or TELLING.search(clinic) else f"Your appointment at {clinic}"


def subject(kind: str, appointment: Appointment) -> str:
    """Return the subject of an e-mail. kind: invitation, reminder, change or cancellation."""
    words = title(appointment.clinic)
    said = {
        "invitation": words,
        "reminder": f"Reminder: {in_sentence(words)}",
        "change": f"Changed: {in_sentence(words)}",
        "cancellation": f"Cancelled: {in_sentence(words)}",
    }[kind]
    return f"{said}, {appointment.day.day} {appointment.day:%B}"


def sms_text(kind: str, appointment: Appointment) -> str:
    """Return a text message: date, time, whom to call."""
    if kind == "cancellation":
        return f"Your appointment on {appointment.when} is cancelled. We will call you. {appointment.questions}"
    said = {
        "invitation": f"Your appointment: {appointment.when}.",
        "reminder": f"Reminder: your appointment is on {appointment.when}.",
        "change": f"Your appointment has changed. It is now on {appointment.when}.",
    }[kind]
    return f"{said} Please come with the person who supports you. {appointment.questions}"


def email_text(kind: str, appointment: Appointment) -> str:
    """Return the body of an e-mail; what it is about is in the printed letter."""
    if kind == "cancellation":
        lines = [
            f"Your appointment on {appointment.when} does not take place. We will call you about another one.",
            appointment.questions,
        ]
        return "\n\n".join(lines)
    said = {
        "invitation": f"We look forward to seeing you on {appointment.when}.",
        "reminder": f"This is a reminder of your appointment on {appointment.when}.",
        "change": f"Your appointment has changed. It is now on {appointment.when}.",
    }[kind]
    lines = [said, "Please come with the person who supports you; there is a seat for both of you."]
    if appointment.place:
        lines.append(f"Where: {appointment.place}")
    if appointment.bring:
        lines.append("Please bring:\n" + "\n".join(f"- {item}" for item in appointment.bring))
    return "\n\n".join([*lines, appointment.questions])


def staff_text(kind: str, appointment: Appointment, *, record_tail: str) -> str:
    """Return the task for the schedulers; the record's tail instead of a name."""
    what = {
        "invitation": "Tell the patient of the group visit",
        "reminder": "Remind the patient of the group visit",
        "change": "Tell the patient that the group visit has changed: it is now",
        "cancellation": "Tell the patient that there is no group visit",
    }[kind]
    return f"Record …{record_tail}: call or print the letter. {what} on {appointment.when}."
