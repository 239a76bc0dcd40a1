"""Who answered in a window beside who did not: the paper's selection bias analysis, line by line."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from kitclinic.display import in_sentence
from kitclinic.register import Rule
from outcomes.rules.counted import MISSING, Counted
from outcomes.rules.differences import Floats
from outcomes.rules.facts import Levels, RowFacts, Texts
from outcomes.rules.group_tests import Tested, categories_differ, means_differ, ranks_differ
from outcomes.rules.histories import Mask
from outcomes.rules.measures import measures
from outcomes.rules.published_selection import PublishedPair, published_selection
from outcomes.rules.statistics import Sums
from outcomes.rules.table_1 import counted_text, mean_text, quartiles
from outcomes.rules.tallies import closed
from outcomes.rules.windows import BASELINE

SIGNIFICANT = 0.05  # STAT-35, p below it
APART = 0.1  # STAT-34, standard deviations

COMPLETERS = Rule(
    "STAT-30",
    "Who gave any of the eleven scores in a window answered in it; who gave none did not. Only those whose "
    "window had closed by the as-of date are compared. Who lacks a fact stands in a line of their own and enters "
    "no test.",
    source="Tankha 2025, Results (completers); any score, and closed windows: clinic default",
)
STANDARDISED = Rule(
    "STAT-34",
    "Beside each P stands the difference in standard deviations, answered less not answered; of several levels "
    "the distance of their shares, without a sign. Unlike P it does not grow with the number of patients; from "
    "0.1 on a difference is marked.",
    source="Yang and Dalton 2012; 0.1: Austin 2009",
)
NOT_ADJUSTED = Rule(
    "STAT-35",
    "P below 0.05 is called different. As in the paper nothing is adjusted for the number of comparisons; the "
    "page says how many chance alone would give.",
    source="Tankha 2025, Statistical analysis",
)
MEAN = "mean±SD"
MEDIAN = "median (Q1, Q3)"
REPEATED = "Patients stand here with several courses: not tested."


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Rows whose window had closed. answered, silent: true for rows in each group; in no row both."""

    window: str
    answered: Mask
    silent: Mask

    @property
    def due(self) -> int:
        return self.n + self.n_silent

    @property
    def n(self) -> int:
        return int(np.count_nonzero(self.answered))

    @property
    def n_silent(self) -> int:
        return int(np.count_nonzero(self.silent))


@dataclass(frozen=True, slots=True)
class Line:
    """One line. how: what its figures are; answered, silent: as printed, "" for nobody; n: with the fact.

    difference: in standard deviations or None. tested: None in lines that carry no test: levels, not recorded.
    """

    slug: str
    name: str
    how: str
    depth: int
    answered: str
    silent: str
    n_answered: int
    n_silent: int
    difference: float | None = None
    tested: Tested | None = None
    published: PublishedPair | None = None
    is_heading: bool = False

    @property
    def label(self) -> str:
        return f"{self.name}, {self.how}" if self.how else self.name

    @property
    def p(self) -> float | None:
        return self.tested.p if self.tested else None

    @property
    def differs(self) -> bool:
        """STAT-35."""
        return self.p is not None and self.p < SIGNIFICANT

    @property
    def is_apart(self) -> bool:
        """STAT-34."""
        return self.difference is not None and abs(self.difference) >= APART


@dataclass(frozen=True, slots=True)
class Words:
    """What levels are called: stored text -> words; one without words is printed as it is."""

    sex: Mapping[str, str]
    race: Mapping[str, str]
    marital: Mapping[str, str]
    diagnosis: Mapping[str, str]


def split(counted: Counted, window: str) -> Split:
    """Return who answered and who did not in one window, "last", "3m" or "6m" (STAT-30)."""
    due = closed(counted, window)
    any_score = (counted.column(window) != MISSING).any(axis=1)
    return Split(window, due & any_score, due & ~any_score)


def compared(counted: Counted, facts: RowFacts, levels: Levels, words: Words, window: str) -> tuple[Line, ...]:
    """Return every characteristic in the order of Table 1, both groups beside each other (STAT-30 to STAT-35)."""
    found = split(counted, window)
    lines = [
        *_number("age", "Age", f"years, {MEAN}", facts.age, found),
        *_levels("sex", "Gender", facts.sex, levels.sex, words.sex, found),
        *_levels("race", "Ethnic group", facts.race, levels.race, words.race, found),
        *_levels("marital", "Marital status", facts.marital, levels.marital, words.marital, found),
        *_number("bmi", "Body mass index", f"kg/m², {MEAN}", facts.bmi, found),
        *_number("charlson", "Charlson Comorbidity Index", f"{MEDIAN}; {MEAN}", facts.charlson, found),
        *_number("infusion-days", "Ketamine infusion days", MEDIAN, facts.infusion_days, found),
        *_levels("diagnosis", "Diagnosis", facts.diagnosis, levels.diagnosis, words.diagnosis, found),
        *_baselines(counted, found),
    ]
    who = counted.rows.of[found.answered | found.silent]
    if len(np.unique(who)) < len(who):
        lines = [replace(one, tested=_untested(one.tested)) for one in lines]
    printed = published_selection()
    return tuple(replace(one, published=printed.get((window, one.slug))) for one in lines)


def _untested(found: Tested | None) -> Tested | None:
    return found and Tested(found.name, None, note=REPEATED)


