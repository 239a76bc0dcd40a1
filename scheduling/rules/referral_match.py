"""Is this referral here already: within a file, in the inbox, among the patients."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kitclinic.problems import NeedsConfirmation, Problem
from kitclinic.register import Rule
from scheduling.rules.identity import tidy_record_number
from scheduling.rules.referrals import NewReferral
from scheduling.states import ReferralState

ENR_38 = Rule(
    "ENR-38",
    "The same person with an open referral, or the same person, day and source again, is one referral.",
    source="clinic default",
)

OPEN = frozenset({ReferralState.RECEIVED, ReferralState.NEEDS_INFORMATION})


@dataclass(frozen=True, slots=True)
class KnownReferral:
    """A referral that is here. record_number may be empty, birth_date unknown."""

    key: int
    family_name: str
    given_name: str
    birth_date: date | None
    record_number: str
    received_on: date
    source: str
    state: str

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def name_key(family_name: str, given_name: str) -> str:
    """Return a name as it is compared for sameness: letters only, no accents, no case."""
    decomposed = unicodedata.normalize("NFKD", f"{family_name} {given_name}".casefold())
    return "".join(filter(str.isalpha, decomposed))


def person_keys(
    *, family_name: str, given_name: str, birth_date: date | None, record_number: str
) -> tuple[tuple[object, ...], ...]:
    """Return what makes it surely one person; two people who share one of the keys are the same.

    A name alone is a key only where no birth date is known.
    """
    name = name_key(family_name, given_name)
    keys: list[tuple[object, ...]] = [("name", name, birth_date)]
    if number := tidy_record_number(record_number):
        keys.append(("number", number, name))
    return tuple(keys)


def same_letter(new: NewReferral, known: KnownReferral) -> bool:
    """Whether it is this very referral again: same day and same source, for the same person."""
    source, known_source = (" ".join(text.casefold().split()) for text in (new.source, known.source))
    return new.received_on == known.received_on and source == known_source


def same_person(new: NewReferral, known: KnownReferral) -> bool:
    return bool(set(keys_of(new)) & set(keys_of(known)))


def keys_of(one: "NewReferral | KnownReferral | KnownPerson") -> tuple[tuple[object, ...], ...]:
    return person_keys(
        family_name=one.family_name,
        given_name=one.given_name,
        birth_date=one.birth_date,
        record_number=one.record_number,
    )


def already_here(new: NewReferral, known: Iterable[KnownReferral]) -> list[Problem]:
    """Return one question when this person's referral is in the inbox, or this very letter was here before."""
    alike = [one for one in known if same_person(new, one)]
    waiting = [one for one in alike if one.is_open]
    again = [one for one in alike if not one.is_open and same_letter(new, one)]
    if not waiting and not again:
        return []
    first = (waiting or again)[0]
    name = f"{first.given_name} {first.family_name}".strip()
    where = "is in the inbox already" if waiting else f"was {ReferralState(first.state).label.lower()} before"
    sentence = (
        f"A referral of {name}, received {first.received_on:%Y-%m-%d} from {first.source}, {where}. "
        "Open that one, or say why this is another referral."
    )
    return [NeedsConfirmation(ENR_38.id, sentence)]


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A patient who is here."""

    key: int
    family_name: str
    given_name: str
    birth_date: date | None
    record_number: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line of a file that is not taken in. kind: "file", "inbox", "closed" or "patient"."""

    line: int
    new: NewReferral
    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """A file's lines: those to take in, and those that are here already, with the reason."""

    take: tuple[tuple[int, NewReferral], ...]
    left_out: tuple[LeftOut, ...]


def sort_lines(
    rows: Iterable[tuple[int, NewReferral]],
    *,
    referrals: Iterable[KnownReferral],
    patients: Iterable[KnownPerson],
    with_patients: bool = False,
) -> Sorted:
    """Sort a file into what is new and what is here already (ENR-38).

    rows: (line, referral) in the order of the file; a person who stands in it twice is taken in once.
    with_patients: take in those who are patients here too; they are returning patients.
    """
    inbox: dict[tuple[object, ...], list[KnownReferral]] = {}
    for known in referrals:
        for key in keys_of(known):
            inbox.setdefault(key, []).append(known)
    here = {key: person for person in patients for key in keys_of(person)}
    seen: dict[tuple[object, ...], int] = {}
    take: list[tuple[int, NewReferral]] = []
    left: list[LeftOut] = []
    for line, new in rows:
        keys = keys_of(new)
        why = _in_file(keys, seen) or _in_inbox(new, keys, inbox)
        why = why or (None if with_patients else _a_patient(keys, here))
        if why is None:
            take.append((line, new))
        else:
            left.append(LeftOut(line, new, *why))
        for key in keys:
            seen.setdefault(key, line)
    return Sorted(tuple(take), tuple(left))


def _in_file(keys: tuple[tuple[object, ...], ...], seen: dict[tuple[object, ...], int]) -> tuple[str, str] | None:
    first = min((seen[key] for key in keys if key in seen), default=None)
    return None if first is None else ("file", f"the same person as line {first}")


def _in_inbox(
    new: NewReferral, keys: tuple[tuple[object, ...], ...], inbox: dict[tuple[object, ...], list[KnownReferral]]
) -> tuple[str, str] | None:
    alike = [known for key in keys for known in inbox.get(key, ())]
    for known in alike:
        if known.is_open:
            return "inbox", f"in the inbox already, received {known.received_on:%Y-%m-%d} from {known.source}"
    for known in alike:
        if same_letter(new, known):
            return "closed", f"this referral was {ReferralState(known.state).label.lower()} here before"
    return None


def _a_patient(
    keys: tuple[tuple[object, ...], ...], here: dict[tuple[object, ...], KnownPerson]
) -> tuple[str, str] | None:
    found = next((here[key] for key in keys if key in here), None)
    return None if found is None else ("patient", f"a patient here already, record number {found.record_number}")
