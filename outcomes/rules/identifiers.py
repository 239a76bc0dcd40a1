"""What must not stand in a de-identified text: who somebody is, and what looks like a way to find them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kitclinic.register import Rule
from outcomes.rules.research import SAFE_HARBOR

SHORTEST_WORD = 3  # letters of a name that is looked for
SHORTEST_NUMBER = 5  # digits of a number that is looked for

ONLY_ITS_CELLS = Rule(
    "OUT-53",
    "A research export is refused unless it is, byte for byte, what its own facts and the cells of its tables "
    "give, and every cell is one that the data dictionary allows.",
    source="clinic default",
)
NOBODY_NAMED = Rule(
    "OUT-54",
    "A research export is refused when a word of it is one of a name, record number, address, phone number or "
    "e-mail address of a patient, a member of staff or the clinic, unless it is one of the export's fixed words.",
    source=f"{SAFE_HARBOR}(i)(A), (B), (D) to (J)",
)
NOTHING_TO_FIND = Rule(
    "OUT-55",
    "A research export is refused when a text of it looks like a date, a time of day, a phone or fax number, an "
    "e-mail or web address, a street or postal code, a social security number, or the address of a device.",
    source=f"{SAFE_HARBOR}(i)(B) to (P)",
)
REFUSED_AND_LOGGED = Rule(
    "OUT-56",
    "A refused research export leaves no file; which rule it broke stays on record, never the text that broke it.",
    source="clinic default",
)

_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
_MONTH += r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
PATTERNS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "a date": r"(?<!\d)(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2}))(?!\d)"
        r"|(?<!\d)(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)",
        "a date in words": rf"\b\d{{1,2}}(?:st|nd|rd|th)?[ .-]{{1,2}}{_MONTH}\b|\b{_MONTH}[ .-]{{1,2}}\d{{1,4}}\b",
        "a time of day": r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:]*[a-f])",
        "an e-mail address": r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+",
        "a web address": r"\b[a-z][a-z0-9+.-]*://|\bwww\.|\b[\w-]+\.(?:com|org|net|edu|gov|io|health)\b",
        "an IP address": r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"
        r"|(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}(?![\w:])",
        "the address of a device": r"(?<![\w])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?!\w)",
        "a phone number": r"(?<![\w.,])\+?\(?\d(?:[ ().\-/]{0,2}\d){6,14}(?!\w)",
        "a social security number": r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)",
        "a postal code": r"(?<![\w.,])\d{5}(?:-\d{4})?(?![\w.,]\d|\w)",
        "a street": r"\b\d+[a-z]? (?:\w+ ){1,3}(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|court|ct|boulevard"
        r"|blvd|way|place)\b",
    }.items()
}
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """One thing that must not leave. rule: id; where: the file; what: in words, never the text itself."""

    rule: str
    where: str
    what: str

    @property
    def sentence(self) -> str:
        return f"{self.where} holds {self.what} ({self.rule})."


def words_in(text: str) -> set[str]:
    """Return the words of a text as they are compared: letters and digits, without case."""
    return set(WORD.findall(text.casefold()))


def known_words(texts: Iterable[str], fixed: Iterable[str]) -> frozenset[str]:
    """Return the words that tell who somebody is. texts: names, addresses …; fixed: words of every export."""
    found: set[str] = set()
    for text in texts:
        found.update(WORD.findall(text.casefold()))
    looked_for = {word for word in found if len(word) >= (SHORTEST_NUMBER if word.isdigit() else SHORTEST_WORD)}
    return frozenset(looked_for.difference(fixed))


def hits_in(
    texts: Iterable[str],
    where: str,
    known: frozenset[str],
    literals: Iterable[str] = (),
) -> set[Hit]:
    """Return what must not stand in these texts (OUT-54, OUT-55). literals: texts known to be harmless."""
    text = "\n".join(texts)  # no pattern crosses the end of a line
    for literal in literals:
        text = text.replace(literal, " ")
    found = {
        Hit(NOTHING_TO_FIND.id, where, f"what looks like {name}")
        for name, pattern in PATTERNS.items()
        if pattern.search(text)
    }
    if not known.isdisjoint(WORD.findall(text.casefold())):
        found.add(Hit(NOBODY_NAMED.id, where, "a word of a name, number or address"))
    return found
