"""Table 1: on the practice cohort every count of the paper; and quartiles, unknowns and percentages by hand."""

import csv
from fractions import Fraction
from statistics import mean, stdev

import numpy as np
import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from outcomes.rules.counted import counted
from outcomes.rules.facts import Levels
from outcomes.rules.histories import UNKNOWN, Infusions, day_number
from outcomes.rules.measures import measures
from outcomes.rules.published import published_more, published_sample
from outcomes.rules.table_1 import (
    Described,
    Line,
    Words,
    baseline_lines,
    begun_only,
    counted_text,
    quantile,
    quartiles,
    small_percent,
    table_1,
    together,
)
from outcomes.rules.tallies import baseline_sums
from scheduling.models import Patient
from scheduling.states import MULTIPLE_CATEGORIES, PainCategory
from tests.outcomes.rules.columns_of import counted_of, infusions_of, scores_of
from tests.outcomes.rules.shared_cohort import AS_OF, SHELF, needs_shelf, shelf_cohort

LEVELS = Levels(
    sex=("female", "male", "nonbinary"),
    race=tuple(Patient.EthnicGroup.values),
    marital=tuple(Patient.Marital.values),
    diagnosis=(*(str(one.value) for one in PainCategory), MULTIPLE_CATEGORIES),
)
PLAIN = Words({}, {}, {}, {})
# Table 1 as printed, written down by hand: slug -> statistics.
PRINTED = {
    "sex-female": "742 (71.8)",
    "sex-male": "290 (28.0)",
    "sex-nonbinary": "2 (0.19)",
    "race-white": "861 (83.3)",
    "race-black": "91 (8.8)",
    "race-other-unknown": "82 (7.9)",
    "marital-married": "533 (51.5)",
    "marital-single": "343 (33.2)",
    "marital-divorced": "91 (8.8)",
    "marital-other-unknown": "67 (6.5)",
    "diagnosis-chronic-primary": "651 (63.0)",
    "diagnosis-chronic-primary-widespread": "371 (35.9)",
    "diagnosis-chronic-primary-crps": "71 (6.9)",
    "diagnosis-chronic-primary-headache-orofacial": "78 (7.5)",
    "diagnosis-chronic-primary-visceral": "40 (3.9)",
    "diagnosis-chronic-primary-musculoskeletal": "91 (8.8)",
    "diagnosis-cancer": "2 (0.19)",
    "diagnosis-neuropathic": "108 (10.4)",
    "diagnosis-post-traumatic-postsurgical": "41 (4.0)",
    "diagnosis-secondary-musculoskeletal": "49 (4.7)",
    "diagnosis-secondary-visceral": "6 (0.58)",
    "diagnosis-secondary-headache-orofacial": "0 (0.00)",
    "diagnosis-multiple-categories": "147 (14.2)",
    "diagnosis-other": "30 (2.9)",
}


def described(rows: list[dict[str, str]], days: list[int]) -> Described:
    """Build the columns the obvious way."""

    def places(name: str, levels: tuple[str, ...]) -> list[int]:
        return [levels.index(row[name]) if row[name] in levels else UNKNOWN for row in rows]

    def numbers(name: str, factor: int) -> list[int]:
        return [round(float(row[name]) * factor) if row[name] else UNKNOWN for row in rows]

    columns = (
        numbers("age", 1),
        places("sex", LEVELS.sex),
        places("race", LEVELS.race),
        places("marital", LEVELS.marital),
        places("diagnosis", LEVELS.diagnosis),
        numbers("bmi", 10),
        numbers("cci", 1),
        days,
    )
    return Described(*(np.array(column, dtype=np.int64) for column in columns))


def row(**more: str) -> dict[str, str]:
    usual = {"age": "50", "sex": "female", "race": "White", "marital": "Married", "bmi": "30.0", "cci": "1"}
    return usual | {"diagnosis": "neuropathic"} | more


