"""Who is this person: record number, name, birth date, and people who may be the same one."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from kitclinic.problems import Blocker, NeedsConfirmation, Problem
from kitclinic.register import Rule

RECORD_NUMBER = re.compile(r"^[A-Z0-9][A-Z0-9-]{2,19}$")  # ENR-01
OLDEST_YEARS = 120  # ENR-03
ADULT_YEARS = 18  # ENR-04
SIMILAR_NAME = 0.80  # ENR-06 … ENR-09: share of letters in common order, 0 to 1
PHONE_DIGITS = 7  # ENR-08: fewer digits say nothing
_SOUNDS = {
    letter: code
    for code, letters in {"1": "bfpv", "2": "cgjkqsxz", "3": "dt", "4": "l", "5": "mn", "6": "r"}.items()
    for letter in letters
}

ENR_01 = Rule(
    "ENR-01",
    "A record number has 3 to 20 letters, digits and hyphens and starts with a letter or digit.",
    source="clinic default",
)
ENR_02 = Rule("ENR-02", "A family name has letters; a name with digits is confirmed.", source="clinic default")
ENR_03 = Rule(
    "ENR-03", "A birth date is not in the future and not more than 120 years back.", source="clinic default"
)
ENR_04 = Rule(
    "ENR-04", "A patient under 18 years is confirmed with a reason.", source="Tankha 2025 (adult patients)"
)
ENR_05 = Rule("ENR-05", "A record number belongs to one patient.", source="clinic default")
ENR_06 = Rule(
    "ENR-06",
    "Same birth date with a similar name, or with the same given or family name, may be the same person.",
    source="clinic default",
)
ENR_07 = Rule(
    "ENR-07",
    "A record number with two neighbouring characters swapped, with a similar name or the same birth date, "
    "may be the same person.",
    source="clinic default",
)
ENR_08 = Rule("ENR-08", "Same phone and a similar name may be the same person.", source="clinic default")
ENR_09 = Rule(
    "ENR-09",
    "Day and month of birth swapped, with a similar name, may be the same person.",
    source="clinic default",
)
ENR_40 = Rule(
    "ENR-40",
    "The number of a record that was merged into another one is not used again; it leads to the kept record.",
    source="clinic default",
)
ENR_41 = Rule(
    "ENR-41",
    "Two neighbouring digits exchanged within day, month or year of birth (12 and 21, 1974 and 1947), with a "
    "similar name, may be the same person.",
    source="clinic default",
)
ENR_42 = Rule(
    "ENR-42",
    "The same name, or one that sounds the same, with one other digit in the birth date may be the same person.",
    source="clinic default; Soundex (Russell 1918, with the first letter coded too)",
)
_NUMBER_TAKEN = {ENR_05.id, ENR_40.id}


@dataclass(frozen=True, slots=True)
class Person:
    """What identifies a person. key: the row's key, None for somebody new.

    leads_to, leads_key: number and key of the record that this one was merged into.
    """

    record_number: str
    family_name: str
    given_name: str
    birth_date: date
    phone: str = ""
    key: int | None = None
    leads_to: str = ""
    leads_key: int | None = None

    @property
    def opens(self) -> int | None:
        """The key of the record to open: the kept one where this one was merged."""
        return self.leads_key or self.key


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody known who may be the same person, with every reason in words."""

    person: Person
    rules: tuple[str, ...]
    reasons: tuple[str, ...]


def tidy_record_number(text: str) -> str:
    """Return the number as it is stored and compared: capitals, no spaces."""
    return "".join(text.split()).upper()


def age_on(birth_date: date, today: date) -> int:
    """Return the age in completed years; a 29 February birthday falls on 1 March in other years."""
    before_birthday = (today.month, today.day) < (birth_date.month, birth_date.day)
    return today.year - birth_date.year - before_birthday


def person_problems(person: Person, today: date) -> list[Problem]:
    """Return what is wrong with the number, the name and the birth date, all at once."""
    return [
        *_number_problems(person.record_number),
        *_name_problems(person),
        *_birth_date_problems(person.birth_date, today),
    ]


def possible_duplicates(new: Person, known: Iterable[Person]) -> list[Match]:
    """Return everybody known who may be ``new``, those with most reasons first."""
    matches = [match for person in known if (match := _match(new, person)).reasons]
    return sorted(matches, key=lambda match: (not _NUMBER_TAKEN & {*match.rules}, -len(match.reasons)))


