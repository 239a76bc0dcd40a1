"""What missing answers do to a finding, in sentences and in the figures of a table."""

from collections.abc import Callable

from outcomes.rules.answer_weights import Estimate, Figures, Weighted
from outcomes.rules.group_words import signed
from outcomes.rules.rounding import half_up_float

MISSING_AT_RANDOM = (
    "Tables 2 and 3 count the patients who answered. They hold for everybody who was due only if, among patients "
    "who are alike in what is known of them, those who did not answer changed like those who did (missing at "
    "random). No figure can show that this is so. Weights repair what goes with the facts known of patients; the "
    "tipping point says how far the others would have to be from those who answered."
)


def share_text(found: Estimate) -> str:
    """Return "32.7% (27.9 to 37.8)", without an interval where there is none."""
    return f"{_percent(found.value)}%{_interval(found, _percent)}"


def change_text(found: Estimate) -> str:
    """Return "−2.1 (−2.9 to −1.3)", without an interval where there is none."""
    return f"{_points(found.value)}{_interval(found, _points)}"


def _interval(found: Estimate, told: Callable[[float], str]) -> str:
    if found.low is None or found.high is None:
        return ""
    return f" ({told(found.low)} to {told(found.high)})"


def _percent(value: float) -> str:
    return str(half_up_float(value * 100, 1))


def _points(value: float) -> str:
    return signed(half_up_float(value, 1))


def weighted_said(found: Weighted) -> str:
    """Say in a sentence or two what weighting does."""
    if found.weighted is None or found.same is None:
        return found.problem
    now, before = found.weighted, found.same
    return (
        f"Weighted by the chance of answering, {_percent(now.share.value)}% improved instead of "
        f"{_percent(before.share.value)}%, and the mean change is {_points(now.change.value)} points instead of "
        f"{_points(before.change.value)}. {_judged(before, now)}"
    )


def _judged(before: Figures, now: Figures) -> str:
    """Say whether the weighted figure lies inside the interval of the unweighted one."""
    low, high = before.change.low, before.change.high
    if low is None or high is None:
        return "There is no spread to judge the difference by."
    inside = low <= now.change.value <= high
    where, does = ("inside", "hardly moves") if inside else ("outside", "moves")
    return (
        f"That lies {where} the interval of the answers as they are: what is known of patients {does} the finding."
    )
