"""Which question comes next, when the test ends, and what a changed mind does."""

from math import nextafter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.rules.cat import (
    ADULT,
    ENGINE_VERSION,
    RECOMMENDED,
    STOP_RULES,
    Path,
    StopReason,
    StopRule,
    walk,
)
from outcomes.rules.estimation import estimate
from outcomes.rules.irt import Bank, ItemParameters
from tests.outcomes.rules.slow_cat import bank_of, banks_and_answers, slow_test

BANK = bank_of(20)
ENDLESS = StopRule("endless", 4, 12, 0.0)
Drawn = tuple[Bank, dict[str, int]]


def all_answers(bank: Bank, category: int | None = None) -> dict[str, int | None]:
    """Every item answered alike; without a category in a mixed way."""
    return {item.id: category or 1 + (3 * place) % item.categories for place, item in enumerate(bank.items)}


def order(path: Path) -> list[str]:
    return [step.item_id for step in path.steps]


@settings(max_examples=60, deadline=None)
@given(
    banks_and_answers(4, 12), st.sampled_from([ADULT, RECOMMENDED, ENDLESS, StopRule("short", 2, 5, 0.5, 0.05)])
)
def test_cat_11_the_path_equals_the_slow_implementation(drawn: Drawn, rule: StopRule) -> None:
    bank, answers = drawn
    path = walk(bank, rule, answers)
    slow = slow_test(
        bank,
        answers,
        least=rule.min_items,
        most=rule.max_items,
        se_below=rule.se_below,
        se_change=rule.se_change,
    )
    assert order(path) == slow.order
    assert [step.theta for step in path.steps] == pytest.approx(slow.theta, abs=1e-9)
    assert [step.se for step in path.steps] == pytest.approx(slow.se, abs=1e-9)
    assert path.is_finished


def test_cat_11_the_first_item_is_chosen_by_the_prior_unless_one_is_set() -> None:
    first = walk(BANK, ADULT, {}).next_item
    assert (
        first == slow_test(BANK, {i.id: 1 for i in BANK.items}, least=1, most=1, se_below=0, se_change=0).order[0]
    )
    assert walk(BANK, ADULT, {}, start_item="Q00").next_item == "Q00"
    path = walk(BANK, ADULT, all_answers(BANK), start_item="Q00")
    assert order(path)[0] == "Q00"
    assert len(set(order(path))) == len(path.steps)
    with pytest.raises(KeyError):
        walk(BANK, ADULT, {}, start_item="Q99")


def test_cat_11_of_equal_items_the_first_in_the_bank_is_asked() -> None:
    twins = Bank("twins", "", tuple(ItemParameters(f"T{number}", 2.0, (-1.0, 1.0)) for number in range(6)))
    assert order(walk(twins, ENDLESS, dict.fromkeys("T5 T4 T3 T2 T1 T0".split(), 2))) == [
        f"T{number}" for number in range(6)
    ]
    mirrored = (ItemParameters("high", 1.7, (0.3,)), ItemParameters("low", 1.7, (-0.3,)))
    assert walk(Bank("", "", mirrored), ENDLESS, {}).next_item == "high"
    assert walk(Bank("", "", mirrored[::-1]), ENDLESS, {}).next_item == "low"


def test_cat_12_the_adult_rule_is_4_to_12_items_below_0_3() -> None:
    assert StopRule("adult", 4, 12, 0.3, 0.0) == ADULT
    path = walk(BANK, ADULT, all_answers(BANK, 3))
    assert path.stop_reason is StopReason.PRECISE
    assert 4 <= len(path.steps) <= 12
    assert path.steps[-1].se < 0.3
    assert all(step.se >= 0.3 for step in path.steps[3:-1])


def test_cat_12_an_se_of_exactly_the_limit_does_not_end_the_test() -> None:
    answers = all_answers(BANK)
    fifth = walk(BANK, ENDLESS, answers).steps[4].se
    at_limit = walk(BANK, StopRule("at", 5, 12, fifth), answers)
    assert len(at_limit.steps) > 5
    just_above = walk(BANK, StopRule("above", 5, 12, nextafter(fifth, 1)), answers)
    assert (len(just_above.steps), just_above.stop_reason) == (5, StopReason.PRECISE)


def test_cat_12_a_precise_test_still_asks_at_least_4() -> None:
    sharp = bank_of(10, a=8.0)
    path = walk(sharp, ADULT, all_answers(sharp, 3))
    assert path.steps[1].se < 0.3
    assert (len(path.steps), path.stop_reason) == (4, StopReason.PRECISE)