def new_matches(after: Iterable[Match], *, before: Iterable[Match]) -> list[Match]:
    """Return the matches after a change with the reasons that were not there before; a taken number stays."""
    known = {(match.person.key, rule) for match in before for rule in match.rules}
    found = []
    for match in after:
        pairs = [
            (rule, reason)
            for rule, reason in zip(match.rules, match.reasons, strict=True)
            if rule in _NUMBER_TAKEN or (match.person.key, rule) not in known
        ]
        if pairs:
            found.append(Match(match.person, tuple(rule for rule, _ in pairs), tuple(why for _, why in pairs)))
    return found


def duplicate_problems(matches: Iterable[Match]) -> list[Problem]:
    """Return one problem a match: the same record number refuses, everything else is confirmed."""
    problems: list[Problem] = []
    for match in matches:
        known = match.person
        named = f"{known.given_name} {known.family_name}".strip()
        who = f"{named}, born {known.birth_date:%Y-%m-%d}, record number {known.record_number}"
        if ENR_40.id in match.rules:
            sentence = (
                f"Record number {known.record_number} was merged into {known.leads_to} and is not used again. "
                f"Open {known.leads_to}, or correct the number."
            )
            problems.append(Blocker(ENR_40.id, sentence, "record_number"))
        elif ENR_05.id in match.rules:
            sentence = f"This record number already belongs to {who}. Open that patient or correct the number."
            problems.append(Blocker(ENR_05.id, sentence, "record_number"))
        else:
            sentence = (
                f"{who}, may be the same person: {'; '.join(match.reasons)}. "
                "Open that patient, or say why this is somebody else."
            )
            problems.append(NeedsConfirmation(match.rules[0], sentence))
    return problems


def name_similarity(one: Person, other: Person) -> float:
    """Return 0 to 1; accents, case, hyphens and swapped given and family names do not count."""
    left = _plain(f"{one.given_name} {one.family_name}")
    right = _plain(f"{other.given_name} {other.family_name}")
    swapped = _plain(f"{other.family_name} {other.given_name}")
    return max(SequenceMatcher(None, left, text, autojunk=False).ratio() for text in (right, swapped))


def sounds_like(one: Person, other: Person) -> bool:
    """Whether given and family name sound the same, in this order or swapped; a missing one never does."""
    mine = (_sound(one.given_name), _sound(one.family_name))
    theirs = (_sound(other.given_name), _sound(other.family_name))
    return all(mine) and mine in (theirs, theirs[::-1])


def births_to_compare(born: date) -> list[date]:
    """Return every birth date that a slip of the pen makes of this one: what ENR-06, 09, 41 and 42 look for."""
    found = {born, *_exchanged_digits(born), *_one_digit_off(born)}
    if born.day <= 12:
        found.add(born.replace(month=born.day, day=born.month))
    return sorted(found)


def phone_tail(phone: str) -> str:
    """Return the digits by which a phone number is looked up, "" where it has too few."""
    digits = "".join(filter(str.isdigit, phone))
    return digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS else ""


def _match(new: Person, known: Person) -> Match:
    found = [*_number_taken(new, known)]
    if known.leads_key is None or known.leads_key != new.key:  # what was merged into this very record is no other
        found += _alike(new, known)
    return Match(known, tuple(rule.id for rule, _ in found), tuple(reason for _, reason in found))


def _number_taken(new: Person, known: Person) -> list[tuple[Rule, str]]:
    if tidy_record_number(new.record_number) != tidy_record_number(known.record_number):
        return []
    if known.leads_to:
        return [(ENR_40, f"same record number, merged into {known.leads_to}")]
    return [(ENR_05, "same record number")]


def _alike(new: Person, known: Person) -> list[tuple[Rule, str]]:
    number, known_number = tidy_record_number(new.record_number), tidy_record_number(known.record_number)
    same_birth = new.birth_date == known.birth_date
    swapped_number = _swapped_neighbours(number, known_number)
    same_phone = _same_phone(new.phone, known.phone)
    swapped_birth = _swapped_day_and_month(new.birth_date, known.birth_date)
    exchanged = known.birth_date in _exchanged_digits(new.birth_date)
    one_off = known.birth_date in _one_digit_off(new.birth_date)
    # Comparing names is the slow part, so it waits for another reason.
    if not (same_birth or swapped_number or same_phone or swapped_birth or exchanged or one_off):
        return []
    sounds = sounds_like(new, known)
    likeness = name_similarity(new, known)
    similar = sounds or likeness >= SIMILAR_NAME
    name = "a similar name" if likeness >= SIMILAR_NAME else "a name that sounds alike"
    found: list[tuple[Rule, str]] = []
    if same_birth and similar:
        found.append((ENR_06, f"same birth date and {name}"))
    elif same_birth and (part := _same_part(new, known)):
        found.append((ENR_06, f"same birth date and the same {part}"))
    if swapped_number and (similar or same_birth):
        found.append((ENR_07, "record number with two characters swapped"))
    if same_phone and similar:
        found.append((ENR_08, f"same phone and {name}"))
    if swapped_birth and similar:
        found.append((ENR_09, f"day and month of birth swapped, and {name}"))
    if exchanged and similar:
        found.append((ENR_41, f"two digits of the birth date exchanged, and {name}"))
    if one_off and (sounds or likeness == 1):
        same = "the same name" if likeness == 1 else "a name that sounds alike"
        found.append((ENR_42, f"one other digit in the birth date, and {same}"))
    return found


