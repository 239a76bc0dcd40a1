"""Is a change more than chance? Two scores of one person with their own standard errors, by MCID and by RCI.

Standard errors are exact fractions of a point of the score; nothing is rounded before it is compared.
"""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, localcontext
from fractions import Fraction

from kitclinic.display import half_up
from kitclinic.register import Rule
from outcomes.rules.change import Verdict, change
from outcomes.rules.estimation import DEMONSTRATION_SCALE, T_SCALE
from outcomes.rules.instruments import definitions
from outcomes.rules.measures import McidSet, Measure

Z_95 = Fraction(196, 100)  # PRO-141, PRO-142
DETECTABLE = {"PCS total": ("7.73", "Monticone 2022")}  # PRO-144, in points
HUNDREDTH = Decimal("0.01")
FORM_SD = "2.46"  # PRO-143, T points
SELF_EFFICACY = "PROMIS Self-Efficacy Managing Symptoms"
WORDS = {Verdict.IMPROVED: "better", Verdict.UNCHANGED: "unchanged", Verdict.WORSENED: "worse"}

BAND = Rule(
    "PRO-141",
    "Around a score stand 1.96 of its own standard errors in points: of an adaptive test the error of theta times "
    "the scale, of a table the table's. Without a standard error there is no band, and the page says so.",
    source="HealthMeasures scoring; usual 95% interval",
)
RELIABLE = Rule(
    "PRO-142",
    "A change is reliable when the two scores' difference divided by sqrt(SE1² + SE2²), each with its own "
    "standard error, is beyond 1.96 in either direction; exactly 1.96 is not beyond.",
    source="Jacobson & Truax 1991",
)
FORMS = Rule(
    "PRO-143",
    "An adaptive test and a short form, or two forms or bank versions, are never joined by a line without a mark, "
    "and no reliable change is claimed across them: on the same answers the Fatigue CAT and 4a differ with an SD "
    "of 2.46, by 5 or more in 4.9%.",
    source="our simulation on the published forms",
)
DOCUMENTED = Rule(
    "PRO-144",
    "Of the PCS total no standard error comes with the score; a change is reliable beyond the documented smallest "
    "detectable change of 7.73. Of PHQ-9 and GAD-7 none is used.",
    source="Monticone 2022, PMID 34042409",
)
NORMS = Rule(
    "PRO-145",
    "T 50 is the average of the reference population; of Self-Efficacy it is the average of people with chronic "
    "conditions. PHQ-9 and GAD-7 show their bands.",
    source="HealthMeasures; Self-Efficacy calibration sample; Kroenke 2001; Spitzer 2006",
)
SHRINKAGE = Rule(
    "PRO-148",
    "Scores from item banks lean toward 50: people who are badly off read 0.6 to 0.9 T too mild, and a true "
    "change of 5.0 is measured as 4.66. The page says so.",
    source="our simulation of the adult rule",
)


