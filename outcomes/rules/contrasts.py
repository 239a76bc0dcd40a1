"""Two groups beside each other, or several, for one measure at one window: how many improved, by how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from outcomes.rules.differences import (
    Difference,
    Floats,
    difference_by_patient,
    mean_difference,
    repeats,
    share_difference,
)
from outcomes.rules.heterogeneity import Heterogeneity, means_differ, shares_differ
from outcomes.rules.histories import Ints, Mask
from outcomes.rules.measures import Measure, measures
from outcomes.rules.statistics import Sums, half_up, percent, percent_interval
from outcomes.rules.tallies import Changes


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The pairs of one group, one measure and one window. improved, tenths, of: one value per pair.

    of: whose pair it is, any number that stands for the patient.
    """

    improved: Mask
    tenths: Ints
    of: Ints

    @property
    def changes(self) -> Floats:
        """Changes in points."""
        found: Floats = self.tenths / 10
        return found


@dataclass(frozen=True, slots=True)
class Arm:
    """What is printed of a group: improved/n with the exact interval in percent, mean change and SD in points.

    Figures are None while n is 0, the SD while n is 1. patients: different ones among n.
    """

    n: int
    improved: int
    patients: int
    percent: Decimal | None
    low: Decimal | None
    high: Decimal | None
    mean: Decimal | None
    sd: Decimal | None


@dataclass(frozen=True, slots=True)
class Contrast:
    """One measure: two groups and the first less the second, share in proportions, mean in points."""

    measure: Measure
    one: Arm
    other: Arm
    share: Difference | None
    mean: Difference | None

    @property
    def has_both(self) -> bool:
        """True when each group has a pair."""
        return bool(self.one.n and self.other.n)


@dataclass(frozen=True, slots=True)
class Several:
    """One measure in several groups, with the tests over all of them."""

    measure: Measure
    arms: tuple[Arm, ...]
    shares: Heterogeneity | None
    means: Heterogeneity | None


def samples(found: Changes, keep: Mask, of: Ints, *, absolute: bool = False) -> tuple[Sample, ...]:
    """Return the pairs of the rows kept, one sample per measure. of: the patient of each row."""
    counting = found.counting(absolute=absolute)
    chosen = found.paired & keep[:, np.newaxis]
    return tuple(
        Sample(counting[rows, place], found.tenths[rows, place], of[rows])
        for place in range(chosen.shape[1])
        for rows in [np.flatnonzero(chosen[:, place])]
    )


def arm(sample: Sample) -> Arm:
    """Return what is printed of a sample."""
    n, improved = len(sample.tenths), int(np.count_nonzero(sample.improved))
    tenths = sample.tenths.astype(np.int64)
    sums = Sums(n, int(tenths.sum()), int((tenths**2).sum()))
    low, high = percent_interval(improved, n) if n else (None, None)
    return Arm(
        n=n,
        improved=improved,
        patients=len(np.unique(sample.of)),
        percent=percent(improved, n) if n else None,
        low=low,
        high=high,
        mean=half_up(sums.mean, 1) if n else None,
        sd=half_up(sums.sd, 1) if n > 1 else None,
    )


def contrast(measure: Measure, one: Sample, other: Sample) -> Contrast:
    """Return two groups beside each other (STAT-45, STAT-46; STAT-47 where patients repeat)."""
    if repeats(one.of, other.of):
        share = difference_by_patient(one.improved * 1.0, other.improved * 1.0, one.of, other.of)
        mean = difference_by_patient(one.changes, other.changes, one.of, other.of)
    else:
        counts = [(int(np.count_nonzero(each.improved)), len(each.tenths)) for each in (one, other)]
        share, mean = share_difference(*counts), mean_difference(one.changes, other.changes)
    return Contrast(measure, arm(one), arm(other), share, mean)


def contrasts(one: Sequence[Sample], other: Sequence[Sample]) -> tuple[Contrast, ...]:
    """Return one contrast per measure, in the order of ``measures()``."""
    return tuple(contrast(*each) for each in zip(measures().values(), one, other, strict=True))


def several(groups: Sequence[Sequence[Sample]]) -> tuple[Several, ...]:
    """Return every measure in all groups with the tests (STAT-48, STAT-49); groups: samples, one per measure.

    Where a patient has several pairs nothing is tested: the tests take every pair as somebody else's.
    """
    return tuple(
        _several(measure, row) for measure, row in zip(measures().values(), zip(*groups, strict=True), strict=True)
    )


def _several(measure: Measure, row: Sequence[Sample]) -> Several:
    arms = tuple(arm(each) for each in row)
    who = np.concatenate([each.of for each in row])
    if len(np.unique(who)) < len(who):
        return Several(measure, arms, None, None)
    counts = [(each.improved, each.n) for each in arms]
    return Several(measure, arms, shares_differ(counts), means_differ([each.changes for each in row]))


def said(rows: Sequence[Contrast], one: str, other: str) -> str:
    """Say what the contrasts show, in one or two sentences. one, other: "with four days", "with five or more"."""
    both = [row for row in rows if row.share is not None and row.has_both]
    if not both:
        return f"No measure has pairs of both those {one} and those {other} at this time yet."
    more = sum(row.share.value > 0 for row in both if row.share)
    less = sum(row.share.value < 0 for row in both if row.share)
    clear = sum(row.share.excludes_none for row in both if row.share)
    many = "1 measure" if len(both) == 1 else f"{len(both)} measures"
    told = (
        f"Of {many} with both, those {one} improved more often than those {other} in {more}, less often in {less}."
    )
    word = {0: "No interval excludes", 1: "1 interval excludes"}.get(clear, f"{clear} intervals exclude")
    return f"{told} {word} no difference; chance alone would give about one in twenty."
