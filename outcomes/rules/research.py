"""The de-identified research export: which rows leave the clinic, and what becomes of dates, ages and names.

Patients, infusions and scores as columns, one row of a patient for each of the study's members.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from kitclinic.register import Rule
from outcomes.rules.counted import NEVER
from outcomes.rules.histories import NO_MINUTE, UNKNOWN, Infusions, Ints, Mask, Scores, day_number
from outcomes.rules.tables import WINDOW_CLOSES
from outcomes.rules.windows import SIX_MONTHS

SAFE_HARBOR = "45 CFR 164.514(b)(2)"
OLDEST_SHOWN = 90  # OUT-48, years
ID_LETTERS = "BCDFGHJKMNPQRTVWXY23456789"  # no vowels, so that no word can come up
ID_LENGTH = 10
SHORTEST_REASON = 20  # OUT-57, characters
LONGEST_REASON = 500
LONGEST_APPROVAL = 80
MOST_ROWS_IN_A_PAGE = 1_000_000  # OUT-59, about 3 s of one core

RANDOM_IDS = Rule(
    "OUT-46",
    "Study ids are drawn at random for each research export, the rows stand in their order, and which patient has "
    "which is kept nowhere.",
    source=f"{SAFE_HARBOR}(i)(R) and (c): no unique code derived from information about the individual",
)
DAY_OFFSETS = Rule(
    "OUT-47",
    "A research export has no dates: days are counted from the first completed infusion, without one from the "
    "first begun. The year of that day is given, but no later one than leaves all its days possible: a year that "
    "the as-of date and the patient's last row would narrow to less is given as an earlier year or later.",
    source=f"{SAFE_HARBOR}(i)(C): no elements of dates except the year; how far the year may go: clinic default",
)
OLDEST = Rule(
    "OUT-48",
    "An age is given in full years at the first infusion; 90 and over is given as 90.",
    source=f"{SAFE_HARBOR}(i)(C): all ages over 89 as one category of 90 or older",
)
NO_FREE_TEXT = Rule(
    "OUT-49",
    "A research export holds no text that anybody typed: every text is one of a list, and a diagnosis that is no "
    "category of Table 1 is given as other.",
    source=f"{SAFE_HARBOR}(i)",
)
BEFORE_START = Rule(
    "OUT-50",
    "A research export has no times of day: a score of a day with a completed infusion says whether it was given "
    "before the start, after it, or that this is not known, and a patient's scores are numbered in their order.",
    source=f"{SAFE_HARBOR}(i)(C); what OUT-03 and OUT-08 need",
)
WHO_LEAVES = Rule(
    "OUT-51",
    "A research export holds the patients the page counts, with infusions and scores up to the as-of date. Scores "
    "of who never had an infusion have no day to be counted from and stay out. It cannot be narrowed by the day "
    "of the first infusion, nor to a diagnosis outside Table 1.",
    source="clinic default",
)
SAME_TABLES = Rule(
    "OUT-52",
    "Read back, a research export gives the same Tables 1, 2 and 3 as its source, but for the mean age where "
    "somebody is older than 90 and categories outside Table 1. How many windows had closed is given once for all "
    "patients, and only where none was open, or at least 11 were closed and 11 open.",
    source="clinic default; 11: CMS cell size suppression policy",
)
APPROVED = Rule(
    "OUT-57",
    "A research export needs a reason of at least 20 characters, the number of the ethics or privacy approval and "
    "a tick that it covers this export; who made it, when and why stays on record with the file's SHA-256.",
    source="clinic default",
)

IN_A_PAGE = Rule(
    "OUT-59",
    "A research export of up to 1,000,000 rows is made while the page waits and kept nowhere; a larger one is "
    "made by a command on the server, with the same checks and the same record.",
    source="measured: 10 s of one core for 3.1 million rows",
)

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Persons:
    """One value per patient of the study. of: place in ``People``; the rest as in ``Described``."""

    of: Ints
    age: Ints
    sex: Ints
    race: Ints
    marital: Ints
    diagnosis: Ints
    bmi_tenths: Ints
    charlson: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Research:
    """The three tables as columns of whole numbers, rows in random order of patients.

    UNKNOWN where a value is missing; in days, which may be negative, nothing is. patient: row of patients.
    error: points, nan when missing. left_out: scores of patients without any infusion.
    """

    ids: tuple[str, ...]
    patients: Mapping[str, Numbers]
    infusions: Mapping[str, Numbers]
    scores: Mapping[str, Numbers]
    error: NDArray[np.float64]
    left_out: int

    @property
    def rows(self) -> int:
        return len(self.ids) + len(self.infusions["patient"]) + len(self.scores["patient"])


def study_ids(letters: Iterator[str], number: int) -> tuple[str, ...]:
    """Return that many ids, all different, in the order of the alphabet (OUT-46). letters: endless, at random."""
    found: set[str] = set()
    while len(found) < number:
        found.add("S" + "".join(next(letters) for _ in range(ID_LENGTH)))
    return tuple(sorted(found))


def deidentified(
    persons: Persons, infusions: Infusions, scores: Scores, as_of: date, *, ids: tuple[str, ...], order: Ints
) -> Research:
    """Return what may leave (OUT-47 to OUT-51).

    infusions, scores: of the study's protocol, to whatever day. ids: one for each person; order: a random
    permutation of the persons, who get the ids in it.
    """
    today = day_number(as_of)
    of = persons.of[order]
    row_of = np.full(int(max(_top(of), _top(infusions.of), _top(scores.of))) + 1, -1)
    row_of[of] = np.arange(len(of))
    given = infusions.where((infusions.day <= today) & (row_of[infusions.of] >= 0))
    answered = scores.where((scores.day <= today) & (row_of[scores.of] >= 0))
    day_0 = _day_0(given, row_of[given.of], len(of))
    known = day_0[row_of[answered.of]] < NEVER
    left_out = int(np.count_nonzero(~known))
    answered = answered.where(known)
    infusion_rows = _infusions(given, row_of, day_0)
    score_rows, places = _scores(answered, given, row_of, day_0)
    return Research(
        ids=ids,
        patients=_patients(persons, order, day_0, infusion_rows, score_rows, today),
        infusions=infusion_rows,
        scores=score_rows,
        error=answered.error[places].astype(np.float64),
        left_out=left_out,
    )


def _top(places: Ints) -> int:
    return int(places.max()) if len(places) else -1


def _day_0(given: Infusions, row: Ints, number: int) -> Numbers:
    """Return each patient's first completed infusion, without one the first begun, without any NEVER (OUT-47)."""
    began, completed = np.full(number, NEVER), np.full(number, NEVER)
    np.minimum.at(began, row, given.day)
    np.minimum.at(completed, row[given.completed], given.day[given.completed])
    found: Numbers = np.where(completed < NEVER, completed, began)
    return found


