"""Weights of answers: against another package, a known truth, and their refusals."""

from collections.abc import Sequence

import numpy as np
import pytest
from statsmodels.api import WLS, Logit, add_constant

from outcomes.rules.answer_weights import (
    NOTHING_VARIES,
    Asked,
    Weighted,
    asked_of,
    figures,
    mean_of,
    stabilised,
    weigh,
    worth,
)
from outcomes.rules.answer_words import change_text, share_text
from outcomes.rules.differences import Floats
from outcomes.rules.group_words import signed
from outcomes.rules.histories import Ints, Mask
from outcomes.rules.measures import measures
from outcomes.rules.predictors import Variable, levels, number
from outcomes.rules.tallies import changes
from tests.outcomes.rules.columns_of import counted_of, table_2_of, table_3_of
from tests.outcomes.rules.shared_cohort import AS_OF, needs_shelf, shelf_cohort
from tests.outcomes.rules.studied_rows import FATIGUE, counted_rows


class People:
    """Patients whose age decides both who answers and how much they improve."""

    def __init__(self, n: int = 400, seed: int = 7) -> None:
        random = np.random.default_rng(seed)
        self.age = random.normal(50, 14, n)
        self.sex = np.array([("female", "male")[one] for one in random.integers(0, 2, n)], dtype=object)
        self.change = -2 - 0.3 * (self.age - 50) + random.normal(0, 4, n)
        self.improved = self.change <= -5
        self.answered = random.random(n) < 1 / (1 + np.exp(-0.08 * (self.age - 50)))
        self.everybody = np.ones(n, dtype=bool)
        self.of = np.arange(n)

    def given(self) -> list[Variable]:
        words = {"female": "Female", "male": "Male"}
        return [
            number("age", "Age, 10 years older", self.age),
            levels("sex", "Sex", self.sex, words, self.everybody),
        ]

    def weighed(
        self, *, due: Mask | None = None, answered: Mask | None = None, of: Ints | None = None
    ) -> Weighted:
        rows = self.everybody if due is None else due
        replied = (self.answered if answered is None else answered) & rows
        asked = Asked(rows, rows, replied)
        return weigh(asked, self.improved, self.change, self.given(), self.of if of is None else of)

    def their_weights(self) -> Floats:
        """The weights by another package."""
        design = add_constant(np.column_stack((self.age, self.sex == "male")).astype(float))
        chance = Logit(self.answered * 1.0, design).fit(disp=0, tol=1e-12).predict()[self.answered]
        weights = self.answered.mean() / chance
        found: Floats = np.clip(weights, np.percentile(weights, 1), np.percentile(weights, 99))
        return found


def test_stat_36_to_39_agree_with_another_package() -> None:
    people = People()
    found, weights = people.weighed(), people.their_weights()
    assert found.problem == ""
    assert found.weighted is not None
    values = people.change[people.answered]
    theirs = WLS(values, np.ones(len(values)), weights=weights).fit(cov_type="HC1", use_t=True)
    assert found.weighted.change.value == pytest.approx(theirs.params[0], rel=1e-7)
    assert (found.weighted.change.low, found.weighted.change.high) == pytest.approx(
        tuple(theirs.conf_int()[0]), rel=1e-6
    )
    assert found.worth == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), rel=1e-6)
    assert (found.smallest, found.largest) == pytest.approx((weights.min(), weights.max()), rel=1e-6)
    assert found.worth < found.answered == int(people.answered.sum())


def test_stat_39_by_patient_agrees_with_another_package() -> None:
    people = People()
    of = np.arange(400) // 2
    found, weights = people.weighed(of=of), people.their_weights()
    assert found.weighted is not None
    values, whose = people.change[people.answered], of[people.answered]
    model = WLS(values, np.ones(len(values)), weights=weights)
    theirs = model.fit(cov_type="cluster", cov_kwds={"groups": whose, "df_correction": True}, use_t=True)
    n, groups = len(values), len(np.unique(whose))
    assert found.weighted.change.patients == groups < n
    # the other package also multiplies by (n - 1) / (n - 1), which is 1 for a mean
    assert found.weighted.change.low == pytest.approx(theirs.conf_int()[0][0], rel=1e-6)


