"""On the day: check-in, support person, measurements, screen, teaching, questions, rebooking, the team's note."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Conflict, Refused
from scheduling import actions
from scheduling.models import (
    Biometrics,
    EducationGiven,
    GroupSeat,
    GroupVisit,
    GroupWait,
    HealthScreen,
    Patient,
    TeamNote,
)
from scheduling.queries.records import measured_by_seat, notes_of
from scheduling.states import EducationItem, EnrolmentState, HealthQuestion, SeatState
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

D = Decimal
NO = {str(question): False for question in HealthQuestion}


def refused(act: Any, **arguments: Any) -> set[str]:
    with pytest.raises(Refused) as caught:
        act(**arguments)
    return {problem.rule for problem in caught.value.problems}


@pytest.fixture
def booked(site: Site) -> GroupSeat:
    return make.seat(make.eligible_patient(site=site))


@pytest.fixture
def came(booked: GroupSeat, nurse: StaffUser) -> GroupSeat:
    return actions.check_in_seat(seat=booked, support_attended=True, by=nurse, at=NOW)


def test_check_in_takes_the_support_person_along(booked: GroupSeat, nurse: StaffUser) -> None:
    support = {"support_phone": " 216 555 9 ", "support_drives": True}
    seat = actions.check_in_seat(seat=booked, support_attended=True, support=support, by=nurse, at=NOW)
    seat.refresh_from_db()
    assert (seat.support_phone, seat.support_drives, seat.support_person) == ("216 555 9", True, "Paul Marrin")


def test_enr_77_a_second_first_check_in_with_another_answer_is_refused(came: GroupSeat, nurse: StaffUser) -> None:
    act: dict[str, Any] = {"seat": came, "by": nurse, "at": NOW, "first": True}
    with pytest.raises(Conflict) as caught:
        actions.check_in_seat(support_attended=False, **act)
    assert "came with support person" in str(caught.value)
    assert actions.check_in_seat(support_attended=True, **act).support_attended is True
    assert AuditEvent.objects.filter(event="seat checked in").count() == 1


def test_enr_77_a_field_somebody_else_filled_is_not_replaced(came: GroupSeat, nurse: StaffUser) -> None:
    actions.name_support(seat=came, support={"support_phone": "111"}, seen={"support_phone": ""}, by=nurse, at=NOW)
    with pytest.raises(Conflict) as caught:
        actions.name_support(
            seat=came, support={"support_phone": "222"}, seen={"support_phone": ""}, by=nurse, at=NOW
        )
    assert "“111”" in str(caught.value)
    actions.name_support(
        seat=came, support={"support_phone": "222"}, seen={"support_phone": "111"}, by=nurse, at=NOW
    )
    came.refresh_from_db()
    assert came.support_phone == "222"


def test_a_support_person_keeps_a_name(came: GroupSeat, nurse: StaffUser) -> None:
    assert refused(actions.name_support, seat=came, support={"support_person": " "}, by=nurse, at=NOW) == {
        "ENR-22"
    }


def test_enr_77_a_second_weight_is_refused_with_the_first_in_words(came: GroupSeat, nurse: StaffUser) -> None:
    first = actions.weigh_seat(seat=came, weight_kg=D("82.5"), by=nurse, at=NOW)
    assert actions.weigh_seat(seat=came, weight_kg=D("82.5"), by=nurse, at=NOW) == first
    with pytest.raises(Conflict) as caught:
        actions.weigh_seat(seat=came, weight_kg=D("84.0"), by=nurse, at=NOW)
    assert "82.5 kg" in str(caught.value)


def test_measurements_are_kept_field_by_field(came: GroupSeat, nurse: StaffUser) -> None:
    actions.measure_seat(seat=came, sbp=138, dbp=84, hr=72, by=nurse, at=NOW)
    actions.measure_seat(seat=came, spo2=97, height_cm=181, by=nurse, at=NOW)
    actions.measure_seat(seat=came, sbp=132, dbp=80, by=nurse, at=NOW, ecg_note="Sinus rhythm")
    known = measured_by_seat([came.pk], site_id=came.site_id)[came.pk]
    assert {name: one.value for name, one in known.readings.items()} == {
        "sbp": 132,
        "dbp": 80,
        "hr": 72,
        "spo2": 97,
        "height_cm": 181,
    }
    assert known.ecg_note == "Sinus rhythm"
    assert Biometrics.objects.count() == 3, "what was measured earlier stays"
    assert Patient.objects.get(pk=came.patient_id).height_cm == 181


def test_enr_75_nothing_is_altered_and_the_unusual_is_confirmed(came: GroupSeat, nurse: StaffUser) -> None:
    act: dict[str, Any] = {"seat": came, "by": nurse, "at": NOW}
    assert refused(actions.measure_seat, hr=251, **act) == {"ENR-75"}
    assert refused(actions.measure_seat, sbp=80, dbp=120, confirmed=frozenset({"ENR-75"}), **act) == {"ENR-75"}
    assert refused(actions.measure_seat, **act) == {"ENR-75"}
    assert not Biometrics.objects.exists()
    assert actions.measure_seat(hr=251, confirmed=frozenset({"ENR-75"}), **act).hr == 251


def test_enr_77_a_newer_measurement_is_not_hidden(came: GroupSeat, nurse: StaffUser) -> None:
    act: dict[str, Any] = {"seat": came, "by": nurse, "at": NOW}
    first = actions.measure_seat(sbp=138, dbp=84, seen=0, **act)
    with pytest.raises(Conflict) as caught:
        actions.measure_seat(sbp=128, dbp=84, seen=0, **act)
    assert "138 mmHg" in str(caught.value)
    actions.measure_seat(hr=70, seen=0, **act)
    assert actions.measure_seat(sbp=128, dbp=84, seen=first.pk, **act).sbp == 128


def test_nothing_is_recorded_before_the_check_in(booked: GroupSeat, nurse: StaffUser) -> None:
    act: dict[str, Any] = {"seat": booked, "by": nurse, "at": NOW}
    assert refused(actions.measure_seat, hr=70, **act) == {"ENR-23"}
    assert refused(actions.note_questions, questions="?", **act) == {"ENR-23"}
    assert refused(actions.screen_health, patient=booked.patient, answers=NO, note="", **act) == {"ENR-23"}
    assert refused(actions.teach_seat, item="ketamine", **act) == {"ENR-76"}
    assert refused(actions.teach_room, group=booked.group, item="ketamine", by=nurse, at=NOW) == {"ENR-76"}


def test_enr_71_a_screen_is_whole_or_not_there(came: GroupSeat, nurse: StaffUser) -> None:
    left = {name: no for name, no in NO.items() if name != "chest"}
    act: dict[str, Any] = {"patient": came.patient, "seat": came, "note": "", "by": nurse, "at": NOW}
    assert refused(actions.screen_health, answers=left, **act) == {"ENR-71"}
    assert not HealthScreen.objects.exists()
    assert actions.screen_health(answers=NO | {"chest": True}, **act).answers["chest"] is True


def test_enr_77_a_newer_screen_is_not_hidden(came: GroupSeat, nurse: StaffUser) -> None:
    act: dict[str, Any] = {"patient": came.patient, "seat": came, "note": "", "by": nurse, "at": NOW, "seen": 0}
    actions.screen_health(answers=NO | {"chest": True}, **act)
    with pytest.raises(Conflict, match="1 times yes"):
        actions.screen_health(answers=NO, **act)
    assert HealthScreen.objects.get().answers["chest"] is True


def test_a_returning_patient_is_screened_without_a_seat(site: Site, nurse: StaffUser) -> None:
    patient = make.cleared_patient(site=site)
    row = actions.screen_health(
        patient=patient, answers=NO, note="by phone", by=nurse, at=NOW + timedelta(days=60)
    )
    assert (row.seat, row.note) == (None, "by phone")


def test_enr_76_the_room_is_taught_once_and_the_late_comer_lacks_it(site: Site, nurse: StaffUser) -> None:
    group = make.group_visit(site=site)
    seats = [make.seat(make.eligible_patient(site=site), group=group) for _ in range(3)]
    for seat in seats[:2]:
        actions.check_in_seat(seat=seat, support_attended=True, by=nurse, at=NOW)
    actions.teach_seat(seat=seats[0], item="ketamine", by=nurse, at=NOW)
    assert len(actions.teach_room(group=group, item="ketamine", by=nurse, at=NOW)) == 1
    actions.check_in_seat(seat=seats[2], support_attended=True, by=nurse, at=NOW)
    assert not EducationGiven.objects.filter(seat=seats[2]).exists()
    assert [row.seat_id for row in actions.teach_room(group=group, item="ketamine", by=nurse, at=NOW)] == [
        seats[2].pk
    ]


def test_taking_the_room_back_leaves_what_was_ticked_for_one(came: GroupSeat, nurse: StaffUser) -> None:
    other = make.seat(make.eligible_patient(site=came.site), group=came.group)
    actions.check_in_seat(seat=other, support_attended=True, by=nurse, at=NOW)
    actions.teach_seat(seat=came, item="relaxation", by=nurse, at=NOW)
    actions.teach_room(group=came.group, item="relaxation", by=nurse, at=NOW)
    assert actions.take_back_room(group=came.group, item="relaxation", by=nurse, at=NOW) == 1
    assert [row.seat_id for row in EducationGiven.objects.filter(taken_back_at=None)] == [came.pk]
    actions.take_back_teaching(seat=came, item="relaxation", by=nurse, at=NOW)
    actions.take_back_teaching(seat=came, item="relaxation", by=nurse, at=NOW)
    assert EducationGiven.objects.count() == 2, "taken back, not deleted"
    actions.teach_seat(seat=came, item="relaxation", by=nurse, at=NOW)
    assert EducationGiven.objects.filter(taken_back_at=None).count() == 1


def test_what_is_not_taught_is_not_ticked(came: GroupSeat, nurse: StaffUser) -> None:
    assert refused(actions.teach_seat, seat=came, item="dancing", by=nurse, at=NOW) == {"ENR-76"}
    assert len(EducationItem) == 4


def test_enr_77_questions_of_another_tablet_are_kept(came: GroupSeat, nurse: StaffUser) -> None:
    actions.note_questions(seat=came, questions="May I eat?", seen="", by=nurse, at=NOW)
    with pytest.raises(Conflict, match="May I eat"):
        actions.note_questions(seat=came, questions="How long?", seen="", by=nurse, at=NOW)
    both = "May I eat? How long?"
    assert actions.note_questions(seat=came, questions=both, seen="May I eat?", by=nurse, at=NOW).questions == both


def test_enr_78_absent_and_rebooked_is_one_act(booked: GroupSeat, nurse: StaffUser) -> None:
    next_week = make.group_visit(site=booked.site, day=booked.group.date + timedelta(days=7))
    actions.name_support(seat=booked, support={"support_phone": "111", "support_drives": True}, by=nurse, at=NOW)
    new = actions.rebook_seat(seat=booked, group=next_week, by=nurse, at=NOW)
    booked.refresh_from_db()
    assert (booked.state, new.state, new.group) == (SeatState.ABSENT, SeatState.BOOKED, next_week)
    assert (new.support_person, new.support_phone, new.support_drives) == ("Paul Marrin", "111", True)


def test_enr_78_a_full_group_visit_leaves_the_seat_as_it_was(booked: GroupSeat, nurse: StaffUser) -> None:
    full = make.group_visit(site=booked.site, day=booked.group.date + timedelta(days=7), capacity=2)
    make.booked_patient(site=booked.site, group=full)
    assert refused(actions.rebook_seat, seat=booked, group=full, by=nurse, at=NOW) == {"ENR-20"}
    booked.refresh_from_db()
    assert booked.state == SeatState.BOOKED, "half of it is not kept"


def test_enr_78_who_is_here_is_not_rebooked(came: GroupSeat, nurse: StaffUser) -> None:
    other = make.group_visit(site=came.site, day=came.group.date + timedelta(days=7))
    assert refused(actions.rebook_seat, seat=came, group=other, by=nurse, at=NOW) == {"ENR-78"}


def test_absent_and_on_the_waiting_list_is_one_act(booked: GroupSeat, nurse: StaffUser) -> None:
    actions.wait_instead(seat=booked, by=nurse, at=NOW)
    assert GroupSeat.objects.get().state == SeatState.ABSENT
    assert GroupWait.objects.get().patient_id == booked.patient_id


def test_enr_79_each_note_is_a_version_and_the_latest_counts(came: GroupSeat, psychologist: StaffUser) -> None:
    act: dict[str, Any] = {"patient": came.patient, "by": psychologist, "at": NOW}
    first = actions.write_team_note(note="Sleeps badly.", goals=" Walk \n\n Sleep ", seen=0, **act)
    assert first.goals == "Walk\nSleep"
    with pytest.raises(Conflict):
        actions.write_team_note(note="Other.", goals="", seen=0, **act)
    actions.write_team_note(note="Sleeps better.", goals="", seen=first.pk, **act)
    assert [note.note for note in notes_of(came.patient_id, site_id=came.site_id)] == [
        "Sleeps better.",
        "Sleeps badly.",
    ]


def test_enr_79_nobody_else_writes_it(came: GroupSeat, nurse: StaffUser, physician: StaffUser) -> None:
    for by in (nurse, physician):
        arguments: dict[str, Any] = {"patient": came.patient, "note": "x", "goals": "", "by": by, "at": NOW}
        assert refused(actions.write_team_note, **arguments) == {"ENR-79"}
    assert not TeamNote.objects.exists()


def test_seats_of_another_site_are_not_found(came: GroupSeat, other_site: Site) -> None:
    stranger = make.actor("nurse", other_site)
    acts: tuple[tuple[Any, dict[str, Any]], ...] = (
        (actions.measure_seat, {"seat": came, "hr": 70}),
        (actions.teach_seat, {"seat": came, "item": "ketamine"}),
        (actions.note_questions, {"seat": came, "questions": "x"}),
    )
    for act, arguments in acts:
        with pytest.raises(GroupSeat.DoesNotExist):
            act(by=stranger, at=NOW, **arguments)
    with pytest.raises(GroupVisit.DoesNotExist):
        actions.teach_room(group=came.group, item="ketamine", by=stranger, at=NOW)
    with pytest.raises(Patient.DoesNotExist):
        actions.screen_health(patient=came.patient, answers=NO, note="", by=stranger, at=NOW)


def test_a_decided_seat_takes_nothing_more(site: Site, nurse: StaffUser) -> None:
    seat = GroupSeat.objects.get(patient=make.cleared_patient(site=site))
    assert Patient.objects.get(pk=seat.patient_id).state == EnrolmentState.CLEARED
    assert refused(actions.measure_seat, seat=seat, hr=70, by=nurse, at=NOW) == {"ENR-23"}
