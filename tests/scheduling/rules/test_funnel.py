"""Which referral counts, how far it came, and where it stands."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.funnel import (
    Leaving,
    Mark,
    Person,
    Referred,
    Step,
    Turn,
    Waiting,
    Way,
    gaps,
    median_days,
    quartile_days,
    way_of_open,
    ways_of,
)

JANUARY = datetime(2026, 1, 5, 15, tzinfo=UTC)


def after(days: int) -> datetime:
    return JANUARY + timedelta(days=days)


def accepted(key: int = 1, *, record: int = 7, received: int = 0, decided: int = 2) -> Referred:
    at = after(decided)
    return Referred(key, record, after(received).date(), "accepted", at, at.date())


def mark(step: Step, days: int) -> Mark:
    return Mark(step, after(days), after(days).date())


def turn(kind: str, state: str, days: int, reason: str = "", order: int = 0) -> Turn:
    return Turn(kind, after(days), order or days, state, reason)


def only(**known: Any) -> Way:
    (way,) = ways_of(Person(**({"referrals": [accepted()]} | known)))
    return way


SEATED = (mark(Step.ELIGIBLE, 5), mark(Step.ATTENDED, 12))


# -- steps --------------------------------------------------------------------------------------------


def test_enr_90_each_step_counts_once_at_its_first_occurrence() -> None:
    way = only(
        marks=[mark(Step.ELIGIBLE, 90), mark(Step.ELIGIBLE, 5), mark(Step.INFUSED, 40), mark(Step.INFUSED, 120)]
    )
    assert way.days[Step.ELIGIBLE] == after(5).date()
    assert way.days[Step.INFUSED] == after(40).date()


def test_enr_90_a_later_step_includes_the_steps_before_it() -> None:
    way = only(marks=[mark(Step.INFUSED, 40)])
    assert (way.reached, way.left, way.waits) == (Step.INFUSED, None, None)
    assert Step.CLEARED not in way.days


def test_enr_90_a_referral_belongs_to_the_month_in_which_it_was_received() -> None:
    way = only(referrals=[Referred(1, 7, date(2026, 1, 31), "accepted", after(40), after(40).date())])
    assert way.month == "2026-01"


# -- who counts ---------------------------------------------------------------------------------------


def test_enr_91_merged_records_count_once_by_the_earliest_of_their_first_referrals() -> None:
    way = only(
        referrals=[accepted(1, record=7, received=0, decided=9), accepted(2, record=8, received=3, decided=4)],
        marks=[mark(Step.ELIGIBLE, 6)],
    )
    assert (way.key, way.received) == (1, after(0).date())
    assert way.days[Step.ACCEPTED] == after(4).date(), "the first time the person was accepted"
    assert way.reached == Step.ELIGIBLE


def test_enr_92_a_further_referral_takes_what_follows_its_acceptance() -> None:
    first, second = ways_of(
        Person(
            [accepted(1), accepted(2, received=100, decided=101)],
            marks=[mark(Step.ELIGIBLE, 5), mark(Step.ELIGIBLE, 103)],
            turns=[turn("patient", "declined", 10, "moved away"), turn("patient", "referred", 101)],
        )
    )
    assert (first.left, first.reason) == (Leaving.DECLINED, "moved away")
    assert (second.days[Step.ELIGIBLE], second.left) == (after(103).date(), None)


def test_enr_92_what_happens_at_the_very_instant_of_acceptance_is_the_further_referrals() -> None:
    first, second = ways_of(
        Person([accepted(1), accepted(2, received=50, decided=60)], marks=[mark(Step.ELIGIBLE, 60)])
    )
    assert first.reached == Step.ACCEPTED
    assert second.reached == Step.ELIGIBLE


def test_enr_92_a_reopened_patient_stays_in_the_first_referral() -> None:
    way = only(
        marks=SEATED[:1],
        turns=[turn("patient", "declined", 10, "no time"), turn("patient", "referred", 60)],
    )
    assert (way.reached, way.left, way.waits) == (Step.ELIGIBLE, None, Waiting.TO_ASSESS)


def test_enr_93_a_referral_that_a_further_one_replaced_has_left() -> None:
    first, _ = ways_of(Person([accepted(1), accepted(2, received=50, decided=60)]))
    assert first.left == Leaving.REFERRED_AGAIN


# -- leaving ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "left", "waits"),
    [
        ("declined", Leaving.REFERRAL_DECLINED, None),
        ("withdrawn", Leaving.REFERRAL_WITHDRAWN, None),
        ("received", None, Waiting.TO_TRIAGE),
        ("needs_information", None, Waiting.INFORMATION),
    ],
)
def test_enr_93_a_referral_without_a_patient(state: str, left: Leaving | None, waits: Waiting | None) -> None:
    way = way_of_open(Referred(1, None, date(2026, 1, 5), state, note="too far away" if left else ""))
    assert (way.reached, way.left, way.waits) == (Step.REFERRED, left, waits)
    assert way.reason == ("too far away" if left else "")


LEAVING = [
    ([turn("patient", "withdrawn", 8, "no driver")], (), Leaving.WITHDRAWN, "no driver"),
    ([turn("patient", "declined", 8, "pregnant")], (8,), Leaving.NOT_ELIGIBLE, "pregnant"),
    ([turn("patient", "declined", 8, "asked by phone")], (7,), Leaving.DECLINED, "asked by phone"),
    (
        [turn("seat", "not_cleared", 12, "pressure", 1), turn("patient", "declined", 12, "pressure", 2)],
        (),
        Leaving.NOT_SUITABLE,
        "pressure",
    ),
    ([turn("seat", "not_cleared", 12, "come again")], (), Leaving.NOT_CLEARED, "come again"),
    ([turn("seat", "booked", 6), turn("seat", "absent", 12)], (), Leaving.ABSENT, ""),
    ([turn("seat", "booked", 6), turn("seat", "cancelled", 9, "ill")], (), Leaving.SEAT_CANCELLED, "ill"),
    (
        [
            turn("sequence", "confirmed", 6),
            turn("seat", "cleared", 12),
            turn("sequence", "cancelled", 15, "Transport"),
        ],
        (),
        Leaving.SEQUENCE_CANCELLED,
        "Transport",
    ),
]


@pytest.mark.parametrize(("turns", "refused", "left", "reason"), LEAVING, ids=[str(row[2]) for row in LEAVING])
def test_enr_93_each_way_to_leave(turns: list[Turn], refused: tuple[int, ...], left: Leaving, reason: str) -> None:
    way = only(marks=SEATED, turns=turns, refused_at=frozenset(map(after, refused)))
    assert (way.left, way.reason, way.waits) == (left, reason, None)


WAITING = [
    ((), [], False, Waiting.TO_ASSESS),
    (SEATED[:1], [], False, Waiting.SEAT_TO_BOOK),
    (SEATED[:1], [turn("seat", "absent", 12)], True, Waiting.WAITING_LIST),
    (SEATED[:1], [turn("seat", "absent", 12), turn("seat", "booked", 12, order=13)], False, Waiting.SEAT_BOOKED),
    (SEATED, [turn("seat", "attended", 12)], False, Waiting.TO_DECIDE),
    (SEATED, [turn("seat", "review", 12)], False, Waiting.TO_DECIDE),
    ((*SEATED, mark(Step.CLEARED, 12)), [turn("seat", "cleared", 12)], False, Waiting.SEQUENCE_TO_BOOK),
    (
        (*SEATED, mark(Step.CLEARED, 12)),
        [turn("sequence", "confirmed", 6), turn("seat", "cleared", 12)],
        False,
        Waiting.SEQUENCE_BOOKED,
    ),
    (
        (*SEATED, mark(Step.CLEARED, 12)),
        [turn("sequence", "cancelled", 6), turn("seat", "cleared", 12)],
        False,
        Waiting.SEQUENCE_TO_BOOK,
    ),
    (
        (*SEATED, mark(Step.CLEARED, 12)),
        [turn("sequence", "cancelled", 15), turn("sequence", "confirmed", 20)],
        False,
        Waiting.SEQUENCE_BOOKED,
    ),
]


@pytest.mark.parametrize(("marks", "turns", "waits", "stands"), WAITING)
def test_enr_93_everybody_else_is_on_the_way(
    marks: tuple[Mark, ...], turns: list[Turn], waits: bool, stands: Waiting
) -> None:
    way = only(marks=marks, turns=turns, waits=waits)
    assert (way.left, way.waits) == (None, stands)


def test_enr_93_a_cancelled_seat_from_before_the_patient_was_reopened_does_not_count() -> None:
    turns = [
        turn("seat", "cancelled", 8, "declined"),
        turn("patient", "declined", 8, order=9),
        turn("patient", "referred", 20),
        turn("patient", "eligible", 21),
    ]
    assert only(marks=[mark(Step.ELIGIBLE, 5)], turns=turns).waits == Waiting.SEAT_TO_BOOK


# -- days ---------------------------------------------------------------------------------------------


def test_enr_94_days_are_between_two_dates_in_order_and_nothing_else() -> None:
    ways = [
        only(marks=[mark(Step.ELIGIBLE, 5)]),
        only(marks=[mark(Step.ELIGIBLE, 2)]),
        only(marks=[mark(Step.ELIGIBLE, 1)]),  # before the acceptance
        only(),
    ]
    assert gaps(ways, Step.ELIGIBLE) == [0, 3]
    assert gaps(ways, Step.ACCEPTED) == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("days", "median", "quartiles"),
    [
        ([], None, None),
        ([4], "4", None),
        ([1, 4], "2.5", None),
        ([1, 2, 9], "2", None),
        ([1, 2, 4, 9], "3", ("1.75", "5.25")),
        ([1, 2, 3, 4, 5], "3", ("2", "4")),
    ],
)
def test_enr_94_median_and_quartiles_by_hand(
    days: list[int], median: str | None, quartiles: tuple[str, str] | None
) -> None:
    assert median_days(days) == (None if median is None else Decimal(median))
    assert quartile_days(days) == (quartiles and tuple(map(Decimal, quartiles)))


STATES = {
    "patient": ["referred", "eligible", "group_booked", "cleared", "declined", "withdrawn"],
    "seat": ["booked", "attended", "absent", "review", "cleared", "not_cleared", "cancelled"],
    "sequence": ["confirmed", "in_progress", "interrupted", "cancelled"],
}
turns_of = st.lists(
    st.sampled_from([(kind, state) for kind, states in STATES.items() for state in states]), max_size=8
).map(lambda steps: [turn(kind, state, n) for n, (kind, state) in enumerate(steps, start=3)])
marks_of = st.lists(st.builds(mark, st.sampled_from(list(Step)[2:]), st.integers(3, 200)), max_size=6)


@given(marks_of, turns_of, st.booleans())
def test_enr_93_every_referral_has_come_has_left_or_is_on_the_way(
    marks: list[Mark], turns: list[Turn], waits: bool
) -> None:
    for way in ways_of(Person([accepted(1), accepted(2, received=20, decided=30)], marks, turns, waits=waits)):
        assert [way.reached == Step.INFUSED, way.left is not None, way.waits is not None].count(True) == 1
