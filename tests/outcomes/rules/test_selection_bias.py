"""Who answered beside who did not: by hand, against a slow reading of the cohort, and at the edges."""

import math
import statistics
from functools import cache

import numpy as np
import pytest
from scipy import stats

from outcomes.rules.facts import Levels, facts_of
from outcomes.rules.group_tests import FISHER, RANK_SUM, STUDENT
from outcomes.rules.histories import UNKNOWN, UNKNOWN_BIRTH, Ints, People
from outcomes.rules.published_selection import PublishedPair, published_selection
from outcomes.rules.registry import read_registry
from outcomes.rules.selection_bias import (
    REPEATED,
    Line,
    Words,
    apart,
    compared,
    said,
    shares_apart,
    split,
)
from tests.outcomes.rules.columns_of import counted_of
from tests.outcomes.rules.shared_cohort import AS_OF, SHELF, TODAY, needs_shelf, shelf_cohort, windowed
from tests.outcomes.rules.studied_rows import FATIGUE, LEVELS, counted_rows, row_facts

WORDS = Words({"female": "Female", "male": "Male"}, {}, {}, {})
CLOSES = {"last": 30, "3m": 135, "6m": 240}
ANSWERED = {("PHQ-9", "3m"): 9.0}


def by_slug(lines: tuple[Line, ...]) -> dict[str, Line]:
    return {one.slug: one for one in lines}


def test_stat_30_any_score_answers_and_only_closed_windows_are_compared() -> None:
    scores = [{(FATIGUE, "3m"): 60.0}, {("PHQ-9", "3m"): 5.0}, {(FATIGUE, "baseline"): 60.0}, {}, ANSWERED]
    found = split(counted_rows(scores, ago=[400, 135, 400, 134, 134]), "3m")
    assert found.answered.tolist() == [True, True, False, False, False], (
        "day 135 closes the window, day 134 not yet"
    )
    assert found.silent.tolist() == [False, False, True, False, False]
    assert (found.n, found.n_silent, found.due) == (2, 1, 3)


def test_each_line_by_hand() -> None:
    ages = [60.0, 50.0, 40.0, 30.0, 20.0, math.nan]
    facts = row_facts(
        6,
        age=ages,
        sex=["female", "female", "male", "male", "", "male"],
        infusion_days=[5.0, 10.0, 15.0, 5.0, 4.0, 3.0],
    )
    scores = [
        {("PHQ-9", "3m"): 9.0, ("PHQ-9", "baseline"): 12.0},
        ANSWERED,
        ANSWERED,
        {("PHQ-9", "baseline"): 15.0},
        {("PHQ-9", "baseline"): 18.0},
        {},
    ]
    lines = by_slug(compared(counted_rows(scores), facts, LEVELS, WORDS, "3m"))
    age = lines["age"]
    assert (age.answered, age.silent, age.n_answered, age.n_silent) == ("50.0±10.0", "25.0±7.1", 3, 2)
    assert age.tested is not None
    assert age.tested.name == STUDENT
    # pooled variance (2*100 + 50)/3, error sqrt(250/3*(1/3+1/2)) = 25/3, so t = 3
    assert age.tested.statistic == pytest.approx(3.0)
    assert age.difference == pytest.approx(25 / 75**0.5)
    assert (lines["age-unknown"].answered, lines["age-unknown"].silent) == ("0 (0.00)", "1 (33.3)")
    assert lines["sex"].tested is not None
    assert lines["sex"].tested.name == FISHER
    assert (lines["sex"].n_answered, lines["sex"].n_silent) == (3, 2), "who lacks the fact enters no test"
    assert [(lines[f"sex-{n}"].name, lines[f"sex-{n}"].answered, lines[f"sex-{n}"].silent) for n in (0, 1)] == [
        ("Female", "2 (66.7)", "0 (0.00)"),
        ("Male", "1 (33.3)", "2 (66.7)"),
    ]
    assert "sex-2" not in lines, "a level nobody is in has no line"
    assert lines["sex-unknown"].silent == "1 (33.3)"
    days = lines["infusion-days"]
    assert (days.answered, days.silent) == ("10 (5, 15)", "4 (3, 5)")
    assert days.tested is not None
    assert days.tested.name == RANK_SUM
    assert lines["charlson"].answered == "2 (2, 2); 2.0±0.0", "the paper prints means of it"
    phq = lines["baseline-phq-9"]
    assert (phq.answered, phq.silent, phq.p) == ("12.0", "16.5±2.1", None)
    assert phq.tested is not None
    assert phq.tested.note == "Fewer than two values in a group."


