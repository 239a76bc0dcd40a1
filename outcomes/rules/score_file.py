"""A file of scores recorded elsewhere: read whole, with every problem numbered by its line (PRO-111)."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import StringIO

from kitclinic.register import Rule
from outcomes.rules.measures import Measure
from outcomes.rules.score_entry import TypedScore, enterable, read_typed
from scheduling.rules.identity import tidy_record_number
from scheduling.rules.referral_file import DELIMITERS, UnreadableFileError
from scheduling.rules.written_dates import DateOrder, UnreadableDateError, read_date

MOST_LINES = 50_000

SCORE_FILE = Rule(
    "PRO-111",
    "A file of scores names each patient by record number, or by name and birth date where exactly one patient "
    "has both; one wrong line stops the file, and the same file again changes nothing.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class ScoreColumn:
    """One column. names: how the header may call it, the first is ours."""

    field: str
    names: tuple[str, ...]
    holds: str
    example: str

    @property
    def name(self) -> str:
        return self.names[0]


COLUMNS = (
    ScoreColumn("record_number", ("Record number", "MRN", "Medical record number"), "Of the patient", "KT-1001"),
    ScoreColumn("family_name", ("Family name", "Last name", "Surname"), "Where there is no number", "Marrin"),
    ScoreColumn("given_name", ("Given name", "First name"), "Where there is no number", "Delphine"),
    ScoreColumn(
        "birth_date", ("Birth date", "Date of birth", "DOB", "Born"), "Where there is no number", "1974-03-14"
    ),
    ScoreColumn("measure", ("Measure", "Instrument", "Scale"), "As the list below names it", "PHQ-9"),
    ScoreColumn(
        "day", ("Date", "Day", "Completed on", "Score date"), "Day the questions were answered", "2026-05-12"
    ),
    ScoreColumn("value", ("Score", "Value", "Total", "T-score"), "As it was printed", "14"),
    ScoreColumn("origin", ("Source", "Recorded in", "Origin"), "Where it stands", "EHR"),
)


def header_key(text: str) -> str:
    """Return a header as it is compared: case, spaces, hyphens and underscores do not count."""
    return "".join(filter(str.isalnum, text.casefold()))


BY_HEADER = {header_key(name): column for column in COLUMNS for name in column.names}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong. line: as an editor numbers it, the header is line 1."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a line means: by record number ("" without), or by folded names and birth date."""

    record_number: str
    names: tuple[str, str]
    born: date | None


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score of a file, and whose it is."""

    line: int
    who: Who
    score: TypedScore


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as lines are matched. names: folded; born: None where it is not known."""

    key: int
    record_number: str
    names: tuple[str, str]
    born: date | None


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds. left_columns: headers that no column is known for."""

    rows: tuple[ScoreRow, ...]
    wrong: tuple[Wrong, ...]
    left_columns: tuple[str, ...]


def fold(text: str) -> str:
    """Return a name as it is compared."""
    return " ".join(text.split()).casefold()


def read_scores(text: str, *, today: date, order: DateOrder = DateOrder.ASK) -> Read:
    """Return every score and every problem of a file. Raises UnreadableFileError when it is no list of scores."""
    lines = _lines(text)
    first = next(lines, None)
    if first is None:
        raise UnreadableFileError("The file is empty. The first line names the columns.")
    columns, left = _columns(first[1])
    rows: list[ScoreRow] = []
    wrong: list[Wrong] = []
    for line, cells in lines:
        if isinstance(cells, str):
            wrong.append(Wrong(line, cells))
            break
        if len(rows) + len(wrong) >= MOST_LINES:
            raise UnreadableFileError(f"The file has more than {MOST_LINES:,} scores. Split it, import the parts.")
        row, sentences = _row(line, cells, columns, today=today, order=order)
        wrong += [Wrong(line, sentence) for sentence in sentences]
        if row is not None:
            rows.append(row)
    if not rows and not wrong:
        raise UnreadableFileError("The file names its columns but holds no scores below them.")
    return Read(tuple(rows), tuple(wrong), left)


def match(rows: Sequence[ScoreRow], people: Sequence[Person]) -> tuple[dict[int, int], list[Wrong]]:
    """Return line -> patient key, and every line that means nobody, or nobody in particular."""
    by_number = {person.record_number: person for person in people}
    by_name: dict[tuple[tuple[str, str], date | None], list[Person]] = {}
    for person in people:
        by_name.setdefault((person.names, person.born), []).append(person)
    found: dict[int, int] = {}
    wrong: list[Wrong] = []
    for row in rows:
        meant, sentence = _one(row.who, by_number, by_name)
        if meant is None:
            wrong.append(Wrong(row.line, sentence))
        elif meant.born is not None and row.score.day < meant.born:
            wrong.append(Wrong(row.line, "The score is from before the patient was born."))
        else:
            found[row.line] = meant.key
    return found, wrong


def _one(
    who: Who, by_number: Mapping[str, Person], by_name: Mapping[tuple[tuple[str, str], date | None], list[Person]]
) -> tuple[Person | None, str]:
    if who.record_number:
        person = by_number.get(who.record_number)
        if person is None:
            return None, f"No patient here has the record number {who.record_number}."
        if any(who.names) and who.names[0] != person.names[0]:
            return None, f"Record number {who.record_number} belongs to somebody with another family name."
        if who.born is not None and person.born is not None and who.born != person.born:
            return None, f"Record number {who.record_number} belongs to somebody with another birth date."
        return person, ""
    candidates = by_name.get((who.names, who.born), [])
    if len(candidates) == 1:
        return candidates[0], ""
    if candidates:
        return None, "More than one patient has this name and birth date. Write the record number."
    return None, "No patient here has this name and birth date."


def once(rows: Sequence[ScoreRow], patients: Mapping[int, int]) -> tuple[list[ScoreRow], list[Wrong], int]:
    """Return rows without repetitions, contradictions inside the file, and how many lines repeat another."""
    seen: dict[tuple[int, str, date, str], ScoreRow] = {}
    wrong: list[Wrong] = []
    repeated = 0
    for row in rows:
        key = (patients[row.line], row.score.measure, row.score.day, row.score.origin)
        earlier = seen.setdefault(key, row)
        if earlier is row:
            continue
        if earlier.score.tenths == row.score.tenths:
            repeated += 1
        else:
            sentence = f"Line {earlier.line} gives another value for the same measure, day and source."
            wrong.append(Wrong(row.line, sentence))
    return list(seen.values()), wrong, repeated


def template() -> str:
    """Return the header line of a file that can be imported, with a byte-order mark so that Excel reads UTF-8."""
    return "\ufeff" + ",".join(column.name for column in COLUMNS) + "\r\n"


@cache
def _measure_names() -> dict[str, Measure]:
    """Measures by their name, and by their version where no other has it."""
    named = {header_key(one.version): one for one in enterable().values()}
    return named | {header_key(name): one for name, one in enterable().items()}


def _lines(text: str) -> Iterator[tuple[int, list[str] | str]]:
    first = text.lstrip("\n").split("\n", 1)[0]
    separator = max(DELIMITERS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, "The quotation marks are not in pairs, so the rest of the file cannot be told apart."
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _columns(header: list[str] | str) -> tuple[list[ScoreColumn | None], tuple[str, ...]]:
    if isinstance(header, str):
        raise UnreadableFileError(f"Line 1: {header}")
    columns = [BY_HEADER.get(header_key(cell)) for cell in header]
    fields = [column.field for column in columns if column]
    twice = sorted({column.name for column in columns if column and fields.count(column.field) > 1})
    if twice:
        raise UnreadableFileError(f"Two columns stand for {', '.join(twice)}. Keep one of them.")
    names = {column.field: column.name for column in COLUMNS}
    missing = [names[field] for field in ("measure", "day", "value", "origin") if field not in fields]
    by_name = {"family_name", "given_name", "birth_date"} <= set(fields)
    if "record_number" not in fields and not by_name:
        missing.insert(0, "Record number (or Family name, Given name and Birth date)")
    if missing:
        raise UnreadableFileError(
            f"The first line lacks {', '.join(missing)}. Name the columns as the template does."
        )
    left = tuple(cell.strip() for cell, one in zip(header, columns, strict=True) if one is None and cell.strip())
    return columns, left


def _row(
    line: int, cells: list[str], columns: list[ScoreColumn | None], *, today: date, order: DateOrder
) -> tuple[ScoreRow | None, list[str]]:
    """One score with everything that is wrong in its line."""
    if any(cell.strip() for cell in cells[len(columns) :]):
        return None, [f"There are {len(cells)} fields for {len(columns)} columns."]
    said = {column.field: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
    wrong: list[str] = []
    who = _who(said, order, wrong)
    measure = _measure_names().get(header_key(said.get("measure", "")))
    day = _date(said.get("day", ""), "Date", order, wrong)
    if day is None and not said.get("day"):
        wrong.append("Date is empty. Write the day of the score.")
    score, problems = read_typed(
        measure=measure.name if measure else said.get("measure", ""),
        value=said.get("value", ""),
        day=day or today,
        origin=said.get("origin", ""),
        today=today,
        born=None,
    )
    wrong += [problem.sentence for problem in problems]
    if score is None or who is None or wrong:
        return None, wrong
    return ScoreRow(line, who, score), []


def _who(said: Mapping[str, str], order: DateOrder, wrong: list[str]) -> Who | None:
    number = tidy_record_number(said.get("record_number", ""))
    names = (fold(said.get("family_name", "")), fold(said.get("given_name", "")))
    born = _date(said.get("birth_date", ""), "Birth date", order, wrong)
    if not number and not (all(names) and born):
        wrong.append("The line names no patient. Write the record number, or both names and the birth date.")
        return None
    return Who(number, names, born)


def _date(text: str, name: str, order: DateOrder, wrong: list[str]) -> date | None:
    if not text:
        return None
    try:
        return read_date(text, order)
    except UnreadableDateError as unreadable:
        wrong.append(f"{name}: {unreadable}")
        return None
