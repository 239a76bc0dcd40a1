"""Plans: what is asked by default, what makes sense, how much of a patient's time it takes."""

from dataclasses import replace

import pytest

from outcomes.rules.instruments import definitions, instruments
from outcomes.rules.plans import (
    DEFAULT_LADDER,
    OCCASIONS,
    Plan,
    Step,
    Way,
    burden,
    default_batteries,
    ladder_of,
    ladder_problems,
    plan_problems,
)

KNOWN = frozenset(definitions())
USUAL = Plan("standard", 1, dict.fromkeys(OCCASIONS, ("PHQ-9", "GAD-7")))


def test_pro_80_phq_9_comes_first_and_the_impression_of_change_at_each_follow_up_only() -> None:
    found = default_batteries(["GAD-7", "PGIC", "PHQ-9"])
    assert found["baseline"] == ["PHQ-9", "GAD-7"]
    assert [found[one] for one in ("last", "3m", "6m")] == [["PHQ-9", "PGIC", "GAD-7"]] * 3


def test_pro_80_one_instrument_for_each_domain_the_adaptive_test_before_short_forms_and_demonstrations() -> None:
    names = ["PROMIS-Fatigue-4a", "PROMIS-Fatigue-CAT", "DEMO-Fatigue-CAT", "PROMIS-Fatigue-8a", "PHQ-9"]
    assert default_batteries([one for one in names if one in KNOWN])["last"] == ["PHQ-9", "PROMIS-Fatigue-CAT"]
    assert default_batteries(["PROMIS-PainInterference-4a", "PROMIS-Fatigue-8a"])["baseline"] == [
        "PROMIS-PainInterference-4a",
        "PROMIS-Fatigue-8a",
    ]


def test_pro_80_a_plan_asks_only_what_can_be_asked_now() -> None:
    plan = replace(USUAL, batteries={"last": ("PHQ-9", "PROMIS-Fatigue-CAT", "GAD-7")})
    assert plan.battery("last", ["GAD-7", "PHQ-9"]) == ("PHQ-9", "GAD-7")
    assert plan.battery("3m", ["GAD-7", "PHQ-9"]) == ()


def test_a_battery_says_its_questions_and_minutes() -> None:
    asked = [instruments()["PHQ-9"], instruments()["GAD-7"]]
    found = burden(asked)
    assert (found.questions, found.about) == (16, False)
    assert found.minutes == sum(one.minutes for one in asked)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"batteries": USUAL.batteries | {"3m": ()}}, "at least one"),
        ({"batteries": USUAL.batteries | {"3m": ("PHQ-9", "PHQ-9")}}, "asked once"),
        ({"batteries": USUAL.batteries | {"3m": ("PHQ-8",)}}, "PHQ-8"),
        ({"batteries": USUAL.batteries | {"baseline": ("PGIC",)}}, "before treatment"),
        ({"stop_rule": "quick"}, "stopping rules"),
    ],
)
def test_pro_80_a_plan_that_makes_no_sense_is_refused(changed: dict[str, object], words: str) -> None:
    (problem,) = plan_problems(replace(USUAL, **changed), known=KNOWN, because="a reason")  # type: ignore[arg-type]
    assert words in problem.sentence
    assert plan_problems(USUAL, known=KNOWN, because="a reason") == []


def test_pro_92_a_plan_without_a_reason_is_refused() -> None:
    (problem,) = plan_problems(USUAL, known=KNOWN, because="  ")
    assert (problem.rule, problem.field) == ("PRO-92", "because")


def test_pro_86_the_default_ladder_makes_sense_and_is_stored_as_it_is() -> None:
    assert ladder_problems(DEFAULT_LADDER) == []
    assert ladder_of([step.stored() for step in DEFAULT_LADDER]) == DEFAULT_LADDER
    assert [step.when for step in DEFAULT_LADDER] == [
        "day 0",
        "day 2",
        "day 3",
        "day 7",
        "the day before the window closes",
    ]


@pytest.mark.parametrize(
    ("ladder", "words"),
    [
        ((), "1 to 8"),
        ((Step(Way.BEST, 0),) * 9, "1 to 8"),
        ((Step(Way.CALL, 0),), "invitation"),
        ((Step(Way.BEST, 1),), "invitation"),
        ((Step(Way.BEST, 0), Step(Way.OTHER, 0)), "one day"),
        ((Step(Way.BEST, 0), Step(Way.BEST, 7), Step(Way.CALL, 3)), "order"),
        ((Step(Way.BEST, 0), Step(Way.BEST, 61)), "day 0 to 60"),
    ],
)
def test_pro_86_a_ladder_that_makes_no_sense_is_refused(ladder: tuple[Step, ...], words: str) -> None:
    assert any(words in problem.sentence for problem in ladder_problems(ladder))