def _patients(
    persons: Persons,
    order: Ints,
    day_0: Numbers,
    infusions: Mapping[str, Numbers],
    scores: Mapping[str, Numbers],
    today: int,
) -> dict[str, Numbers]:
    age = persons.age[order].astype(np.int64)
    year, or_later = _years(day_0, infusions, scores, today)
    rest = {
        name: getattr(persons, name)[order].astype(np.int64) for name in ("sex", "race", "marital", "diagnosis")
    }
    return {
        "patient": np.arange(len(order)),
        "age": np.where(age == UNKNOWN, UNKNOWN, np.minimum(age, OLDEST_SHOWN)),
        **rest,
        "bmi": persons.bmi_tenths[order].astype(np.int64),
        "charlson": persons.charlson[order].astype(np.int64),
        "first_year": year,
        "first_year_or_later": or_later,
    }


def _years(
    day_0: Numbers, infusions: Mapping[str, Numbers], scores: Mapping[str, Numbers], today: int
) -> tuple[Numbers, Numbers]:
    """Return the year that may be told of every patient, and whether it may be a later one; UNKNOWN without any.

    Of a patient whose last row is d days after day 0, a reader knows that day 0 is no later than d days before the
    as-of date. The last year all of whose days lie before that is told at most; it is told to be "or later",
    whether the true one is later or not. That all windows had closed may be read from the file as well.
    """
    furthest = np.zeros(len(day_0), dtype=np.int64)
    closes = np.where(infusions["completed"] == 1, infusions["day"] + WINDOW_CLOSES[SIX_MONTHS], infusions["day"])
    np.maximum.at(furthest, infusions["patient"], closes)
    np.maximum.at(furthest, scores["patient"], scores["day"])
    treated = day_0 < NEVER
    latest = np.where(treated, today - furthest, 0)
    whole = _year(latest + 1) - 1  # the day after the latest one begins a year later only if that was its last
    year = _year(np.where(treated, day_0, 0))
    return np.where(treated, np.minimum(year, whole), UNKNOWN), np.where(treated, year >= whole, UNKNOWN)


