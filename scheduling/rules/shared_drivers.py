"""One person who drives two patients home on one day: possible, and worth saying."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kitclinic.problems import Notice, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import clock, date_words

COMPARED_DIGITS = 7  # DRV-07: the last digits of a phone number, so that a country code does not matter

DRV_07 = Rule(
    "DRV-07",
    "One driver for two patients on one day, known by the phone number, is a notice and stops nothing.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Drive:
    """One patient driven home on one day. start: minute of seating."""

    patient: int
    day: date
    start: int
    name: str
    phone: str


def same_phone(one: str, other: str) -> bool:
    """Return whether two numbers are one and the same, however they are written."""
    first, second = (_digits(number)[-COMPARED_DIGITS:] for number in (one, other))
    return len(first) == COMPARED_DIGITS and first == second


def shared_problems(mine: Iterable[Drive], others: Iterable[Drive]) -> list[Problem]:
    """Return a notice for every day on which the driver also takes another patient home."""
    rest = list(others)
    return [
        Notice(
            DRV_07.id,
            f"{drive.name} also drives another patient on {date_words(drive.day)}, at {clock(other.start)}. "
            "Ask whether that works for both.",
            "driver_phone",
        )
        for drive in mine
        for other in rest
        if other.day == drive.day and other.patient != drive.patient and same_phone(drive.phone, other.phone)
    ]


def _digits(number: str) -> str:
    return "".join(character for character in number if character.isdigit())
