"""Who answered and who did not, what that does to the findings, and what it would take to overturn them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from kitclinic.display import show
from outcomes.queries.study import Study
from outcomes.rules.answer_weights import Weighted, asked_of, weigh
from outcomes.rules.counted import MISSING
from outcomes.rules.facts import Texts
from outcomes.rules.histories import Ints, Mask
from outcomes.rules.measures import Measure, measures
from outcomes.rules.predictors import Variable, variables
from outcomes.rules.selection_bias import Line, Split, Words, compared, said, split
from outcomes.rules.statistics import percent
from outcomes.rules.tallies import changes, closed
from outcomes.rules.tipping import Tipping, tipping
from outcomes.rules.windows import BASELINE, WINDOW_NAMES, WINDOWS
from scheduling.models import Patient
from scheduling.rules.pain import diagnosis_words

PAIN = "category"  # of pain: not in the model of answering (STAT-36)


@dataclass(frozen=True, slots=True)
class Rate:
    """Answers in one window, of those whose window had closed. improved, pairs: as in Table 2; None for any."""

    window: str
    answered: int
    due: int
    improved: int | None = None
    pairs: int | None = None

    @property
    def percent(self) -> Decimal | None:
        return percent(self.answered, self.due) if self.due else None

    @property
    def name(self) -> str:
        return WINDOW_NAMES[self.window]

    @property
    def improved_percent(self) -> Decimal | None:
        return percent(self.improved, self.pairs) if self.improved is not None and self.pairs else None


@dataclass(frozen=True, slots=True)
class RateRow:
    """One measure, or any (measure None), in the three windows."""

    measure: Measure | None
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """One window: whose window had closed, and whose had not."""

    window: str
    due: int
    not_due: int

    @property
    def name(self) -> str:
        return WINDOW_NAMES[self.window]


@dataclass(frozen=True, slots=True, eq=False)
class WhoAnswered:
    """The page for one measure and one window."""

    measure: Measure
    window: str
    of_courses: bool
    due: tuple[Due, ...]
    rates: tuple[RateRow, ...]
    split: Split
    lines: tuple[Line, ...]
    sentence: str
    weighted: Weighted
    tipping: Tipping

    @property
    def window_name(self) -> str:
        return WINDOW_NAMES[self.window]

    @property
    def is_empty(self) -> bool:
        """True while no window of anybody had closed."""
        return not any(one.due for one in self.due)

    @property
    def lede(self) -> str:
        """Who answered anything, in each window that had closed for somebody."""
        rates = [one for one in self.rates[0].rates if one.due]
        whom = "courses" if self.of_courses else "patients"
        told = ", ".join(
            f"{one.percent}% of {show(one.due)} {whom if place == 0 else ''}".strip()
            + f" at {WINDOW_NAMES[one.window]}"
            for place, one in enumerate(rates)
        )
        return f"Any questionnaire was answered by {told}." if told else ""


def who_answered(found: Study, window: str, measure: Measure) -> WhoAnswered:
    """Return the page of a study; no query."""
    compared_lines, parts = selection(found, window), split(found.counted, window)
    weighted, tips = missing_answers(found, window, measure)
    return WhoAnswered(
        measure=measure,
        window=window,
        of_courses=found.counted.mode == "course",
        due=dues(found),
        rates=response_rates(found),
        split=parts,
        lines=compared_lines,
        sentence=said(compared_lines, parts),
        weighted=weighted,
        tipping=tips,
    )


def selection(found: Study, window: str) -> tuple[Line, ...]:
    """Return those who answered beside those who did not (STAT-30 to STAT-35)."""
    words = Words(
        sex=_labels(Patient.Sex.choices),
        race=_labels(Patient.EthnicGroup.choices),
        marital=_labels(Patient.Marital.choices),
        diagnosis={name: diagnosis_words(name) for name in found.levels.diagnosis},
    )
    return compared(found.counted, found.facts, found.levels, words, window)


def _labels(choices: Sequence[tuple[str, object]]) -> dict[str, str]:
    return {str(value): str(label) for value, label in choices}


def missing_answers(found: Study, window: str, measure: Measure) -> tuple[Weighted, Tipping]:
    """Return one measure weighted by the chance of answering, and its tipping points (STAT-36 to STAT-42)."""
    definitions, place = found.asked.definitions, list(measures()).index(measure.name)
    pairs = changes(found.counted, window, mcid_set=definitions.mcid_set)
    improved = pairs.counting(absolute=definitions.absolute)[:, place]
    asked, of = asked_of(found.counted, pairs, place, window), found.counted.rows.of
    given = _given(found, asked.due, found.counted.column(BASELINE)[:, place])
    weighted = weigh(asked, improved, pairs.tenths[:, place] / 10, given, of)
    mcid = measure.mcid[definitions.mcid_set].tenths / 10
    tips = tipping(pairs.gain[:, place] / 10, improved, asked.answered, asked.missing, of, mcid=mcid)
    return weighted, tips


def _given(found: Study, due: Mask, baseline: Ints) -> list[Variable]:
    words: dict[str, Mapping[str, str]] = {
        "sex": _called(found.facts.sex, _labels(Patient.Sex.choices)),
        "race": _called(found.facts.race, _labels(Patient.EthnicGroup.choices)),
        "diagnosis": {},
    }
    return [one for one in variables(found.facts, baseline, due, words) if one.slug != PAIN]


def _called(values: Texts, labels: dict[str, str]) -> dict[str, str]:
    """Return the labels, and the levels that occur besides as they are written."""
    return labels | {value: value for value in sorted(set(values) - set(labels)) if value}


def dues(found: Study) -> tuple[Due, ...]:
    """Return whose window had closed, and whose had not, in every window."""
    counts = [(window, int(np.count_nonzero(closed(found.counted, window)))) for window in WINDOWS]
    return tuple(Due(window, due, len(found.counted.rows) - due) for window, due in counts)


def response_rates(found: Study) -> tuple[RateRow, ...]:
    """Return the answers to any measure, then to each, beside how many improved."""
    counted, definitions = found.counted, found.asked.definitions
    over = {window: closed(counted, window) for window in WINDOWS}
    given = {window: counted.column(window) != MISSING for window in WINDOWS}
    pairs = {window: changes(counted, window, mcid_set=definitions.mcid_set) for window in WINDOWS}
    better = {window: pairs[window].counting(absolute=definitions.absolute) for window in WINDOWS}
    number = np.count_nonzero
    due = {window: int(number(over[window])) for window in WINDOWS}
    whole = tuple(
        Rate(window, int(number(given[window].any(axis=1) & over[window])), due[window]) for window in WINDOWS
    )
    rows = [RateRow(None, whole)]
    for place, measure in enumerate(measures().values()):
        rates = tuple(
            Rate(
                window,
                answered=int(number(given[window][:, place] & over[window])),
                due=due[window],
                improved=int(number(better[window][:, place])),
                pairs=int(number(pairs[window].paired[:, place])),
            )
            for window in WINDOWS
        )
        rows.append(RateRow(measure, rates))
    return tuple(rows)
