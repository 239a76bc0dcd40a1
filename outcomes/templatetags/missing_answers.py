"""How the page of missing answers writes its figures."""

from django import template

from outcomes.rules import answer_words, group_words
from outcomes.rules.rounding import half_up_float
from outcomes.rules.selection_bias import Line
from outcomes.rules.tipping import At

register = template.Library()
register.filter("share_text", answer_words.share_text)
register.filter("change_text", answer_words.change_text)
register.filter("odds_words", group_words.odds_words)


@register.filter
def p_of(line: Line) -> str:
    """The P of a line; "" where nothing was tested."""
    return group_words.p_words(line.p)


@register.filter
def apart(line: Line) -> str:
    """A difference in standard deviations, to two decimals; with its sign, which levels do not have."""
    if line.difference is None:
        return ""
    value = half_up_float(line.difference, 2)
    return str(value) if line.is_heading else group_words.signed(value)


@register.filter
def to_tenths(value: float | None) -> str:
    """A number of points to one decimal, with its sign."""
    return "" if value is None else group_words.signed(half_up_float(value, 1))


@register.filter
def plain_tenths(value: float) -> str:
    """A number to one decimal without a sign: deltas, weights."""
    return str(half_up_float(abs(value), 1))


@register.filter
def hundredths(value: float) -> str:
    """A weight to two decimals."""
    return str(half_up_float(value, 2))


@register.filter
def ends(here: At) -> str:
    """The interval at one delta: "−0.2 to +2.9"."""
    return f"{to_tenths(here.low)} to {to_tenths(here.high)}"
