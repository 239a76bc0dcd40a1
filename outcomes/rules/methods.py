"""The methods of a report in plain sentences, made from the definitions that were used."""

from kitclinic.register import Rule
from outcomes.rules.counted import COURSE_ROWS
from outcomes.rules.definitions import Definitions
from outcomes.rules.measures import Measure, measures
from outcomes.rules.statistics import INTERVAL, SAMPLE_SD
from outcomes.rules.tables import COULD_IMPROVE, DENOMINATOR
from outcomes.rules.windows import AS_OF, DAY_0, REFERENCES, SAME_DAY, SIX_MONTH_TARGET, THREE_MONTH_TARGET

METHODS_RULE = Rule(
    "OUT-31",
    "A report says its methods in sentences made from the very definitions that counted, and names every "
    "measure's smallest change.",
    source="clinic default",
)


def methods(definitions: Definitions) -> tuple[str, ...]:
    """Return how scores were chosen and counted, one sentence each or a few."""
    reading = definitions.reading
    course = definitions.mode == "course"
    of = "the course" if course else "the last infusion"
    last, three, six = reading.last_days, reading.three_month_days, reading.six_month_days
    day_0 = DAY_0.sentence if last[0] else "The day of the last infusion counts as a follow-up."
    better = (
        "Improved means a change of at least the smallest that counts, in either direction."
        if definitions.absolute
        else "Improved means a change in the improving direction of at least the smallest that counts, compared "
        "in whole tenths; worsened, as much the other way."
    )
    return (
        COURSE_ROWS.sentence if course else REFERENCES.sentence,
        f"Baseline is the latest score 0 to {reading.baseline_days} days before the first infusion"
        f"{' of the course' if course else ''}, for each measure by itself.",
        day_0,
        f"Last infusion is the earliest score {last[0]} to {last[1]} days after {of}; 3 months the score "
        f"{three[0]} to {three[1]} days after it that is closest to day {THREE_MONTH_TARGET}; 6 months the score "
        f"{six[0]} to {six[1]} days after it that is closest to day {SIX_MONTH_TARGET}.",
        f"Of two scores equally close, the {reading.tie} one counts. {SAME_DAY.sentence}",
        better,
        f"Smallest changes ({definitions.mcid_set} set): {'; '.join(_smallest(definitions))}.",
        DENOMINATOR.sentence,
        COULD_IMPROVE.sentence,
        f"{INTERVAL.sentence} {SAMPLE_SD.sentence}",
        AS_OF.sentence,
    )


def _smallest(definitions: Definitions) -> list[str]:
    return [_words(measure, definitions) for measure in measures().values()]


def _words(measure: Measure, definitions: Definitions) -> str:
    mcid = measure.mcid[definitions.mcid_set]
    text = f"{measure.label} {mcid.tenths // 10}"
    if mcid.tenths_above:
        text += f", {mcid.tenths_above // 10} above a baseline of {mcid.above_baseline_tenths // 10}"
    return f"{text} ({mcid.source})"
