"""Who drives the patient home; asked at booking and before the start, seen in person at discharge."""

from collections.abc import Collection
from dataclasses import dataclass

from kitclinic.problems import Blocker, NeedsTick, Problem
from kitclinic.register import Rule
from scheduling.states import TransportKind, VisitState

PHONE_DIGITS = 7  # DRV-02: fewer digits cannot be called

DRV_01 = Rule(
    "DRV-01",
    "The patient goes home with a known person who drives; rideshare, taxi, public transport, driving "
    "oneself and leaving alone are refused.",
    source="Tankha 2025",
)
DRV_02 = Rule(
    "DRV-02",
    "A driver has a full name, a relationship to the patient and a phone number.",
    source="clinic default",
)
DRV_03 = Rule("DRV-03", "At discharge a member of staff has seen the driver in person.", source="clinic default")
DRV_04 = Rule(
    "DRV-04",
    "That the named driver comes is an answer of its own, for each day, given by the patient or recorded by "
    "staff; naming another driver takes it back.",
    source="clinic default",
)

ALLOWED = frozenset({TransportKind.FAMILY, TransportKind.FRIEND, TransportKind.OTHER_KNOWN})
REFUSED: dict[TransportKind, str] = {
    TransportKind.RIDESHARE: "A rideshare is not a known driver.",
    TransportKind.TAXI: "A taxi is not a known driver.",
    TransportKind.PUBLIC: "Public transport is not allowed after an infusion.",
    TransportKind.SELF: "The patient cannot drive after an infusion.",
    TransportKind.ALONE: "The patient cannot leave alone after an infusion.",
}
REMEDY = "Name a family member, a friend or another known person who drives."


@dataclass(frozen=True, slots=True)
class Driver:
    """A named driver. kind: TransportKind; seen_by: name of the member of staff, "" while not seen."""

    kind: str
    full_name: str = ""
    relationship: str = ""
    phone: str = ""
    seen_by: str = ""


def transport_problems(kind: str) -> list[Problem]:
    """Return the refusal of a way home that is not a known driver; no override."""
    if kind in ALLOWED:
        return []
    if not kind:
        return [Blocker(DRV_01.id, f"Nobody is named to drive the patient home. {REMEDY}", "driver_kind")]
    return [Blocker(DRV_01.id, f"{REFUSED[TransportKind(kind)]} {REMEDY}", "driver_kind")]


def driver_problems(driver: Driver, *, patient_name: str = "") -> list[Problem]:
    """Return what is missing about the driver, at booking and before the start.

    patient_name: "given family"; a driver of the same name is confirmed.
    """
    problems = transport_problems(driver.kind)
    if problems and (driver.kind or not driver.full_name.strip()):
        return problems
    if problems:  # somebody is named, only the way home was left open
        problems = [Blocker(DRV_01.id, f"The way home is not chosen. {REMEDY}", "driver_kind")]
    if not driver.full_name.strip():
        problems.append(Blocker(DRV_02.id, "Type the driver's full name.", "driver_name"))
    elif len(driver.full_name.split()) == 1:
        sentence = "Type the driver's given and family name, or confirm that there is one name only."
        problems.append(NeedsTick(DRV_02.id, sentence, "driver_name"))
    elif _plain(driver.full_name) == _plain(patient_name):
        sentence = "The driver has the patient's own name. Correct it, or confirm that these are two people."
        problems.append(NeedsTick(DRV_01.id, sentence, "driver_name"))
    if not driver.relationship.strip():
        sentence = "Say how the driver knows the patient (mother, neighbour, friend)."
        problems.append(Blocker(DRV_02.id, sentence, "driver_relationship"))
    if sum(character.isdigit() for character in driver.phone) < PHONE_DIGITS:
        problems.append(
            Blocker(DRV_02.id, "Type a phone number on which the driver can be reached.", "driver_phone")
        )
    return problems


def days_problems(*, patients: Collection[int], states: Collection[str]) -> list[Problem]:
    """Return why one driver cannot be named or confirmed for these days together.

    patients: keys, one a day; states: VisitState, one a day.
    """
    problems: list[Problem] = []
    if not states:
        problems.append(Blocker(DRV_01.id, "Choose at least one day for this driver.", "days"))
    if len(set(patients)) > 1:
        sentence = "These days belong to different patients. Name each driver apart."
        problems.append(Blocker(DRV_01.id, sentence))
    if any(state not in (VisitState.BOOKED, VisitState.ARRIVED) for state in states):
        problems.append(Blocker(DRV_01.id, "One of these days is over or released. Reload and choose again."))
    return problems


def confirmation_problems(named: Collection[bool]) -> list[Problem]:
    """Return the refusal to confirm a driver on a day on which nobody is named. named: one a day (DRV-04)."""
    if all(named):
        return []
    return [Blocker(DRV_04.id, "On one of these days nobody is named yet. Name the driver first.")]


def same_driver(one: Driver, other: Driver) -> bool:
    """Return whether both are one person: the same name and the same phone number."""
    digits = ["".join(filter(str.isdigit, driver.phone)) for driver in (one, other)]
    return _plain(one.full_name) == _plain(other.full_name) and digits[0] == digits[1] and one.kind == other.kind


def discharge_problems(driver: Driver, *, patient_name: str = "") -> list[Problem]:
    """Return what is missing before the patient leaves with this driver."""
    problems = driver_problems(driver, patient_name=patient_name)
    if driver.kind in ALLOWED and not driver.seen_by.strip():
        sentence = "See the driver in person before the patient leaves, and record who saw them."
        problems.append(Blocker(DRV_03.id, sentence, "driver_seen_by"))
    return problems


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
