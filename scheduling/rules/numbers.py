"""Is this a number as it was read off a scale, a pump, a syringe or a monitor?

One reader for every clinical number that a person types. It refuses what could be meant in two ways;
it never repairs, rounds or converts anything.
"""

import re
from decimal import Decimal

from kitclinic.register import Rule

LONGEST = 20  # characters; no device shows more
DOS_12 = Rule(
    "DOS-12",
    "A clinical number is typed in the digits 0 to 9 with at most one point; anything else is refused in words, "
    "and nothing typed is converted, completed or rounded.",
    source="ISMP, error-prone abbreviations and dose designations; the strict reading is a clinic default",
)

BLANKS = " \t\r\n"  # around the number; they are no part of it
SHAPE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
POUNDS = re.compile(r"lb|pound|#", re.I)
EXACTLY = ("no decimal", "one decimal", "two decimals", "three decimals")

IN_POUNDS = (
    "That is in pounds. Doses are calculated from kilograms: switch the scale to kg, weigh again and "
    "type what it shows. Nothing was converted."
)


class NotTyped(ValueError):
    """What was typed is no number to work with; the text is the sentence for the person at the screen.

    code: "invalid", "max_decimal_places" or "max_whole_digits", for a field with its own sentences.
    """

    def __init__(self, sentence: str, code: str = "invalid") -> None:
        super().__init__(sentence)
        self.code = code


def read_number(text: str, *, places: int, digits: int, exactly: bool = False) -> Decimal:
    """Return what was typed, to the digit.

    places: decimals that may be typed; exactly: that must be. digits: before the point.
    Raises NotTyped with what to type instead.
    """
    text = text.strip(BLANKS)
    hint = f" {what_to_type(places=places, digits=digits, exactly=exactly)}"
    if len(text) > LONGEST:
        raise NotTyped("That is too long for a number." + hint)
    if not SHAPE.fullmatch(text):
        raise NotTyped(_wrong(text) + hint)
    whole, _, decimals = text.partition(".")
    if len(decimals) > places or (exactly and len(decimals) != places):
        raise NotTyped(_decimals(places, exactly=exactly) + hint, "max_decimal_places")
    if len(whole) > digits:
        raise NotTyped("That number is too large for this field." + hint, "max_whole_digits")
    return Decimal(text)


def read_kg(text: str) -> Decimal:
    """Return a weight as the scale shows it: kilograms with exactly one decimal."""
    if POUNDS.search(text[:LONGEST]):
        raise NotTyped(IN_POUNDS)
    try:
        return read_number(text, places=1, digits=3, exactly=True)
    except NotTyped as wrong:
        said = str(wrong).partition(" Type ")[0]
        raise NotTyped(f"{said} Type kilograms with one decimal, as the scale shows it, such as 82.5.") from wrong


def what_to_type(*, places: int, digits: int, exactly: bool = False) -> str:
    """Return the sentence that says what this field takes."""
    most = "9" * digits + ("." + "9" * places if places else "")
    if not places:
        return f"Type a whole number from 0 to {most}, digits only, as the device shows it."
    least = "" if exactly else " at most"
    return f"Type a number up to {most} with a point and {EXACTLY[places]}{least}, as the device shows it."


def _wrong(text: str) -> str:
    """What is wrong with it, in words; the first thing that applies."""
    if "," in text:
        return "A comma can mean two things."
    if any(character.isnumeric() and not character.isascii() for character in text):
        return "Only the digits 0 to 9 are read."
    if text[:1] in "+-\N{MINUS SIGN}\N{EN DASH}":
        return "A sign is no part of it."
    if re.search(r"[^\W\d_]|%", text):
        return "Letters and units are no part of it."
    if text.startswith(".") or text.endswith("."):
        return "A digit stands on each side of the point."
    return "That is not one number."


def _decimals(places: int, *, exactly: bool) -> str:
    if not places:
        return "This number has no decimals."
    return f"It has {EXACTLY[places]}{'' if exactly else ' at most'}."
