"""OUT-94: the ledger of discrepancies is whole, and its figures are those of the patients."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from outcomes.rules.completed import standings
from outcomes.rules.discrepancies import discrepancies
from outcomes.rules.histories import day_number
from outcomes.rules.own_figures import FIGURES, Own
from outcomes.rules.published import published_cells, published_sample
from outcomes.rules.windows import windows
from tests.outcomes.rules.columns_of import Patients, counted_of, infusions_of, scores_of
from tests.outcomes.rules.shared_cohort import AS_OF, needs_shelf, shelf_cohort

NINETEEN = 19  # oddities of the paper, besides versions, norms and thresholds


def own_of(people: Patients, as_of: date) -> Own:
    given, members = infusions_of(people), np.ones(len(people), dtype=bool)
    days = given.day[given.completed & (given.day <= day_number(as_of))]
    return Own(
        counted_of(people, as_of),
        scores_of(people),
        standings(given, members, as_of),
        {"Female": 742, "Nonbinary": 2},
        int(days.min()) if len(days) else day_number(as_of),
        int(days.max()) if len(days) else day_number(as_of),
    )


def test_out_94_every_entry_is_whole_and_named_once() -> None:
    found = discrepancies()
    assert len(found) >= NINETEEN + 2
    assert max(Counter(one.id for one in found).values()) == 1
    for one in found:
        for part in (one.prints, one.where, one.why, one.here):
            assert len(part) > 6, one.id
        assert one.here.endswith("."), one.id
        assert not one.figure or one.figure in FIGURES, one.id
    assert set(FIGURES) == {one.figure for one in found if one.figure}, "a figure nobody asks for"


@pytest.mark.parametrize(
    "id",
    ["range-of-improvement", "absolute-value", "five-denominators", "two-patients", "version-of-social", "recall"],
)
def test_out_94_what_a_reader_looks_for_is_there(id: str) -> None:
    assert id in {one.id for one in discrepancies()}


def test_out_94_the_published_figures_named_are_those_of_the_data() -> None:
    differ = [cell for cell in published_cells().values() if cell.n != cell.n_table3]
    assert len(differ) == 5
    told = next(one.prints for one in discrepancies() if one.id == "five-denominators")
    for cell in differ:
        assert str(cell.n) in told
        assert str(cell.n_table3) in told
    assert sum(published_sample().counts["completed"].values()) == 1032
    fewer = [name for name, window in published_cells() if window == "last"]
    assert all(published_cells()[name, "last"].n < published_cells()[name, "3m"].n for name in fewer)


@needs_shelf
def test_out_94_the_practice_cohorts_figures() -> None:
    own = own_of(shelf_cohort(), AS_OF)
    assert own.sentence("range") == "Here 15.7% (physical function) to 46.4% (pain catastrophizing)."
    assert own.sentence("none_completed") == "Here 2 of 1,034 patients completed none."
    assert own.sentence("first_sequence").startswith("Here 86.1% by the paper's count; ")
    assert own.sentence("infusion_days") == "Here median 5, quartiles 5 and 14; 470 came back for more."
    assert (
        own.sentence("sleep_pairs")
        == "Here sleep disturbance changed by −0.7 in 72 pairs; their t-test alone gives p = 0.41."
    )
    assert (
        own.sentence("maintained") == "Here pain interference: 31.2% of 372, then 28.2% of 436, then 18.2% of 132."
    )
    assert own.sentence("n_by_window") == "Here 11 of 11 measures have fewer patients at the last infusion."
    assert own.sentence("small_levels") == "Here female 742, nonbinary 2."
    assert own.sentence("") == ""


@needs_shelf
def test_out_94_the_literal_reading_is_counted_patient_by_patient() -> None:
    changes = []
    for infusions, scores in shelf_cohort():
        found = windows(infusions, scores, AS_OF)
        before, after = found.baseline.get("PHQ-9"), found.at("last").get("PHQ-9")
        if before and after:
            changes.append(after.tenths - before.tenths)
    either = 100 * sum(abs(change) >= 50 for change in changes) / len(changes)
    better = 100 * sum(change <= -50 for change in changes) / len(changes)
    said = own_of(shelf_cohort(), AS_OF).sentence("literal")
    assert said == (
        f"Here the literal reading would show {either:.1f}% for PHQ-9 at the last infusion "
        f"instead of {better:.1f}%."
    )


def test_out_94_nobody_and_one_patient_say_nothing_or_little() -> None:
    for people in ([], [([], [])]):
        own = own_of(people, AS_OF)
        assert {name: own.sentence(name) for name in FIGURES} == dict.fromkeys(FIGURES, "")


@needs_shelf
def test_out_94_one_patient_alone_breaks_no_figure() -> None:
    own = own_of(shelf_cohort()[:1], AS_OF)
    for name in FIGURES:
        assert isinstance(own.sentence(name), str)
    early = own_of(shelf_cohort(), date(2020, 1, 1))
    assert all(early.sentence(name) == "" for name in FIGURES)