@dataclass(frozen=True, slots=True)
class Form:
    """What gave a score. key: equal for scores that may be joined; words: for people."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Point:
    """One score of one measure. se: standard error in points, None when not known. key: of its row.

    sheet: of the questionnaire that gave it, None for a score from elsewhere.
    """

    key: int
    date: date
    time: time | None
    tenths: int
    se: Fraction | None = None
    form: Form = Form("", "")
    band: str = ""
    source: str = ""
    sheet: int | None = None

    @property
    def reach(self) -> Fraction | None:
        """1.96 standard errors in points (PRO-141)."""
        return None if self.se is None else self.se * Z_95


@dataclass(frozen=True, slots=True)
class Comparison:
    """A score against a baseline. gain_tenths: positive when better.

    mcid_tenths, verdict: None for a measure without a threshold. reliable: None when it cannot be said; why: then.
    rci: two decimals, half up, with the sign of the change; None without standard errors.
    """

    before: Point
    after: Point
    tenths: int
    gain_tenths: int
    mcid_tenths: int | None
    verdict: Verdict | None
    reliable: bool | None
    rci: Decimal | None
    why: str

    @property
    def word(self) -> str:
        """better, unchanged, worse; by reliability where there is no threshold; "" when nothing can be said."""
        if self.verdict is not None:
            return WORDS[self.verdict]
        if self.reliable is None:
            return ""
        return ("better" if self.gain_tenths > 0 else "worse") if self.reliable else "unchanged"

    @property
    def note(self) -> str:
        """How sure this is, in a few words."""
        if self.reliable is None:
            return self.why
        return "reliable" if self.reliable else "not reliable"


def se_points(
    measure: Measure, *, theta: float | None, standard_error: float | None, instrument: str = ""
) -> Fraction | None:
    """Return the error in points; stored it is of theta for an adaptive test, of the score for a table."""
    if standard_error is None:
        return None
    exact = Fraction(repr(float(standard_error)))
    if theta is None:
        return exact
    definition = definitions().get(instrument)
    scale = definition.scale if definition else (DEMONSTRATION_SCALE if measure.is_demo else T_SCALE)
    return exact * abs(scale.slope)


def form_of(measure: Measure, *, instrument: str, bank_version: str = "") -> Form:
    """Return what gave the score (PRO-143); one form for a measure that only has one way of being scored."""
    ways = [one for one in definitions().values() if measure.name in one.measures]
    if not any(one.method in ("adaptive", "table") for one in ways):
        return Form("", "")
    found = definitions().get(instrument)
    if found is None:
        return Form("unnamed", "form not named")
    if found.method == "adaptive":
        return Form(f"{found.name} {bank_version}", "adaptive test")
    return Form(found.name, "short form " + found.name.split("-", 2)[-1])


def rci_of(tenths: int, first: Fraction, second: Fraction) -> Decimal | None:
    """Return the reliable change index to two decimals, half up; None when both standard errors are 0."""
    square = first * first + second * second
    if not square:
        return None
    with localcontext() as context:
        context.prec = 40
        root = (Decimal(square.numerator) / Decimal(square.denominator)).sqrt()
        return half_up(Decimal(tenths) / 10 / root, HUNDREDTH).quantize(HUNDREDTH)


def is_beyond(tenths: int, first: Fraction, second: Fraction) -> bool:
    """True when |RCI| > 1.96, compared exactly (PRO-142)."""
    return Fraction(tenths, 10) ** 2 > Z_95**2 * (first * first + second * second)


def compare(measure: Measure, before: Point, after: Point, *, mcid_set: McidSet = "paper") -> Comparison:
    """Return what became of a score: meaningful by the MCID, reliable by the two standard errors."""
    tenths = after.tenths - before.tenths
    mcid, verdict = None, None
    if mcid_set in measure.mcid:
        moved = change(measure, before.tenths, after.tenths, mcid_set=mcid_set)
        mcid, verdict = moved.mcid_tenths, moved.verdict
    reliable, rci, why = _reliable(measure, before, after)
    return Comparison(
        before,
        after,
        tenths,
        tenths * measure.improve_sign,
        mcid,
        verdict,
        reliable,
        rci,
        "" if why is None else why,
    )


def _reliable(measure: Measure, before: Point, after: Point) -> tuple[bool | None, Decimal | None, str | None]:
    tenths = after.tenths - before.tenths
    if before.form.key != after.form.key:
        return None, None, "another form"
    if measure.name in DETECTABLE:
        return abs(Fraction(tenths, 10)) > Fraction(DETECTABLE[measure.name][0]), None, None
    if before.se is None or after.se is None:
        return None, None, "reliability not known"
    return is_beyond(tenths, before.se, after.se), rci_of(tenths, before.se, after.se), None


def error_sentence(measure: Measure, points: tuple[Point, ...]) -> str:
    """Say where the band comes from, or why there is none (PRO-141, PRO-144)."""
    known = sum(one.se is not None for one in points)
    if measure.name in DETECTABLE:
        beyond, source = DETECTABLE[measure.name]
        return (
            f"No standard error comes with this score, so there is no band; a change beyond {beyond} "
            f"counts as reliable ({source})."
        )
    if not known:
        return "No standard error is known for these scores, so there is no band and no word on reliability."
    some = "" if known == len(points) else f" {len(points) - known} of the scores came without one and have none."
    return f"Band: 1.96 of each score's own standard error.{some}"


def norm_sentence(measure: Measure) -> str:
    """Say what the scale is measured against (PRO-145)."""
    if measure.name == SELF_EFFICACY:
        return "T 50 is the average of people with chronic conditions, not of the general population."
    if is_t(measure):
        return "T 50 is the average of the reference population; 10 points are one standard deviation."
    if measure.is_demo:
        return "A demonstration score from 0 to 100, without norms and without thresholds."
    return f"Scale {measure.minimum_tenths // 10} to {measure.maximum_tenths // 10}."


def is_t(measure: Measure) -> bool:
    """True for a measure on the T scale."""
    return measure.name.startswith("PROMIS")


def shrinkage_sentence(measure: Measure) -> str:
    """Say how far such scores lean to the middle (PRO-148); "" where they do not."""
    if not is_t(measure) or "Global" in measure.name:
        return ""
    return (
        "Scores from item banks lean toward 50: people who are badly off read 0.6 to 0.9 too mild, and a true "
        "change of 5.0 is measured as 4.66."
    )
