"""A study: one source on one day under one set of definitions, narrowed to whom the reader asked for.

Every table, figure, model and export of the outcomes is made from a study; nothing else reads scores for them.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from django.conf import settings

from outcomes.queries.cohorts import Source
from outcomes.queries.histories import histories_of, levels_of
from outcomes.rules.counted import Counted
from outcomes.rules.definitions import Definitions
from outcomes.rules.effects import Views
from outcomes.rules.facts import Levels, RowFacts, facts_of
from outcomes.rules.filters import Filters, chosen_rows
from outcomes.rules.histories import Histories, Kept, Mask, day_number, under
from scheduling.queries.protocols import PUBLISHED_CHOICE, Choice
from scheduling.rules.protocols import STANDARD


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks for, everything that an address, a saved view or a report carries."""

    source: Source
    as_of: date
    definitions: Definitions = field(default_factory=Definitions)
    filters: Filters = field(default_factory=Filters)
    protocol: Choice = PUBLISHED_CHOICE

    def as_query(self) -> dict[str, str]:
        """Return what must stand in an address to ask for the same again."""
        query = {"source": self.source.slug, "as_of": str(self.as_of)}
        if self.protocol.slug != STANDARD:
            query["protocol"] = self.protocol.slug
        return query | self.definitions.as_query() | self.filters.as_query()

    @property
    def digest(self) -> str:
        """SHA-256 over source, day, definitions, filters and protocol: what is asked, not what is found."""
        told = [
            self.source.slug,
            str(self.as_of),
            self.definitions.digest,
            self.filters.as_query(),
            self.protocol.slug,
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """What is found. counted, facts: the rows asked for, aligned; members: by place, the patients counts are of.

    everybody: the same before the filters. all_members: how many they are. others: treated
    under other protocols; switched: went on to another.
    """

    asked: Asked
    histories: Histories
    levels: Levels
    kept: Kept
    everybody: Counted
    counted: Counted
    facts: RowFacts
    members: Mask
    others: int
    switched: int
    all_members: int

    @property
    def is_empty(self) -> bool:
        """True when no infusion was completed, or no score recorded, up to the day."""
        today = day_number(self.asked.as_of)
        return not len(self.everybody.rows) or not (self.kept.scores.day <= today).any()

    @property
    def views(self) -> Views:
        """The same patients, to be read under other definitions (effects of the switches)."""
        only = None if self.asked.filters.is_empty else self.members
        return Views(self.kept.infusions, self.kept.scores, self.asked.as_of, only=only)

    @property
    def infusions(self) -> int:
        """Completed infusions of the members up to the day."""
        given = self.kept.infusions
        today = day_number(self.asked.as_of)
        return int(np.count_nonzero(given.completed & (given.day <= today) & self.members[given.of]))

    @property
    def cut(self) -> str:
        """SHA-256 over every stored row that counts as of the day: the data cut, equal for equal data."""
        return cut_of(self)


def study(asked: Asked) -> Study:
    """Read a source and count, in five queries on the database for reading."""
    using = settings.READING_DATABASE
    levels = levels_of(asked.source.site, using=using)
    return study_of(asked, histories_of(asked.source.site, levels, using=using), levels)


def study_of(asked: Asked, histories: Histories, levels: Levels) -> Study:
    """Count histories that were read before."""
    kept = under(histories, asked.protocol.slug, standard=STANDARD)
    everybody = Views(kept.infusions, kept.scores, asked.as_of).counted(asked.definitions)
    facts = facts_of(histories.people, levels, everybody.rows)
    today = day_number(asked.as_of)
    members = _members(asked, kept, today)
    all_members = int(np.count_nonzero(members))
    counted = everybody
    if not asked.filters.is_empty:
        keep = chosen_rows(asked.filters, everybody, facts)
        counted, facts = everybody.where(keep), facts.where(keep)
        asked_for = np.zeros(len(members), dtype=bool)
        asked_for[counted.rows.of] = True
        members = members & asked_for
    return Study(
        asked=asked,
        histories=histories,
        levels=levels,
        kept=kept,
        everybody=everybody,
        counted=counted,
        facts=facts,
        members=members,
        others=int(np.count_nonzero(kept.elsewhere <= today)),
        switched=kept.switched,
        all_members=all_members,
    )


def _members(asked: Asked, kept: Kept, today: int) -> Mask:
    """Return whom the counts are about: everybody of a registry; of the clinic, who came for an infusion."""
    if asked.source.is_registry:
        return kept.members
    came = np.zeros(len(kept.members), dtype=bool)
    came[kept.infusions.of[kept.infusions.day <= today]] = True
    return kept.members & came


def cut_of(found: Study) -> str:
    """Return a digest of everything up to the as-of date, independent of filters and of the order of rows."""
    today = day_number(found.asked.as_of)
    scores = found.histories.scores.where(found.histories.scores.day <= today)
    given = found.histories.infusions.where(found.histories.infusions.day <= today)
    digest = hashlib.sha256()
    keys = found.histories.people.key
    for table in (
        _lines(scores.key, scores.tenths, scores.day, scores.minute, keys[scores.of]),
        _lines(keys[given.of], given.day, given.start, given.completed, given.protocol),
    ):
        digest.update(np.ascontiguousarray(table).tobytes())
    return digest.hexdigest()


def _lines(
    *given: "np.ndarray[tuple[int], np.dtype[np.generic]]",
) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    table = np.column_stack([values.astype(np.int64) for values in given])
    return table[np.lexsort(table.T[::-1])]


@dataclass(frozen=True, slots=True)
class Cut:
    """The data cut that is printed with a report. at: when it was read, or a registry imported."""

    at: datetime
    digest: str

    @property
    def short(self) -> str:
        """The first twelve letters, for people."""
        return self.digest[:12]


def cut(found: Study, at: datetime) -> Cut:
    """Return the data cut of a study read at this local time."""
    imported = found.asked.source.cut
    return Cut(found.asked.source.site.local(imported) if imported else at, found.cut)
