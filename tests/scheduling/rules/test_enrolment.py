"""Where a patient stands, in the words of a list."""

from datetime import date, timedelta

import pytest

from scheduling.rules.enrolment import in_words, span_words
from scheduling.states import EnrolmentState, SeatState, SequenceState
from tests.scheduling.rules.enrolled import MONDAY, REFERRED, TODAY, course, facts, seat


def test_nobody_assessed_shows_in_the_list() -> None:
    assert in_words(REFERRED, TODAY) == ("due", "Eligibility not recorded")


def test_an_unfinished_assessment_is_said_without_the_matter() -> None:
    assert in_words(facts(state="referred", eligible=False), TODAY) == ("overdue", "Eligibility not finished")
    found = facts(state="referred", eligible=False, decision_open=True, undecided=("ketamine misuse",))
    assert in_words(found, TODAY) == ("overdue", "Physician decides")


@pytest.mark.parametrize(
    ("state", "place", "words"),
    [
        (EnrolmentState.ELIGIBLE, None, ("due", "Group visit not booked")),
        (
            EnrolmentState.GROUP_BOOKED,
            seat(SeatState.BOOKED, date(2026, 9, 10)),
            ("info", "Group visit Thu 10 Sep"),
        ),
        (EnrolmentState.CLEARED, seat(), ("due", "Cleared, infusions not booked")),
        (EnrolmentState.DECLINED, None, ("held", "Declined")),
        (EnrolmentState.MERGED, None, ("held", "Merged into another record")),
    ],
)
def test_the_first_open_thing_stands_in_the_list(state: str, place: object, words: tuple[str, str]) -> None:
    assert in_words(facts(state=state, seat=place), TODAY) == words


def test_missing_drivers_are_counted() -> None:
    assert in_words(facts(seat=seat(), course=course(drivers=3)), TODAY) == ("due", "2 days without a driver")


def test_booked_days_do_not_claim_readiness() -> None:
    assert in_words(facts(seat=seat(), course=course()), TODAY) == ("info", "Infusions from Mon 14 Sep")


def test_in_treatment_counts_the_days_done() -> None:
    found = facts(seat=seat(), course=course(SequenceState.IN_PROGRESS, attended=2))
    assert in_words(found, MONDAY) == ("ok", "In treatment, 2 of 5 days done")


def test_an_interrupted_sequence_asks_for_a_decision() -> None:
    found = facts(seat=seat(), course=course(SequenceState.INTERRUPTED, attended=2))
    assert in_words(found, MONDAY) == ("overdue", "Interrupted, decision needed")


def test_enr_58_put_off_is_said_with_its_day_and_becomes_due_on_it() -> None:
    found = facts(state=EnrolmentState.REFERRED, eligible=False, reassess_on=TODAY + timedelta(days=1))
    words = in_words(found, TODAY)
    assert (words[0], words[1].startswith("Assess again from ")) == ("held", True)
    assert in_words(found, TODAY + timedelta(days=1))[0] == "due"


def test_enr_52_not_eligible_by_the_answers_is_said() -> None:
    found = facts(state=EnrolmentState.REFERRED, eligible=False, unsuitable=True)
    assert in_words(found, TODAY) == ("overdue", "Not eligible")


def test_enr_26_a_clearing_without_a_course_lapses_with_its_window() -> None:
    later = TODAY + timedelta(days=60)
    assert in_words(facts(seat=seat()), later) == ("due", "Group visit not booked")


def test_enr_60_a_finished_course_leaves_its_clearing_for_another_as_long_as_it_holds() -> None:
    done = course(SequenceState.COMPLETED, attended=5)
    found = facts(seat=seat(), course=done, finished=done)
    friday = MONDAY + timedelta(days=4)
    assert in_words(found, friday) == ("ok", "Course 1 completed")
    assert not found.lapsed(friday)
    assert found.lapsed(date(2026, 9, 8) + timedelta(days=found.clearance_days))
    assert not found.lapsed(date(2026, 9, 8) + timedelta(days=found.clearance_days - 1))


def test_a_clearing_is_not_stale_while_a_course_runs_on_it() -> None:
    found = facts(seat=seat(), course=course(SequenceState.IN_PROGRESS, attended=4))
    assert not found.stale(MONDAY + timedelta(days=30))


def test_a_cancelled_course_leaves_the_clearing_for_another() -> None:
    found = facts(seat=seat(), course=course(SequenceState.CANCELLED))
    assert not found.lapsed(TODAY)
    assert in_words(found, TODAY) == ("due", "Cleared, infusions not booked")


def test_an_earlier_course_leaves_a_newer_clearing_alone() -> None:
    later = MONDAY + timedelta(days=30)
    found = facts(seat=seat(day=later), course=course(SequenceState.COMPLETED, attended=5))
    assert not found.lapsed(later)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 9, 14), date(2026, 9, 18), "14–18 Sep"),
        (date(2026, 9, 28), date(2026, 10, 2), "28 Sep–2 Oct"),
    ],
)
def test_a_span_names_its_month_once_where_it_can(first: date, last: date, words: str) -> None:
    assert span_words(first, last) == words
