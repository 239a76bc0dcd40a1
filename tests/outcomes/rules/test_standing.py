"""The gate of the baseline questionnaires at its edges, and the columns on the calendar."""

from datetime import date, time, timedelta

import pytest

from outcomes.rules.standing import baseline_gate, calendar
from outcomes.rules.windows import Infusion, Score
from scheduling.rules.enrolment import EnrolmentFacts
from scheduling.rules.readiness import Gate
from scheduling.states import SeatState
from tests.scheduling.rules.enrolled import FRIDAY, MONDAY, REFERRED, TODAY, course, facts, seat

ASKED = frozenset({"PHQ-9", "GAD-7"})
BOOKED = facts(seat=seat(), course=course())


def score(name: str, day: date) -> Score:
    return Score(name, day, time(9), 90)


def both(day: date) -> list[Score]:
    return [score("PHQ-9", day), score("GAD-7", day)]


def gate(
    found: EnrolmentFacts = BOOKED,
    scores: list[Score] | None = None,
    infusions: list[Infusion] | None = None,
    sent_on: date | None = None,
    today: date = TODAY,
) -> Gate:
    return baseline_gate(
        found, scores=scores or [], infusions=infusions or [], asked=ASKED, sent_on=sent_on, today=today
    )


@pytest.mark.parametrize(("days", "kind"), [(0, "done"), (100, "done"), (101, "due")])
def test_enr_86_a_baseline_is_from_the_last_hundred_days_before_the_planned_first_infusion(
    days: int, kind: str
) -> None:
    assert gate(scores=both(MONDAY - timedelta(days=days)), today=MONDAY).kind == kind


def test_enr_86_one_of_two_is_due_and_says_so() -> None:
    found = gate(scores=[score("PHQ-9", TODAY)], sent_on=date(2026, 9, 7))
    assert (found.kind, found.detail) == ("due", "1 of 2 answered, link sent Mon 7 Sep")
    assert found.todo is not None
    assert (found.todo.title, found.todo.by) == ("Remind: 1 questionnaire open", MONDAY)


def test_enr_86_measures_the_clinic_does_not_ask_do_not_count() -> None:
    assert gate(scores=[score("Pain interference", TODAY)]).detail == "0 of 2 answered"


def test_enr_86_after_the_first_infusion_a_missing_baseline_is_not_asked_for() -> None:
    late = gate(scores=both(MONDAY + timedelta(days=1)), infusions=[Infusion(MONDAY, time(9))], today=FRIDAY)
    assert (late.kind, late.detail) == ("na", "0 of 2 answered before the first infusion")


def test_enr_86_an_answer_after_the_start_on_the_first_day_is_too_late() -> None:
    infusion = [Infusion(MONDAY, time(8))]
    assert gate(scores=both(MONDAY), infusions=infusion, today=MONDAY).kind == "na"


def test_before_anybody_has_a_seat_the_questionnaires_wait() -> None:
    assert gate(REFERRED).kind == "wait"
    assert gate(REFERRED, sent_on=TODAY).kind == "due"
    assert gate(facts(state="group_booked", seat=seat(SeatState.BOOKED, MONDAY))).kind == "due"


def test_the_calendar_of_a_first_course_is_planned_from_its_last_day() -> None:
    found = calendar([], [], asked=ASKED, booked=(MONDAY, FRIDAY), today=TODAY)
    assert [(one.name, one.first_day) for one in found][:2] == [
        ("baseline", MONDAY - timedelta(days=100)),
        ("last infusion", FRIDAY + timedelta(days=1)),
    ]
    assert [one.answered is None for one in found] == [False, True, True, True]


def test_a_further_course_ends_the_follow_ups_of_the_one_before() -> None:
    before = [Infusion(MONDAY - timedelta(days=60), time(9))]
    found = calendar([], before, asked=ASKED, booked=(MONDAY, FRIDAY), today=TODAY)
    assert [one.name for one in found] == [
        "baseline",
        "last infusion",
        "3 months",
        "last infusion",
        "3 months",
        "6 months",
    ]
    assert found[2].last_day == MONDAY - timedelta(days=1)


def test_without_infusions_and_plans_there_is_no_calendar() -> None:
    assert calendar([], [], asked=ASKED, booked=None, today=TODAY) == []