def test_stat_34_standardised_differences_by_hand() -> None:
    one, other = np.array([1.0, 3.0]), np.array([4.0, 6.0, 5.0])
    assert apart(one, other) == pytest.approx(-3 / 1.5**0.5), "variances 2 and 1"
    # two levels: (0.6 - 0.4) / sqrt((0.24 + 0.24) / 2)
    assert shares_apart(np.array([[30, 20], [20, 30]])) == pytest.approx(0.2 / 0.24**0.5)
    assert shares_apart(np.array([[20, 30], [30, 20]])) == pytest.approx(0.2 / 0.24**0.5), "without a sign"
    assert shares_apart(np.array([[10, 20, 30], [20, 40, 60]])) == pytest.approx(0)
    assert shares_apart(np.array([[10, 0], [0, 5]])) is None
    assert shares_apart(np.array([[10, 0], [5, 0]])) is None
    assert shares_apart(np.array([[0, 0], [5, 1]])) is None
    assert apart(np.array([1.0]), other) is None
    assert apart(np.array([2.0, 2.0]), np.array([2.0, 2.0])) is None


@pytest.mark.parametrize(("difference", "marked"), [(0.1, True), (-0.1, True), (0.0999, False), (None, False)])
def test_stat_34_a_tenth_of_a_standard_deviation_is_marked(difference: float | None, marked: bool) -> None:
    assert Line("age", "Age", "", 0, "", "", 9, 9, difference).is_apart is marked


def test_stat_35_p_below_five_percent_differs_and_five_percent_does_not() -> None:
    scores = [ANSWERED] * 50 + [{}] * 50
    sexes = ["female"] * 30 + ["male"] * 20 + ["female"] * 20 + ["male"] * 30
    counted = counted_rows(scores)
    lines = compared(counted, row_facts(100, sex=sexes), LEVELS, WORDS, "3m")
    assert by_slug(lines)["sex"].differs
    assert said(lines, split(counted, "3m")) == (
        "Of 1 characteristic 1 differs with P below 0.05: gender. Chance alone would give about none."
    )
    sexes[0] = "male"
    lines = compared(counted, row_facts(100, sex=sexes), LEVELS, WORDS, "3m")
    assert not by_slug(lines)["sex"].differs
    assert "none differ" in said(lines, split(counted, "3m"))


def test_stat_35_the_sentence_names_what_differs_with_both_figures() -> None:
    ages = [float(40 + n % 20) for n in range(60)]
    ages[30:] = [age - 15 for age in ages[30:]]
    counted = counted_rows([ANSWERED] * 30 + [{}] * 30)
    lines = compared(counted, row_facts(60, age=ages), LEVELS, WORDS, "3m")
    assert "age, 47.8±5.6 of those who answered against 36.2±5.6." in said(lines, split(counted, "3m"))


def test_in_course_mode_a_patient_with_two_courses_is_not_two_people() -> None:
    scores = [ANSWERED] * 5 + [{}] * 5
    counted = counted_rows(scores, of=[0, 0, 1, 2, 3, 4, 5, 6, 7, 8], mode="course")
    lines = compared(counted, row_facts(10, age=[float(n) for n in range(10)]), LEVELS, WORDS, "3m")
    age = by_slug(lines)["age"]
    assert age.tested is not None
    assert (age.p, age.tested.note, age.answered) == (None, REPEATED, "2.0±1.6")
    assert age.difference is not None
    assert said(lines, split(counted, "3m")) == "Not tested. 1 of 19 lie 0.1 standard deviations apart or more."


