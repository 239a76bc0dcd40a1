"""A form whose content is complete is answered in 100 ways before patients see it."""

import random
from typing import Any

from kitclinic.register import Rule
from outcomes.rules.cat_simulation import PATTERNS
from outcomes.rules.measures import measure
from outcomes.rules.scored import ScoreLine, score_lines
from outcomes.rules.structure import Instrument

DECLINED = 0.05  # of the answers of a random pattern

FORM_DRY_RUN = Rule(
    "PRO-65",
    "A fixed form whose content is complete is answered in 100 ways, all-lowest, all-highest and all-declined "
    "among them, before it is imported: each gives scores within the measure's range, or none.",
    source="our rule",
)


def form_dry_run(instrument: Instrument, seed: int = 1) -> dict[str, Any]:
    """Return how many patterns were answered and a sentence for each that went wrong."""
    draw = random.Random(seed)
    codes = {item.number: [option.value for option in item.options] for item in instrument.items}
    patterns: list[dict[int, int | None]] = [
        {number: min(values) for number, values in codes.items()},
        {number: max(values) for number, values in codes.items()},
        dict.fromkeys(codes),
    ]
    while len(patterns) < PATTERNS:
        declines = {number: draw.random() < DECLINED for number in codes}
        patterns.append(
            {number: None if declines[number] else draw.choice(values) for number, values in codes.items()}
        )
    failures = [
        failure for at, answers in enumerate(patterns, start=1) for failure in _failures(instrument, answers, at)
    ]
    return {"rule": "form", "patterns": len(patterns), "failures": failures}


def _failures(instrument: Instrument, answers: dict[int, int | None], at: int) -> list[str]:
    try:
        lines = score_lines(instrument, answers)
    except (ValueError, KeyError) as error:
        return [f"Pattern {at} has no score: {error}"]
    wrong = []
    is_complete = None not in answers.values()
    for line in lines:
        if not isinstance(line, ScoreLine):
            wrong += [f"Pattern {at} is complete and has no score: {line.sentence}"] if is_complete else []
        else:
            scale = measure(line.measure)
            if not scale.minimum_tenths <= line.tenths <= scale.maximum_tenths:
                wrong.append(f"Pattern {at} scores {line.tenths / 10} on {line.measure}, outside its range.")
    return wrong
