"""Which question comes now is read from the answers: straight, in the middle, after a change, after a refusal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.rules.cat import ADULT
from outcomes.rules.flow import USUAL_ADAPTIVE, adaptive_walk, course, seconds_for
from outcomes.rules.instruments import instruments, with_rule

PHQ9 = instruments()["PHQ-9"]
TIRED = instruments()["DEMO-Fatigue-CAT"]
CODES = [option.value for option in TIRED.items[0].options]


def straight(values: list[int | None]) -> dict[int, int | None]:
    """Answer what is asked with these values, one after another, until they or the questions are over."""
    answers: dict[int, int | None] = {}
    for value in values:
        following = course(TIRED, answers).next
        if following is None:
            break
        answers[following] = value
    return answers


def test_a_fixed_form_asks_its_first_item_without_an_answer() -> None:
    assert course(PHQ9, {}).next == 1
    assert course(PHQ9, {1: 0, 2: None}).next == 3
    gap = course(PHQ9, {1: 0, 3: 2})
    assert (gap.next, gap.asked, gap.questions) == (2, (1,), (1, 2))


def test_a_fixed_form_is_over_with_its_last_answer_declined_or_not() -> None:
    over = course(PHQ9, {number: None if number == 9 else 0 for number in range(1, 10)})
    assert (over.next, over.expected, over.asked) == (None, 9, tuple(range(1, 10)))


def test_an_adaptive_test_says_about_five_until_it_knows_better() -> None:
    assert course(TIRED, {}).expected == USUAL_ADAPTIVE
    long = straight([CODES[0]] * 8)
    assert course(TIRED, long).expected == 9
    over = straight([CODES[0]] * 30)
    assert course(TIRED, over).expected == len(over) <= ADULT.max_items


def test_a_declined_question_of_an_adaptive_test_is_not_offered_again() -> None:
    first = course(TIRED, {}).next
    assert first is not None
    after = course(TIRED, {first: None})
    assert after.next not in (None, first)
    assert after.asked == (first,)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([*CODES, None]), min_size=1, max_size=20), st.randoms())
def test_the_order_in_which_answers_are_read_changes_nothing(values: list[int | None], random: object) -> None:
    answers = straight(values)
    mixed = list(answers.items())
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert course(TIRED, dict(mixed)) == course(TIRED, answers)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(CODES), min_size=4, max_size=12), st.sampled_from(CODES))
def test_a_changed_answer_leads_where_that_answer_had_led_from_the_start(values: list[int], other: int) -> None:
    answers = straight(list(values))
    first = course(TIRED, {}).next
    assert first is not None
    changed = answers | {first: other}
    walked = adaptive_walk(TIRED, changed)
    fresh: dict[int, int | None] = {}
    while (following := course(TIRED, fresh).next) is not None and following in changed:
        fresh[following] = changed[following]
    assert adaptive_walk(TIRED, fresh) == walked
    assert set(course(TIRED, changed).asked) == set(fresh)


def test_screen_first_ends_with_the_healthiest_first_answer_and_with_no_other() -> None:
    screened = with_rule(TIRED, stop_rule="adult", screen_first=True)
    first = course(screened, {}).next
    assert first is not None
    healthiest = min(CODES, key=TIRED.item(first).category)
    assert TIRED.definition.better == "lower"
    assert course(screened, {first: healthiest}).next is None
    assert course(TIRED, {first: healthiest}).next is not None
    assert all(course(screened, {first: code}).next is not None for code in CODES if code != healthiest)


def test_another_rule_changes_adaptive_tests_only() -> None:
    assert with_rule(PHQ9, stop_rule="recommended", screen_first=True) is PHQ9
    assert with_rule(TIRED, stop_rule="recommended", screen_first=False).stop_rule == "recommended"


def test_what_is_not_adaptive_has_no_walk() -> None:
    with pytest.raises(ValueError, match="PHQ-9 is not adaptive"):
        adaptive_walk(PHQ9, {})


def test_the_time_left_is_the_minutes_spread_over_the_questions() -> None:
    assert seconds_for(PHQ9, 9) == 60 * PHQ9.minutes
    assert seconds_for(PHQ9, 0) == 0
    assert seconds_for(TIRED, USUAL_ADAPTIVE) == 60 * TIRED.minutes
