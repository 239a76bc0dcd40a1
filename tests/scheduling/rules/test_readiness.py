"""The ten gates: each state at its edge, the order, what who only books reads."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kitclinic.roles import Permission
from scheduling.rules.enrolment import ConsentView, EnrolmentFacts
from scheduling.rules.readiness import KEYS, Gate, GateState, Strip, enrolment_gates, strip
from scheduling.states import EnrolmentState, SeatState, SequenceState
from tests.scheduling.rules.enrolled import CONSENT, FRIDAY, MONDAY, REFERRED, TODAY, course, facts, seat

READY = facts(seat=seat(), course=course(), consent=CONSENT)
RIGHT = [
    Gate("baseline", "Baseline questions", GateState.DONE, "2 of 2 answered"),
    Gate("pregnancy", "Pregnancy test", GateState.NOT_APPLICABLE, clinical="hysterectomy 2011, Dr Imai"),
    Gate("order", "Order signed", GateState.DONE, who="Dr Imai"),
]


def gates(found: EnrolmentFacts, today: date = TODAY) -> dict[str, Gate]:
    return {gate.key: gate for gate in enrolment_gates(found, today=today)}


def kinds(found: EnrolmentFacts, today: date = TODAY) -> list[str]:
    return [gate.kind for gate in gates(found, today).values()]


def whole(found: EnrolmentFacts, *, clinical: bool = True, right: list[Gate] | None = None) -> Strip:
    return strip([*enrolment_gates(found, today=TODAY), *(right or RIGHT)], found, clinical=clinical)


def test_enr_80_there_are_ten_gates_in_the_order_of_the_way_in() -> None:
    shown = whole(READY)
    assert [gate.key for gate in shown.gates] == list(KEYS)
    assert len(shown.gates) == 10
    assert (shown.headline, shown.words) == ("Ready for Monday 14 September", "Ready, 10 of 10")
    assert shown.tally == "9 done, 1 not applicable"


def test_enr_82_a_referred_patient_is_due_for_eligibility_and_the_rest_waits() -> None:
    assert kinds(REFERRED) == ["done", "due", "wait", "wait", "wait", "wait", "wait"]
    found = gates(REFERRED)
    assert found["referral"].line == "Mon 3 Aug, Nkem Osei"
    assert found["referral"].url_name == "", "an imported patient has no referral to open"
    assert found["group"].detail == "After eligibility"
    assert [key for key, gate in found.items() if gate.todo] == ["eligible"]


def test_an_accepted_referral_can_be_opened_from_its_gate_by_who_finds_patients() -> None:
    gate = gates(replace(REFERRED, referral=12))["referral"]
    assert (gate.url_name, gate.url_key) == ("scheduling:referral", 12)
    assert gate.permission == Permission.FIND_PATIENTS
    assert gate.todo is None


@pytest.mark.parametrize("key", ["group", "cleared", "consent", "sequence", "driver"])
def test_enr_82_a_gate_that_waits_says_for_what_and_is_no_act(key: str) -> None:
    gate = gates(REFERRED)[key]
    assert gate.word == "Due later"
    assert gate.detail
    assert gate.todo is None


def test_enr_58_put_off_blocks_its_gate_until_the_day() -> None:
    for days, state in ((1, GateState.BLOCKED), (0, GateState.DUE), (-1, GateState.DUE)):
        day = TODAY + timedelta(days=days)
        gate = gates(facts(state=EnrolmentState.REFERRED, eligible=False, reassess_on=day))["eligible"]
        assert (gate.state, gate.detail.startswith("Assess again from ")) == (state, True)


def test_enr_52_answers_that_speak_against_it_block_the_gate_with_their_word() -> None:
    gate = gates(facts(state=EnrolmentState.REFERRED, eligible=False, unsuitable=True))["eligible"]
    assert (gate.state, gate.detail) == (GateState.BLOCKED, "Not eligible")


def test_an_unfinished_assessment_blocks() -> None:
    gate = gates(facts(state=EnrolmentState.REFERRED, eligible=False))["eligible"]
    assert (gate.state, gate.detail) == (GateState.BLOCKED, "Not finished")


@pytest.mark.parametrize(("eligible", "state"), [(True, GateState.DUE), (False, GateState.BLOCKED)])
def test_enr_81_an_open_decision_names_the_physician_and_the_matter_only_to_clinical_readers(
    eligible: bool, state: GateState
) -> None:
    found = facts(state="eligible", eligible=eligible, decision_open=True, undecided=("liver failure",))
    assert gates(found)["eligible"].state == state
    plain, full = whole(found, clinical=False).gates[1], whole(found).gates[1]
    assert plain.line == "The physician decides"
    assert full.line == "Not decided: liver failure"


def test_a_seat_on_the_day_is_checked_in_by_who_leads_and_before_it_only_looked_at() -> None:
    booked = facts(state="group_booked", seat=seat(SeatState.BOOKED, TODAY))
    assert gates(booked)["group"].todo.title == "Check in, weigh, screen"  # type: ignore[union-attr]
    assert gates(booked, TODAY - timedelta(days=1))["group"].detail == "Wed 9 Sep, 13:00"
    late = gates(booked, TODAY + timedelta(days=1))["group"]
    assert (late.state, late.detail) == (GateState.BLOCKED, "Wed 9 Sep, 13:00, attendance not recorded")


@pytest.mark.parametrize(
    ("state", "group", "cleared"),
    [
        (SeatState.ATTENDED, "done", "due"),
        (SeatState.REVIEW, "done", "due"),
        (SeatState.CLEARED, "done", "done"),
        (SeatState.NOT_CLEARED, "due", "blocked"),
        (SeatState.ABSENT, "due", "wait"),
    ],
)
def test_each_state_of_the_seat_has_its_gates(state: str, group: str, cleared: str) -> None:
    found = gates(facts(state=EnrolmentState.ELIGIBLE, seat=seat(state)))
    assert (found["group"].kind, found["cleared"].kind) == (group, cleared)


def test_absent_says_when_and_asks_for_another_seat() -> None:
    gate = gates(facts(state=EnrolmentState.ELIGIBLE, seat=seat(SeatState.ABSENT)))["group"]
    assert gate.detail == "Absent on Tue 8 Sep, book again"
    assert gate.url_name == "scheduling:seat_new"


def test_enr_81_conditions_of_a_clearing_are_clinical() -> None:
    found = facts(seat=seat(conditions="only with an escort"), consent=CONSENT)
    assert "only with an escort" in whole(found).gates[3].line
    assert whole(found, clinical=False).gates[3].line.endswith("with conditions")


@pytest.mark.parametrize(
    ("consent", "place", "kind"),
    [
        (None, None, "wait"),
        (None, seat(SeatState.BOOKED, MONDAY), "wait"),
        (None, seat(SeatState.ATTENDED), "due"),
        (CONSENT, seat(), "done"),
        (replace(CONSENT, withdrawn_on=TODAY), seat(), "blocked"),
    ],
)
def test_consent_waits_for_the_visit_then_is_due_and_a_withdrawn_one_blocks(
    consent: ConsentView | None, place: Any, kind: str
) -> None:
    assert gates(facts(state="group_booked", seat=place, consent=consent))["consent"].kind == kind


def test_missing_drivers_are_named_by_their_days_and_wanted_before_the_first() -> None:
    gate = gates(facts(seat=seat(), course=course(drivers=3)))["driver"]
    assert gate.detail == "3 of 5 days; Thu, Fri open"
    assert gate.todo is not None
    assert gate.todo.by == FRIDAY - timedelta(days=1)
    assert "Thu 17 Sep, Fri 18 Sep" in gate.todo.title


def test_an_interrupted_sequence_blocks_until_somebody_decides() -> None:
    gate = gates(facts(seat=seat(), course=course(SequenceState.INTERRUPTED, attended=2)))["sequence"]
    assert (gate.kind, gate.url_name) == ("blocked", "scheduling:sequence_end")


def test_a_course_in_treatment_keeps_its_group_visit_however_long_ago() -> None:
    found = facts(seat=seat(), course=course(SequenceState.IN_PROGRESS, attended=4), consent=CONSENT)
    assert kinds(found, MONDAY + timedelta(days=20)) == ["done"] * 7


def test_enr_26_after_the_window_a_new_group_visit_is_due() -> None:
    found = gates(facts(seat=seat()), TODAY + timedelta(days=60))
    assert (found["group"].kind, found["cleared"].kind, found["sequence"].kind) == ("due", "wait", "wait")
    assert found["eligible"].todo is not None


def test_enr_60_after_a_finished_course_nothing_is_asked_while_the_clearing_holds() -> None:
    done = course(SequenceState.COMPLETED, attended=5)
    found = facts(seat=seat(), course=done, finished=done, consent=CONSENT)
    assert kinds(found, FRIDAY) == ["done", "done", "done", "done", "done", "wait", "wait"]
    assert whole(found).headline == "Course 1 completed"


def test_the_headline_counts_blocked_and_due_but_not_what_waits() -> None:
    held = Gate("order", "Order signed", GateState.BLOCKED, "Held")
    test = Gate("pregnancy", "Pregnancy test", GateState.DUE, quiet=True)
    shown = whole(facts(seat=seat(), course=course(drivers=3), consent=CONSENT), right=[held, test, RIGHT[0]])
    assert shown.headline == "Not ready for Monday 14 September: 1 blocked, 1 due"
    assert shown.words == "7 of 10, blocked: order signed"
    quiet = whole(READY, right=[RIGHT[2], test, RIGHT[0]])
    assert quiet.headline == "Nothing to do before Monday 14 September"
    assert quiet.words == "9 of 10, next: pregnancy test"


@pytest.mark.parametrize("state", [EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN, EnrolmentState.MERGED])
def test_when_the_referral_is_over_nothing_else_is_open(state: str) -> None:
    shown = whole(
        facts(state=state, eligible=False), right=[RIGHT[0], replace(RIGHT[1], state=GateState.DUE), RIGHT[2]]
    )
    assert [gate.key for gate in shown.gates if gate.is_open] == ["referral"]
    assert shown.headline.endswith(": nothing is planned")


@pytest.mark.parametrize(
    ("state", "shown", "line"),
    [
        (GateState.NOT_APPLICABLE, GateState.DONE, "Nothing is open"),
        (GateState.DONE, GateState.DONE, "Nothing is open"),
        (GateState.BLOCKED, GateState.BLOCKED, "The physician decides"),
        (GateState.DUE, GateState.DUE, "On Mon 14 Sep, before the start"),
    ],
)
def test_enr_81_the_pregnancy_test_is_a_medical_check_to_who_only_books(
    state: GateState, shown: GateState, line: str
) -> None:
    gate = Gate(
        "pregnancy", "Pregnancy test", state, "On Mon 14 Sep, before the start", "a clinical word", when=None
    )
    seen = whole(READY, clinical=False, right=[RIGHT[0], gate, RIGHT[2]]).gates[7]
    assert (seen.name, seen.state, seen.line) == ("Medical check", shown, line)
    assert "regnan" not in whole(READY, clinical=False, right=[RIGHT[0], gate, RIGHT[2]]).spoken