def test_stat_37_weights_find_a_known_truth_that_the_answers_alone_miss() -> None:
    people = People(n=20_000, seed=3)
    found = people.weighed()
    truth, share = people.change.mean(), people.improved.mean()
    assert found.same is not None
    assert found.weighted is not None
    assert found.same.change.value < truth - 1, "older patients answered, and improved more"
    assert found.weighted.change.value == pytest.approx(truth, abs=0.25)
    assert found.weighted.share.value == pytest.approx(share, abs=0.02)
    assert found.same.share.value > share + 0.05
    assert found.model is not None
    assert found.model.terms[0].coefficient == pytest.approx(0.8, abs=0.1), "0.08 a year, of 10 years"


def test_stat_37_by_hand() -> None:
    chance = np.array([0.8] * 98 + [0.02, 0.99])
    weights = stabilised(chance, 0.4)
    assert weights[0] == pytest.approx(0.5)
    assert weights.max() < 20, "0.4 / 0.02 is cut"
    assert weights.min() > 0.4 / 0.99
    assert worth(np.ones(37)) == pytest.approx(37)
    assert worth(np.array([1.0, 3.0])) == pytest.approx(16 / 10)


def test_stat_39_without_weights_it_is_the_usual_interval() -> None:
    found = mean_of(np.array([1.0, 2.0, 3.0]), np.ones(3), np.arange(3))
    # SD 1, error 1/sqrt(3), t(2) 4.302653
    assert (found.value, found.low, found.high) == pytest.approx((2, 2 - 4.302653 / 3**0.5, 2 + 4.302653 / 3**0.5))


def test_stat_39_a_share_stays_between_none_and_all() -> None:
    improved = np.array([True] + [False] * 24)
    found = figures(improved, improved * -6.0, np.ones(25, dtype=bool), np.arange(25))
    assert found is not None
    assert found.share.low is not None
    assert found.share.high is not None
    assert 0 < found.share.low < 0.04 < found.share.high < 1
    none = figures(improved[1:], np.zeros(24), np.ones(24, dtype=bool), np.arange(24))
    assert none is not None
    assert (none.share.value, none.share.low, none.change.low) == (0, None, None)
    alone = figures(improved, improved * -6.0, np.arange(25) == 0, np.arange(25))
    assert alone is not None
    assert (alone.share.value, alone.share.high, alone.change.high) == (1, None, None)


def answers(n: int, silent: int) -> Mask:
    return np.arange(n) >= silent


@pytest.mark.parametrize(
    ("due", "silent", "problem"),
    [
        (0, 0, "Nobody whose window had closed by this day has a baseline of this measure."),
        (40, 40, "Not weighted: none of 40 answered."),
        (40, 0, "Not weighted: all 40 answered, so that nobody is missing."),
        (
            40,
            9,
            "Not weighted: 31 answered and 9 did not; it takes 10 of each to estimate the chance of answering.",
        ),
        (
            40,
            31,
            "Not weighted: 9 answered and 31 did not; it takes 10 of each to estimate the chance of answering.",
        ),
        (40, 10, ""),
        (40, 30, ""),
    ],
)
def test_stat_38_ten_of_each_are_enough_and_nine_are_not(due: int, silent: int, problem: str) -> None:
    people = People(n=60)
    found = people.weighed(due=np.arange(60) < due, answered=answers(60, silent))
    assert found.problem == problem
    assert (found.weighted is None) == bool(problem)
    assert (found.due, found.paired is None) == (due, silent >= due)


def test_stat_38_a_variable_that_tells_who_answers_is_refused() -> None:
    people = People(n=60)
    found = people.weighed(answered=people.age > 50)
    assert found.problem.startswith("Not weighted: the variables tell without exception who answered")
    assert found.weighted is None
    assert found.same is None
    assert found.paired is not None, "the answers as they are stand all the same"