def test_cat_12_a_vague_test_ends_at_12_items() -> None:
    vague = bank_of(30, a=0.3)
    path = walk(vague, ADULT, all_answers(vague))
    assert (len(path.steps), path.stop_reason, path.next_item) == (12, StopReason.MOST_ITEMS, None)
    assert path.score == path.estimate


def test_cat_12_a_test_that_is_precise_at_its_last_item_is_called_precise() -> None:
    answers = all_answers(BANK)
    twelfth = walk(BANK, ENDLESS, answers).steps[11].se
    rule = StopRule("last", 12, 12, nextafter(twelfth, 1))
    assert walk(BANK, rule, answers).stop_reason is StopReason.PRECISE


def test_cat_13_the_recommended_rule_ends_when_the_se_hardly_falls() -> None:
    assert StopRule("recommended", 4, 8, 0.3, 0.01) == RECOMMENDED
    answers = all_answers(BANK, 1)
    path = walk(BANK, RECOMMENDED, answers)
    assert path.stop_reason is StopReason.UNCHANGING
    assert 0 <= path.steps[-2].se - path.steps[-1].se < 0.01
    vague = bank_of(30, a=0.5)
    longest = walk(vague, RECOMMENDED, all_answers(vague))
    assert (len(longest.steps), longest.stop_reason) == (8, StopReason.MOST_ITEMS)


def test_cat_13_a_fall_of_exactly_the_limit_goes_on() -> None:
    answers = all_answers(BANK, 1)
    steps = walk(BANK, ENDLESS, answers).steps
    fall = steps[3].se - steps[4].se
    assert len(walk(BANK, StopRule("at", 5, 12, 0.0, fall), answers).steps) > 5
    assert len(walk(BANK, StopRule("above", 5, 12, 0.0, nextafter(fall, 1)), answers).steps) == 5


def test_cat_13_an_answer_that_raises_the_se_a_little_goes_on() -> None:
    answers: dict[str, int | None] = {}
    path = walk(BANK, RECOMMENDED, answers)
    for category in (1, 1, 1, 5, 5):  # the fourth answer contradicts the first three
        assert path.next_item is not None
        answers[path.next_item] = category
        path = walk(BANK, RECOMMENDED, answers)
    assert 0 < path.steps[4].se - path.steps[3].se < 0.01
    assert (len(path.steps), path.stop_reason) == (5, None)


@pytest.mark.parametrize(("screen", "healthiest"), [("lower", 1), ("higher", 5)])
def test_cat_14_the_healthiest_first_answer_ends_a_screen(screen: str, healthiest: int) -> None:
    first = walk(BANK, ADULT, {}).next_item
    assert first is not None
    ended = walk(BANK, ADULT, {first: healthiest}, screen=screen)  # type: ignore[arg-type]
    assert (ended.stop_reason, len(ended.steps)) == (StopReason.HEALTHIEST, 1)
    assert ended.score is not None
    assert ended.score.answered == 1
    assert walk(BANK, ADULT, {first: 6 - healthiest}, screen=screen).next_item  # type: ignore[arg-type]
    assert walk(BANK, ADULT, {first: healthiest}).next_item


def test_cat_14_a_later_healthiest_answer_does_not_end_a_screen() -> None:
    answers = all_answers(BANK, 1)
    first = walk(BANK, ADULT, {}).next_item
    assert first is not None
    assert len(walk(BANK, ADULT, answers | {first: 2}, screen="lower").steps) >= 4
    skipped_first = walk(BANK, ADULT, answers | {first: None}, screen="lower")
    assert (skipped_first.stop_reason, len(skipped_first.steps)) == (StopReason.HEALTHIEST, 1)


def test_cat_15_a_skipped_question_is_not_scored_and_not_offered_again() -> None:
    answers = all_answers(BANK)
    first, second = order(walk(BANK, ENDLESS, answers))[:2]
    path = walk(BANK, ENDLESS, answers | {second: None})
    assert path.skipped == (second,)
    assert path.asked[:2] == (first, second)
    assert second not in order(path)
    assert len(path.steps) == 12
    assert path.estimate.theta == pytest.approx(
        estimate(BANK, {step.item_id: step.category for step in path.steps}).theta, abs=1e-12
    )
    smaller = Bank("", "", tuple(item for item in BANK.items if item.id != second))
    assert path.steps == walk(smaller, ENDLESS, {k: v for k, v in answers.items() if k != second}).steps


