"""The columns of a research export: what each means, and what may stand in it. Nothing else may (OUT-49)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from outcomes.rules.measures import measures
from outcomes.rules.registry import BMI_RANGE, CCI_HIGHEST
from outcomes.rules.research import BEFORE_WORDS, ID_LENGTH, ID_LETTERS, OLDEST_SHOWN
from scheduling.states import MULTIPLE_CATEGORIES, PainCategory

SEXES = ("female", "male", "nonbinary")
RACES = ("White", "Black", "Other/unknown", "Declined")
MARITAL = ("Married", "Single", "Divorced", "Other/unknown", "Declined")
DIAGNOSES = (*(str(one.value) for one in PainCategory), MULTIPLE_CATEGORIES)
OTHER_DIAGNOSIS = str(PainCategory.OTHER.value)
ID_PATTERN = f"S[{ID_LETTERS}]{{{ID_LENGTH}}}"
FURTHEST_YEARS = 130  # from day 0, either way
FURTHEST_DAYS = 366 * FURTHEST_YEARS
AROUND_DAY_0 = f"whole days, at most {FURTHEST_YEARS} years before or after"
MOST_ROWS = 1_000_000  # of one patient in one table
FROM_1 = "1 and more"
LARGEST_ERROR = 100.0  # points
YEARS = (1900, 2200)

ColumnKind = Literal["text", "whole", "number", "truth"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. words: the only texts; low, high: of numbers, both included; an id has neither."""

    name: str
    kind: ColumnKind
    means: str
    words: tuple[str, ...] = ()
    low: float = 0
    high: float = 0
    may_be_empty: bool = False
    bounds: str = ""  # low and high in words

    @property
    def is_id(self) -> bool:
        return self.kind == "text" and not self.words

    @property
    def allowed(self) -> str:
        """What may stand in it, in words."""
        if self.is_id:
            found = f"a random id, S and {ID_LENGTH} letters and digits"
        elif self.kind == "truth":
            found = "true or false"
        elif self.words:
            found = "; ".join(self.words)
        else:
            found = self.bounds or f"{self.low:g} to {self.high:g}"
        return found + ("; empty where not known" if self.may_be_empty else "")


def _patient(means: str) -> Column:
    return Column("patient", "text", means)


TABLES: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "patients": (
            _patient("Study id, drawn at random for this export alone; which patient has which is kept nowhere"),
            Column(
                "age",
                "whole",
                "Full years at the first completed infusion, without one at the first begun; "
                f"{OLDEST_SHOWN} means {OLDEST_SHOWN} or older",
                high=OLDEST_SHOWN,
                may_be_empty=True,
            ),
            Column("sex", "text", "Sex as recorded", SEXES, may_be_empty=True),
            Column("race", "text", "Ethnic group in the levels of Table 1", RACES, may_be_empty=True),
            Column("marital", "text", "Marital status in the levels of Table 1", MARITAL, may_be_empty=True),
            Column(
                "diagnosis",
                "text",
                "Pain category of Table 1; other also stands for a category the clinic wrote itself",
                DIAGNOSES,
                may_be_empty=True,
            ),
            Column(
                "bmi",
                "number",
                "Body mass index in kg per square metre",
                low=float(BMI_RANGE[0]),
                high=float(BMI_RANGE[1]),
                may_be_empty=True,
            ),
            Column("charlson", "whole", "Charlson Comorbidity Index", high=CCI_HIGHEST, may_be_empty=True),
            Column(
                "first_year",
                "whole",
                "Year of day 0, or the last year that can be told without narrowing day 0 to less than a year; "
                "empty without any infusion",
                low=YEARS[0],
                high=YEARS[1],
                may_be_empty=True,
            ),
            Column(
                "first_year_or_later",
                "truth",
                "True where day 0 can lie in a later year than first_year; empty without any infusion",
                may_be_empty=True,
            ),
        ),
        "infusions": (
            _patient("Study id of patients"),
            Column(
                "number", "whole", "Order of the patient's infusions, from 1", low=1, high=MOST_ROWS, bounds=FROM_1
            ),
            Column(
                "day",
                "whole",
                "Days from the first completed infusion, which is day 0; without one, from the first begun",
                low=-FURTHEST_DAYS,
                high=FURTHEST_DAYS,
                bounds=AROUND_DAY_0,
            ),
            Column("completed", "truth", "Whether the infusion was completed, not stopped early"),
        ),
        "scores": (
            _patient("Study id of patients"),
            Column(
                "number",
                "whole",
                "Order of the patient's scores, from 1; of one day the later one has the higher number",
                low=1,
                high=MOST_ROWS,
                bounds=FROM_1,
            ),
            Column("day", "whole", "Days from day 0", low=-FURTHEST_DAYS, high=FURTHEST_DAYS, bounds=AROUND_DAY_0),
            Column(
                "before_start",
                "text",
                "On a day with a completed infusion: whether the score was given before its start; empty on "
                "other days",
                BEFORE_WORDS,
                may_be_empty=True,
            ),
            Column("measure", "text", "What was measured, by its name in Tables 2 and 3", tuple(measures())),
            Column(
                "score",
                "number",
                "The score in points of its measure, to one decimal",
                high=max(one.maximum_tenths for one in measures().values()) / 10,
            ),
            Column(
                "standard_error",
                "number",
                "Standard error of the score in points",
                high=LARGEST_ERROR,
                may_be_empty=True,
            ),
            Column(
                "form",
                "whole",
                "Scores of one measure with equal numbers come from the same form or item bank; the number means "
                "nothing else",
                low=1,
                high=MOST_ROWS,
                bounds=FROM_1,
            ),
        ),
    }
)
HEADING = ("table", "column", "type", "allowed", "meaning")
TYPE_WORDS: Mapping[ColumnKind, str] = {
    "text": "text",
    "whole": "whole number",
    "number": "number",
    "truth": "true or false",
}


def dictionary_rows() -> list[tuple[str, ...]]:
    """Return the data dictionary, a row for each column, without commas or quotes."""
    return [
        tuple(cell.replace(",", ";") for cell in (table, one.name, TYPE_WORDS[one.kind], one.allowed, one.means))
        for table, columns in TABLES.items()
        for one in columns
    ]


def dictionary_csv() -> str:
    """Return the data dictionary as CSV."""
    return "".join(",".join(row) + "\n" for row in (HEADING, *dictionary_rows()))
