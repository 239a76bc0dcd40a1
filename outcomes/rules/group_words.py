"""How figures of groups are written: shares, means, differences, odds ratios and P values."""

from decimal import Decimal
from fractions import Fraction

from outcomes.rules.contrasts import Arm
from outcomes.rules.differences import Difference
from outcomes.rules.logistic import OddsRatio
from outcomes.rules.statistics import half_up

SMALLEST_P = Decimal("0.001")
WIDEST = 1000  # an odds ratio beyond this is written as such


def signed(value: Decimal) -> str:
    """Return a number with its sign, a true minus: "+3.2", "−0.4", "0.0"."""
    return f"{'−' if value < 0 else '+' if value > 0 else ''}{abs(value)}"


def one_decimal(value: float) -> Decimal:
    """Return a number to 0.1, half up."""
    return half_up(Fraction(value), 1)


def share_words(arm: Arm) -> str:
    """Return "12/40, 30.0%"; "none yet" while n is 0."""
    return f"{arm.improved}/{arm.n}, {arm.percent}%" if arm.n else "none yet"


def interval_words(arm: Arm) -> str:
    """Return "16.6 to 46.5"; "" while n is 0."""
    return f"{arm.low} to {arm.high}" if arm.n else ""


def mean_words(arm: Arm) -> str:
    """Return "−2.1 ± 7.7"; "" while n is 0."""
    if arm.mean is None:
        return ""
    return signed(arm.mean) if arm.sd is None else f"{signed(arm.mean)} ± {arm.sd}"


def difference_words(found: Difference | None, *, times: int = 1) -> str:
    """Return "+3.2 (−1.0 to +7.5)"; "" where there is none. times: 100 for a share in percentage points."""
    if found is None:
        return ""
    value, low, high = (signed(one_decimal(part * times)) for part in (found.value, found.low, found.high))
    return f"{value} ({low} to {high})"


def odds_words(found: OddsRatio | None) -> str:
    """Return "1.24 (0.98 to 1.57)"; "" where there is none."""
    if found is None:
        return ""
    return f"{_ratio(found.ratio)} ({_ratio(found.low)} to {_ratio(found.high)})"


def _ratio(value: float) -> str:
    return f"over {WIDEST}" if value > WIDEST else str(half_up(Fraction(value), 2))


def p_words(p: float | None) -> str:
    """Return "<0.001", "0.012", "0.41"; "" where nothing was tested."""
    if p is None:
        return ""
    if p < SMALLEST_P:
        return f"<{SMALLEST_P}"
    return str(half_up(Fraction(p), 3 if p < 0.1 else 2))
