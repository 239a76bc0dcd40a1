"""Table 1's baselines, Tables 2 and 3 from the patients' counting scores: sums, exact until printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from kitclinic.register import Rule
from outcomes.rules.measures import Measure, measures
from outcomes.rules.statistics import Sums, half_up, percent, percent_interval
from outcomes.rules.windows import (
    LAST,
    LAST_DAYS,
    SIX_MONTH_DAYS,
    SIX_MONTHS,
    THREE_MONTH_DAYS,
    THREE_MONTHS,
    WINDOWS,
)

WINDOW_CLOSES = {LAST: LAST_DAYS[1], THREE_MONTHS: THREE_MONTH_DAYS[1], SIX_MONTHS: SIX_MONTH_DAYS[1]}

DENOMINATOR = Rule(
    "OUT-14",
    "The denominator of a cell is the patients with both a baseline and a score in the window, one N for "
    "Tables 2 and 3; beside it stand the patients whose window had closed by the as-of date.",
    source="Tankha 2025, Table 2",
)
COULD_IMPROVE = Rule(
    "OUT-15",
    "Patients whose baseline leaves no room for an MCID stay in the denominator; those who had room are "
    "counted beside it.",
    source="Tankha 2025; clinic default",
)


@dataclass(slots=True)
class Tally:
    """Whole-number sums of one cell; changes in tenths."""

    n: int = 0
    improved: int = 0
    worsened: int = 0
    literal: int = 0
    could_improve: int = 0
    total: int = 0
    squares: int = 0


@dataclass(frozen=True, slots=True)
class Table2Cell:
    """One outcome at one window. Percent and its interval are None while n is 0.

    improved/n, percent: as in the paper. literal: improved or worsened (OUT-12). could_improve: of n, those
    with room (OUT-15). eligible: patients whose window had closed by the as-of date (OUT-14).
    """

    window: str
    improved: int
    n: int
    percent: Decimal | None
    low: Decimal | None
    high: Decimal | None
    worsened: int
    unchanged: int
    literal: int
    could_improve: int
    eligible: int


@dataclass(frozen=True, slots=True)
class Table3Cell:
    """Mean change in points, exact, and sample SD; None while there are too few values."""

    window: str
    n: int
    mean: Fraction | None
    sd: Decimal | None

    def mean_at(self, places: int) -> Decimal:
        """Return the mean rounded half up; ValueError while there is none."""
        if self.mean is None:
            raise ValueError("there is no mean of no values")
        return half_up(self.mean, places)

    def sd_at(self, places: int) -> Decimal:
        """Return the standard deviation rounded half up; ValueError while there is none."""
        if self.sd is None:
            raise ValueError("a standard deviation needs two values")
        return half_up(self.sd, places)


@dataclass(frozen=True, slots=True)
class Table2Row:
    """One outcome; cells in the order last, 3m, 6m."""

    measure: Measure
    cells: tuple[Table2Cell, ...]


@dataclass(frozen=True, slots=True)
class Table3Row:
    """One outcome; cells in the order last, 3m, 6m."""

    measure: Measure
    cells: tuple[Table3Cell, ...]


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """One outcome's baselines; mean and sd in points, None while there are too few."""

    measure: Measure
    n: int
    mean: Fraction | None
    sd: Decimal | None


Tallies = dict[tuple[str, str], Tally]


def table_2(tallies: Tallies, closed: Mapping[str, int]) -> tuple[Table2Row, ...]:
    """Return Table 2, patients improved by the MCID or more: eleven rows of three cells.

    closed: window -> patients whose window had closed by the as-of date (OUT-14).
    """
    return tuple(
        Table2Row(measure, tuple(_cell_2(window, tallies[name, window], closed[window]) for window in WINDOWS))
        for name, measure in measures().items()
    )


def table_3(tallies: Tallies) -> tuple[Table3Row, ...]:
    """Return Table 3, mean change from baseline with its standard deviation: eleven rows of three cells."""
    return tuple(
        Table3Row(measure, tuple(_cell_3(window, tallies[name, window]) for window in WINDOWS))
        for name, measure in measures().items()
    )


def baselines(sums: Mapping[str, Sums]) -> tuple[BaselineRow, ...]:
    """Return Table 1's baseline scores: eleven rows of n, mean and standard deviation. sums: by measure."""
    return tuple(BaselineRow(measure, sums[name].n, *_mean_sd(sums[name])) for name, measure in measures().items())


def differing_cells(one: Tallies, other: Tallies) -> frozenset[tuple[str, str]]:
    """Return the (outcome, window) of the cells that differ in improved, n, mean or standard deviation."""

    def figures(cell: Tally) -> tuple[int, int, int, int]:
        return cell.improved, cell.n, cell.total, cell.squares

    return frozenset(key for key in one if figures(one[key]) != figures(other[key]))


def changed_cells(one: Tallies, other: Tallies) -> int:
    """Return how many of the 33 cells differ in improved, n, mean or standard deviation."""
    return len(differing_cells(one, other))


def _cell_2(window: str, cell: Tally, closed: int) -> Table2Cell:
    low, high = percent_interval(cell.improved, cell.n) if cell.n else (None, None)
    return Table2Cell(
        window=window,
        improved=cell.improved,
        n=cell.n,
        percent=percent(cell.improved, cell.n) if cell.n else None,
        low=low,
        high=high,
        worsened=cell.worsened,
        unchanged=cell.n - cell.literal,
        literal=cell.literal,
        could_improve=cell.could_improve,
        eligible=closed,
    )


def _cell_3(window: str, cell: Tally) -> Table3Cell:
    return Table3Cell(window, cell.n, *_mean_sd(Sums(cell.n, cell.total, cell.squares)))


def _mean_sd(found: Sums) -> tuple[Fraction | None, Decimal | None]:
    return (found.mean if found.n else None, found.sd if found.n > 1 else None)
