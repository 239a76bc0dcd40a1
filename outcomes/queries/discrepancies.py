"""The ledger of discrepancies with the figures of a study; the page and the report print the same entries."""

from dataclasses import dataclass

import numpy as np

from outcomes.queries.study import Study
from outcomes.queries.table_1 import WORDS
from outcomes.rules.completed import standings
from outcomes.rules.discrepancies import Discrepancy, discrepancies
from outcomes.rules.histories import day_number
from outcomes.rules.own_figures import Own


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is printed. number: its place, from 1; ours: what the study says to it, or ""."""

    number: int
    told: Discrepancy
    ours: str


def entries(found: Study | None = None) -> tuple[Entry, ...]:
    """Return all entries; without a study, or of one without infusions, without figures. No query."""
    own = _own(found) if found is not None and not found.is_empty else None
    return tuple(
        Entry(number, told, own.sentence(told.figure) if own else "")
        for number, told in enumerate(discrepancies(), start=1)
    )


def _own(found: Study) -> Own:
    given = found.kept.infusions
    today = day_number(found.asked.as_of)
    done = given.where(given.completed & (given.day <= today) & found.members[given.of])
    people = found.histories.people
    sexes = people.sex[found.members]
    return Own(
        counted=found.counted,
        scores=found.kept.scores,
        standings=standings(given, found.members, found.asked.as_of, complete=found.asked.protocol.days),
        sexes={
            WORDS.sex.get(name, name): int(np.count_nonzero(sexes == place))
            for place, name in enumerate(found.levels.sex)
        },
        first_day=int(done.day.min()) if len(done) else today,
        last_day=int(done.day.max()) if len(done) else today,
    )
