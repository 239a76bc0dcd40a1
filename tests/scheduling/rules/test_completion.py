"""Levels, reasons and sums of the completion report."""

from datetime import date, timedelta

import pytest

from scheduling.rules.completion import (
    PUBLISHED,
    PUBLISHED_PATIENTS,
    PUBLISHED_PERCENT,
    Course,
    CourseDay,
    Level,
    completion,
    finish,
)
from scheduling.states import MissedReason, SequenceMode, VisitState

MONDAY = date(2026, 9, 14)
FRIDAY = date(2026, 9, 18)
LATER = date(2026, 10, 1)
CAME, BOOKED, MISSED, CANCELLED = VisitState.ATTENDED, VisitState.BOOKED, VisitState.MISSED, VisitState.CANCELLED


def course(*states: str, over: bool = True, reasons: dict[int, str] | None = None, **more: object) -> Course:
    """Days from Monday on. reasons: by place, 1 is the first day."""
    days = tuple(
        CourseDay(MONDAY + timedelta(days=place), state, (reasons or {}).get(place + 1, ""))
        for place, state in enumerate(states)
    )
    return Course(days, over, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("attended", "level"), [(1, Level.ONE), (2, Level.TWO), (3, Level.THREE), (4, Level.FOUR), (5, Level.FIVE)]
)
def test_sch_80_a_patient_counts_by_attended_days(attended: int, level: Level) -> None:
    days = [CAME] * attended + [MISSED] * (5 - attended)
    reasons = dict.fromkeys(range(attended + 1, 6), MissedReason.ILLNESS)
    assert finish(1, [course(*days, reasons=reasons)], as_of=LATER).level is level


def test_sch_80_days_of_several_sequences_add_up() -> None:
    first = course(CAME, CAME, CAME, MISSED, MISSED, reasons={4: "transport", 5: "transport"})
    again = Course((CourseDay(LATER, CAME), CourseDay(LATER + timedelta(days=1), CAME)), over=True)
    assert finish(1, [first, again], as_of=date(2026, 12, 1)).level is Level.FIVE
    assert finish(1, [first, again], as_of=FRIDAY).level is Level.THREE


def test_sch_80_who_has_not_attended_a_day_is_not_counted() -> None:
    nobody = finish(
        1, [course(*[CANCELLED] * 5, reasons=dict.fromkeys(range(1, 6), "patient_choice"))], as_of=LATER
    )
    assert nobody.level is None
    assert not nobody.under_way


def test_sch_80_an_unfinished_sequence_is_under_way() -> None:
    stands = finish(1, [course(CAME, CAME, BOOKED, BOOKED, BOOKED, over=False)], as_of=MONDAY + timedelta(days=2))
    assert stands.under_way
    assert stands.level is None


def test_sch_81_a_past_day_nobody_recorded_is_unknown() -> None:
    stands = finish(1, [course(CAME, BOOKED, CAME, CAME, CAME, over=False)], as_of=LATER)
    assert stands.level is Level.UNKNOWN


def test_sch_81_todays_day_is_not_yet_unknown() -> None:
    stands = finish(1, [course(CAME, BOOKED, over=False)], as_of=MONDAY + timedelta(days=1))
    assert stands.under_way


def test_sch_81_levels_and_unknown_add_up_to_the_counted() -> None:
    shown = completion(
        [
            finish(1, [course(*[CAME] * 5)], as_of=LATER),
            finish(2, [course(CAME, MISSED, reasons={2: "cost"})], as_of=LATER),
            finish(3, [course(CAME, BOOKED, over=False)], as_of=LATER),
            finish(4, [course(CAME, BOOKED, over=False)], as_of=MONDAY),
        ]
    )
    assert shown.n == 3 == sum(shown.counts.values())
    assert (shown.counts[Level.FIVE], shown.counts[Level.ONE], shown.counts[Level.UNKNOWN]) == (1, 1, 1)
    assert shown.under_way == 1
    assert shown.fewer == 1


def test_sch_81_the_published_levels_leave_two_patients_open() -> None:
    assert sum(PUBLISHED.values()) == PUBLISHED_PATIENTS == 1034
    assert PUBLISHED[Level.UNKNOWN] == 2


@pytest.mark.parametrize("level", [level for level in Level if level])
def test_sch_80_published_counts_agree_with_published_percent(level: Level) -> None:
    assert f"{100 * PUBLISHED[level] / PUBLISHED_PATIENTS:.1f}%" == PUBLISHED_PERCENT[level]


def test_sch_82_the_first_lost_day_gives_the_reason_and_every_day_is_counted() -> None:
    stands = finish(
        1,
        [course(CAME, MISSED, CAME, MISSED, CANCELLED, reasons={2: "transport", 4: "illness", 5: "illness"})],
        as_of=LATER,
    )
    shown = completion([stands])
    assert shown.patients_by_reason == {"transport": 1}
    assert shown.days_by_reason == {"transport": 1, "illness": 2}


def test_sch_82_a_day_made_up_is_not_lost() -> None:
    days = (
        CourseDay(MONDAY, CAME),
        CourseDay(MONDAY + timedelta(days=1), MISSED, "transport", made_up=True),
        CourseDay(MONDAY + timedelta(days=2), CAME),
        CourseDay(MONDAY + timedelta(days=3), MISSED, "side_effect"),
    )
    assert finish(1, [Course(days, over=True)], as_of=LATER).reason == "side_effect"


def test_sch_82_a_short_course_lost_its_day_to_a_closed_clinic() -> None:
    stands = finish(1, [course(CAME, CAME, CAME, CAME, mode=SequenceMode.SHORT)], as_of=LATER)
    assert stands.level is Level.FOUR
    assert stands.reason == MissedReason.CLINIC_CLOSED


def test_sch_82_a_sequence_cancelled_before_day_one_gives_no_reason() -> None:
    before = course(*[CANCELLED] * 5, reasons=dict.fromkeys(range(1, 6), "cost"))
    came = Course((CourseDay(LATER, CAME), CourseDay(LATER + timedelta(days=1), MISSED, "illness")), over=True)
    assert finish(1, [before, came], as_of=date(2026, 12, 1)).reason == "illness"


def test_sch_82_without_any_recorded_day_the_reason_is_unknown() -> None:
    assert finish(1, [course(CAME)], as_of=LATER).reason == MissedReason.UNKNOWN