@pytest.mark.parametrize(
    ("scores", "ago", "sentence"),
    [
        ([], 400, "This window had closed for nobody by this day: there is nobody to compare yet."),
        ([ANSWERED], 100, "This window had closed for nobody by this day: there is nobody to compare yet."),
        ([ANSWERED], 400, "All of 1 answered: there is no second group to compare."),
        ([{}, {}], 400, "None of 2 answered: there is no second group to compare."),
    ],
)
def test_nobody_or_one_group_only_is_said_in_words(scores: list[dict], ago: int, sentence: str) -> None:  # type: ignore[type-arg]
    counted = counted_rows(scores, ago=ago)
    lines = compared(counted, row_facts(len(scores)), LEVELS, WORDS, "3m")
    assert all(one.p is None for one in lines)
    assert said(lines, split(counted, "3m")) == sentence


def test_one_against_one_and_all_the_same_carry_notes_and_no_p() -> None:
    lines = compared(counted_rows([ANSWERED, {}]), row_facts(2), LEVELS, WORDS, "3m")
    assert {one.tested.note for one in lines if one.tested} == {
        "Fewer than two values in a group.",
        "Everybody is in one level.",
        "All values are the same.",
    }


def test_the_papers_figures_stand_at_their_lines() -> None:
    printed = published_selection()
    assert printed["last", "age"] == PublishedPair("52.2±14.5", "48.6±15.6", "<0.01")
    counted = counted_rows([ANSWERED, {}])
    for window in ("last", "3m", "6m"):
        slugs = by_slug(compared(counted, row_facts(2), LEVELS, WORDS, window))
        assert {one.slug for one in slugs.values() if one.published} == {
            slug for place, slug in printed if place == window
        }
    assert len(printed) == 4


@cache
def cohort_lines(window: str) -> tuple[Line, ...]:
    people = read_registry(SHELF / "cohort", today=TODAY).patients
    names = {name: sorted({getattr(one, name) for one in people}) for name in Levels.__slots__}

    def places(name: str) -> Ints:
        return np.array([names[name].index(getattr(one, name)) for one in people])

    def number(values: list[float | None]) -> Ints:
        return np.array([UNKNOWN if value is None else round(value) for value in values])

    table = People(
        key=np.arange(len(people)),
        birth=np.full(len(people), UNKNOWN_BIRTH),
        age_given=number([one.age for one in people]),
        sex=places("sex"),
        race=places("race"),
        marital=places("marital"),
        diagnosis=places("diagnosis"),
        bmi_tenths=number([one.bmi and float(one.bmi) * 10 for one in people]),
        charlson=number([one.cci for one in people]),
    )
    levels = Levels(**{name: tuple(found) for name, found in names.items()})
    counted = counted_of(shelf_cohort(), AS_OF)
    return compared(counted, facts_of(table, levels, counted.rows), levels, WORDS, window)


@needs_shelf
@pytest.mark.parametrize("window", ["last", "3m", "6m"])
def test_the_cohort_agrees_with_a_slow_reading(window: str) -> None:
    cohort, people = shelf_cohort(), read_registry(SHELF / "cohort", today=TODAY).patients
    answered, silent = [], []
    for person, (given, _), found in zip(people, cohort, windowed(cohort), strict=True):
        done = [one.date for one in given if one.completed and one.date <= AS_OF]
        if done and (AS_OF - max(done)).days >= CLOSES[window]:
            (answered if found.at(window) else silent).append((person, len(done)))
    lines = by_slug(cohort_lines(window))
    assert (lines["sex"].n_answered, lines["sex"].n_silent) == (len(answered), len(silent))
    groups = [[person.age for person, _ in part] for part in (answered, silent)]
    assert lines["age"].p == pytest.approx(stats.ttest_ind(*groups).pvalue)
    text = [f"{statistics.mean(part):.1f}±{statistics.stdev(part):.1f}" for part in groups]
    assert [lines["age"].answered, lines["age"].silent] == text
    days = [[number for _, number in part] for part in (answered, silent)]
    assert lines["infusion-days"].p == pytest.approx(stats.mannwhitneyu(*days, method="asymptotic").pvalue)
    races = sorted({person.race for person, _ in (*answered, *silent)})
    table = [[sum(person.race == race for person, _ in part) for race in races] for part in (answered, silent)]
    theirs = stats.chi2_contingency(table, correction=False)
    assert lines["race"].tested is not None
    assert lines["race"].tested.statistic == pytest.approx(theirs.statistic)
    if theirs.expected_freq.min() >= 5:
        assert lines["race"].p == pytest.approx(theirs.pvalue)
