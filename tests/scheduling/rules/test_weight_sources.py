"""Where a weight comes from, how old it is, and how seldom an honest one is questioned."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from kitclinic.problems import Blocker
from outcomes.simulation.people import person
from scheduling.rules import weights
from scheduling.states import WeightSource

D = Decimal
TODAY = date(2026, 9, 24)
NOT_MEASURED = [WeightSource.STATED, WeightSource.ESTIMATED, WeightSource.CARRIED_FORWARD]


def asked(source: str, **changes: object) -> list[tuple[str, str]]:
    facts = {"weight_kg": D("82.5"), "last_kg": D("82.5"), "by_prescriber": True, "reason": "Cannot stand."}
    problems = weights.source_problems(source=source, **(facts | changes))  # type: ignore[arg-type]
    assert all(isinstance(problem, Blocker) for problem in problems)
    return [(problem.rule, problem.field) for problem in problems]


@pytest.mark.parametrize("source", NOT_MEASURED)
def test_wgt_11_what_was_not_measured_takes_a_prescriber_and_a_reason(source: str) -> None:
    assert asked(source) == []
    assert asked(source, by_prescriber=False) == [("WGT-11", "source")]
    assert asked(source, reason="  ") == [("WGT-11", "reason")]
    assert asked(source, by_prescriber=False, reason="") == [("WGT-11", "source"), ("WGT-11", "reason")]


def test_wgt_11_a_measured_weight_takes_neither() -> None:
    assert asked(WeightSource.MEASURED, by_prescriber=False, reason="", last_kg=None) == []


def test_wgt_11_a_source_that_is_not_on_the_list_is_refused() -> None:
    assert asked("guessed") == [("WGT-11", "source")]


def test_wgt_12_only_the_last_measured_weight_is_carried_forward_unchanged() -> None:
    carried = WeightSource.CARRIED_FORWARD
    assert asked(carried, weight_kg=D("82.4")) == [("WGT-12", "weight_kg")]
    assert asked(carried, last_kg=None) == [("WGT-12", "weight_kg")]
    assert asked(WeightSource.STATED, weight_kg=D("180.0"), last_kg=None) == []


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "measured today"),
        (1, "measured yesterday"),
        (2, "measured 2 days ago"),
        (7, "measured 7 days ago"),
        (8, "measured 8 days ago"),
    ],
)
def test_wgt_12_the_age_of_a_weight_is_said_in_days(days: int, words: str) -> None:
    assert weights.age_words(measured_on=TODAY - timedelta(days=days), today=TODAY) == words


def test_wgt_12_a_weight_from_the_future_has_no_age() -> None:
    with pytest.raises(ValueError, match="cannot be measured"):
        weights.age_words(measured_on=TODAY + timedelta(days=1), today=TODAY)


def test_wgt_02_a_stated_weight_is_asked_for_again_and_not_read_off_a_scale() -> None:
    (problem,) = weights.weight_problems(
        weight_kg=D("181.9"), previous_kg=D("82.5"), height_cm=D(205), source=WeightSource.STATED
    )[-1:]
    assert "Ask or estimate again" in problem.sentence
    assert "scale" not in problem.sentence


def test_wgt_01_a_weight_carried_forward_is_not_questioned_once_more() -> None:
    kept = {"weight_kg": D("9.0"), "previous_kg": D("9.0"), "height_cm": D(165)}
    assert weights.weight_problems(**kept)
    assert weights.weight_problems(**kept, source=WeightSource.CARRIED_FORWARD) == []


@pytest.mark.parametrize("kg", ["250.0", "340.0", "635.0", "999.9"])
def test_wgt_06_no_weight_is_blocked_capped_or_given_another_number(kg: str) -> None:
    problems = weights.weight_problems(weight_kg=D(kg), previous_kg=D("82.5"), height_cm=D(170))
    assert problems
    assert not any(isinstance(problem, Blocker) for problem in problems)
    named = {kg.removesuffix(".0"), "82.5", "170"}
    for problem in problems:
        numbers = [word.rstrip(".,:") for word in problem.sentence.split() if word[0].isdigit()]
        assert set(numbers) <= named, problem.sentence


def honest_share(*, people: int = 4000, day_to_day_kg: float = 0.6, across_percent: float = 3.0) -> Decimal:
    """Percent of honest weights that are asked about: the registry's people (BMI 30.5 ± 7.9), weighed at the
    group visit, on each of five days, and again at the next course."""
    random, asked, all_weights = Random(20260922), 0, 0
    for _ in range(people):
        one = person(random, today=TODAY)
        last: Decimal | None = None
        true = float(one.weight_kg)
        for reading in range(7):
            if reading == 6:
                true *= 1 + random.gauss(0, across_percent) / 100
            kg = D(round(10 * (true + random.gauss(0, day_to_day_kg)))) / 10
            all_weights += 1
            asked += bool(
                weights.weight_problems(
                    weight_kg=kg,
                    height_cm=D(one.height_cm),
                    previous_kg=last,
                    same_sequence=1 < reading < 6,
                )
            )
            last = kg
    return D(100 * asked) / all_weights


def test_wgt_01_to_06_fewer_than_two_in_a_hundred_honest_weights_are_asked_about() -> None:
    share = honest_share()
    assert share < 2, f"{share:.2f}% of honest weights are asked about"
