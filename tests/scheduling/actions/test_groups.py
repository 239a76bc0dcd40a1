"""Group visits: plan, seat, check in, weigh, clear."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from scheduling import actions
from scheduling.actions import Assessment
from scheduling.models import GroupSeat, GroupVisit, Patient
from scheduling.states import EnrolmentState, GroupVisitState, PregnancyState, SeatState, Verdict
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

D = Decimal


def refused_rules(act: Any, **arguments: Any) -> set[str]:
    with pytest.raises(Refused) as refused:
        act(**arguments)
    return {problem.rule for problem in refused.value.problems}


@pytest.fixture
def booked(site: Site) -> GroupSeat:
    return make.seat(make.eligible_patient(site=site))


@pytest.fixture
def came(booked: GroupSeat, nurse: StaffUser) -> GroupSeat:
    return actions.check_in_seat(seat=booked, support_attended=True, by=nurse, at=NOW)


def events(name: str) -> int:
    return AuditEvent.objects.filter(event=name).count()


def test_a_group_visit_is_planned_with_two_leads(site: Site, scheduler: StaffUser) -> None:
    group = make.group_visit(site=site, by=scheduler)
    assert (group.state, group.capacity) == (GroupVisitState.PLANNED, 12)
    assert events("group visit planned") == 1


def test_enr_21_leads_are_of_their_professions_and_of_this_clinic(
    site: Site, other_site: Site, physician: StaffUser
) -> None:
    stranger = people.staff("psychologist", site=other_site)
    assert refused_rules(make.group_visit, site=site, psychologist=physician) == {"ENR-21"}
    assert refused_rules(make.group_visit, site=site, psychologist=stranger) == {"ENR-21"}


def test_a_group_visit_is_not_planned_in_the_past_or_for_one_person(site: Site) -> None:
    yesterday = site.today(NOW) - timedelta(days=1)
    assert refused_rules(make.group_visit, site=site, day=yesterday) == {"ENR-25"}
    assert refused_rules(make.group_visit, site=site, capacity=1) == {"ENR-20"}


def test_a_seat_moves_the_patient_to_group_visit_booked(booked: GroupSeat) -> None:
    assert (booked.state, booked.support_person) == (SeatState.BOOKED, "Paul Marrin")
    assert Patient.objects.get(pk=booked.patient_id).state == EnrolmentState.GROUP_BOOKED
    assert events("seat booked") == 1


def test_enr_20_the_last_seat_is_the_last(site: Site) -> None:
    group = make.group_visit(site=site, capacity=3)
    make.booked_patient(site=site, group=group)
    late = make.eligible_patient(site=site)
    assert refused_rules(make.seat, patient=late, group=group) == {"ENR-20"}


def test_a_patient_who_was_absent_leaves_the_seat_free(site: Site, nurse: StaffUser) -> None:
    group = make.group_visit(site=site, capacity=2)
    first = make.seat(make.eligible_patient(site=site), group=group)
    actions.mark_seat_absent(seat=first, by=nurse, at=NOW)
    assert make.seat(make.eligible_patient(site=site), group=group).state == SeatState.BOOKED


def test_enr_22_a_seat_names_the_support_person(site: Site, scheduler: StaffUser) -> None:
    patient, group = make.eligible_patient(site=site), make.group_visit(site=site)
    assert refused_rules(
        actions.book_seat, group=group, patient=patient, support_person=" ", by=scheduler, at=NOW
    ) == {"ENR-22"}


def test_enr_25_a_referred_patient_gets_no_seat(site: Site) -> None:
    assert refused_rules(make.seat, patient=make.patient(site=site)) == {"ENR-25"}


def test_enr_25_one_open_seat_a_patient(site: Site) -> None:
    patient = make.booked_patient(site=site)
    other = make.group_visit(site=site, day=site.today(NOW) + timedelta(days=1))
    assert refused_rules(make.seat, patient=patient, group=other) == {"ENR-25"}


def test_enr_25_a_group_visit_that_was_held_takes_nobody(site: Site, nurse: StaffUser) -> None:
    group = make.group_visit(site=site)
    actions.mark_group_held(group=group, by=nurse, at=NOW)
    assert refused_rules(make.seat, patient=make.eligible_patient(site=site), group=group) == {"ENR-25"}


def test_the_last_assessment_counts_for_a_seat(site: Site, physician: StaffUser) -> None:
    patient = make.eligible_patient(site=site)
    actions.assess_eligibility(
        patient=patient, assessment=Assessment(make.facts()), by=physician, at=NOW, verdict=Verdict.OPEN
    )
    assert refused_rules(make.seat, patient=patient) == {"ENR-25"}


def test_a_cancelled_seat_can_be_booked_again(booked: GroupSeat, scheduler: StaffUser) -> None:
    assert refused_rules(actions.cancel_seat, seat=booked, by=scheduler, at=NOW, reason="") == {"ENR-25"}
    actions.cancel_seat(seat=booked, by=scheduler, at=NOW, reason="Cannot come that day.")
    patient = Patient.objects.get(pk=booked.patient_id)
    assert patient.state == EnrolmentState.ELIGIBLE
    assert make.seat(patient).state == SeatState.BOOKED
    assert events("seat cancelled") == 1


def test_check_in_records_the_support_person_and_can_be_said_again(came: GroupSeat, nurse: StaffUser) -> None:
    assert (came.state, came.support_attended) == (SeatState.ATTENDED, True)
    again = actions.check_in_seat(seat=came, support_attended=False, by=nurse, at=NOW)
    assert (again.state, again.support_attended) == (SeatState.ATTENDED, False)
    assert events("seat checked in") == 2


def test_enr_27_nobody_is_checked_in_before_the_day(site: Site, nurse: StaffUser) -> None:
    group = make.group_visit(site=site, day=site.today(NOW) + timedelta(days=1))
    seat = make.seat(make.eligible_patient(site=site), group=group)
    assert refused_rules(actions.check_in_seat, seat=seat, support_attended=True, by=nurse, at=NOW) == {"ENR-27"}
    assert refused_rules(actions.mark_seat_absent, seat=seat, by=nurse, at=NOW) == {"ENR-27"}


def test_a_decided_seat_is_not_checked_in_again(site: Site, nurse: StaffUser) -> None:
    seat = GroupSeat.objects.get(patient=make.cleared_patient(site=site))
    assert refused_rules(actions.check_in_seat, seat=seat, support_attended=False, by=nurse, at=NOW) == {"STA-01"}


def test_an_absent_patient_can_be_booked_again(booked: GroupSeat, nurse: StaffUser) -> None:
    absent = actions.mark_seat_absent(seat=booked, by=nurse, at=NOW)
    assert absent.state == SeatState.ABSENT
    assert Patient.objects.get(pk=booked.patient_id).state == EnrolmentState.ELIGIBLE
    assert events("seat marked absent") == 1


def test_a_weight_needs_the_patient_there(booked: GroupSeat, nurse: StaffUser) -> None:
    assert refused_rules(actions.weigh_seat, seat=booked, weight_kg=D("82.5"), by=nurse, at=NOW) == {"ENR-23"}


def test_a_corrected_weight_takes_the_place_on_the_seat(came: GroupSeat, nurse: StaffUser) -> None:
    wrong = actions.weigh_seat(seat=came, weight_kg=D("82.5"), by=nurse, at=NOW)
    right = actions.weigh_seat(
        seat=came, weight_kg=D("83.5"), by=nurse, at=NOW, corrects=wrong, reason="read wrongly"
    )
    came.refresh_from_db()
    assert came.weight == right
    assert right.corrects == wrong


def test_enr_23_clearing_names_everything_that_is_missing(
    booked: GroupSeat, nurse: StaffUser, physician: StaffUser
) -> None:
    actions.check_in_seat(seat=booked, support_attended=False, by=nurse, at=NOW)
    with pytest.raises(Refused) as refused:
        actions.clear_seat(seat=booked, by=physician, at=NOW)
    missing = {problem.field for problem in refused.value.problems}
    assert missing == {"support_attended", "weight_kg", "screen", "consent"}


def test_enr_13_clearing_asks_for_the_pregnancy_answer(site: Site, nurse: StaffUser, physician: StaffUser) -> None:
    patient = make.patient(site=site)
    make.assess(patient, childbearing_potential=True)
    seat = make.seat(patient)
    make.ready_seat(seat)
    assert refused_rules(actions.clear_seat, seat=seat, by=physician, at=NOW) == {"ENR-13"}
    make.assess(
        patient,
        childbearing_potential=True,
        pregnancy=PregnancyState.NEGATIVE,
        pregnancy_tested_on=site.today(NOW),
    )
    assert actions.clear_seat(seat=seat, by=physician, at=NOW).state == SeatState.CLEARED


def test_clearing_moves_the_patient_and_says_who_decided(came: GroupSeat, physician: StaffUser) -> None:
    make.ready_seat(came)
    cleared = actions.clear_seat(seat=came, by=physician, at=NOW, note="Well prepared.")
    assert (cleared.decided_by, cleared.decided_at) == (physician, NOW)
    assert Patient.objects.get(pk=came.patient_id).state == EnrolmentState.CLEARED
    assert events("seat cleared") == 1


@pytest.mark.parametrize(("final", "state"), [(False, "eligible"), (True, "declined")])
def test_not_clearing_needs_a_note(came: GroupSeat, physician: StaffUser, final: bool, state: str) -> None:
    assert refused_rules(actions.decline_seat, seat=came, note=" ", by=physician, at=NOW) == {"ENR-23"}
    actions.decline_seat(seat=came, note="Wants time.", by=physician, at=NOW, final=final)
    assert Patient.objects.get(pk=came.patient_id).state == state
    assert events("seat not cleared") == 1


def test_a_group_visit_closes_when_everybody_is_decided(
    came: GroupSeat, nurse: StaffUser, physician: StaffUser
) -> None:
    assert refused_rules(actions.mark_group_held, group=came.group, by=nurse, at=NOW) == {"ENR-23"}
    actions.decline_seat(seat=came, note="Wants time.", by=physician, at=NOW)
    assert actions.mark_group_held(group=came.group, by=nurse, at=NOW).state == GroupVisitState.HELD
    assert events("group visit held") == 1


def test_a_seat_of_another_site_is_not_found(booked: GroupSeat, other_site: Site) -> None:
    with pytest.raises(GroupSeat.DoesNotExist):
        actions.check_in_seat(seat=booked, support_attended=True, by=make.actor("nurse", other_site), at=NOW)


def test_a_returning_patient_comes_to_a_second_group_visit(site: Site) -> None:
    patient = make.cleared_patient(site=site)
    later = NOW + timedelta(days=60)
    make.assess(patient, at=later)
    second = make.seat(patient, group=make.group_visit(site=site, at=later), at=later)
    assert GroupVisit.objects.count() == 2
    assert second.patient == patient
