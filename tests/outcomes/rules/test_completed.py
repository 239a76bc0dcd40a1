"""Where patients stand, why they ended early, and how far referrals came."""

from datetime import date, time, timedelta

import numpy as np
import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from outcomes.rules.completed import (
    FUNNEL_STEPS,
    LostDay,
    Named,
    Standings,
    first_lost,
    named,
    standings,
    steps_reached,
)
from outcomes.rules.completion import completion
from outcomes.rules.published import published_more, published_sample
from outcomes.rules.windows import Infusion
from scheduling.rules.funnel import Step, Way
from scheduling.states import MissedReason
from tests.outcomes.rules.columns_of import infusions_of
from tests.outcomes.rules.shared_cohort import AS_OF, needs_shelf, shelf_cohort

FIRST = date(2023, 1, 2)
LATER = date(2023, 12, 31)


def given(*days: int, completed: bool = True) -> list[Infusion]:
    return [Infusion(FIRST + timedelta(days=day), time(8, 30), completed) for day in days]


def stood_of(people: list[list[Infusion]], as_of: date = LATER, *, complete: int = 5) -> Standings:
    members = np.ones(len(people), dtype=bool)
    return standings(infusions_of([(one, []) for one in people]), members, as_of, complete=complete)


def test_out_84_five_or_more_are_exactly_five_and_more() -> None:
    stood = stood_of([given(0, 1, 2, 3, 4), given(0, 1, 2, 3, 4, 60), given(0, 1), [], given(0, completed=False)])
    assert list(stood.level(5)) == [0, 1]
    assert list(stood.number) == [5, 6, 2, 0, 0]
    assert list(np.flatnonzero(stood.ended_early)) == [2], "who completed none did not begin to end"
    assert list(stood.level(0)) == [3, 4]


def test_out_84_who_is_under_way_stands_at_no_level() -> None:
    stood = stood_of([given(0, 1, 2)], FIRST + timedelta(days=16))
    assert list(np.flatnonzero(stood.under_way)) == [0]
    assert not stood.counted.any()
    assert all(not len(stood.level(number)) for number in range(6))
    assert not stood.ended_early.any()


def test_out_84_the_first_sequence_is_read_beside_the_papers_count() -> None:
    stood = stood_of([given(0, 1, 2, 3, 30), given(0, 1, 2, 3, 17), given(0, 1, 2, 3, 18)])
    assert list(stood.level(5)) == [0, 1, 2]
    assert list(np.flatnonzero(stood.finished)) == [1]


def test_out_84_four_days_are_whole_where_the_protocol_has_four() -> None:
    stood = stood_of([given(0, 1, 2, 3), given(0, 1, 2)], complete=4)
    assert list(stood.level(4)) == [0]
    assert list(np.flatnonzero(stood.ended_early)) == [1]


@any_of(
    st.lists(
        st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=9).map(
            lambda days: [Infusion(FIRST + timedelta(days=day), None, done) for day, done in days]
        ),
        max_size=6,
    ),
    st.integers(-2, 220),
    st.sampled_from((4, 5)),
)
def test_out_16_and_out_84_agree_with_the_counts_of_the_outcomes_page(
    people: list[list[Infusion]], offset: int, complete: int
) -> None:
    as_of = FIRST + timedelta(days=offset)
    stood = stood_of(people, as_of, complete=complete)
    counted = completion(
        infusions_of([(one, []) for one in people]), np.ones(len(people), dtype=bool), as_of, complete=complete
    )
    assert {number: len(stood.level(number)) for number in range(complete + 1)} == counted.counts
    assert np.count_nonzero(stood.under_way) == counted.under_way
    assert np.count_nonzero(stood.finished) == counted.first_sequence


@needs_shelf
def test_out_84_the_practice_cohort_gives_the_papers_levels() -> None:
    stood = stood_of([infusions for infusions, _ in shelf_cohort()], AS_OF)
    printed = {int(level): count for level, count in published_sample().counts["completed"].items()}
    assert {number: len(stood.level(number)) for number in printed} == printed
    again = published_more().counts["sequences"]
    assert np.count_nonzero(stood.number == 5) == again["five exactly"]
    assert np.count_nonzero(stood.number > 5) == again["more than five"]
    given_some = stood.number[stood.number > 0]
    assert (given_some.min(), given_some.max()) == (1, 64)


def test_out_85_the_first_day_lost_gives_the_reason() -> None:
    monday = date(2023, 1, 2)
    days = [
        LostDay(1, monday + timedelta(days=3), "transport"),
        LostDay(1, monday + timedelta(days=1), "stopped-side_effect"),
        LostDay(2, monday, "illness", order=8),
        LostDay(2, monday, "cost", order=7),
    ]
    assert first_lost(days) == {1: "stopped-side_effect", 2: "cost"}
    assert first_lost([]) == {}


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("clinic_closed", Named.SCHEDULING),
        ("scheduling", Named.SCHEDULING),
        ("transport", Named.TRANSPORT),
        ("illness", Named.ILLNESS),
        ("side_effect", Named.OTHER),
        ("unknown", Named.OTHER),
        ("stopped-medical_event", Named.OTHER),
    ],
)
def test_out_85_the_papers_three_reasons(reason: str, said: Named) -> None:
    assert named(reason) == said
    assert reason.startswith("stopped-") or reason in MissedReason.values


def way(key: int, record: int | None, **days: int) -> Way:
    found = {Step[name.upper()]: FIRST + timedelta(days=day) for name, day in days.items()}
    return Way(key, record, found[Step.REFERRED], max(found), found)


WAYS = (
    way(1, 11, referred=0, accepted=1, eligible=2, attended=9, cleared=9, infused=16),
    way(2, 12, referred=0, accepted=1, eligible=2, infused=20),
    way(3, 13, referred=5, accepted=6, eligible=6),
    way(4, None, referred=5),
    way(5, 15, referred=40),
)


def test_out_86_a_later_step_includes_the_steps_before_it() -> None:
    steps = steps_reached(WAYS, FIRST + timedelta(days=30), finished=frozenset({11}))
    assert [(step.slug, step.n) for step in steps] == [
        ("referred", 4),
        ("eligible", 3),
        ("attended", 2),
        ("infused", 2),
        ("finished", 1),
    ]
    assert steps[0].keys == {11, 12, 13}, "a referral without a record has no patient to open"
    assert [str(step.percent) for step in steps] == ["None", "75.0", "66.7", "100.0", "50.0"]


def test_out_86_only_what_had_happened_by_the_day_counts() -> None:
    steps = steps_reached(WAYS, FIRST + timedelta(days=8), finished=frozenset({11, 12}))
    assert [step.n for step in steps] == [4, 3, 0, 0, 0]
    assert steps[4].percent is None, "of nobody there is no share"


def test_out_86_no_referrals() -> None:
    steps = steps_reached((), LATER, finished=frozenset())
    assert [step.n for step in steps] == [0] * (len(FUNNEL_STEPS) + 1)
