"""The waiting list for places: who may stand on it, how long an offer stands, what the words say."""

from datetime import UTC, date, datetime

import pytest

from scheduling.rules.capacity import Lengths
from scheduling.rules.places import (
    Wait,
    answer_by,
    call_text,
    closed_problems,
    first_day_possible,
    last_day_possible,
    offer_over,
    over_problems,
    place_text,
    wait_problems,
)
from scheduling.rules.reminders import Quiet
from scheduling.states import EnrolmentState, SequenceState

TODAY = date(2026, 9, 7)
NIGHT = Quiet(20 * 60, 8 * 60)
DAYS = tuple(date(2026, 9, day) for day in range(14, 19))


def clock(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    """A time of September 2026 on the clinic's clock."""
    return datetime(2026, 9, day, hour, minute, second, tzinfo=UTC)


def problems(wait: Wait, **facts: object) -> list[str]:
    given = {"enrolment": EnrolmentState.CLEARED, "states": [], "waits": False, "today": TODAY} | facts
    return [problem.field or problem.sentence for problem in wait_problems(wait, Lengths(), **given)]  # type: ignore[arg-type]


def test_sch_66_a_cleared_patient_without_a_course_may_wait() -> None:
    assert problems(Wait()) == []
    assert problems(Wait(), enrolment=EnrolmentState.GROUP_BOOKED, states=[SequenceState.CONFIRMED]) == []


@pytest.mark.parametrize("enrolment", [EnrolmentState.REFERRED, EnrolmentState.ELIGIBLE, EnrolmentState.WITHDRAWN])
def test_sch_66_without_a_group_visit_nobody_waits_for_a_place(enrolment: str) -> None:
    assert ["Book the group visit first" in one for one in problems(Wait(), enrolment=enrolment)] == [True]


@pytest.mark.parametrize("state", [SequenceState.IN_PROGRESS, SequenceState.INTERRUPTED])
def test_sch_66_a_course_that_has_begun_waits_for_nothing(state: str) -> None:
    assert len(problems(Wait(), states=[state])) == 1


def test_sch_66_once_on_the_list() -> None:
    assert len(problems(Wait(), waits=True)) == 1


def test_sch_66_the_window_holds_exactly_one_visit() -> None:
    attended = Lengths().attended
    assert problems(Wait(from_minute=540, to_minute=540 + attended)) == []
    assert problems(Wait(from_minute=540, to_minute=540 + attended - 1)) == ["to_minute"]


def test_sch_66_days_in_order_and_to_come() -> None:
    assert problems(Wait(until_day=TODAY)) == ["until_day"]
    assert problems(Wait(from_day=date(2026, 9, 21), until_day=date(2026, 9, 20))) == ["until_day"]
    assert problems(Wait(from_day=date(2026, 9, 21), until_day=date(2026, 9, 21))) == []


@pytest.mark.parametrize(("hours", "wrong"), [(0, False), (336, False), (337, True)])
def test_sch_66_notice_has_limits(hours: int, wrong: bool) -> None:
    assert problems(Wait(notice_hours=hours)) == (["notice_hours"] if wrong else [])


def test_sch_66_a_note_is_short() -> None:
    assert problems(Wait(note="x" * 201)) == ["note"]


@pytest.mark.parametrize(
    ("made", "ends"),
    [
        (clock(7, 9, 0), clock(7, 13, 0)),
        (clock(7, 16, 0), clock(7, 20, 0)),
        (clock(7, 16, 1), clock(8, 8, 1)),
        (clock(7, 19, 59, 40), clock(8, 11, 59)),
    ],
)
def test_sch_69_the_hours_to_answer_are_counted_outside_the_night(made: datetime, ends: datetime) -> None:
    assert answer_by(made, NIGHT, hours=4) == ends


def test_sch_69_without_quiet_hours_the_hours_run_on() -> None:
    assert answer_by(clock(7, 22, 0), Quiet(0, 0), hours=4) == clock(8, 2, 0)


def test_sch_69_quiet_hours_at_noon_are_left_out_too() -> None:
    assert answer_by(clock(7, 11, 0), Quiet(720, 780), hours=4) == clock(7, 16, 0)


def test_sch_69_exactly_at_its_end_an_offer_is_over() -> None:
    end = clock(7, 13, 0)
    assert offer_over(end, end)
    assert not offer_over(end, clock(7, 12, 59, 59))
    assert "13:00" in over_problems("13:00")[0].sentence


def test_sch_67_day_1_lies_after_the_notice() -> None:
    assert first_day_possible(TODAY, wait=Wait()) == date(2026, 9, 8)
    assert first_day_possible(TODAY, wait=Wait(from_day=date(2026, 9, 21))) == date(2026, 9, 21)
    assert first_day_possible(TODAY, wait=Wait(from_day=date(2026, 9, 1))) == date(2026, 9, 8)


def test_sch_67_day_1_lies_before_what_is_booked() -> None:
    booked = date(2026, 9, 28)
    assert last_day_possible(Wait(), booked=booked) == date(2026, 9, 27)
    assert last_day_possible(Wait(until_day=date(2026, 9, 21)), booked=booked) == date(2026, 9, 21)
    assert last_day_possible(Wait(), booked=None) is None


def test_sch_68_an_offer_is_answered_once() -> None:
    assert "declined" in closed_problems("Declined")[0].sentence


def test_sch_70_the_message_names_neither_clinic_nor_treatment() -> None:
    text = place_text(DAYS, 545, until="Tuesday 8 September at 1:00 in the afternoon", phone="216 555 0100")
    assert "Monday 14 September to Friday 18 September, every day at 9:05 in the morning" in text
    assert "call 216 555 0100 before Tuesday 8 September" in text
    assert not any(word in text.lower() for word in ("ketamine", "infusion", "clinic", "pain"))
    assert "call us before" in place_text(DAYS, 545, until="noon", phone="")
    assert "…8813" in call_text("8813", DAYS, 545, until="noon")
