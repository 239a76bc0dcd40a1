"""The 33 cells of Tables 2 and 3 summed over all rows at once, in whole tenths."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from outcomes.rules.counted import MISSING, NEVER, Counted
from outcomes.rules.histories import Ints, Mask
from outcomes.rules.measures import McidSet, measures
from outcomes.rules.statistics import Sums
from outcomes.rules.tables import WINDOW_CLOSES, Tallies, Tally
from outcomes.rules.windows import BASELINE, WINDOWS


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Every pair of baseline and follow-up. All (rows, measures) for one window.

    paired: both scores count. gain: tenths, positive when better; 0 where not paired. mcid: tenths that count.
    room: the baseline leaves room for an MCID (OUT-15).
    """

    paired: Mask
    tenths: Ints
    gain: Ints
    mcid: Ints
    room: Mask

    @property
    def improved(self) -> Mask:
        """OUT-10."""
        found: Mask = self.paired & (self.gain >= self.mcid)
        return found

    @property
    def worsened(self) -> Mask:
        """OUT-11."""
        found: Mask = self.paired & (-self.gain >= self.mcid)
        return found

    def counting(self, *, absolute: bool) -> Mask:
        """Return who counts as improved; absolute: in either direction (OUT-12)."""
        found: Mask = self.improved | self.worsened if absolute else self.improved
        return found


@cache
def _scales(mcid_set: McidSet) -> NDArray[np.int64]:
    """Return (6, measures): sign, MCID, baseline above which another holds, that other, best score, 0."""
    found = []
    for measure in measures().values():
        mcid = measure.mcid[mcid_set]
        best = measure.minimum_tenths if measure.better == "lower" else measure.maximum_tenths
        above = mcid.above_baseline_tenths if mcid.tenths_above else NEVER
        found.append((measure.improve_sign, mcid.tenths, above, mcid.tenths_above, best))
    return np.array(found, dtype=np.int64).T


def changes(counted: Counted, window: str, *, mcid_set: McidSet = "paper") -> Changes:
    """Return the pairs of one window, "last", "3m" or "6m" (OUT-10 to OUT-15)."""
    sign, smallest, above, other, best = _scales(mcid_set)
    before = counted.column(BASELINE).astype(np.int64)
    after = counted.column(window).astype(np.int64)
    paired = (before != MISSING) & (after != MISSING)
    tenths = np.where(paired, after - before, 0)
    mcid = np.where(before > above, other, smallest)
    return Changes(paired, tenths, tenths * sign, mcid, paired & (np.abs(best - before) >= mcid))


def tally(counted: Counted, *, mcid_set: McidSet = "paper", absolute: bool = False) -> Tallies:
    """Return the sums of all 33 cells by (measure, window). absolute: the literal reading (OUT-12)."""
    found: Tallies = {}
    for window in WINDOWS:
        pairs = changes(counted, window, mcid_set=mcid_set)
        columns = zip(
            measures(),
            pairs.paired.sum(axis=0),
            pairs.counting(absolute=absolute).sum(axis=0),
            pairs.worsened.sum(axis=0),
            pairs.counting(absolute=True).sum(axis=0),
            pairs.room.sum(axis=0),
            pairs.tenths.sum(axis=0),
            (pairs.tenths**2).sum(axis=0),
            strict=True,
        )
        for name, *sums in columns:
            found[name, window] = Tally(*(int(value) for value in sums))
    return {(name, window): found[name, window] for name in measures() for window in WINDOWS}


def closed(counted: Counted, window: str) -> Mask:
    """Return whose window had closed by the as-of date, and in course mode was not cut short (OUT-14, OUT-24)."""
    ends = counted.rows.last + WINDOW_CLOSES[window]
    found: Mask = ends <= counted.as_of
    return found & (counted.rows.before > ends) if counted.mode == "course" else found


def all_closed(counted: Counted) -> dict[str, int]:
    """Return window -> how many rows' window had closed."""
    return {window: int(np.count_nonzero(closed(counted, window))) for window in WINDOWS}


def baseline_sums(counted: Counted) -> dict[str, Sums]:
    """Return measure -> exact sums of the counting baselines in tenths."""
    values = counted.column(BASELINE).astype(np.int64)
    known = values != MISSING
    values = np.where(known, values, 0)
    columns = zip(measures(), known.sum(axis=0), values.sum(axis=0), (values**2).sum(axis=0), strict=True)
    return {name: Sums(int(n), int(total), int(squares)) for name, n, total, squares in columns}
