"""How the pages of open questions and comparisons write the figures of groups."""

from decimal import Decimal

from django import template

from outcomes.queries.open_questions import GroupRow, Groups
from outcomes.rules import group_words
from outcomes.rules.comparison import is_few
from outcomes.rules.contrasts import Arm
from outcomes.rules.differences import Difference
from outcomes.rules.heterogeneity import Heterogeneity
from outcomes.rules.logistic import OddsRatio
from outcomes.rules.measures import Measure

register = template.Library()
register.filter("share_words", group_words.share_words)
register.filter("interval_words", group_words.interval_words)
register.filter("mean_words", group_words.mean_words)
register.filter("odds_words", group_words.odds_words)


@register.simple_tag
def group_row(shown: Groups, measure: Measure) -> GroupRow:
    """One measure in every group."""
    return shown.row(measure)


@register.filter
def tenths(value: int) -> Decimal:
    """Whole tenths as points."""
    return Decimal(value) / 10


@register.filter
def percentage_points(found: Difference | None) -> str:
    """A difference of shares in percentage points."""
    return group_words.difference_words(found, times=100) or "–"


@register.filter
def score_points(found: Difference | None) -> str:
    """A difference of mean changes in points of the score."""
    return group_words.difference_words(found) or "–"


@register.filter
def tested(found: Heterogeneity | None) -> str:
    """The P of a test over several groups."""
    return "not tested" if found is None else group_words.p_words(found.p)


@register.filter
def p_of(found: OddsRatio | None) -> str:
    """The P of an odds ratio."""
    return group_words.p_words(found.p) if found else ""


@register.filter
def few(found: Arm) -> bool:
    """Whether the figures of a group are printed lighter (OUT-21)."""
    return is_few(found.n)


@register.filter
def to_tenths(value: float | None) -> str:
    """A number to one decimal with its sign; a dash for none."""
    return "–" if value is None else group_words.signed(group_words.one_decimal(value))


@register.filter
def hundredths(value: float | None) -> str:
    """A correlation to two decimals; a dash for none."""
    return "–" if value is None else f"{value:.2f}".replace("-", "−")
