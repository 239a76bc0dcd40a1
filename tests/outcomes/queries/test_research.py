"""A research export read back gives the tables of its source."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kitclinic.models import Site
from outcomes.actions import import_registry
from outcomes.queries.cohorts import sources
from outcomes.queries.research import leaving, study_back, who_is_looked_for, with_closed
from outcomes.queries.dashboard import dashboard
from outcomes.queries.table_rows import table_2_rows
from outcomes.research_file import read_export
from outcomes.research_scan import scan
from outcomes.rules.cohort import generate, write
from outcomes.rules.definitions import Definitions
from tests.outcomes.researched import COURSE, closed, made, of_source, tables
from tests.outcomes.rules.shared_cohort import AS_OF, SHELF, needs_shelf, paper_rows

pytestmark = pytest.mark.django_db
PAPER = Definitions()
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@needs_shelf
def test_out_52_the_practice_cohort_read_back_gives_the_same_tables(site: Site) -> None:
    import_registry(site=site, directory=SHELF / "cohort", by=None, at=AT)
    known = who_is_looked_for(site)
    for definitions, kind in ((PAPER, "parquet"), (PAPER, "csv"), (COURSE, "parquet"), (COURSE, "csv")):
        found = of_source(sources(site)[1], AS_OF, definitions)
        _, data = made(found)
        assert scan(data, known) == ()
        export = read_export(data, kind=kind)
        back = study_back(export)
        assert tables(back) == tables(found)
        told = with_closed(table_2_rows(dashboard(back)), export.about, definitions)
        assert {(row[0], row[1]): row[-1] for row in told[1]} == closed(found)
        second = {(row[0], row[1]): row for row in tables(back)["2"]}
        for row in paper_rows() if definitions == PAPER else ():
            printed = second[row["outcome"], row["window"]]
            assert (printed[2], printed[3], printed[4]) == (row["n_mcid"], row["n_table2"], row["pct_mcid"])
    assert len(paper_rows()) == 33
