"""How a patient is reached: phone and e-mail as written, and whether each channel may be used."""

import re
from dataclasses import dataclass

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

PHONE = re.compile(r"^\+?[0-9 ().,/-]+(?: ?(?:x|ext\.?|#) ?[0-9]{1,6})?$", re.IGNORECASE)  # ENR-47
EXTENSION = re.compile(r"(?:x|ext\.?|#) ?[0-9]{1,6}$", re.IGNORECASE)
FEWEST_DIGITS, MOST_DIGITS = 7, 15  # ENR-47, without the extension; E.164 has at most 15

ENR_47 = Rule(
    "ENR-47",
    "A phone number has 7 to 15 digits, with an extension at the end if there is one. It is kept as it was typed.",
    source="ITU-T E.164 (15 digits); clinic default",
)
ENR_48 = Rule(
    "ENR-48",
    "Consent to a channel is yes, no or not asked, each for itself; yes needs a number or an address to use. "
    "Only yes allows a message.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Contact:
    """Phone and e-mail, and what the patient said to each channel. None: nobody asked."""

    phone: str = ""
    email: str = ""
    consent_email: bool | None = None
    consent_sms: bool | None = None
    consent_phone: bool | None = None


def tidy(text: str) -> str:
    """Return the text without spaces around it, and with single ones inside."""
    return " ".join(text.split())


def tidy_lines(text: str) -> str:
    """Return the lines that say something, each tidied."""
    return "\n".join(filter(None, map(tidy, text.splitlines())))


def tidy_phone(text: str) -> str:
    """Return the number as typed, with single spaces."""
    return tidy(text)


def tidy_email(text: str) -> str:
    """Return the address with its domain in small letters; what stands before the @ is left alone."""
    name, at, domain = "".join(text.split()).rpartition("@")
    return f"{name}{at}{domain.lower()}" if at else domain


def contact_problems(contact: Contact) -> list[Problem]:
    """Return what is wrong with the phone number and the consents, all at once."""
    problems: list[Problem] = []
    phone = tidy_phone(contact.phone)
    if phone and not _is_phone(phone):
        sentence = (
            "This is not a phone number: it has 7 to 15 digits, such as 216 555 0142 or +1 216 555 0142 x 12. "
            "Correct it, or leave it empty."
        )
        problems.append(Blocker(ENR_47.id, sentence, "phone"))
    for field, consent, reached, what in (
        ("consent_email", contact.consent_email, contact.email, "an e-mail address"),
        ("consent_sms", contact.consent_sms, phone, "a phone number"),
        ("consent_phone", contact.consent_phone, phone, "a phone number"),
    ):
        if consent and not reached.strip():
            sentence = f"Yes needs {what} to use. Type it under contact, or choose not asked."
            problems.append(Blocker(ENR_48.id, sentence, field))
    return problems


def _is_phone(phone: str) -> bool:
    digits = sum(character.isdigit() for character in EXTENSION.sub("", phone))
    return bool(PHONE.match(phone)) and FEWEST_DIGITS <= digits <= MOST_DIGITS
