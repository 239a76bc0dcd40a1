"""What a mixed model says, in figures and words as its page, its file and its chart print them."""

from collections.abc import Mapping
from fractions import Fraction

from kitclinic.display import MINUS
from kitclinic.register import Rule
from outcomes.rules.mixed_design import NUMBERS, TEXTS, Refusal
from outcomes.rules.mixed_model import Effect, MixedModel
from outcomes.rules.statistics import half_up
from outcomes.rules.windows import WINDOW_NAMES

PLACES = 2  # decimals of an effect in points
EACH = {"age": "each year", "charlson": "each point", "infusion_days": "each day"}
OPTIMISER_NAMES = {"bfgs": "BFGS", "lbfgs": "L-BFGS", "powell": "Powell", "nm": "Nelder-Mead"}
Labels = Mapping[str, Mapping[str, str]]  # covariate -> level -> what it is called

TWO_QUESTIONS = Rule(
    "STAT-18",
    "The mean change is of patients with both scores; the model's effect is of everybody with a score, adjusted, "
    "and takes scores that are missing as missing at random. They answer different questions: both are shown, "
    "each with its own N.",
    source="clinic default",
)


def points(value: float, places: int = PLACES) -> str:
    """Return points with the sign of a negative as wide as a plus: "−1.25"; never "−0.00"."""
    text = str(abs(half_up(Fraction(value), places)))
    return f"{MINUS}{text}" if value < 0 and float(text) else text


def signed(value: float) -> str:
    """Return an effect with its sign: "−1.25", "+0.50", "0.00"."""
    text = points(value)
    return f"+{text}" if value > 0 and float(text) else text


def interval(effect: Effect) -> str:
    """Return "−1.98 to −0.02"."""
    return f"{signed(effect.low)} to {signed(effect.high)}"


def effect_words(effect: Effect) -> str:
    """Return "−1.00 (−1.98 to −0.02)"."""
    return f"{signed(effect.estimate)} ({interval(effect)})"


def label(name: str, labels: Labels) -> str:
    """Return what an effect is called: "3 months", "Age, each year", "Sex: Male"."""
    kind, _, level = name.partition("=")
    if kind == "time":
        return WINDOW_NAMES[level].capitalize()
    if kind in NUMBERS:
        return f"{NUMBERS[kind]}, {EACH[kind]}"
    if kind in TEXTS:
        return f"{TEXTS[kind]}: {labels.get(kind, {}).get(level, level)}"
    return "Mean at baseline"


def against(model: MixedModel, labels: Labels) -> str:
    """Say what levels are compared with: "Sex against Female; Race against White"; "" without levels."""
    said = [f"{TEXTS[kind]} against {labels.get(kind, {}).get(level, level)}" for kind, level in model.references]
    return "; ".join(said)


def fit_words(model: MixedModel) -> str:
    """Say that the model converged, how, and how far apart patients and scores are."""
    how = f"Converged by {OPTIMISER_NAMES[model.optimiser]}."
    if model.is_flat:
        return f"{how} Patients differ by no more than their scores vary: the random intercept is zero."
    return (
        f"{how} Patients differ by {points(model.between)} points (SD of the intercept), scores of one patient by "
        f"{points(model.within)} (residual SD)."
    )


def why_none(fitted: MixedModel | Refusal, window: str) -> str:
    """Say why a window has no effect; "" when it has one."""
    if isinstance(fitted, Refusal):
        return fitted.sentence
    return "" if fitted.at(window) else "Not estimated: no score that can be used in this window."
