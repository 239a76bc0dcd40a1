"""Tables 2 and 3: the practice cohort prints the paper, and wrong readings do not."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from outcomes.rules.published import published_baselines, published_cells, published_sample
from outcomes.rules.tables import changed_cells
from outcomes.rules.tallies import all_closed
from outcomes.rules.windows import OTHER_READINGS, Infusion, Score
from tests.outcomes.rules.columns_of import baselines_of, counted_of, table_2_of, table_3_of, tallies_of
from tests.outcomes.rules.shared_cohort import AS_OF as SHELF_AS_OF
from tests.outcomes.rules.shared_cohort import needs_shelf, paper_rows, shelf_cohort

FIRST = date(2023, 1, 2)
AS_OF = date(2023, 12, 31)

# Cells each wrong reading changes. The reference says 33 for the oldest baseline and 12 for a baseline after
# the start; in its cohort no patient of the sleep cell at six months has a second score before the first
# infusion, so 32 cells can change, and 11.
CHANGED = {
    "Any change of at least the MCID, in either direction": 33,
    "Follow-ups counted from the first infusion": 33,
    "Oldest baseline instead of the latest": 32,
    "Baseline also after the start of the first infusion": 11,
    "Day of the last infusion counts as follow-up": 11,
    "Of two equally close scores the earlier": 11,
    "Baseline up to 101 days before": 11,
    "Three months from day 30": 11,
    "Six months to day 241": 11,
    "Latest score in the last-infusion window": 11,
}


One = tuple[list[Infusion], list[Score]]
UNTREATED: One = ([], [])


def patient(baseline: int, follow_up: int | None, *, name: str = "PHQ-9") -> One:
    scores = [Score(name, FIRST - timedelta(days=3), None, baseline)]
    if follow_up is not None:
        scores.append(Score(name, FIRST + timedelta(days=3), None, follow_up))
    return [Infusion(FIRST, time(8, 30))], scores


@needs_shelf
def test_table_2_of_the_practice_cohort_is_the_papers_in_all_33_cells() -> None:
    printed = {
        (row.measure.name, cell.window): (cell.improved, cell.n, cell.percent)
        for row in table_2_of(shelf_cohort(), SHELF_AS_OF)
        for cell in row.cells
    }
    assert printed == {
        (row["outcome"], row["window"]): (int(row["n_mcid"]), int(row["n_table2"]), Decimal(row["pct_mcid"]))
        for row in paper_rows()
    }
    assert len(printed) == 33


@needs_shelf
def test_table_3_of_the_practice_cohort_is_the_papers_at_its_printed_precision() -> None:
    cells = {(r.measure.name, c.window): c for r in table_3_of(shelf_cohort(), SHELF_AS_OF) for c in r.cells}
    for key, printed in published_cells().items():
        mean_places, sd_places = (-int(value.as_tuple().exponent) for value in (printed.mean, printed.sd))
        assert cells[key].mean_at(mean_places) == printed.mean, key
        assert cells[key].sd_at(sd_places) == printed.sd, key
        assert cells[key].n == printed.n


@needs_shelf
@pytest.mark.parametrize("name", OTHER_READINGS)
def test_each_wrong_reading_changes_this_many_cells(name: str) -> None:
    reading = OTHER_READINGS[name]
    paper = tallies_of(shelf_cohort(), SHELF_AS_OF)
    other = tallies_of(shelf_cohort(), SHELF_AS_OF, reading, absolute=reading.absolute)
    assert changed_cells(paper, other) == CHANGED[name]


@needs_shelf
def test_the_published_file_agrees_with_the_reference_shelf() -> None:
    for row in paper_rows():
        cell = published_cells()[row["outcome"], row["window"]]
        assert (cell.n_table3, cell.p) == (int(row["n_table3"]), row["p_mixed_model"])
        assert (str(cell.mean), str(cell.sd)) == (row["mean_change"], row["sd_change"])


def test_out_14_a_pair_needs_both_scores_of_the_same_measure() -> None:
    lonely = (
        [Infusion(FIRST)],
        [
            Score("PHQ-9", FIRST - timedelta(days=3), None, 100),
            Score("GAD-7", FIRST + timedelta(days=3), None, 50),
        ],
    )
    (phq, *_), *_ = [row.cells for row in table_2_of([lonely, patient(100, 40), patient(100, None)], AS_OF)]
    assert (phq.improved, phq.n, phq.percent) == (1, 1, Decimal("100.0"))


def test_out_14_beside_n_stand_the_patients_whose_window_had_closed() -> None:
    began = [FIRST - timedelta(days=days) for days in (29, 30, 135, 240)]
    patients: list[One] = [([Infusion(day, time(8, 30))], []) for day in began]
    closed = all_closed(counted_of([*patients, UNTREATED], FIRST))
    assert closed == {"last": 3, "3m": 2, "6m": 1}


def test_out_15_those_without_room_stay_in_the_denominator() -> None:
    cell = table_2_of([patient(40, 0), patient(100, 40)], AS_OF)[0].cells[0]
    assert (cell.improved, cell.n, cell.could_improve) == (1, 2, 1)


def test_improved_unchanged_and_worsened_add_up() -> None:
    cell = table_2_of([patient(100, 50), patient(100, 60), patient(100, 150)], AS_OF)[0].cells[0]
    assert (cell.improved, cell.unchanged, cell.worsened, cell.literal) == (1, 1, 1, 2)
    absolute = table_2_of([patient(100, 50), patient(100, 150)], AS_OF, absolute=True)[0].cells[0]
    assert absolute.improved == 2


def test_empty_cells_have_no_percent_mean_or_sd() -> None:
    assert table_2_of([], AS_OF)[0].cells[0].percent is None
    empty = table_3_of([], AS_OF)[0].cells[0]
    assert (empty.n, empty.mean, empty.sd) == (0, None, None)
    with pytest.raises(ValueError, match="no mean"):
        empty.mean_at(1)
    one = table_3_of([patient(100, 60)], AS_OF)[0].cells[0]
    assert one.mean_at(2) == Decimal("-4.00")
    with pytest.raises(ValueError, match="two values"):
        one.sd_at(1)


def test_baselines_count_patients_without_a_follow_up() -> None:
    row = baselines_of([patient(100, None), patient(140, 60), UNTREATED], AS_OF)[0]
    assert (row.n, row.mean) == (2, 12)


def test_the_published_funnel_leaves_two_patients_unaccounted_for() -> None:
    completed = published_sample().counts["completed"]
    assert list(completed.values()) == [890, 80, 32, 18, 12]
    assert 1034 - sum(completed.values()) == 2


def test_every_published_cell_and_baseline_belongs_to_a_measure() -> None:
    assert {outcome for outcome, _ in published_cells()} == set(published_baselines())
    mismatched = [key for key, cell in published_cells().items() if cell.n != cell.n_table3]
    assert len(mismatched) == 5