def _baselines(counted: Counted, found: Split) -> Iterator[Line]:
    """Yield the eleven baseline scores of those who have one."""
    columns = counted.column(BASELINE)
    for place, (name, measure) in enumerate(measures().items()):
        tenths = columns[:, place].astype(np.float64)
        values = np.where(tenths == MISSING, np.nan, tenths / 10)
        slug = f"baseline-{'-'.join(name.lower().split())}"
        yield next(_number(slug, f"Baseline {in_sentence(measure.title)}", MEAN, values, found))


def _number(slug: str, name: str, how: str, values: Floats, found: Split) -> Iterator[Line]:
    """Yield a line of numbers, nan where not known, and after it who lacks the number."""
    known = ~np.isnan(values)
    one, other = values[found.answered & known], values[found.silent & known]
    texts = _figures(one, how), _figures(other, how)
    test = ranks_differ if how.startswith(MEDIAN) else means_differ
    yield Line(slug, name, how, 0, *texts, len(one), len(other), apart(one, other), test(one, other))
    yield from _not_recorded(slug, ~known, found)


def _figures(values: Floats, how: str) -> str:
    if not len(values):
        return ""
    return "; ".join(says(values) for kind, says in ((MEDIAN, _ranks), (MEAN, _mean)) if kind in how)


def _mean(values: Floats) -> str:
    tenths = np.rint(values * 10).astype(np.int64)
    return mean_text(Sums(len(tenths), int(tenths.sum()), int((tenths**2).sum())))


def _ranks(values: Floats) -> str:
    low, middle, high = (_plain(one) for one in quartiles([int(value) for value in values]))
    return f"{middle} ({low}, {high})"


def _plain(value: Fraction) -> str:
    return f"{int(value)}" if value.denominator == 1 else f"{float(value)}"


def _levels(
    slug: str, label: str, values: Texts, names: Sequence[str], words: Mapping[str, str], found: Split
) -> Iterator[Line]:
    """Yield a heading with the test, and the levels somebody is in."""
    groups = (values[found.answered], values[found.silent])
    table = np.array([[np.count_nonzero(part == name) for name in names] for part in groups], dtype=np.int64)
    n, m = (int(one) for one in table.sum(axis=1))
    tested = categories_differ(table)
    yield Line(slug, label, "n (%)", 0, "", "", n, m, shares_apart(table), tested, is_heading=True)
    for place, name in enumerate(names):
        one, other = (int(count) for count in table[:, place])
        if one or other:
            texts = counted_text(one, found.n), counted_text(other, found.n_silent)
            yield Line(f"{slug}-{place}", words.get(name, name), "", 1, *texts, one, other)
    yield from _not_recorded(slug, values == "", found)


def _not_recorded(slug: str, lacks: Mask, found: Split) -> Iterator[Line]:
    one, other = (int(np.count_nonzero(lacks & part)) for part in (found.answered, found.silent))
    if one or other:
        texts = counted_text(one, found.n), counted_text(other, found.n_silent)
        yield Line(f"{slug}-unknown", "Not recorded", "", 1, *texts, one, other)


def apart(one: Floats, other: Floats) -> float | None:
    """Return the difference of two means in standard deviations (STAT-34); None where there is no spread."""
    if len(one) < 2 or len(other) < 2:
        return None
    spread = math.sqrt((float(one.var(ddof=1)) + float(other.var(ddof=1))) / 2)
    return float(one.mean() - other.mean()) / spread if spread > 0 else None


def shares_apart(table: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> float | None:
    """Return how far the shares of counts, (2, levels), lie apart (STAT-34); None where that has no measure."""
    table = table[:, table.sum(axis=0) > 0]
    totals = table.sum(axis=1)
    if table.shape[1] < 2 or not totals.all():
        return None
    shares = (table / totals[:, np.newaxis])[:, 1:]
    one, other = (np.diag(part) - np.outer(part, part) for part in shares)
    spread = (one + other) / 2
    if np.linalg.matrix_rank(spread) < len(spread):
        return None
    away = shares[0] - shares[1]
    return math.sqrt(float(away @ np.linalg.solve(spread, away)))


def said(lines: Sequence[Line], found: Split) -> str:
    """Say in one to three sentences what the comparison shows."""
    if not found.due:
        return "This window had closed for nobody by this day: there is nobody to compare yet."
    if not found.n or not found.n_silent:
        return f"{'All' if found.n else 'None'} of {found.due} answered: there is no second group to compare."
    carrying = [one for one in lines if one.tested]
    tested = [one for one in carrying if one.p is not None]
    many, chance = len(tested), round(len(tested) * SIGNIFICANT)
    if not many:
        wide = [one for one in carrying if one.is_apart]
        return f"Not tested. {len(wide)} of {len(carrying)} lie {APART} standard deviations apart or more."
    different = [one for one in tested if one.differs]
    told = f": {'; '.join(_beside(one) for one in different)}" if different else ""
    verb = "differs" if len(different) == 1 else "differ"
    compared_ones = "1 characteristic" if many == 1 else f"{many} characteristics"
    first = f"Of {compared_ones} {len(different) or 'none'} {verb} with P below {SIGNIFICANT}{told}."
    return f"{first} Chance alone would give about {chance or 'none'}."


def _beside(one: Line) -> str:
    name = one.name if one.name.startswith("Charlson") else in_sentence(one.name)
    return name if one.is_heading else f"{name}, {one.answered} of those who answered against {one.silent}"
