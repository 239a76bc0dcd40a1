"""Read and validate a registry export: patients.csv, infusions.csv, pro.csv.

Reading never stops at the first problem: every line is looked at, and each problem carries its file and line.
Nothing is repaired. The importer writes only when there are no problems.

patients.csv   patient, age at the first infusion or birth_date; optional sex, race, marital, bmi, cci,
               diagnosis
infusions.csv  patient, date, start (may be blank), sequence, session, status (completed or stopped)
pro.csv        patient, instrument, date, time (may be blank), score
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from kitclinic.register import Rule
from outcomes.rules.cells import Cells, LineProblem
from outcomes.rules.measures import measures
from outcomes.rules.scoring import ImpossibleScoreError, read_score

EARLIEST = date(1995, 1, 1)  # REG-07: the oldest of the eleven measures (PCS) was published in 1995
OLDEST_YEARS = 120
STATUSES = ("completed", "stopped")
SEXES = ("female", "male", "nonbinary", "unknown")
BMI_RANGE = (Decimal(8), Decimal(150))
CCI_HIGHEST = 37
SESSIONS = 64
SEQUENCES = 64
LONGEST = {"patient": 20, "diagnosis": 80}  # REG-08, characters

FILES = {
    "patients.csv": (
        ("patient",),
        ("age", "birth_date", "sex", "race", "marital", "bmi", "cci", "diagnosis"),
    ),
    "infusions.csv": (("patient", "date", "start", "sequence", "session", "status"), ()),
    "pro.csv": (("patient", "instrument", "date", "time", "score"), ()),
}

COLUMNS = Rule(
    "REG-01",
    "An export has patients.csv, infusions.csv and pro.csv with their columns, and every line all its cells.",
    source="clinic default",
)
KNOWN_PATIENT = Rule(
    "REG-02", "Every infusion and score belongs to a patient of patients.csv.", source="clinic default"
)
NO_DUPLICATES = Rule(
    "REG-03",
    "No key appears twice: patient; an infusion's patient, date and start, nor its patient, sequence and "
    "session; a score's patient, instrument, date and time.",
    source="clinic default",
)
KNOWN_INSTRUMENT = Rule(
    "REG-04",
    "Only the eleven measures of Tables 2 and 3 are taken, by their exact names.",
    source="Tankha 2025",
)
POSSIBLE_SCORE = Rule(
    "REG-05",
    "A score lies in its measure's range, in whole points where the measure has no decimals.",
    source="Tankha 2025, Table 1",
)
AFTER_BIRTH = Rule(
    "REG-06",
    "No date lies before the patient's birth, known from birth_date or from the age at the first infusion.",
    source="clinic default",
)
PLAUSIBLE_DATE = Rule(
    "REG-07",
    "Dates are YYYY-MM-DD from 1995-01-01 to the day of the import, times HH:MM; nothing is guessed.",
    source="clinic default; PCS, the oldest of the measures, is from 1995",
)
PLAUSIBLE_CELL = Rule(
    "REG-08",
    "A patient has an age of 0-120 or a birth date, a BMI of 8-150 or none, a Charlson index of 0-37 or "
    "none; its name has at most 20 characters, its diagnosis 80; an infusion is completed or stopped; sequence "
    "and session count from 1 to 64.",
    source="clinic default; Charlson 1987; Tankha 2025 (64 infusions at most)",
)


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One patient. age: whole years at the first infusion. birth_date: None when only the age is known.

    bmi in kg/m2. Blank optional cells are "" or None.
    """

    line: int
    patient: str
    age: int | None
    birth_date: date | None
    sex: str
    race: str
    marital: str
    bmi: Decimal | None
    cci: int | None
    diagnosis: str


@dataclass(frozen=True, slots=True)
class InfusionRow:
    """One infusion at the clinic's local date and start (None when blank). status: completed or stopped."""

    line: int
    patient: str
    date: date
    start: time | None
    sequence: int
    session: int
    status: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score at the clinic's local date and time; time is None when blank."""

    line: int
    patient: str
    instrument: str
    date: date
    time: time | None
    tenths: int


@dataclass(frozen=True, slots=True)
class Registry:
    """What was read. problems: empty means that everything may be imported. ignored: columns not used."""

    patients: tuple[PatientRow, ...]
    infusions: tuple[InfusionRow, ...]
    scores: tuple[ScoreRow, ...]
    problems: tuple[LineProblem, ...]
    ignored: tuple[str, ...] = ()


