"""From answers to a total with its band, and from a typed score to integer tenths."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from outcomes.rules.measures import Measure
from outcomes.rules.rounding import half_up_integer
from outcomes.rules.structure import Instrument, Item

SUM = Rule(
    "PRO-03",
    "PHQ-9 is the sum of nine answers (0-27), GAD-7 of seven (0-21); zero is an answer.",
    source="Kroenke 2001; Spitzer 2006",
)
EVERY_ITEM = Rule(
    "PRO-04",
    'Every question needs an answer or "prefer not to answer"; a declined question gives no total '
    "unless the instrument allows missing answers.",
    source="clinic default",
)
BANDS = Rule(
    "PRO-05",
    "PHQ-9: 0-4 minimal, 5-9 mild, 10-14 moderate, 15-19 moderately severe, 20-27 severe; "
    "GAD-7: 0-4 minimal, 5-9 mild, 10-14 moderate, 15-21 severe.",
    source="Kroenke 2001; Spitzer 2006",
)
SCORE_RANGE = Rule(
    "PRO-06",
    "PHQ-9 0-27, GAD-7 0-21 and PCS 0-52 are whole numbers; a PROMIS T-score is 10.0-90.0, kept to 0.1.",
    source="Tankha 2025, Table 1; PROMIS scoring grid (theta -4 to 4, T = 50 + 10 theta)",
)
NUMBER = re.compile(r"^[+-]?\d{1,4}(\.\d{1,6})?$", re.ASCII)

Answers = Mapping[int, int | None]  # item number -> 0-3, or None for "prefer not to answer"


class ImpossibleScoreError(ValueError):
    """A score that the measure cannot give; the message is a sentence for the person at the screen."""


@dataclass(frozen=True, slots=True)
class Total:
    """A total in points with its band. prorated: declined items were filled by the mean of the others."""

    points: int
    band: str
    answered: int
    prorated: bool = False

    @property
    def tenths(self) -> int:
        """The total in tenths of a point, as scores are compared."""
        return self.points * 10


@dataclass(frozen=True, slots=True)
class NoTotal:
    """No total, and why; the answers stay on record."""

    rule: str
    sentence: str
    answered: int
    declined: tuple[int, ...]


def check_answer(instrument: Instrument, number: int, value: int | None) -> None:
    """Raise KeyError for an unknown item, ValueError for a value that is not one of the options."""
    item = instrument.item(number)
    if value is None:
        return
    if isinstance(value, bool) or value not in {option.value for option in item.options}:
        raise ValueError(f"{value!r} is not an answer to {instrument.name} item {number}")


def may_complete(instrument: Instrument, answers: Answers, following: int | None = None) -> list[Problem]:
    """Return one blocker for each question that has neither an answer nor a "prefer not to answer".

    following: of an adaptive test, the item that it asks now; None when it is over.
    """
    if instrument.is_adaptive:
        waiting = [] if following is None else [following]
    else:
        waiting = [item.number for item in instrument.items if item.number not in answers]
    return [
        Blocker(
            EVERY_ITEM.id,
            f"Question {number} has no answer yet. Choose an answer or “prefer not to answer”.",
            f"item_{number}",
        )
        for number in waiting
    ]


def checked(instrument: Instrument, answers: Answers) -> None:
    """Raise ValueError when a question has neither an answer nor a refusal, or an answer is no option."""
    for number, value in answers.items():
        check_answer(instrument, number, value)
    open_items = [item.number for item in instrument.items if item.number not in answers]
    if open_items:
        raise ValueError(f"{instrument.name} is not complete: items {open_items} have no answer")


def not_answered(name: str, rule: str, items: Sequence[Item], answers: Answers) -> NoTotal | None:
    """Return why these items give no score: some were declined; None when all were answered."""
    declined = tuple(item.number for item in items if answers[item.number] is None)
    if not declined:
        return None
    questions = "1 question was" if len(declined) == 1 else f"{len(declined)} questions were"
    sentence = f"No {name} score: {questions} not answered. The other answers are kept."
    return NoTotal(rule, sentence, len(items) - len(declined), declined)


def points_of(item: Item, value: int) -> int:
    """Return the points of an answer in the direction of the measure, counted as the form's answer codes are."""
    return item.category(value) - 1 + min(option.value for option in item.options)


def score(instrument: Instrument, answers: Answers) -> Total | NoTotal:
    """Return the total of a questionnaire whose every question was answered or declined.

    Raises ValueError when a question has neither, or an answer is not one of the options.
    """
    checked(instrument, answers)
    given = {number: value for number, value in answers.items() if value is not None}
    missing = not_answered(instrument.name, EVERY_ITEM.id, instrument.items, answers)
    if missing is not None and len(missing.declined) > instrument.missing_allowed:
        return missing
    total = sum(points_of(instrument.item(number), value) for number, value in given.items())
    points = half_up_integer(Fraction(total * len(instrument.items), len(given)))
    return Total(points, band(instrument, points), len(given), prorated=missing is not None)


def band(instrument: Instrument, points: int) -> str:
    """Return the name of the band that holds this total, "" without bands; ValueError outside its range."""
    found = band_name(instrument, instrument.measure, points * 10)
    if instrument.bands and not found:
        raise ValueError(f"{points} is not a {instrument.name} total (0-{instrument.maximum})")
    return found


def band_name(instrument: Instrument, measure: str, tenths: int) -> str:
    """Return the band of a score; "" where its measure has none. Bands belong to the first measure of a form."""
    if measure != instrument.measure:
        return ""
    return next((one.name for one in instrument.bands if one.holds(tenths)), "")


def read_score(measure: Measure, text: str) -> int:
    """Return a typed or imported score in tenths, rounded half up to 0.1.

    Raises ImpossibleScoreError with a sentence when it is no number, has decimals where whole numbers are
    scored, or lies outside the measure's range.
    """
    if not NUMBER.match(text):
        raise ImpossibleScoreError(
            f"“{text}” is not a number; write a {measure.name} score such as {_example(measure)}."
        )
    value = Fraction(text)
    if measure.decimals == 0 and value.denominator != 1:
        raise ImpossibleScoreError(f"{text} is not a whole number; {measure.name} is scored in whole points.")
    tenths = half_up_integer(value * 10)
    if not measure.minimum_tenths <= tenths <= measure.maximum_tenths:
        low, high = points(measure, measure.minimum_tenths), points(measure, measure.maximum_tenths)
        raise ImpossibleScoreError(f"{text} is not a possible {measure.name} score ({low} to {high}).")
    return tenths


def points(measure: Measure, tenths: int) -> Decimal:
    """Return a score in points with the measure's decimals: 120 -> 12 (PHQ-9), 655 -> 65.5 (PROMIS)."""
    value = Decimal(tenths) / 10
    return value.quantize(Decimal(1)) if measure.decimals == 0 else value.quantize(Decimal("0.1"))


def _example(measure: Measure) -> str:
    return "12" if measure.decimals == 0 else "52.4"
