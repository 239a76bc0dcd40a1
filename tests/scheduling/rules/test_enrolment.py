"""Where a patient stands, in steps and in words."""

from datetime import date, timedelta
from typing import Any

import pytest

from scheduling.rules.enrolment import (
    CourseView,
    DayView,
    EnrolmentFacts,
    SeatView,
    StepState,
    headline,
    in_words,
    span_words,
    steps,
)
from scheduling.states import EnrolmentState, SeatState, SequenceState, VisitState

TODAY = date(2026, 9, 9)
MONDAY = date(2026, 9, 14)
REFERRED = EnrolmentFacts(state=EnrolmentState.REFERRED, referred_on=date(2026, 8, 3), referred_by="Nkem Osei")


def facts(**changes: Any) -> EnrolmentFacts:
    found = {"state": EnrolmentState.CLEARED, "eligible": True, "assessed_on": date(2026, 8, 20)} | changes
    return EnrolmentFacts(referred_on=REFERRED.referred_on, referred_by="Nkem Osei", **found)


def seat(state: str = SeatState.CLEARED, day: date = date(2026, 9, 8), **changes: Any) -> SeatView:
    decided = {"decided_on": day, "decided_by": "Lena Ferrante"} if state == SeatState.CLEARED else {}
    return SeatView(group=1, day=day, minute=780, state=state, **({"support_attended": True} | decided | changes))


def course(state: str = SequenceState.CONFIRMED, drivers: int = 5, attended: int = 0) -> CourseView:
    days = tuple(
        DayView(
            key=place,
            index=place + 1,
            day=MONDAY + timedelta(days=place),
            minute=520,
            chair=3,
            state=VisitState.ATTENDED if place < attended else VisitState.BOOKED,
            driver="Paul Marrin" if place < drivers else "",
        )
        for place in range(5)
    )
    return CourseView(key=7, number=1, first_day=MONDAY, minute=520, state=state, days=days)


def states(found: EnrolmentFacts) -> list[str]:
    return [step.state.value for step in steps(found, TODAY)]


def details(found: EnrolmentFacts) -> list[str]:
    return [step.detail for step in steps(found, TODAY)]


def test_a_referred_patient_is_due_for_eligibility_and_nothing_else() -> None:
    assert states(REFERRED) == ["Done", "Due", "Later", "Later", "Later", "Later"]
    assert details(REFERRED)[0] == "Mon 3 Aug, Nkem Osei"


def test_an_unfinished_assessment_blocks() -> None:
    found = facts(state=EnrolmentState.REFERRED, eligible=False)
    assert states(found)[1] == StepState.BLOCKED
    assert in_words(found, TODAY) == ("overdue", "Eligibility not finished")


def test_an_open_decision_names_the_physician_and_not_the_matter() -> None:
    found = facts(state=EnrolmentState.REFERRED, eligible=False, decision_open=True)
    assert details(found)[1] == "The physician decides"
    assert in_words(found, TODAY) == ("overdue", "Physician decides")


def test_an_eligible_patient_without_a_seat_is_due_for_the_group_visit() -> None:
    found = facts(state=EnrolmentState.ELIGIBLE)
    assert states(found)[2] == StepState.DUE
    assert in_words(found, TODAY) == ("due", "Group visit not booked")


def test_a_booked_group_visit_shows_its_day() -> None:
    found = facts(state=EnrolmentState.GROUP_BOOKED, seat=seat(SeatState.BOOKED, date(2026, 9, 10)))
    assert details(found)[2] == "Thu 10 Sep, 13:00"
    assert states(found)[4] == StepState.DUE  # five days can be booked ahead
    assert in_words(found, TODAY) == ("info", "Group visit Thu 10 Sep")


def test_a_group_visit_that_passed_without_attendance_blocks() -> None:
    found = facts(state=EnrolmentState.GROUP_BOOKED, seat=seat(SeatState.BOOKED, date(2026, 9, 8)))
    assert states(found)[2] == StepState.BLOCKED
    assert "attendance not recorded" in details(found)[2]


def test_an_attended_group_visit_leaves_the_decision_due() -> None:
    found = facts(state=EnrolmentState.GROUP_BOOKED, seat=seat(SeatState.ATTENDED, support_attended=False))
    assert states(found)[2:4] == ["Done", "Due"]
    assert details(found)[2] == "Tue 8 Sep, without support person"


