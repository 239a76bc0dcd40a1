"""What an export adds to what was imported before: new lines are added, equal ones skipped, others refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal

from kitclinic.register import Rule
from outcomes.rules.cells import LineProblem
from outcomes.rules.measures import measures
from outcomes.rules.registry import InfusionRow, PatientRow, Registry, ScoreRow
from outcomes.rules.scoring import points

ETHNIC_GROUPS = ("White", "Black", "Other/unknown")
MARITAL = ("Married", "Single", "Divorced", "Other/unknown")
OTHER = "Other/unknown"
KNOWN_SEXES = ("female", "male", "nonbinary")

REPEATED = Rule(
    "REG-09",
    "An import can be repeated: lines that are stored already are skipped, and a line that says something else "
    "than what is stored under the same key is refused, because nothing imported is ever changed.",
    source="clinic default",
)
OTHER_WORDS = Rule(
    "REG-10",
    "Ethnic group and marital status are kept in the paper's levels; any other word is kept as Other/unknown and "
    "counted in the report.",
    source="Tankha 2025, Table 1",
)

InfusionKey = tuple[str, date, int | None]
ScoreKey = tuple[str, str, date, int | None]


@dataclass(frozen=True, slots=True)
class Person:
    """A registry patient as it is stored; comparable with what is stored already."""

    record_number: str
    age: int | None
    birth_date: date | None
    sex: str
    ethnic_group: str
    marital_status: str
    body_mass_index: Decimal | None
    charlson_index: int | None
    diagnosis: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What earlier imports left, by key. infusions -> (sequence, session, status); scores -> tenths."""

    patients: Mapping[str, Person]
    infusions: Mapping[InfusionKey, tuple[int, int, str]]
    scores: Mapping[ScoreKey, int]


@dataclass(frozen=True, slots=True)
class Additions:
    """What is new, in file order. problems: lines that contradict what is stored. notes: for the report."""

    patients: tuple[Person, ...]
    infusions: tuple[InfusionRow, ...]
    scores: tuple[ScoreRow, ...]
    problems: tuple[LineProblem, ...]
    notes: tuple[str, ...]


def minute(at: time | None) -> int | None:
    """Return minutes after midnight, or None when the time is not known."""
    return None if at is None else at.hour * 60 + at.minute


def person(row: PatientRow) -> Person:
    """Return a patient in the words the registry is kept in (REG-10)."""
    bmi = None if row.bmi is None else row.bmi.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return Person(
        record_number=row.patient,
        age=row.age,
        birth_date=row.birth_date,
        sex=row.sex if row.sex in KNOWN_SEXES else "",
        ethnic_group=row.race if row.race in ETHNIC_GROUPS else OTHER,
        marital_status=row.marital if row.marital in MARITAL else OTHER,
        body_mass_index=bmi,
        charlson_index=row.cci,
        diagnosis=row.diagnosis,
    )


def additions(registry: Registry, stored: Stored) -> Additions:
    """Return what this export adds, and every line that contradicts what is stored (REG-09)."""
    problems: list[LineProblem] = []
    people = tuple(_new_patients(registry.patients, stored, problems))
    infusions = tuple(_new_infusions(registry.infusions, stored, problems))
    scores = tuple(_new_scores(registry.scores, stored, problems))
    return Additions(people, infusions, scores, tuple(problems), tuple(_notes(registry)))


def _new_patients(rows: Iterable[PatientRow], stored: Stored, problems: list[LineProblem]) -> Iterable[Person]:
    for row in rows:
        found, held = person(row), stored.patients.get(row.patient)
        if held is None:
            yield found
        elif held != found:
            names = [n.replace("_", " ") for n in Person.__slots__ if getattr(held, n) != getattr(found, n)]
            sentence = f"Patient {row.patient} was imported before with another {', '.join(names)}."
            problems.append(LineProblem("patients.csv", row.line, REPEATED.id, sentence))


def _new_infusions(
    rows: Iterable[InfusionRow], stored: Stored, problems: list[LineProblem]
) -> Iterable[InfusionRow]:
    places = {(key[0], *held[:2]): key for key, held in stored.infusions.items()}
    for row in rows:
        key = (row.patient, row.date, minute(row.start))
        held = stored.infusions.get(key)
        place = f"sequence {row.sequence}, session {row.session}"
        if held == (row.sequence, row.session, row.status):
            continue
        if held is not None:
            was = f"sequence {held[0]}, session {held[1]}, {held[2]}"
            sentence = f"Patient {row.patient}'s infusion of {row.date} was imported before as {was}."
        elif (row.patient, row.sequence, row.session) in places:
            day = places[row.patient, row.sequence, row.session][1]
            sentence = f"Patient {row.patient}'s {place} was imported before on {day}."
        else:
            yield row
            continue
        problems.append(LineProblem("infusions.csv", row.line, REPEATED.id, sentence))


def _new_scores(rows: Iterable[ScoreRow], stored: Stored, problems: list[LineProblem]) -> Iterable[ScoreRow]:
    for row in rows:
        held = stored.scores.get((row.patient, row.instrument, row.date, minute(row.time)))
        if held is None:
            yield row
        elif held != row.tenths:
            was = points(measures()[row.instrument], held)
            sentence = f"Patient {row.patient}'s {row.instrument} of {row.date} was imported before as {was}."
            problems.append(LineProblem("pro.csv", row.line, REPEATED.id, sentence))


def _notes(registry: Registry) -> Iterable[str]:
    for column, levels in (("race", ETHNIC_GROUPS), ("marital", MARITAL)):
        words = [getattr(row, column) for row in registry.patients]
        other = sorted({word for word in words if word and word not in levels})
        if other:
            count = sum(word in other for word in words)
            whose = "1 patient" if count == 1 else f"{count:,} patients"
            yield f"The {column} of {whose} is kept as {OTHER}: {', '.join(other)} ({OTHER_WORDS.id})."
    if registry.ignored:
        yield f"Columns that were not used: {', '.join(registry.ignored)}."
