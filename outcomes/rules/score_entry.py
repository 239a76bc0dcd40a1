"""Scores recorded elsewhere, typed in: what may be entered, and what a correction needs."""

from dataclasses import dataclass
from datetime import date

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from outcomes.rules.measures import Measure, measures, other_measures
from outcomes.rules.scoring import SCORE_RANGE, ImpossibleScoreError, read_score

LONGEST_ORIGIN = 200
SHORTEST_REASON = 5  # PRO-109

FROM_ELSEWHERE = Rule(
    "PRO-108",
    "A score recorded elsewhere has a known measure that is no demonstration, a possible value, a day that is not "
    "in the future and not before the patient's birth, and a source.",
    source="clinic default",
)
CORRECTION = Rule(
    "PRO-109",
    "A score entered by hand is corrected by a new one with a reason of at least 5 characters; the first one "
    "stays on record and no reader counts it. A score computed from answers is not corrected by typing.",
    source="clinic default",
)
ENTERED_ONCE = Rule(
    "PRO-110",
    "The same measure, day and source is entered once: the same value again changes nothing, another value is a "
    "correction.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class TypedScore:
    """One score as somebody typed it. tenths: of the value."""

    measure: str
    tenths: int
    day: date
    origin: str


def enterable() -> dict[str, Measure]:
    """Return the measures that may be typed, by name: all but the demonstrations."""
    return {name: one for name, one in {**measures(), **other_measures()}.items() if not one.is_demo}


def read_typed(
    *, measure: str, value: str, day: date, origin: str, today: date, born: date | None
) -> tuple[TypedScore | None, list[Problem]]:
    """Return the score, or everything that is wrong with it."""
    problems: list[Problem] = []
    known, tenths = enterable().get(measure), 0
    if known is None:
        sentence = f"“{measure[:60]}” is not a measure that can be entered. Choose one from the list."
        problems.append(Blocker(FROM_ELSEWHERE.id, sentence, "measure"))
    else:
        try:
            tenths = read_score(known, value.strip())
        except ImpossibleScoreError as impossible:
            problems.append(Blocker(SCORE_RANGE.id, str(impossible), "value"))
    problems += day_problems(day, today=today, born=born)
    plain = " ".join(origin.split())
    if not plain:
        sentence = "Say where the score stands, for example “EHR, 12 May”."
        problems.append(Blocker(FROM_ELSEWHERE.id, sentence, "origin"))
    elif len(plain) > LONGEST_ORIGIN:
        sentence = f"The source is longer than {LONGEST_ORIGIN} characters. Shorten it."
        problems.append(Blocker(FROM_ELSEWHERE.id, sentence, "origin"))
    if problems:
        return None, problems
    return TypedScore(measure, tenths, day, plain), []


def day_problems(day: date, *, today: date, born: date | None) -> list[Problem]:
    """Return what is wrong with the day of a score."""
    if day > today:
        return [Blocker(FROM_ELSEWHERE.id, "This day is still to come. A score has the day it was given.", "day")]
    if born is not None and day < born:
        return [Blocker(FROM_ELSEWHERE.id, "This day is before the patient was born.", "day")]
    return []


def may_correct(*, source: str, is_corrected: bool, reason: str) -> list[Problem]:
    """Return why this score is not corrected."""
    if source != "elsewhere":
        sentence = (
            "This score was computed from answers or imported from a registry; it is not changed by typing. "
            "Enter what stands elsewhere as a score of its own."
        )
        return [Blocker(CORRECTION.id, sentence)]
    if is_corrected:
        return [Blocker(CORRECTION.id, "This score has been corrected already. Correct the newer one.")]
    if len(reason.strip()) < SHORTEST_REASON:
        sentence = f"Say why, in at least {SHORTEST_REASON} characters; the first score stays on record."
        return [Blocker(CORRECTION.id, sentence, "reason")]
    return []


def may_enter(*, on_record: int | None, tenths: int) -> list[Problem]:
    """Return why a score is not entered. on_record: tenths of the one with the same measure, day and source."""
    if on_record is None or on_record == tenths:
        return []
    stands = f"{on_record / 10:g}"
    sentence = f"This measure stands there for that day and source with {stands}. Correct that one instead."
    return [Blocker(ENTERED_ONCE.id, sentence, "value")]