def by_slug(lines: tuple[Line, ...]) -> dict[str, Line]:
    found = {line.slug: line for line in lines}
    assert len(found) == len(lines), "a slug names one line"
    return found


@needs_shelf
def test_out_80_the_practice_cohort_gives_every_count_of_table_1() -> None:
    with (SHELF / "cohort" / "patients.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    days = [sum(one.completed and one.date <= AS_OF for one in given) for given, _ in shelf_cohort()]
    lines = by_slug(table_1(described(rows, days), LEVELS, PLAIN))
    assert {slug: lines[slug].statistics for slug in PRINTED} == PRINTED
    assert {slug: lines[slug].published for slug in PRINTED} == PRINTED, "the published column is as printed"
    assert lines["age"].statistics == "50.4±15.2"
    assert (lines["bmi"].n, lines["bmi"].statistics) == (1026, "30.5±7.9")
    assert lines["charlson"].statistics == "2.3±2.8"
    assert lines["bmi-unknown"].count == 8
    assert lines["infusion-days"].published == "5 (5, 14)"
    assert lines["infusion-days"].statistics == "5 (5, 14)"


@needs_shelf
def test_out_83_the_practice_cohort_gives_the_baseline_scores_of_table_1() -> None:
    completed = baseline_sums(counted_of(shelf_cohort(), AS_OF))
    given = infusions_of(shelf_cohort())
    begun = begun_only(given, np.ones(len(shelf_cohort()), dtype=bool), day_number(AS_OF))
    assert len(set(begun.of)) == 2, "two of 1,034 patients completed no infusion"
    more = baseline_sums(counted(begun, scores_of(shelf_cohort()), AS_OF))
    sums = {name: together(completed[name], more[name]) for name in measures()}
    who = {name: np.arange(sums[name].n) for name in sums}
    lines = list(baseline_lines(sums, who, {name: name for name in sums}))
    assert [(line.n, line.statistics) for line in lines] == [(line.published_n, line.published) for line in lines]
    assert sum(one.n for one in completed.values()) < sum(one.n for one in sums.values())


def test_out_83_only_members_who_completed_nothing_up_to_the_day_count_as_begun() -> None:
    day = day_number(AS_OF)
    columns = (np.array([0, 1, 1, 2, 3]), np.array([day, day - 1, day, day, day + 1]), np.zeros(5, dtype=int))
    completed = np.array([False, False, True, False, False])
    given = Infusions(*columns, completed, np.zeros(5, dtype=int))
    found = begun_only(given, np.array([True, True, False, True]), day)
    assert list(found.of) == [0]
    assert list(found.completed) == [True]


def test_the_papers_groups_add_up() -> None:
    diagnosis = published_sample().counts["diagnosis"]
    primary = sum(count for name, count in diagnosis.items() if name.startswith("chronic primary:"))
    assert primary == published_more().counts["diagnosis group"]["chronic primary"]
    assert sum(diagnosis.values()) == 1034
    assert sum(published_more().counts["sequences"].values()) == 890


def test_out_80_who_lacks_a_fact_stands_in_a_line_of_their_own() -> None:
    rows = [row(), row(age="", sex="", race="", marital="", bmi="", cci="", diagnosis="")]
    lines = by_slug(table_1(described(rows, [5, 0]), LEVELS, PLAIN))
    for name in ("age", "sex", "race", "marital", "bmi", "charlson", "diagnosis"):
        assert list(lines[f"{name}-unknown"].who) == [1]
        assert lines[f"{name}-unknown"].statistics == "1 (50.0)"
    assert lines["race-other-unknown"].count == 0, "not recorded is not the answer other or unknown"
    assert (lines["age"].n, lines["age"].statistics) == (1, "50.0"), "one value has no deviation"
    assert lines["sex-female"].statistics == "1 (50.0)", "of all patients"
    assert lines["infusion-days"].statistics == "2.5 (0, 5)"


def test_out_80_declined_is_no_unknown_and_an_own_category_keeps_its_words() -> None:
    levels = Levels(LEVELS.sex, LEVELS.race, LEVELS.marital, (*LEVELS.diagnosis, "Müller’s elbow"))
    found = described([row(race="Declined", marital="Declined"), row()], [5, 5])
    found.diagnosis[0] = len(levels.diagnosis) - 1
    lines = by_slug(table_1(found, levels, PLAIN))
    assert lines["race-declined"].statistics == "1 (50.0)"
    assert lines["race-other-unknown"].count == 0
    own = lines[f"diagnosis-own-{len(levels.diagnosis) - 1}"]
    assert (own.label, own.count, own.published) == ("Müller’s elbow", 1, "")


def test_out_80_nobody_and_one_patient() -> None:
    nobody = by_slug(table_1(described([], []), LEVELS, PLAIN))
    assert nobody["age"].statistics == ""
    assert nobody["infusion-days"].statistics == ""
    assert nobody["sex-female"].statistics == "0"
    alone = by_slug(table_1(described([row()], [3]), LEVELS, PLAIN))
    assert alone["age"].statistics == "50.0"
    assert alone["infusion-days"].statistics == "3 (3, 3)"
    assert alone["diagnosis-neuropathic"].statistics == "1 (100.0)"


def test_out_80_the_lines_stand_in_the_papers_order() -> None:
    slugs = [line.slug for line in table_1(described([row()], [5]), LEVELS, PLAIN) if line.slug in PRINTED]
    assert slugs == list(PRINTED)


@pytest.mark.parametrize(("count", "text"), [(0, "0.00"), (9, "0.90"), (10, "1.0"), (11, "1.1"), (1000, "100.0")])
def test_out_81_below_one_percent_there_are_two_decimals(count: int, text: str) -> None:
    assert str(small_percent(count, 1000)) == text


def test_out_81_of_nobody_there_is_no_percentage() -> None:
    assert counted_text(0, 0) == "0"
    with pytest.raises(ValueError, match="not a proportion"):
        small_percent(2, 1)


@pytest.mark.parametrize(
    ("values", "low", "middle", "high"),
    [
        ([1], 1, 1, 1),
        ([1, 2], 1, Fraction(3, 2), 2),
        ([1, 2, 3], 1, 2, 3),
        ([1, 2, 3, 4], Fraction(3, 2), Fraction(5, 2), Fraction(7, 2)),
        ([1, 2, 3, 4, 5], 2, 3, 4),
        ([8, 7, 6, 5, 4, 3, 2, 1], Fraction(5, 2), Fraction(9, 2), Fraction(13, 2)),
    ],
)
def test_out_82_quartiles_by_hand(values: list[int], low: Fraction, middle: Fraction, high: Fraction) -> None:
    assert quartiles(values) == (low, middle, high)


@example(st.lists(st.integers(0, 60), min_size=1, max_size=80))
def test_out_82_quartiles_agree_with_another_implementation(values: list[int]) -> None:
    theirs = np.quantile(values, (0.25, 0.5, 0.75), method="averaged_inverted_cdf")
    assert [float(value) for value in quartiles(values)] == list(theirs)


def test_out_82_no_values_have_no_quantile() -> None:
    with pytest.raises(ValueError, match="no quantile"):
        quantile([], 1, 2)


@example(st.lists(st.integers(18, 95), min_size=2, max_size=60))
def test_out_80_mean_and_deviation_are_the_samples(ages: list[int]) -> None:
    lines = by_slug(table_1(described([row(age=str(age)) for age in ages], [5] * len(ages)), LEVELS, PLAIN))
    shown_mean, shown_sd = (float(text) for text in lines["age"].statistics.split("±"))
    assert shown_mean == pytest.approx(mean(ages), abs=0.0500001)
    assert shown_sd == pytest.approx(stdev(ages), abs=0.0500001)