def _number_problems(record_number: str) -> list[Problem]:
    if RECORD_NUMBER.match(tidy_record_number(record_number)):
        return []
    sentence = "A record number has 3 to 20 letters, digits and hyphens. Type it as it stands on the referral."
    return [Blocker(ENR_01.id, sentence, "record_number")]


def _name_problems(person: Person) -> list[Problem]:
    problems: list[Problem] = []
    if not any(character.isalpha() for character in person.family_name):
        problems.append(Blocker(ENR_02.id, "Type the family name.", "family_name"))
    if not person.given_name.strip():
        sentence = "There is no given name. Type it, or confirm that the patient has one name only."
        problems.append(NeedsConfirmation(ENR_02.id, sentence, "given_name"))
    if any(character.isdigit() for character in person.given_name + person.family_name):
        sentence = "The name has a digit in it. Correct it, or confirm that it is written so."
        problems.append(NeedsConfirmation(ENR_02.id, sentence, "family_name"))
    return problems


def _birth_date_problems(birth_date: date, today: date) -> list[Problem]:
    if birth_date > today:
        return [Blocker(ENR_03.id, "The birth date is in the future. Correct it.", "birth_date")]
    age = age_on(birth_date, today)
    if age > OLDEST_YEARS:
        sentence = f"This birth date makes the patient {age} years old. Correct the year."
        return [Blocker(ENR_03.id, sentence, "birth_date")]
    if age < ADULT_YEARS:
        sentence = (
            f"This patient is {age} years old; the programme treats adults. "
            "Correct the date, or confirm it with a reason."
        )
        return [NeedsConfirmation(ENR_04.id, sentence, "birth_date")]
    return []


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if character.isalpha())


def _same_part(one: Person, other: Person) -> str:
    for part in ("given_name", "family_name"):
        text = _plain(getattr(one, part))
        if text and text == _plain(getattr(other, part)):
            return part.replace("_", " ")
    return ""


def _swapped_neighbours(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    differing = [place for place in range(len(one)) if one[place] != other[place]]
    if len(differing) != 2 or differing[1] - differing[0] != 1:
        return False
    first, second = differing
    return one[first] == other[second] and one[second] == other[first]


def _same_phone(one: str, other: str) -> bool:
    digits = "".join(filter(str.isdigit, one))
    known = "".join(filter(str.isdigit, other))
    shorter, longer = sorted((digits, known), key=len)
    return len(shorter) >= PHONE_DIGITS and longer.endswith(shorter)


def _swapped_day_and_month(one: date, other: date) -> bool:
    return one != other and (one.year, one.month, one.day) == (other.year, other.day, other.month)


def _exchanged_digits(born: date) -> set[date]:
    """The dates with two neighbouring digits of year, month or day exchanged, where there are such dates."""
    text = f"{born:%Y%m%d}"
    swaps = (text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in (0, 1, 2, 4, 6))
    return _dates(swaps) - {born}


def _one_digit_off(born: date) -> set[date]:
    """The dates with one other digit, where there are such dates."""
    text = f"{born:%Y%m%d}"
    places = [(place, digit) for place in range(len(text)) for digit in "0123456789"]
    return _dates(text[:place] + digit + text[place + 1 :] for place, digit in places) - {born}


def _dates(texts: Iterable[str]) -> set[date]:
    found = set()
    for text in texts:
        try:
            found.add(date(int(text[:4]), int(text[4:6]), int(text[6:])))
        except ValueError:  # the thirtieth of February
            continue
    return found


def _sound(name: str) -> str:
    """How a name sounds, as digits: Soundex with the first letter coded like the others, as long as it is."""
    codes, last = "", ""
    for letter in _plain(name):
        code = _SOUNDS.get(letter, "")
        if code and code != last:
            codes += code
        if letter not in "hw":  # h and w do not part two equal sounds, vowels do
            last = code
    first = _plain(name)[:1]
    return ("0" if first in "aeiouyhw" else "") + codes if first else ""
