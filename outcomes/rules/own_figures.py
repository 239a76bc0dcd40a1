"""What this clinic's own figures say to each discrepancy of the paper, one sentence each, "" where nothing can."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from kitclinic.display import MINUS, show
from outcomes.rules.completed import Standings
from outcomes.rules.counted import COLUMNS, MISSING, Counted
from outcomes.rules.distributions import t_tails
from outcomes.rules.histories import Ints, Scores, day_of
from outcomes.rules.measures import measures
from outcomes.rules.statistics import half_up, percent
from outcomes.rules.table_1 import quartiles
from outcomes.rules.tables import Tallies, Tally
from outcomes.rules.tallies import baseline_sums, closed, tally
from outcomes.rules.windows import LAST, SIX_MONTHS, THREE_MONTHS, WINDOWS

PHQ, GAD, PCS = "PHQ-9", "GAD-7", "PCS total"
SLEEP, PAIN = "PROMIS Sleep Disturbance", "PROMIS Pain Interference"
RECALL_DAYS = 7  # PROMIS asks about so many days


@dataclass(frozen=True, eq=False)
class Own:
    """The figures of one study. sexes: words -> patients; days: completed infusions, with first and last day."""

    counted: Counted
    scores: Scores
    standings: Standings
    sexes: Mapping[str, int]
    first_day: int
    last_day: int

    @cached_property
    def paper(self) -> Tallies:
        return tally(self.counted)

    @cached_property
    def evidence(self) -> Tallies:
        return tally(self.counted, mcid_set="evidence")

    def sentence(self, figure: str) -> str:
        """Return what bears on a discrepancy; "" while there is nobody, KeyError for an unknown name."""
        if not figure:
            return ""
        found = FIGURES[figure](self)
        return found if self.standings.number.any() else ""


def _rate(cell: Tally, count: int) -> str:
    return f"{percent(count, cell.n)}%"


def _mean(cell: Tally) -> str:
    mean = half_up(Fraction(cell.total, 10 * cell.n), 1)
    return f"{MINUS if mean < 0 else '+' if mean > 0 else ''}{abs(mean)}"


def _range(own: Own) -> str:
    rates = {
        measures()[name].title: percent(cell.improved, cell.n)
        for (name, window), cell in own.paper.items()
        if window == LAST and cell.n
    }
    if not rates:
        return ""
    low, high = min(rates, key=rates.__getitem__), max(rates, key=rates.__getitem__)
    return f"Here {rates[low]}% ({low.lower()}) to {rates[high]}% ({high.lower()})."


def _one_n(own: Own) -> str:
    n = own.paper[PHQ, LAST].n
    return f"Here PHQ-9 at the last infusion has {show(n)} in both." if n else ""


def _literal(own: Own) -> str:
    cell = own.paper[PHQ, LAST]
    if not cell.n:
        return ""
    better, either = _rate(cell, cell.improved), _rate(cell, cell.literal)
    return f"Here the literal reading would show {either} for PHQ-9 at the last infusion instead of {better}."


def _none_completed(own: Own) -> str:
    none, n = len(own.standings.level(0)), int(np.count_nonzero(own.standings.counted))
    return f"Here {show(none)} of {show(n)} patients completed none."


def _first_sequence(own: Own) -> str:
    n = int(np.count_nonzero(own.standings.counted))
    if not n:
        return ""
    whole = percent(len(own.standings.level(own.standings.complete)), n)
    first = percent(int(own.standings.finished.sum()), n)
    return f"Here {whole}% by the paper's count; {first}% in the first sequence."


def _infusion_days(own: Own) -> str:
    numbers = own.standings.number[own.standings.members].tolist()
    if not numbers:
        return ""
    low, middle, high = (f"{float(value):g}" for value in quartiles(numbers))
    more = int(np.count_nonzero(own.standings.counted & (own.standings.number > own.standings.complete)))
    return f"Here median {middle}, quartiles {low} and {high}; {show(more)} came back for more."


def _a_month(own: Own) -> str:
    given = int(own.standings.number[own.standings.members].sum())
    first, last = day_of(own.first_day), day_of(own.last_day)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return (
        f"Here {show(half_up(Fraction(given, months), 0))} completed infusions a month over {show(months)} months."
    )


def _sleep_pairs(own: Own) -> str:
    cell = own.paper[SLEEP, LAST]
    spread = cell.n * cell.squares - cell.total**2
    if cell.n < 2 or not spread:
        return ""
    sd = (spread / (cell.n * (cell.n - 1))) ** 0.5
    chance = t_tails(abs(cell.total / cell.n) / sd * cell.n**0.5, cell.n - 1)
    p = half_up(Fraction(chance), 2 if chance >= 0.01 else 3)
    changed = f"changed by {_mean(cell)} in {show(cell.n)} pairs"
    return f"Here sleep disturbance {changed}; their t-test alone gives p = {p}."


def _worsened(own: Own) -> str:
    cell = own.paper[SLEEP, SIX_MONTHS]
    if not cell.n:
        return ""
    better, worse = _rate(cell, cell.improved), _rate(cell, cell.worsened)
    return f"Here sleep disturbance at six months: {better} improved, {worse} worsened, of {show(cell.n)}."


def _catastrophizing(own: Own) -> str:
    cell = own.paper[PCS, SIX_MONTHS]
    return (
        f"Here pain catastrophizing changed by {_mean(cell)} at six months, of {show(cell.n)}." if cell.n else ""
    )


def _maintained(own: Own) -> str:
    cells = [own.paper[PAIN, window] for window in WINDOWS]
    told = [f"{_rate(cell, cell.improved)} of {show(cell.n)}" if cell.n else "nobody" for cell in cells]
    return f"Here pain interference: {', then '.join(told)}." if any(cell.n for cell in cells) else ""


def _n_by_window(own: Own) -> str:
    fewer = sum(own.paper[name, LAST].n < own.paper[name, THREE_MONTHS].n for name in measures())
    return f"Here {fewer} of {len(measures())} measures have fewer patients at the last infusion."


def _asked(own: Own) -> str:
    sums = baseline_sums(own.counted)
    return (
        f"Here {show(sums[GAD].n)} baselines of GAD-7 and {show(sums[SLEEP].n)} of sleep disturbance, of "
        f"{show(len(own.counted.rows))}."
    )


def _floor(own: Own) -> str:
    cell = own.paper[PHQ, LAST]
    if not cell.n or not cell.could_improve:
        return ""
    stuck = cell.n - cell.could_improve
    return (
        f"Here {show(stuck)} of {show(cell.n)} cannot improve in PHQ-9; among the others "
        f"{percent(cell.improved, cell.could_improve)}% did."
    )


def _answered(own: Own) -> str:
    due = closed(own.counted, SIX_MONTHS)
    answered = (own.counted.column(SIX_MONTHS) != MISSING).any(axis=1) & due
    n = int(due.sum())
    return f"Here {percent(int(answered.sum()), n)}% of {show(n)} answered at six months." if n else ""


def _small_levels(own: Own) -> str:
    told = ", ".join(f"{words.lower()} {show(count)}" for words, count in own.sexes.items())
    return f"Here {told}." if told else ""


def _closed(own: Own) -> str:
    told = [f"{show(int(closed(own.counted, window).sum()))}" for window in WINDOWS]
    return (
        f"Here the windows of {told[0]}, {told[1]} and {told[2]} of {show(len(own.counted.rows))} had closed "
        "at the last infusion, three and six months."
    )


def _recall(own: Own) -> str:
    days = _days_after(own)
    if not len(days):
        return ""
    early = int(np.count_nonzero(days <= RECALL_DAYS))
    return (
        f"Here {percent(early, len(days))}% of {show(len(days))} counting scores are of days 1 to {RECALL_DAYS}."
    )


def _days_after(own: Own) -> Ints:
    """Return how many days after the last infusion each score counting there was given."""
    place = own.counted.place[:, :, COLUMNS.index(LAST)]
    row, measure = np.nonzero(place >= 0)
    found: Ints = own.scores.day[place[row, measure]] - own.counted.rows.last[row]
    return found


def _pcs_evidence(own: Own) -> str:
    paper, evidence = own.paper[PCS, LAST], own.evidence[PCS, LAST]
    if not paper.n:
        return ""
    by_paper, by_evidence = _rate(paper, paper.improved), _rate(evidence, evidence.improved)
    return f"Here {by_paper} by the paper's 5 points, {by_evidence} by the evidence."


FIGURES: Mapping[str, Callable[[Own], str]] = {
    "range": _range,
    "one_n": _one_n,
    "literal": _literal,
    "none_completed": _none_completed,
    "first_sequence": _first_sequence,
    "infusion_days": _infusion_days,
    "a_month": _a_month,
    "sleep_pairs": _sleep_pairs,
    "worsened": _worsened,
    "catastrophizing": _catastrophizing,
    "maintained": _maintained,
    "n_by_window": _n_by_window,
    "asked": _asked,
    "floor": _floor,
    "answered": _answered,
    "small_levels": _small_levels,
    "closed": _closed,
    "recall": _recall,
    "pcs_evidence": _pcs_evidence,
}
