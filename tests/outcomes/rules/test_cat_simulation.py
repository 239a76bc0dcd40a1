"""Simulated patients and the dry run of a bank."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.rules import cat_simulation
from outcomes.rules.cat import ADULT, RECOMMENDED, Path, StopRule, walk
from outcomes.rules.cat_simulation import draw_answers, dry_run, patterns, run_tests, simulate
from outcomes.rules.irt import Bank, ItemParameters, probabilities
from tests.outcomes.rules.slow_cat import bank_of, banks

BANK = bank_of(20)


@pytest.mark.parametrize("rule", [ADULT, RECOMMENDED])
def test_cat_19_a_sound_bank_passes_100_patterns(rule: StopRule) -> None:
    run = dry_run(BANK, rule, 7)
    assert (run.patterns, run.failures) == (100, ())


@settings(max_examples=10, deadline=None)
@given(banks(4, 9))
def test_cat_19_any_bank_of_the_model_passes(bank: Bank) -> None:
    assert dry_run(bank, ADULT, 7).failures == ()


def test_cat_19_a_bank_with_too_few_items_fails() -> None:
    failures = dry_run(bank_of(3), ADULT, 7).failures
    assert failures == ("The bank has 3 items; the adult rule asks at least 4.",)


def test_cat_19_the_extremes_are_among_100_distinct_patterns() -> None:
    found = patterns(BANK, 7)
    assert len(found) == 100
    assert set(found["all lowest"].values()) == {1}
    assert set(found["all highest"].values()) == {5}
    assert set(found["all skipped"].values()) == {None}
    assert found == patterns(BANK, 7)
    assert found != patterns(BANK, 8)
    assert len({tuple(pattern.values()) for pattern in found.values()}) == 100


def test_cat_19_a_bank_whose_answers_say_nothing_fails() -> None:
    flat = tuple(ItemParameters(f"F{number}", 1e-300, (0.0,)) for number in range(5))
    assert dry_run(Bank("flat", "", flat), ADULT, 7).failures == (
        "All-highest answers score no higher than all-lowest ones. Check the thresholds.",
    )


def test_cat_19_a_broken_walk_is_told_pattern_by_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(bank: Bank, rule: StopRule, answers: dict[str, int | None]) -> Path:
        path = walk(bank, rule, answers)
        if not path.is_finished:
            return path
        step = replace(path.steps[-1], theta=float("nan")) if path.steps else None
        steps = (*path.steps, *([step] * 12 if step else []))
        return replace(path, asked=path.asked * 2, stop_reason=None, steps=steps)

    monkeypatch.setattr(cat_simulation, "walk", broken)
    said = " ".join(dry_run(BANK, ADULT, 7).failures)
    for failure in (
        "Pattern all lowest: the test does not end.",
        "Pattern all skipped: a question is asked twice.",
        "outside 4 to 12",
        "theta nan",
        "takes another path",
    ):
        assert failure in said


def test_cat_20_simulated_tests_are_the_tests_patients_take() -> None:
    rng = np.random.default_rng(3)
    mixed = Bank("mixed", "", (*BANK.items, ItemParameters("two", 1.1, (0.2,))))
    answers = draw_answers(mixed, rng.normal(0, 1.5, 60), rng)
    for rule in (ADULT, RECOMMENDED, StopRule("endless", 1, 40, 0.0)):
        ended = run_tests(mixed, rule, answers)
        for person, row in enumerate(answers):
            path = walk(mixed, rule, {item.id: int(row[place]) for place, item in enumerate(mixed.items)})
            order = [mixed.items[place].id for place in ended.order[person] if place >= 0]
            assert order == list(path.asked)
            assert ended.theta[person] == pytest.approx(path.estimate.theta, abs=1e-9)
            assert ended.se[person] == pytest.approx(path.estimate.se, abs=1e-9)


def test_cat_20_answers_are_drawn_with_the_models_probabilities() -> None:
    answers = draw_answers(BANK, np.zeros(20_000), np.random.default_rng(5))
    for place, item in enumerate(BANK.items):
        drawn = np.bincount(answers[:, place], minlength=6)[1:] / 20_000
        np.testing.assert_allclose(drawn, probabilities(item)[:, 40], atol=0.015)


def test_cat_20_the_report_says_how_long_and_how_close() -> None:
    report = simulate(BANK, ADULT, simulees=2000, mean=0.5, sd=0.8, seed=11)
    assert report == simulate(BANK, ADULT, simulees=2000, mean=0.5, sd=0.8, seed=11)
    assert (report.rule, report.simulees, report.seed) == ("adult", 2000, 11)
    assert 4 <= report.mean_items <= 12
    assert report.rmse == pytest.approx(report.mean_se, abs=0.05)  # the SE tells the truth where the prior fits
    assert abs(report.bias) < report.rmse
    assert 0.5 < report.share_precise <= 1


@settings(max_examples=10, deadline=None)
@given(st.floats(2, 4))
def test_cat_20_severe_patients_read_too_mild(mean: float) -> None:
    assert simulate(BANK, ADULT, simulees=500, mean=mean, sd=0.1, seed=1).bias < 0


@pytest.mark.parametrize(("simulees", "sd"), [(0, 1.0), (20_001, 1.0), (10, -1.0)])
def test_a_simulation_has_bounds(simulees: int, sd: float) -> None:
    with pytest.raises(ValueError, match="simulate 1 to"):
        simulate(BANK, ADULT, simulees=simulees, sd=sd)