@dataclass(slots=True)
class Reader:
    """Collects rows, problems and the keys seen so far while the three files are read."""

    directory: Path
    today: date
    problems: list[LineProblem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    seen: set[tuple[object, ...]] = field(default_factory=set)

    def lines(self, name: str) -> Iterator[Cells]:
        """Yield the usable lines of one file; note missing files, columns and cells."""
        path = self.directory / name
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return self.note(name, 0, COLUMNS, f"There is no file {name} in the folder.")
        except UnicodeDecodeError:
            return self.note(name, 0, COLUMNS, f"{name} is not UTF-8 text. Export it again as UTF-8.")
        rows = csv.reader(io.StringIO(text, newline=""))
        try:
            yield from self._usable(name, rows)
        except csv.Error as broken:
            self.note(name, rows.line_num, COLUMNS, f"This line cannot be read as CSV ({broken}).")

    def _usable(self, name: str, rows: Any) -> Iterator[Cells]:
        header = [column.strip() for column in next(rows, [])]
        if not self._header_stands(name, header):
            return
        for values in rows:
            if not values:
                continue
            if len(values) != len(header):
                sentence = f"This line has {len(values)} cells, the heading {len(header)}."
                self.note(name, rows.line_num, COLUMNS, sentence)
                continue
            cells = dict(zip(header, (value.strip() for value in values), strict=True))
            yield Cells(name, rows.line_num, cells, self.problems)

    def _header_stands(self, name: str, header: list[str]) -> bool:
        required, optional = FILES[name]
        missing = [column for column in required if column not in header]
        if name == "patients.csv" and not {"age", "birth_date"} & set(header):
            missing.append("age or birth_date")
        if missing:
            self.note(name, 1, COLUMNS, f"Missing: {', '.join(missing)}. The first line names the columns.")
        twice = sorted({column for column in header if header.count(column) > 1})
        if twice:
            self.note(name, 1, COLUMNS, f"Named twice: {', '.join(twice)}. Each column has one name.")
        self.ignored += [f"{name}: {c}" for c in header if c not in required and c not in optional]
        return not missing and not twice

    def note(self, file: str, line: int, rule: Rule, sentence: str) -> None:
        """Keep one problem."""
        self.problems.append(LineProblem(file, line, rule.id, sentence))

    def is_new(self, cells: Cells, sentence: str, *key: object) -> bool:
        """Keep a key; note a problem and return False when it was seen before."""
        if key in self.seen:
            cells.note(NO_DUPLICATES.id, sentence)
            return False
        self.seen.add(key)
        return True


def read_registry(directory: Path, *, today: date) -> Registry:
    """Read an export folder. today: the clinic's calendar day; later dates are refused.

    Returns every line that could be read and every problem found, in the order of the files.
    """
    reader = Reader(directory, today)
    patients = {row.patient: row for row in _patients(reader)}
    infusions = list(_infusions(reader, patients))
    births = _births(patients, infusions)
    _refuse_before_birth(reader, infusions, births)
    scores = list(_scores(reader, patients, births))
    problems = sorted(reader.problems, key=lambda p: (list(FILES).index(p.file), p.line))
    return Registry(
        tuple(patients.values()), tuple(infusions), tuple(scores), tuple(problems), tuple(reader.ignored)
    )


def _patients(reader: Reader) -> Iterator[PatientRow]:
    for cells in reader.lines("patients.csv"):
        patient = cells.text("patient", COLUMNS.id)
        age = cells.whole("age", PLAUSIBLE_CELL.id, 0, OLDEST_YEARS, optional=True)
        born = cells.day("birth_date", PLAUSIBLE_DATE.id, date(1875, 1, 1), reader.today, optional=True)
        if not cells.has("age") and not cells.has("birth_date"):
            cells.note(PLAUSIBLE_CELL.id, "Neither age nor birth_date is given; one of them is needed.")
        sex = cells.choice("sex", PLAUSIBLE_CELL.id, SEXES, optional=True)
        bmi = cells.decimal("bmi", PLAUSIBLE_CELL.id, *BMI_RANGE)
        cci = cells.whole("cci", PLAUSIBLE_CELL.id, 0, CCI_HIGHEST, optional=True)
        new = reader.is_new(cells, f"Patient {patient} is in this file twice.", "patient", patient)
        rest = {name: cells.get(name) for name in ("race", "marital", "diagnosis")}
        for name, longest in LONGEST.items():
            if len(cells.get(name)) > longest:
                cells.note(PLAUSIBLE_CELL.id, f"{name} is longer than {longest} characters.")
        if patient and new:
            yield PatientRow(cells.line, patient, age, born, sex, bmi=bmi, cci=cci, **rest)


def _infusions(reader: Reader, patients: dict[str, PatientRow]) -> Iterator[InfusionRow]:
    for cells in reader.lines("infusions.csv"):
        before = len(reader.problems)
        patient = _known_patient(cells, patients)
        day = cells.day("date", PLAUSIBLE_DATE.id, EARLIEST, reader.today)
        at = cells.clock("start", PLAUSIBLE_DATE.id)
        start = at and at.replace(second=0)  # starts are kept to the minute
        sequence = cells.whole("sequence", PLAUSIBLE_CELL.id, 1, SEQUENCES)
        session = cells.whole("session", PLAUSIBLE_CELL.id, 1, SESSIONS)
        status = cells.choice("status", PLAUSIBLE_CELL.id, STATUSES)
        if len(reader.problems) > before or day is None or sequence is None or session is None:
            continue
        moment = f"{day} {cells.get('start')}".strip()
        sentence = f"Patient {patient} has an infusion on {moment} twice."
        place = f"Patient {patient} has session {session} of sequence {sequence} twice."
        new = reader.is_new(cells, sentence, "infusion", patient, day, start)
        if reader.is_new(cells, place, "session", patient, sequence, session) and new:
            yield InfusionRow(cells.line, patient, day, start, sequence, session, status)


def _scores(reader: Reader, patients: dict[str, PatientRow], births: dict[str, date]) -> Iterator[ScoreRow]:
    known = measures()
    for cells in reader.lines("pro.csv"):
        before = len(reader.problems)
        patient = _known_patient(cells, patients)
        name = cells.text("instrument", KNOWN_INSTRUMENT.id)
        day = cells.day("date", PLAUSIBLE_DATE.id, EARLIEST, reader.today)
        at = cells.clock("time", PLAUSIBLE_DATE.id)
        tenths = 0
        if name and name not in known:
            cells.note(KNOWN_INSTRUMENT.id, f"“{name}” is not a known instrument. Known: {', '.join(known)}.")
        elif name:
            try:
                tenths = read_score(known[name], cells.get("score"))
            except ImpossibleScoreError as impossible:
                cells.note(POSSIBLE_SCORE.id, str(impossible))
        if day is not None and patient in births and day < births[patient]:
            cells.note(AFTER_BIRTH.id, _before_birth(patient, day, births[patient]))
        if len(reader.problems) > before or day is None:
            continue
        sentence = f"Patient {patient} has {name} of {day} {cells.get('time')}".rstrip() + " twice."
        minute = at and at.replace(second=0)  # scores are kept to the minute
        if reader.is_new(cells, sentence, "score", patient, name, day, minute):
            yield ScoreRow(cells.line, patient, name, day, at, tenths)


def _known_patient(cells: Cells, patients: dict[str, PatientRow]) -> str:
    patient = cells.text("patient", KNOWN_PATIENT.id)
    if patient and patient not in patients:
        cells.note(KNOWN_PATIENT.id, f"Patient {patient} is not in patients.csv.")
    return patient


def _births(patients: dict[str, PatientRow], infusions: list[InfusionRow]) -> dict[str, date]:
    """Return the earliest day each patient can have been born, where something is known."""
    firsts: dict[str, date] = {}
    for infusion in infusions:
        firsts[infusion.patient] = min(infusion.date, firsts.get(infusion.patient, infusion.date))
    births = {}
    for patient, row in patients.items():
        if row.birth_date is not None:
            births[patient] = row.birth_date
        elif row.age is not None and patient in firsts:
            births[patient] = _years_before(firsts[patient], row.age + 1)
    return births


def _years_before(day: date, years: int) -> date:
    """Return the same day of the year so many years before; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _refuse_before_birth(reader: Reader, infusions: list[InfusionRow], births: dict[str, date]) -> None:
    for row in infusions:
        born = births.get(row.patient)
        if born is not None and row.date < born:
            reader.note("infusions.csv", row.line, AFTER_BIRTH, _before_birth(row.patient, row.date, born))


def _before_birth(patient: str, day: date, born: date) -> str:
    return f"{day} is before patient {patient} was born ({born} at the earliest)."
