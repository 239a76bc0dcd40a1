"""A research export read back gives the tables of its source."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from kitclinic.models import Site
from outcomes.actions import import_registry
from outcomes.queries.cohorts import Source, sources
from outcomes.queries.dashboard import dashboard
from outcomes.queries.research import leaving, study_back, who_is_looked_for, with_closed
from outcomes.queries.study import Asked, Study, study_of
from outcomes.queries.table_rows import table_2_rows
from outcomes.research_file import read_export, unzipped
from outcomes.research_scan import scan
from outcomes.rules.definitions import Definitions
from outcomes.rules.histories import (
    NO_MINUTE,
    UNKNOWN,
    UNKNOWN_BIRTH,
    Histories,
    Infusions,
    People,
    Scores,
    day_number,
)
from outcomes.rules.research_back import LEVELS
from scheduling.rules.protocols import STANDARD
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


def random_study(seed: int, definitions: Definitions) -> Study:
    """Sixty patients with up to two courses and forty scores each, in and around every window; no database."""
    drawn = np.random.default_rng(seed)
    number = 60
    first = day_number(date(2023, 1, 1)) + drawn.integers(0, 500, number)
    given, answered = [], []
    for of in range(number):
        start = int(first[of])
        for course in range(drawn.integers(0, 3)):
            for day in range(drawn.integers(1, 7)):
                minute = int(drawn.choice([NO_MINUTE, 480, 600]))
                given.append(
                    (of, start + course * int(drawn.integers(10, 150)) + day, minute, drawn.random() < 0.9, 0)
                )
        for _ in range(drawn.integers(0, 40)):
            day = start + int(
                drawn.choice([-101, -100, -7, 0, 1, 4, 5, 30, 34, 35, 94, 140, 184, 245, *range(400)])
            )
            measure = int(drawn.integers(0, 11))
            minute = int(drawn.choice([NO_MINUTE, 450, 480, 700]))
            answered.append((of, measure, day, minute, int(drawn.integers(5, 21)) * 10))
    places = [np.array(column) for column in zip(*given, strict=True)]
    rows = np.array(answered, dtype=np.int64)
    people = People(
        key=np.arange(number),
        birth=np.where(drawn.random(number) < 0.5, UNKNOWN_BIRTH, first - 365 * drawn.integers(19, 89, number)),
        age_given=drawn.choice([UNKNOWN, 40, 89], number),
        sex=drawn.integers(-1, 3, number),
        race=drawn.integers(-1, 4, number),
        marital=drawn.integers(-1, 5, number),
        diagnosis=drawn.integers(-1, 13, number),
        bmi_tenths=drawn.choice([UNKNOWN, 181, 305], number),
        charlson=drawn.choice([UNKNOWN, 0, 4], number),
    )
    histories = Histories(
        people,
        Infusions(places[0], places[1], places[2], places[3].astype(bool), places[4]),
        Scores(*rows.T, error=np.full(len(rows), np.nan), form=np.zeros(len(rows)), key=np.arange(len(rows))),
        (STANDARD,),
    )
    source = Source(Site(name="Random", slug="random"), "Registry", is_registry=True, is_simulated=True)
    return study_of(Asked(source, date(2024, 9, 1), definitions), histories, LEVELS)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("definitions", [PAPER, COURSE], ids=["paper", "course"])
def test_out_52_random_cohorts_read_back_give_the_same_tables(seed: int, definitions: Definitions) -> None:
    found = random_study(seed, definitions)
    export, data = made(found, seed)
    assert scan(data, frozenset()) == ()
    assert any(int(row[3]) for row in tables(found)["2"])
    for kind in ("parquet", "csv"):
        back = study_back(read_export(data, kind=kind))
        assert tables(back) == tables(found)
        told = with_closed(table_2_rows(dashboard(back)), export.about, definitions)[1]
        ours = closed(found)
        assert all(row[-1] in ("", ours[row[0], row[1]]) for row in told)


def test_out_52_other_definitions_can_be_read_from_the_same_file() -> None:
    """Made in paper mode, read in course mode: what the source shows in course mode."""
    _, data = made(random_study(3, PAPER))
    for definitions in (COURSE, Definitions(mcid="evidence"), Definitions(direction="either")):
        assert tables(study_back(read_export(data), definitions)) == tables(random_study(3, definitions))


def test_out_52_somebody_of_ninety_changes_the_mean_age_alone() -> None:
    found = random_study(5, PAPER)
    found.histories.people.age_given[:] = 97
    found.histories.people.birth[:] = UNKNOWN_BIRTH
    back = study_back(made(found)[0])
    ours, theirs = tables(found)["1"], tables(back)["1"]
    assert [one[0] for one, other in zip(ours, theirs, strict=True) if one != other] == ["age"]
    assert theirs[0][-1] == "90.0±0.0"


def test_out_49_a_category_the_clinic_wrote_itself_is_other() -> None:
    found = random_study(6, PAPER)
    own = replace(found, levels=replace(LEVELS, diagnosis=(*LEVELS.diagnosis[:-1], "Mrs Quillandra's pain")))
    _, data = made(own)
    assert not any(b"quillandra" in content.lower() for content in unzipped(data).values())
    last = int(np.count_nonzero(found.histories.people.diagnosis == 12))
    assert last > 0
    assert leaving(own).own_category == last
    ours = {one[0]: one[2] for one in tables(found)["1"]}
    theirs = {one[0]: one[2] for one in tables(study_back(read_export(data)))["1"]}
    assert theirs["diagnosis-other"] == ours["diagnosis-other"] + last


def test_one_patient_and_nobody_are_exports_too() -> None:
    found = random_study(7, PAPER)
    for number in (1, 0):
        members = np.zeros(60, dtype=bool)
        members[np.flatnonzero(found.counted.rows.days > 0)[:number]] = True
        few = replace(found, members=members)
        export, data = made(few)
        assert scan(data, frozenset()) == ()
        assert export.about.patients == number
        back = study_back(read_export(data))
        assert dashboard(back).patients == number
        assert leaving(few).small.alone == number
