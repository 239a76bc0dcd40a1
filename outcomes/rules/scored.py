"""The scores of an answered instrument, whatever its method: what is stored of each, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass

from outcomes.rules.cat import ENGINE_VERSION
from outcomes.rules.flow import adaptive_walk
from outcomes.rules.scoring import NoTotal, Total, score
from outcomes.rules.structure import Instrument

Answers = Mapping[int, int | None]  # item number -> answer code, or None for "prefer not to answer"


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One score as it is stored. tenths: in tenths of a point; theta, standard_error: unrounded, None without.

    raw: sum behind a table; items: answers that counted; note: "prorated" and the like.
    """

    measure: str
    tenths: int
    items: int
    band: str = ""
    raw: int | None = None
    theta: float | None = None
    standard_error: float | None = None
    engine: str = ""
    note: str = ""


def score_lines(instrument: Instrument, answers: Answers) -> list[ScoreLine | NoTotal]:
    """Return a score, or the reason for none, for each measure of an instrument whose questions are over."""
    if instrument.is_adaptive:
        return [_adaptive(instrument, answers)]
    total = score(instrument, answers)
    if isinstance(total, NoTotal):
        return [total]
    return [_total(instrument, total)]


def _total(instrument: Instrument, total: Total) -> ScoreLine:
    note = "prorated" if total.prorated else ""
    return ScoreLine(
        instrument.measure, total.tenths, total.answered, total.band, total.points, engine="sum 1", note=note
    )


def _adaptive(instrument: Instrument, answers: Answers) -> ScoreLine | NoTotal:
    found = adaptive_walk(instrument, answers)
    estimate = found.score
    if estimate is None:
        numbers = tuple(instrument.item_of(code).number for code in found.skipped)
        sentence = f"No {instrument.title} score: fewer than 4 questions were answered. The answers are kept."
        return NoTotal("CAT-17", sentence, len(found.steps), numbers)
    return ScoreLine(
        instrument.measure,
        instrument.definition.scale.tenths(estimate.theta),
        estimate.answered,
        theta=estimate.theta,
        standard_error=estimate.se,
        engine=ENGINE_VERSION,
        note=str(found.stop_reason),
    )
