"""Two cohorts beside each other: Tables 2 and 3 of both with the difference of every cell."""

from dataclasses import dataclass

import numpy as np
from django.conf import settings

from outcomes.queries.histories import histories_of, levels_of
from outcomes.queries.open_question_rows import contrast_rows
from outcomes.queries.study import Asked, Study, study, study_of
from outcomes.rules.contrasts import Contrast, Sample, contrasts, samples
from outcomes.rules.histories import Ints
from outcomes.rules.table_export import Table
from outcomes.rules.tallies import changes
from outcomes.rules.windows import WINDOW_NAMES, WINDOWS


@dataclass(frozen=True, slots=True)
class WindowRows:
    """One window: a contrast for each measure."""

    window: str
    rows: tuple[Contrast, ...]

    @property
    def name(self) -> str:
        return WINDOW_NAMES[self.window]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two studies. in_both: patients who are in both; windows: last infusion, 3 months, 6 months."""

    one: Study
    other: Study
    in_both: int
    windows: tuple[WindowRows, ...]

    @property
    def is_same(self) -> bool:
        """True when both sides are the same patients."""
        return self.in_both > 0 and self.in_both == _many(self.one) == _many(self.other)

    @property
    def is_empty(self) -> bool:
        """True when no cell has a pair on both sides."""
        return not any(row.has_both for window in self.windows for row in window.rows)


def two_studies(one: Asked, other: Asked) -> tuple[Study, Study]:
    """Read both; a source that both ask for is read once."""
    if one.source.site != other.source.site:
        return study(one), study(other)
    using = settings.READING_DATABASE
    levels = levels_of(one.source.site, using=using)
    histories = histories_of(one.source.site, levels, using=using)
    return study_of(one, histories, levels), study_of(other, histories, levels)


def beside(one: Study, other: Study) -> Comparison:
    """Return both beside each other (OUT-73); definitions of each are its own."""
    windows = tuple(
        WindowRows(window, contrasts(_samples(one, window), _samples(other, window))) for window in WINDOWS
    )
    in_both = len(np.intersect1d(_keys(one), _keys(other)))
    return Comparison(one, other, in_both, windows)


def _keys(found: Study) -> Ints:
    keys: Ints = found.histories.people.key[found.members]
    return keys


def _many(found: Study) -> int:
    return int(np.count_nonzero(found.members))


def _samples(found: Study, window: str) -> tuple[Sample, ...]:
    definitions = found.asked.definitions
    everybody = np.ones(len(found.counted.rows), dtype=bool)
    who = found.histories.people.key[found.counted.rows.of]
    pairs = changes(found.counted, window, mcid_set=definitions.mcid_set)
    return samples(pairs, everybody, who, absolute=definitions.absolute)


def comparison_rows(shown: Comparison) -> Table:
    """Return every cell of both sides with the differences, for a file."""
    heading, _ = contrast_rows(())
    lines = [
        (line[0], window.window, *line[1:]) for window in shown.windows for line in contrast_rows(window.rows)[1]
    ]
    return (heading[0], "window", *heading[1:]), lines
