"""The scores of an answered instrument, whatever its method: what is stored of each, or why there is none.

Reversals and recodes happen in ``Item.category`` and nowhere else; rounding to 0.1 happens once, half up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kitclinic.register import Rule
from outcomes.rules.cat import ENGINE_VERSION
from outcomes.rules.flow import adaptive_walk
from outcomes.rules.instruments import shipped_tables
from outcomes.rules.rounding import half_up_integer
from outcomes.rules.scoring import NoTotal, Total, band_name, checked, not_answered, points_of, score
from outcomes.rules.structure import Instrument, Item, RemoteTest, ScoreTable, Subscale, TableRow

SUM_ENGINE, TABLE_ENGINE, RATING_ENGINE, REMOTE_ENGINE = "sum 1", "table 1", "rating 1", "remote"

WHOLE_FORM = Rule(
    "PRO-31",
    "A short form is scored by its table, and only when every item was answered.",
    source="HealthMeasures scoring instructions",
)
GLOBAL_HEALTH = Rule(
    "PRO-32",
    "Global Physical Health is Global03 + 06 + 07 recoded (0; 1-3; 4-6; 7-9; 10 become 5 to 1) + 08; Global "
    "Mental Health is Global02 + 04 + 05 + 10; each by its table when its four items were answered. 08 and 10 "
    "are reversed in v1.0/1.1 only; v1.2 stores them reversed. Global01 and 09 enter neither.",
    source="Hays 2009; HealthMeasures Global Health scoring manual",
)
PCS = Rule(
    "PRO-33",
    "PCS total is the sum of 13 items (0-52), with rumination (8-11), magnification (6, 7, 13) and helplessness "
    "(1-5, 12); 30 or more is clinically relevant; no score with an item missing.",
    source="Sullivan 1995",
)
RATING = Rule(
    "PRO-34",
    "The impression of change is the answer itself, 1 (very much improved) to 7 (very much worse).",
    source="Guy 1976",
)
PERCENT = Rule(
    "PRO-35",
    "A demonstration form is scored as the share of the points that can be reached, 0-100, to 0.1 half up.",
    source="our rule",
)
T_BANDS = Rule(
    "PRO-36",
    "T-scores of Fatigue, Pain Interference and Sleep Disturbance: below 55 normal, 55-59.9 mild, 60-69.9 "
    "moderate, 70 or more severe; Physical Function: above 45 normal, 40-45 mild, 30-39.9 moderate, below 30 "
    "severe.",
    source="HealthMeasures score cut points (secondary source)",
)

Answers = Mapping[int, int | None]  # item number -> answer code, or None for "prefer not to answer"


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One score as it is stored. tenths: in tenths of a point; theta, standard_error: unrounded, None without.

    raw: sum behind a table or a total; items: answers that counted; note: "prorated" and the like.
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
    """Return a score, or the reason for none, for each measure of an instrument whose questions are over.

    Raises ValueError when a question has neither an answer nor a refusal, or an answer is not one of the options.
    """
    if instrument.remote is not None:
        return [_remote(instrument, instrument.remote, answers)]
    if instrument.is_adaptive:
        return [_adaptive(instrument, answers)]
    checked(instrument, answers)
    match instrument.definition.method:
        case "table":
            return [_by_table(instrument, instrument.measure, instrument.items, instrument.table, answers)]
        case "global_health":
            return [_half(instrument, half, answers) for half in instrument.definition.subscales]
        case "rating":
            return [_rating(instrument, answers)]
        case _:
            return _sums(instrument, answers)


def _sums(instrument: Instrument, answers: Answers) -> list[ScoreLine | NoTotal]:
    """The total with its subscales; without the total none of them (PRO-33)."""
    total = score(instrument, answers)
    if isinstance(total, NoTotal):
        return [total]
    lines: list[ScoreLine | NoTotal] = [_total(instrument, total, answers)]
    for subscale in instrument.definition.subscales:
        raw = sum(_points(_members(instrument, subscale), answers))
        lines.append(ScoreLine(subscale.measure, raw * 10, len(subscale.items), raw=raw, engine=SUM_ENGINE))
    return lines


def _total(instrument: Instrument, total: Total, answers: Answers) -> ScoreLine:
    if instrument.definition.percent:
        return _percent(instrument.measure, instrument.items, answers)
    note = "prorated" if total.prorated else ""
    return ScoreLine(
        instrument.measure, total.tenths, total.answered, total.band, total.points, engine=SUM_ENGINE, note=note
    )


def _percent(measure: str, items: Sequence[Item], answers: Answers) -> ScoreLine:
    """The share of the points that can be reached (PRO-35)."""
    raw = sum(_points(items, answers))
    lowest = sum(min(option.value for option in item.options) for item in items)
    highest = sum(max(option.value for option in item.options) for item in items)
    tenths = half_up_integer(Fraction(1000 * (raw - lowest), highest - lowest))
    return ScoreLine(measure, tenths, len(items), raw=raw, engine=SUM_ENGINE)


def _half(instrument: Instrument, half: Subscale, answers: Answers) -> ScoreLine | NoTotal:
    """One half of a global form, whatever became of the other (PRO-32)."""
    items = _members(instrument, half)
    if half.table:
        return _by_table(instrument, half.measure, items, shipped_tables()[half.table], answers)
    return not_answered(half.measure, WHOLE_FORM.id, items, answers) or _percent(half.measure, items, answers)


def _by_table(
    instrument: Instrument, measure: str, items: Sequence[Item], table: ScoreTable | None, answers: Answers
) -> ScoreLine | NoTotal:
    """The row of the sum of the categories, when every item was answered (PRO-31)."""
    missing = not_answered(measure, WHOLE_FORM.id, items, answers)
    if missing is not None:
        return missing
    raw = sum(item.category(value) for item in items if (value := answers[item.number]) is not None)
    row = table.rows.get(raw) if table else None
    if row is None:
        sentence = f"No {measure} score: the installed table has no row for the sum {raw}. The answers are kept."
        return NoTotal(WHOLE_FORM.id, sentence, len(items), ())
    return _line(instrument, measure, raw, row, len(items))


def _line(instrument: Instrument, measure: str, raw: int, row: TableRow, answered: int) -> ScoreLine:
    tenths = half_up_integer(Fraction(row.score) * 10)
    return ScoreLine(
        measure,
        tenths,
        answered,
        band_name(instrument, measure, tenths),
        raw,
        standard_error=None if row.se is None else float(row.se),
        engine=TABLE_ENGINE,
    )


def _rating(instrument: Instrument, answers: Answers) -> ScoreLine | NoTotal:
    missing = not_answered(instrument.measure, RATING.id, instrument.items, answers)
    if missing is not None:
        return missing
    raw = sum(_points(instrument.items, answers))
    named = band_name(instrument, instrument.measure, raw * 10)
    return ScoreLine(instrument.measure, raw * 10, 1, named, raw, engine=RATING_ENGINE)


def _members(instrument: Instrument, subscale: Subscale) -> list[Item]:
    return [instrument.item(number) for number in subscale.items]


def _points(items: Sequence[Item], answers: Answers) -> list[int]:
    return [points_of(item, value) for item in items if (value := answers[item.number]) is not None]


def _adaptive(instrument: Instrument, answers: Answers) -> ScoreLine | NoTotal:
    found = adaptive_walk(instrument, answers)
    estimate = found.score
    if estimate is None:
        numbers = tuple(instrument.item_of(code).number for code in found.skipped)
        sentence = f"No {instrument.title} score: fewer than 4 questions were answered. The answers are kept."
        return NoTotal("CAT-17", sentence, len(found.steps), numbers)
    tenths = instrument.definition.scale.tenths(estimate.theta)
    return ScoreLine(
        instrument.measure,
        tenths,
        estimate.answered,
        band_name(instrument, instrument.measure, tenths),
        theta=estimate.theta,
        standard_error=estimate.se,
        engine=ENGINE_VERSION,
        note=str(found.stop_reason),
    )


def _remote(instrument: Instrument, remote: RemoteTest, answers: Answers) -> ScoreLine | NoTotal:
    """The score another engine ended with."""
    given = sum(value is not None for value in answers.values())
    if remote.tenths is None:
        sentence = f"No {instrument.title} score: the engine that asked gave none. The answers are kept."
        return NoTotal("PRO-158", sentence, given, ())
    return ScoreLine(
        instrument.measure,
        remote.tenths,
        given,
        band_name(instrument, instrument.measure, remote.tenths),
        theta=remote.theta,
        standard_error=remote.standard_error,
        engine=REMOTE_ENGINE,
    )