def test_stat_38_all_alike_are_refused() -> None:
    people = People(n=60)
    people.age[:] = 50
    people.sex[:] = "female"
    assert people.weighed().problem == NOTHING_VARIES


def test_stat_38_one_variable_from_another_is_refused() -> None:
    people = People(n=60)
    asked = Asked(people.everybody, people.everybody, answers(60, 20))
    twice = [*people.given(), number("infusion_days", "Infusion days, 1 day more", people.age * 2)]
    found = weigh(asked, people.improved, people.change, twice, people.of)
    assert found.problem == "Not weighted: one variable follows from the others."


def test_stat_38_few_patients_with_many_courses_are_refused() -> None:
    people = People(n=60)
    found = people.weighed(answered=answers(60, 20), of=np.arange(60) % 3)
    assert found.problem == "Not weighted: 3 patients are too few for 2 variables."


@pytest.mark.parametrize(("lacking", "unused", "entered"), [(30, (), 30), (31, ("Age",), 60)])
def test_stat_36_a_variable_half_of_them_have_is_used(lacking: int, unused: Sequence[str], entered: int) -> None:
    people = People(n=60)
    people.age[:lacking] = np.nan
    found = people.weighed(answered=np.arange(60) % 3 > 0)
    assert found.unused == tuple(unused)
    assert (found.due, found.entered, found.left_out) == (60, entered, 60 - entered)
    assert found.problem == ""


def test_stat_36_nobody_with_every_variable_is_said() -> None:
    people = People(n=60)
    people.age[::2] = np.nan
    people.sex[1::2] = ""
    found = people.weighed(answered=answers(60, 20))
    assert found.problem == "Not weighted: nobody who was due has every variable of the model."
    assert (found.due, found.entered, found.unused) == (60, 0, ("Age", "Sex"))


def test_the_rows_of_the_table_are_of_the_same_measure() -> None:
    found = People(n=60).weighed(answered=np.arange(60) % 3 > 0)
    assert found.rows == (found.paired, found.same, found.weighted)
    assert found.paired is not None
    assert [part.n for part in found.rows if part] == [40, 40, 40] == [found.paired.n, found.entered - 20, 40]


def test_due_are_those_with_a_baseline_whose_window_had_closed() -> None:
    pair = {(FATIGUE, "baseline"): 60.0, (FATIGUE, "3m"): 55.0}
    before, after = {(FATIGUE, "baseline"): 60.0}, {(FATIGUE, "3m"): 55.0}
    counted = counted_rows([pair, pair, before, after, {}], ago=[135, 134, 135, 135, 135])
    place = list(measures()).index(FATIGUE)
    found = asked_of(counted, changes(counted, "3m"), place, "3m")
    assert found.closed.tolist() == [True, False, True, True, True]
    assert found.due.tolist() == [True, False, True, False, False]
    assert found.answered.tolist() == [True, False, False, False, False]
    assert found.missing.tolist() == [False, False, True, False, False]


@needs_shelf
def test_out_14_the_answers_as_they_are_are_the_figures_of_tables_2_and_3() -> None:
    counted = counted_of(shelf_cohort(), AS_OF)
    second, third = table_2_of(shelf_cohort(), AS_OF), table_3_of(shelf_cohort(), AS_OF)
    for column, window in enumerate(("last", "3m", "6m")):
        pairs = changes(counted, window)
        for place, name in enumerate(measures()):
            asked = asked_of(counted, pairs, place, window)
            found = figures(pairs.improved[:, place], pairs.tenths[:, place] / 10, asked.answered, counted.rows.of)
            assert found is not None
            ours, theirs = second[place].cells[column], third[place].cells[column]
            assert (found.n, share_text(found.share).split("%")[0]) == (ours.n, str(ours.percent)), (name, window)
            assert change_text(found.change).split(" ")[0] == signed(theirs.mean_at(1)), (name, window)