@pytest.mark.parametrize("rule", [ADULT, RECOMMENDED])
def test_cat_16_as_many_skips_as_the_longest_test_end_it(rule: StopRule) -> None:
    path = walk(BANK, rule, dict.fromkeys(all_answers(BANK)))
    assert (len(path.skipped), path.stop_reason) == (rule.max_items, StopReason.TOO_MANY_SKIPPED)
    assert path.score is None
    one_less = walk(BANK, rule, dict.fromkeys(path.skipped[:-1]))
    assert one_less.next_item == path.skipped[-1]


def test_cat_17_three_answers_have_no_score_and_four_have_one() -> None:
    small = bank_of(4, a=0.5)
    answers = all_answers(small)
    last = walk(small, ADULT, answers).asked[-1]
    three = walk(small, ADULT, answers | {last: None})
    assert (len(three.steps), three.stop_reason, three.score) == (3, StopReason.EXHAUSTED, None)
    four = walk(small, ADULT, answers)
    assert (len(four.steps), four.stop_reason, four.score) == (4, StopReason.EXHAUSTED, four.estimate)


def test_cat_17_a_running_test_has_an_estimate_and_no_score() -> None:
    path = walk(BANK, ADULT, {})
    assert (path.score, path.is_finished, path.estimate.answered) == (None, False, 0)
    assert path.estimate.se == pytest.approx(1, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(banks_and_answers(4, 12), st.data())
def test_cat_18_a_resumed_test_equals_an_uninterrupted_one(drawn: Drawn, data: st.DataObject) -> None:
    bank, complete = drawn
    answers: dict[str, int | None] = {
        item: None if data.draw(st.integers(0, 5)) == 0 else category for item, category in complete.items()
    }
    whole = walk(bank, RECOMMENDED, answers)
    given_so_far: dict[str, int | None] = {}
    for place, item_id in enumerate(whole.asked):
        path = walk(bank, RECOMMENDED, given_so_far)
        assert path.next_item == item_id
        assert path.asked == whole.asked[:place]
        given_so_far[item_id] = answers[item_id]
    assert walk(bank, RECOMMENDED, given_so_far) == whole


@settings(max_examples=40, deadline=None)
@given(banks_and_answers(6, 12), st.data())
def test_cat_18_going_back_and_changing_equals_answering_so_from_the_start(
    drawn: Drawn, data: st.DataObject
) -> None:
    bank, answers = drawn
    path = walk(bank, ADULT, answers)
    changed = data.draw(st.sampled_from(order(path)))
    category = data.draw(st.integers(1, bank.item(changed).categories))
    kept: dict[str, int | None] = {step.item_id: step.category for step in path.steps}
    kept[changed] = category  # the answers after it stay on record
    replayed = walk(bank, ADULT, kept)
    fresh = walk(bank, ADULT, {item_id: kept[item_id] for item_id in replayed.asked})
    assert replayed == fresh
    place = path.asked.index(changed)
    assert replayed.asked[: place + 1] == path.asked[: place + 1]


def test_cat_18_answers_off_the_path_do_not_count() -> None:
    answers = all_answers(BANK, 3)
    path = walk(BANK, ADULT, answers)
    off = [item.id for item in BANK.items if item.id not in path.asked]
    assert off
    assert walk(BANK, ADULT, answers | dict.fromkeys(off, 5)) == path


def test_cat_18_the_order_in_which_answers_are_stored_does_not_matter() -> None:
    answers = all_answers(BANK)
    assert walk(BANK, ADULT, dict(reversed(answers.items()))) == walk(BANK, ADULT, answers)


@pytest.mark.parametrize("category", [0, 6, True])
def test_an_answer_that_the_item_does_not_have_is_refused_on_or_off_the_path(category: int) -> None:
    for item in (BANK.items[0], BANK.items[-1]):
        with pytest.raises(ValueError, match="is not a category"):
            walk(BANK, ADULT, {item.id: category})
    for unknown in (1, None):
        with pytest.raises(KeyError):
            walk(BANK, ADULT, {"Q99": unknown})


@pytest.mark.parametrize("limits", [(0, 4, 0.3, 0.0), (5, 4, 0.3, 0.0), (4, 12, -0.1, 0.0), (4, 12, 0.3, -0.1)])
def test_limits_that_contradict_each_other_are_no_rule(limits: tuple[int, int, float, float]) -> None:
    with pytest.raises(ValueError, match="contradict"):
        StopRule("odd", *limits)


def test_every_path_names_its_engine_and_rule() -> None:
    path = walk(BANK, ADULT, {})
    assert (path.engine, path.rule) == (ENGINE_VERSION, STOP_RULES["adult"])
    assert {str(reason) for reason in StopReason} == {
        "precise",
        "SE no longer changes",
        "most items",
        "healthiest first answer",
        "bank exhausted",
        "too many skipped",
    }
