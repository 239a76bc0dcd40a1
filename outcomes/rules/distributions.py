"""Quantiles and tails of the usual distributions; the package behind them is loaded when first asked."""

from statistics import NormalDist

from outcomes.rules.statistics import CONFIDENCE

TWO_SIDED = (1 + CONFIDENCE) / 2  # 0.975, the quantile of a 95% interval
NORMAL_95 = NormalDist().inv_cdf(TWO_SIDED)


def normal_tails(z: float) -> float:
    """Return the two-sided p of a standard normal value."""
    return 2 * NormalDist().cdf(-abs(z))


def t_quantile(freedom: float, *, probability: float = TWO_SIDED) -> float:
    """Return the quantile of Student's t; freedom may be a fraction, greater than 0."""
    from scipy.special import stdtrit  # noqa: PLC0415 - takes a third of a second to load

    return float(stdtrit(freedom, probability))


def chi_squared_tail(value: float, freedom: int) -> float:
    """Return the p of a chi-squared value."""
    from scipy.special import chdtrc  # noqa: PLC0415

    return float(chdtrc(freedom, value))


def f_tail(value: float, above: float, below: float) -> float:
    """Return the p of an F value with so many degrees of freedom above and below."""
    from scipy.special import fdtrc  # noqa: PLC0415

    return float(fdtrc(above, below, value))


def t_tails(value: float, freedom: float) -> float:
    """Return the two-sided p of a value of Student's t."""
    from scipy.special import stdtr  # noqa: PLC0415

    return 2 * float(stdtr(freedom, -abs(value)))
