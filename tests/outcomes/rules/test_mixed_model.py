"""The mixed model against closed forms and against lme4's figures; what makes no difference to it."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from outcomes.rules import mixed_model as fitting
from outcomes.rules.mixed_design import Refusal
from outcomes.rules.mixed_model import Effect, MeasureModel, MixedModel, measure_model, mixed_model
from outcomes.rules.mixed_observations import Observations
from tests.outcomes.rules.mixed_cohort import balanced, fixed_cohort, observations

# R 4.5, lme4: lmer(score ~ time + age + sex + race + charlson + infusion_days + (1 | patient), REML = TRUE) on
# fixed_cohort(), sex relevelled to female and race to White, optimiser tolerances 1e-10 (bench/mixed_models.py)
LME4 = {
    "time=last": (-2.7703619909509, 1.09356591119),
    "time=3m": (-3.6527149321265, 1.09356591119),
    "time=6m": (-3.5769230769233, 0.964040753993),
    "age": (0.0807601167253, 0.298097337219),
    "charlson": (0.139923648249, 0.903666314204),
    "infusion_days": (-1.2825951608384, 1.940959943289),
    "sex=male": (-0.2167792558955, 4.93580794215),
    "race=Black": (1.1112078499921, 3.083967885924),
    "race=Other/unknown": (0.154758369051, 3.087476767222),
}
LME4_BETWEEN, LME4_WITHIN = 6.85404045664, 3.47589837016


def fitted(observed: Observations) -> MixedModel:
    found = mixed_model(observed)
    assert isinstance(found, MixedModel), found
    return found


def drawn(patients: int = 30, times: int = 4, *, own: float = 5.0, seed: int = 1) -> "np.ndarray":
    random = np.random.default_rng(seed)
    return (
        50
        + random.normal(0, own, (patients, 1))
        + random.normal(0, 3, (patients, times))
        + np.arange(times) * -1.5
    ).round(1)


@pytest.mark.parametrize("times", [2, 3, 4])
def test_stat_10_balanced_scores_give_the_figures_of_an_analysis_of_variance(times: int) -> None:
    scores = drawn(times=times)
    n = len(scores)
    by_patient, by_time, grand = scores.mean(axis=1), scores.mean(axis=0), scores.mean()
    rest = scores - by_patient[:, np.newaxis] - by_time + grand
    within = (rest**2).sum() / ((n - 1) * (times - 1))
    between = (times * ((by_patient - grand) ** 2).sum() / (n - 1) - within) / times
    found = fitted(balanced(scores))
    assert (found.within, found.between) == pytest.approx((math.sqrt(within), math.sqrt(between)), rel=1e-6)
    assert [one.estimate for one in found.times] == pytest.approx(list(by_time[1:] - by_time[0]), abs=1e-9)
    assert [one.error for one in found.times] == pytest.approx([math.sqrt(2 * within / n)] * (times - 1), rel=1e-6)
    assert found.baseline.estimate == pytest.approx(by_time[0], abs=1e-9)
    assert found.baseline.error == pytest.approx(math.sqrt((within + between) / n), rel=1e-6)


def test_stat_14_patients_who_do_not_differ_have_a_random_intercept_of_zero() -> None:
    scores = drawn(own=0.0, seed=5)
    scores += scores.mean() - scores.mean(axis=1, keepdims=True)  # all patients have one mean
    found = fitted(balanced(scores))
    assert (found.between, found.is_flat) == (0, True)
    rest = scores - scores.mean(axis=0)
    assert found.within == pytest.approx(math.sqrt((rest**2).sum() / (scores.size - 4)), rel=1e-9)


def test_stat_10_unbalanced_scores_give_the_figures_of_lme4() -> None:
    found = fitted(fixed_cohort())
    effects = {one.name: one for one in (*found.times, *found.covariates)}
    assert list(effects) == list(LME4)
    for name, (estimate, error) in LME4.items():
        assert effects[name].estimate == pytest.approx(estimate, abs=1e-5), name
        assert effects[name].error == pytest.approx(error, rel=1e-5), name
    assert (found.between, found.within) == pytest.approx((LME4_BETWEEN, LME4_WITHIN), rel=1e-5)
    assert found.references == (("sex", "female"), ("race", "White"))
    assert (found.observations, found.patients, found.at_times) == (106, 40, (26, 27, 27, 26))
    assert found.optimiser == "bfgs"


def test_stat_10_an_effect_carries_its_wald_interval_and_p() -> None:
    effect = Effect("time=last", -1.0, 0.5, 10)
    assert (effect.low, effect.high) == pytest.approx((-1.9799820, -0.0200180), abs=1e-6)
    assert (effect.z, effect.p) == pytest.approx((-2.0, 0.0455003), abs=1e-6)


def test_stat_11_who_has_a_single_score_stays_in() -> None:
    pairs = balanced(drawn(times=2))
    alone = observations([900, 901], [0, 1], [80.0, 20.0])
    both = Observations(*(np.concatenate((getattr(pairs, f.name), getattr(alone, f.name))) for f in fields(pairs)))
    found, without = fitted(both), fitted(pairs)
    assert (found.observations, found.patients) == (62, 32)
    assert found.at_times == (31, 31, 0, 0)
    assert found.times[0].estimate != pytest.approx(without.times[0].estimate, abs=1e-3)


def test_the_order_of_the_scores_makes_no_difference() -> None:
    given = fixed_cohort()
    order = np.random.default_rng(3).permutation(len(given))
    mixed = Observations(*(getattr(given, one.name)[order] for one in fields(given)))
    renamed = replace(given, patient=1000 - given.patient, row=1000 - given.row)
    first = fitted(given)
    for other in (fitted(mixed), fitted(renamed)):
        assert [one.name for one in other.times] == [one.name for one in first.times]
        for mine, theirs in zip(first.times + first.covariates, other.times + other.covariates, strict=True):
            assert theirs.estimate == pytest.approx(mine.estimate, abs=1e-5)
            assert theirs.error == pytest.approx(mine.error, rel=1e-5)


def test_other_units_give_the_same_model_in_other_units() -> None:
    """Scores shifted and in tenths, ages in decades: effects scale, P values stay."""
    given = fixed_cohort()
    first = fitted(given)
    other = fitted(replace(given, score=given.score * 10 + 300, age=given.age / 10))
    for mine, theirs in zip(first.times + first.covariates, other.times + other.covariates, strict=True):
        scale = 100 if mine.name == "age" else 10
        assert theirs.estimate == pytest.approx(mine.estimate * scale, rel=1e-4, abs=1e-4)
        assert theirs.p == pytest.approx(mine.p, rel=1e-4)


def test_courses_of_one_patient_share_an_intercept() -> None:
    """In course mode a patient has several rows; the intercept is of the patient."""
    scores = drawn(patients=20, times=2)
    given = balanced(scores)
    twice = replace(given, patient=given.row // 2)
    found = fitted(twice)
    assert (found.patients, found.observations) == (10, 40)
    assert measure_model(twice).pairs["last"] == replace(found.times[0], patients=10)


def test_stat_16_pairs_alone_are_their_mean_change() -> None:
    """Balanced pairs leave the model the mean of the differences, whatever the single scores say."""
    given = fixed_cohort()
    found = measure_model(replace(given, age=np.full(len(given), 50.0)))
    assert isinstance(found, MeasureModel)
    for place, window in enumerate(("last", "3m", "6m"), start=1):
        pairs = given.pairs(place)
        before, after = (pairs.score[pairs.time == time] for time in (0, place))
        effect = found.pairs[window]
        assert isinstance(effect, Effect)
        assert effect.estimate == pytest.approx(float((after - before).mean()), abs=1e-8)
        assert effect.error == pytest.approx(
            float((after - before).std(ddof=1)) / math.sqrt(len(before)), rel=1e-4
        )
        assert effect.patients == len(before) == pairs.patients


def test_stat_16_a_window_without_pairs_is_said() -> None:
    found = measure_model(balanced(drawn(times=2)))
    assert found.pairs["6m"] == Refusal("Not fitted: nobody has both a baseline and a score in this window.")


def test_stat_14_the_next_optimiser_is_tried_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    right = fitting._ratio
    tried: list[str] = []

    def at_first_wrong(made: object, optimiser: str) -> float | None:
        tried.append(optimiser)
        if optimiser == "bfgs":
            return None
        return 40.0 if optimiser == "lbfgs" else right(made, optimiser)  # type: ignore[arg-type]

    monkeypatch.setattr(fitting, "_ratio", at_first_wrong)
    assert fitted(fixed_cohort()).optimiser == "powell"
    assert tried == ["bfgs", "lbfgs", "powell"]


def test_stat_14_a_fit_that_is_no_maximum_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "_ratio", lambda made, optimiser: 40.0)
    assert mixed_model(fixed_cohort()) == Refusal("Not fitted: none of four optimisers converged.")


def test_every_optimiser_finds_the_same_model(monkeypatch: pytest.MonkeyPatch) -> None:
    first = fitted(fixed_cohort())
    for optimiser in fitting.OPTIMISERS:
        monkeypatch.setattr(fitting, "OPTIMISERS", (optimiser,))
        found = fitted(fixed_cohort())
        assert found.optimiser == optimiser
        assert found.between == pytest.approx(first.between, rel=1e-3), optimiser


def test_stat_17_chance_alone_gives_one_or_two_of_33() -> None:
    assert "33 comparisons" in fitting.UNADJUSTED.sentence
    assert 1 < 33 * 0.05 < 2