def _year(days: Ints) -> Numbers:
    found: Numbers = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return found


def _infusions(given: Infusions, row_of: Ints, day_0: Numbers) -> dict[str, Numbers]:
    row = row_of[given.of].astype(np.int64)
    order = np.lexsort((np.arange(len(row)), given.start, given.day, row))
    row = row[order]
    return {
        "patient": row,
        "number": _numbered(row),
        "day": given.day[order].astype(np.int64) - day_0[row],
        "completed": given.completed[order].astype(np.int64),
    }


def _scores(answered: Scores, given: Infusions, row_of: Ints, day_0: Numbers) -> tuple[dict[str, Numbers], Ints]:
    """Return the columns, and the places they come from in their order."""
    row = row_of[answered.of].astype(np.int64)
    order = np.lexsort((np.arange(len(row)), answered.minute, answered.day, row))
    row = row[order]
    day = answered.day[order].astype(np.int64)
    _, form = np.unique(answered.form[order], return_inverse=True)
    return {
        "patient": row,
        "number": _numbered(row),
        "day": day - day_0[row],
        "before_start": _before_start(day, answered.minute[order], row, given, row_of),
        "measure": answered.measure[order].astype(np.int64),
        "tenths": answered.tenths[order].astype(np.int64),
        "form": form.astype(np.int64) + 1,
    }, order


BEFORE_WORDS = ("true", "false", "unknown")


def _before_start(day: Ints, minute: Ints, row: Ints, given: Infusions, row_of: Ints) -> Numbers:
    """Return places in BEFORE_WORDS, UNKNOWN on days without a completed infusion (OUT-50)."""
    if not len(day) or not given.completed.any():
        return np.full(len(day), UNKNOWN)
    done = given.where(given.completed)
    low = int(min(done.day.min(), day.min()))
    span = int(max(done.day.max(), day.max())) - low + 1
    keys = row_of[done.of] * span + (done.day - low)
    order = np.lexsort((done.start, keys))  # NO_MINUTE sorts first: an unknown start makes the day's unknown
    keys, first = np.unique(keys[order], return_index=True)
    start = done.start[order][first]
    wanted = row * span + (day - low)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    treated: Mask = keys[at] == wanted
    unknown = (minute == NO_MINUTE) | (start[at] == NO_MINUTE)
    place = np.where(unknown, 2, np.where(minute < start[at], 0, 1))
    found: Numbers = np.where(treated, place, UNKNOWN)
    return found


def _numbered(row: Ints) -> Numbers:
    """Return 1, 2, 3 … within each patient; row: sorted."""
    if not len(row):
        return np.empty(0, dtype=np.int64)
    begins = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    sizes = np.diff(np.append(begins, len(row)))
    found: Numbers = np.arange(len(row)) - np.repeat(begins, sizes) + 1
    return found