def test_a_patient_who_was_absent_is_due_again() -> None:
    found = facts(state=EnrolmentState.ELIGIBLE, seat=seat(SeatState.ABSENT))
    assert states(found)[2] == StepState.DUE
    assert "book again" in details(found)[2]


def test_a_patient_not_cleared_is_blocked_at_clearing() -> None:
    assert states(facts(state=EnrolmentState.ELIGIBLE, seat=seat(SeatState.NOT_CLEARED)))[3] == StepState.BLOCKED


def test_a_cleared_patient_is_due_for_five_days() -> None:
    found = facts(seat=seat())
    assert states(found) == ["Done", "Done", "Done", "Done", "Due", "Later"]
    assert in_words(found, TODAY) == ("due", "Cleared, infusions not booked")
    assert headline(found, steps(found, TODAY)) == "No infusions booked: 1 due"


def test_missing_drivers_are_named_by_their_days() -> None:
    found = facts(seat=seat(), course=course(drivers=3))
    assert details(found)[5] == "3 of 5 days; Thu, Fri open"
    assert headline(found, steps(found, TODAY)) == "Not ready for Monday 14 September: 1 due"
    assert in_words(found, TODAY) == ("due", "2 days without a driver")


def test_with_all_drivers_the_patient_is_ready() -> None:
    found = facts(seat=seat(), course=course())
    assert states(found) == ["Done"] * 6
    assert headline(found, steps(found, TODAY)) == "Ready for Monday 14 September"
    assert in_words(found, TODAY) == ("ok", "Ready for Mon 14 Sep")
    assert details(found)[4] == "14–18 Sep, 08:40"


def test_in_treatment_counts_the_days_done() -> None:
    found = facts(seat=seat(), course=course(SequenceState.IN_PROGRESS, attended=2))
    assert in_words(found, MONDAY) == ("ok", "In treatment, 2 of 5 days done")


def test_an_interrupted_sequence_asks_for_a_decision() -> None:
    found = facts(seat=seat(), course=course(SequenceState.INTERRUPTED, attended=2))
    assert in_words(found, MONDAY) == ("overdue", "Interrupted, decision needed")


def test_enr_26_after_the_window_a_new_group_visit_is_due() -> None:
    later = TODAY + timedelta(days=60)
    found = facts(seat=seat())
    assert [step.state.value for step in steps(found, later)][2:5] == ["Due", "Later", "Later"]
    assert in_words(found, later) == ("due", "Group visit not booked")


def test_enr_26_a_finished_course_uses_its_clearing_up() -> None:
    friday = MONDAY + timedelta(days=4)
    found = facts(seat=seat(day=date(2026, 9, 9)), course=course(SequenceState.COMPLETED, attended=5))
    assert found.lapsed(friday)
    assert [step.state.value for step in steps(found, friday)] == [
        "Done",
        "Done",
        "Later",
        "Later",
        "Later",
        "Later",
    ]
    assert headline(found, steps(found, friday)) == "Course 1 completed"
    assert in_words(found, friday) == ("ok", "Course 1 completed")


def test_a_cancelled_course_leaves_the_clearing_for_another() -> None:
    found = facts(seat=seat(), course=course(SequenceState.CANCELLED))
    assert not found.lapsed(TODAY)
    assert in_words(found, TODAY) == ("due", "Cleared, infusions not booked")


def test_an_earlier_course_leaves_a_newer_clearing_alone() -> None:
    later = MONDAY + timedelta(days=30)
    found = facts(seat=seat(day=later), course=course(SequenceState.COMPLETED, attended=5))
    assert not found.lapsed(later)
    assert headline(found, steps(found, later)) == "No infusions booked: 1 due"


def test_nobody_assessed_shows_in_the_list() -> None:
    assert in_words(REFERRED, TODAY) == ("due", "Eligibility not recorded")


def test_a_declined_patient_has_nothing_planned() -> None:
    found = facts(state=EnrolmentState.DECLINED, eligible=False)
    assert headline(found, steps(found, TODAY)) == "Declined: nothing is planned"
    assert in_words(found, TODAY) == ("held", "Declined")
    assert states(found)[0] == StepState.BLOCKED


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 9, 14), date(2026, 9, 18), "14–18 Sep"),
        (date(2026, 9, 28), date(2026, 10, 2), "28 Sep–2 Oct"),
    ],
)
def test_a_span_names_its_month_once_where_it_can(first: date, last: date, words: str) -> None:
    assert span_words(first, last) == words
