"""The columns of a referral file: their names, what each holds, and how a cell is read (ENR-39)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from scheduling.rules.written_dates import DateOrder, read_date

MAIL = re.compile(r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+$")
SEXES = {
    "": "",
    "f": "female",
    "female": "female",
    "m": "male",
    "male": "male",
    "x": "nonbinary",
    "nonbinary": "nonbinary",
    "non-binary": "nonbinary",
}

Cell = str | int | date | None


class UnreadableCellError(ValueError):
    """A cell that cannot be what its column says; the message is for the person at the screen."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. names: how the header may call it, the first is ours. needed: every line fills it."""

    field: str
    names: tuple[str, ...]
    holds: str
    example: str
    needed: bool = False

    @property
    def name(self) -> str:
        return self.names[0]


COLUMNS = (
    Column(
        "received_on",
        ("Received on", "Received", "Referral date", "Date received", "Date of referral"),
        "Day the referral arrived",
        "2026-09-07",
        needed=True,
    ),
    Column(
        "source",
        ("Source", "Referred by", "Referring provider", "Referrer"),
        "Who refers: provider and practice, or self",
        "Dr. H. Amsel, Lakeside Pain Center",
        needed=True,
    ),
    Column("family_name", ("Family name", "Last name", "Surname"), "As on the referral", "Marrin", needed=True),
    Column("given_name", ("Given name", "First name"), "As on the referral", "Delphine"),
    Column("birth_date", ("Birth date", "Date of birth", "DOB", "Born"), "Day of birth", "1974-03-14"),
    Column("record_number", ("Record number", "MRN", "Medical record number"), "Where known", "KT-1001"),
    Column("sex", ("Sex",), "female, male or nonbinary; F, M and X are read too", "female"),
    Column("phone", ("Phone", "Telephone", "Phone number"), "The patient’s", "216 555 0142"),
    Column(
        "email", ("E-mail", "Email", "E-mail address", "Email address"), "The patient’s", "d.marrin@example.org"
    ),
    Column("language", ("Language", "Preferred language"), "English where empty", "Spanish"),
    Column("source_phone", ("Source phone", "Referring phone", "Referrer phone"), "Whom to ask", "216 555 0100"),
    Column(
        "reason", ("Reason", "Reason for referral", "Diagnosis"), "Why the patient is referred", "CRPS, left arm"
    ),
    Column(
        "pain_months",
        ("Pain months", "Pain duration in months", "Months of pain"),
        "Whole months",
        "40",
    ),
    Column(
        "treatments_tried",
        ("Treatments tried", "Treatments", "Previous treatments"),
        "What was tried before",
        "Gabapentin, physical therapy",
    ),
)


def header_key(text: str) -> str:
    """Return a header as it is compared: case, spaces, hyphens and underscores do not count."""
    return "".join(filter(str.isalnum, text.casefold()))


BY_HEADER = {header_key(name): column for column in COLUMNS for name in column.names}


def read_cell(column: Column, text: str, order: DateOrder) -> Cell:
    """Return what one cell says.

    Raises UnreadableCellError or UnreadableDateError with a sentence.
    """
    if column.field == "treatments_tried":
        return text.strip()
    plain = " ".join(text.split())
    if not plain and column.needed:
        raise UnreadableCellError("is empty. Fill it in.")
    return READERS.get(column.field, _text)(plain, order)


def _text(plain: str, order: DateOrder) -> Cell:
    return plain


def _date(plain: str, order: DateOrder) -> Cell:
    return read_date(plain, order) if plain else None


def _sex(plain: str, order: DateOrder) -> Cell:
    try:
        return SEXES[plain.casefold()]
    except KeyError:
        raise UnreadableCellError(f"“{plain[:40]}” is not female, male or nonbinary.") from None


def _months(plain: str, order: DateOrder) -> Cell:
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 5):
        raise UnreadableCellError(f"“{plain[:40]}” is not a whole number of months. Write 24 for two years.")
    return int(plain)


def _mail(plain: str, order: DateOrder) -> Cell:
    if plain and not MAIL.match(plain):
        raise UnreadableCellError(f"“{plain[:60]}” is not an e-mail address. Correct it or leave it empty.")
    return plain


def _language(plain: str, order: DateOrder) -> Cell:
    return plain or "English"


READERS: dict[str, Callable[[str, DateOrder], Cell]] = {
    "received_on": _date,
    "birth_date": _date,
    "sex": _sex,
    "pain_months": _months,
    "email": _mail,
    "language": _language,
}
