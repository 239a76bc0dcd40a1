"""Table 1 and completion as rows: what the page shows, in its order, with blanks where nothing is printed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kitclinic.models import Site
from outcomes.actions import import_registry
from outcomes.queries.cohorts import sources
from outcomes.queries.completed import completion_facts
from outcomes.queries.sample_rows import completion_rows, table_1_rows
from outcomes.queries.study import Asked, Study, study
from outcomes.queries.table_1 import table_one
from outcomes.rules.definitions import Definitions
from tests.factories import registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def found(site: Site, tmp_path: Path) -> Study:
    import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT)
    return study(Asked(sources(site)[1], registry.AS_OF))


def test_table_1_as_rows(found: Study) -> None:
    heading, rows = table_1_rows(table_one(found))
    assert all(len(row) == len(heading) for row in rows)
    assert rows[0] == ("Age, years, mean±SD", "", "4", "4", "41.0±0.0", "1034", "50.4±15.2")
    assert ("Gender, n (%)", "Female", "4", "4", "4 (100.0)", "", "742 (71.8)") in rows
    assert ("Gender, n (%)", "Nonbinary", "4", "0", "0 (0.00)", "", "2 (0.19)") in rows
    assert ("Baseline scores, mean±SD", "Depression", "3", "3", "12.0±3.0", "849", "11.7±6.8") in rows


def test_in_course_mode_the_scores_say_so(found: Study) -> None:
    course = study(Asked(found.asked.source, registry.AS_OF, Definitions(reference="course")))
    assert table_1_rows(table_one(course))[1][-1][0] == "Baseline scores, mean±SD, of courses"


def test_completion_as_rows(found: Study) -> None:
    heading, rows = completion_rows(completion_facts(found))
    assert all(len(row) == len(heading) for row in rows)
    assert rows[0] == ("completed infusions", "Five or more", "4", "100.0", "890", "86.1", "")
    assert rows[-1] == ("completed infusions", "Under way, not counted", "0", "", "", "", "")


def test_without_data_the_rows_are_those_of_the_published_column(site: Site) -> None:
    empty = study(Asked(sources(site)[0], registry.AS_OF))
    _, rows = table_1_rows(table_one(empty))
    assert ("Gender, n (%)", "Female", "0", "0", "0", "", "742 (71.8)") in rows
    _, completed = completion_rows(completion_facts(empty))
    assert completed[0] == ("completed infusions", "Five or more", "0", "", "890", "86.1", "")
