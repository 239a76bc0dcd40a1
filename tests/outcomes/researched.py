"""Research exports of a source, for tests."""

import random
from datetime import date
from itertools import repeat
from typing import Any

import numpy as np

from outcomes.queries.cohorts import Source
from outcomes.queries.dashboard import dashboard
from outcomes.queries.research import research_export
from outcomes.queries.study import Asked, Study, study
from outcomes.queries.table_1 import table_one
from outcomes.queries.table_rows import table_2_rows, table_3_rows
from outcomes.research_file import Export, export_bytes
from outcomes.rules.definitions import Definitions
from outcomes.rules.research import ID_LETTERS, study_ids

COURSE = Definitions(reference="course")


def made(found: Study, seed: int = 1) -> tuple[Export, bytes]:
    """An export with seeded ids."""
    drawn = random.Random(seed)
    number = int(np.count_nonzero(found.members))
    ids = study_ids((drawn.choice(ID_LETTERS) for _ in repeat(None)), number)
    export = research_export(found, ids=ids, order=np.random.default_rng(seed).permutation(number))
    return export, export_bytes(export)


def of_source(source: Source, as_of: date, definitions: Definitions | None = None, **asked: Any) -> Study:
    return study(Asked(source, as_of, definitions or Definitions(), **asked))


def tables(found: Study) -> dict[str, Any]:
    """Tables 1, 2 and 3 of a study, without the windows that had closed."""
    shown, first = dashboard(found), table_one(found)
    lines = [(one.slug, one.label, one.count, one.n, one.statistics) for one in (*first.lines, *first.baselines)]
    second = table_2_rows(shown)
    return {"1": lines, "2": [row[:-1] for row in second[1]], "3": table_3_rows(shown)[1]}


def closed(found: Study) -> dict[tuple[str, str], str]:
    """Of Table 2, the windows that had closed."""
    return {(row[0], row[1]): row[-1] for row in table_2_rows(dashboard(found))[1]}
