from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kitclinic.models import AuditEvent, Site, StaffUser, Transition
from kitclinic.problems import Refused
from scheduling.actions import (
    book_sequence,
    cancel_sequence,
    mark_arrived,
    mark_attended,
    mark_missed,
    name_driver,
)
from scheduling.models import Patient, SuiteDay, Visit
from scheduling.queries.plans import day_plans
from scheduling.rules.breaches import breaches
from scheduling.states import EnrolmentState, SequenceState, VisitState
from tests.factories.suite import (
    MONDAY,
    STARTS_56,
    attend,
    before,
    booked_sequence,
    fill,
    open_week,
    patient_for,
    visits_of,
)

pytestmark = pytest.mark.django_db
NINE = 540


def rules(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.rule for problem in refused.value.problems}


def refused_booking(site: Site, by: StaffUser, **changes: Any) -> pytest.ExceptionInfo[Refused]:
    """Try to book and return the refusal; nothing may have been written."""
    patient = changes.pop("patient", None) or patient_for(site, MONDAY)
    count = Visit.objects.count()
    asked = {"first_day": MONDAY, "start_minute": NINE, "at": before(site, MONDAY)} | changes
    with pytest.raises(Refused) as refused:
        book_sequence(patient=patient, by=by, **asked)
    assert Visit.objects.count() == count
    return refused


def test_five_visits_at_one_clock_time_in_one_chair(site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site, by=scheduler, start_minute=545)
    visits = visits_of(sequence)
    assert [visit.date for visit in visits] == site.week_of(MONDAY)
    assert [visit.day_index for visit in visits] == [1, 2, 3, 4, 5]
    assert {visit.start_minute for visit in visits} == {545}
    assert len({visit.chair for visit in visits}) == 1
    assert {visit.state for visit in visits} == {VisitState.BOOKED}
    assert visits[0].leaves_minute == 545 + 80
    assert sequence.state == SequenceState.CONFIRMED
    assert sequence.seat is not None


def test_booking_writes_transitions_audit_and_versions(site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    versions = dict(SuiteDay.objects.values_list("date", "version"))
    sequence = booked_sequence(site, by=scheduler)
    event = AuditEvent.objects.get(event="sequence_booked")
    assert (event.by, event.subject_id, event.patient_id) == (scheduler, sequence.pk, sequence.patient_id)
    assert event.detail["first_day"] == "2026-09-14"
    assert Transition.objects.filter(subject="scheduling_visit", to_state="booked").count() == 5
    assert Transition.objects.get(subject="scheduling_sequence").to_state == "confirmed"
    assert dict(SuiteDay.objects.values_list("date", "version")) == {day: n + 1 for day, n in versions.items()}


def test_a_chair_wish_is_kept_where_the_chair_is_free(site: Site) -> None:
    assert {visit.chair for visit in visits_of(booked_sequence(site, chair_wish=6))} == {6}


def test_sch_17_a_later_visit_changes_its_chair_where_the_new_one_would_not_fit(
    site: Site, scheduler: StaffUser
) -> None:
    site.chairs = 2
    site.save()
    booked_sequence(site, start_minute=450, chair_wish=1)
    later = booked_sequence(site, start_minute=540, chair_wish=2)
    between = booked_sequence(site, start_minute=500)
    assert {visit.chair for visit in visits_of(later)} == {1}
    assert {visit.chair for visit in visits_of(between)} == {2}
    moved = AuditEvent.objects.get(event="sequence_booked", subject_id=between.pk).detail["chair_moves"]
    assert moved == [[visit.pk, 2, 1] for visit in visits_of(later)]


def test_a_full_week_of_56_keeps_every_rule_and_takes_no_57th(site: Site, scheduler: StaffUser) -> None:
    fill(site, MONDAY, STARTS_56)
    plans = day_plans(SuiteDay.objects.all(), today=MONDAY - timedelta(days=5))
    assert [len(plan.booked) for plan in plans.values()] == [56] * 5
    assert all(breaches(plan) == [] for plan in plans.values())
    refused_booking(site, scheduler)


def test_sch_04_two_patients_a_nurse_and_no_third(site: Site, scheduler: StaffUser) -> None:
    open_week(site, nurses=1)
    fill(site, MONDAY, [NINE, NINE + 10])
    refused = refused_booking(site, scheduler, start_minute=NINE + 20)
    assert rules(refused) == {"SCH-04"}
    assert "Monday 14 September" in str(refused.value)


def test_sch_07_and_sch_12_a_holiday_week_is_not_booked(site: Site, scheduler: StaffUser) -> None:
    open_week(site, closed={MONDAY + timedelta(days=3): "Thanksgiving"})
    refused = refused_booking(site, scheduler)
    assert rules(refused) == {"SCH-12"}
    assert "Thursday 17 September (Thanksgiving)" in str(refused.value)


def test_sch_12_a_week_that_is_not_opened_is_not_booked(site: Site, scheduler: StaffUser) -> None:
    refused = refused_booking(site, scheduler)
    assert "not opened yet" in str(refused.value)


def test_sch_10_a_sequence_starts_on_the_first_clinic_day(site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    assert "SCH-10" in rules(refused_booking(site, scheduler, first_day=MONDAY + timedelta(days=1)))


def test_sch_14_a_week_that_has_begun_is_not_booked(site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    assert rules(refused_booking(site, scheduler, at=site.instant(MONDAY, 420))) == {"SCH-14"}


@pytest.mark.parametrize("weeks", [0, 2])
def test_enr_24_the_group_visit_is_five_to_nine_days_before(site: Site, scheduler: StaffUser, weeks: int) -> None:
    open_week(site)
    patient = patient_for(site, MONDAY + timedelta(weeks=weeks - 1))
    assert rules(refused_booking(site, scheduler, patient=patient)) == {"ENR-24"}


def test_sch_18_an_eligible_patient_without_group_visit_is_refused(site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    patient = patient_for(site, MONDAY, state=EnrolmentState.ELIGIBLE)
    assert "SCH-18" in rules(refused_booking(site, scheduler, patient=patient))


def test_a_patient_with_a_seat_to_come_can_be_booked_already(site: Site) -> None:
    patient = patient_for(site, MONDAY, state=EnrolmentState.GROUP_BOOKED)
    assert booked_sequence(site, patient=patient).patient == patient


def test_sch_23_no_second_sequence_while_one_is_unfinished(site: Site, scheduler: StaffUser) -> None:
    patient = booked_sequence(site).patient
    assert {"SCH-23", "SCH-13"} <= rules(refused_booking(site, scheduler, patient=patient, start_minute=700))


def test_a_returning_patient_gets_the_next_number_after_a_new_group_visit(site: Site, nurse: StaffUser) -> None:
    first = booked_sequence(site)
    for visit in visits_of(first):
        attend(visit, by=nurse)
    again = MONDAY + timedelta(weeks=8)
    patient = patient_for(site, again)
    seat = patient.seats.get()
    patient.seats.update(patient=first.patient)
    second = booked_sequence(site, again, patient=first.patient)
    assert (second.number, second.seat_id) == (2, seat.pk)


def test_visit_chair_is_free_is_the_net_below_the_action(site: Site) -> None:
    visit = visits_of(booked_sequence(site, chair_wish=1))[0]
    other = visits_of(booked_sequence(site, chair_wish=2))[0]
    with pytest.raises(IntegrityError, match="visit_chair_is_free"), transaction.atomic():
        Visit.objects.filter(pk=other.pk).update(chair=visit.chair)


def test_two_visits_may_swap_chairs_in_one_statement(site: Site) -> None:
    one, other = (visits_of(booked_sequence(site, chair_wish=chair))[0] for chair in (1, 2))
    one.chair, other.chair = 2, 1
    Visit.objects.bulk_update([one, other], ["chair"])
    one.refresh_from_db()
    assert one.chair == 2


DRIVER = {
    "name": "Marta Quist",
    "relationship": "sister",
    "phone": "555-010-7788",
    "transport": "family",
}


def test_one_driver_for_all_five_days(site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site)
    name_driver(visits=sequence.visits.all(), by=scheduler, at=before(site, MONDAY), **DRIVER)
    assert all(visit.driver_named for visit in visits_of(sequence))
    assert AuditEvent.objects.filter(event="driver_named", patient_id=sequence.patient_id).count() == 5


@pytest.mark.parametrize("transport", ["rideshare", "taxi", "public", "self", "alone", ""])
def test_drv_01_what_is_not_a_known_driver_is_refused(site: Site, scheduler: StaffUser, transport: str) -> None:
    sequence = booked_sequence(site)
    with pytest.raises(Refused) as refused:
        name_driver(
            visits=sequence.visits.all(),
            by=scheduler,
            at=before(site, MONDAY),
            **DRIVER | {"transport": transport},
        )
    assert rules(refused) == {"DRV-01"}
    assert not any(visit.driver_named for visit in visits_of(sequence))


def test_drv_02_a_single_name_is_kept_once_confirmed(site: Site, scheduler: StaffUser) -> None:
    sequence, at = booked_sequence(site), before(site, MONDAY)
    given = DRIVER | {"name": "Marta"}
    with pytest.raises(Refused):
        name_driver(visits=sequence.visits.all(), by=scheduler, at=at, **given)
    confirmed = frozenset({"DRV-02"})
    rows = name_driver(visits=sequence.visits.all(), by=scheduler, at=at, confirmed=confirmed, **given)
    assert rows[0].driver_name == "Marta"


def test_a_driver_needs_days_of_one_patient_that_are_to_come(site: Site, scheduler: StaffUser) -> None:
    first, second = booked_sequence(site), booked_sequence(site)
    at = before(site, MONDAY)
    with pytest.raises(Refused, match="at least one day"):
        name_driver(visits=[], by=scheduler, at=at, **DRIVER)
    with pytest.raises(Refused, match="different patients"):
        name_driver(visits=[visits_of(first)[0], visits_of(second)[0]], by=scheduler, at=at, **DRIVER)
    mark_missed(visit=visits_of(first)[0], reason="illness", by=scheduler, at=at)
    with pytest.raises(Refused, match="over or released"):
        name_driver(visits=visits_of(first), by=scheduler, at=at, **DRIVER)


def test_the_first_attended_day_starts_and_the_fifth_completes_the_sequence(site: Site, nurse: StaffUser) -> None:
    sequence = booked_sequence(site)
    seen = []
    for visit in visits_of(sequence):
        attend(visit, by=nurse)
        sequence.refresh_from_db()
        seen.append(sequence.state)
    assert seen == ["in_progress"] * 4 + ["completed"]
    assert AuditEvent.objects.filter(event="visit_attended").count() == 5


def test_sch_24_nobody_arrives_a_day_early(site: Site, nurse: StaffUser) -> None:
    visit = visits_of(booked_sequence(site))[1]
    with pytest.raises(Refused) as refused:
        mark_arrived(visit=visit, by=nurse, at=site.instant(MONDAY, NINE))
    assert rules(refused) == {"SCH-24"}


def test_a_day_is_not_attended_before_the_patient_arrives(site: Site, nurse: StaffUser) -> None:
    visit = visits_of(booked_sequence(site))[0]
    with pytest.raises(Refused, match="This visit is booked and cannot become attended"):
        mark_attended(visit=visit, by=nurse, at=visit.starts_at)


def test_sch_25_a_missed_day_needs_its_reason(site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site))[0]
    with pytest.raises(Refused) as refused:
        mark_missed(visit=visit, reason="", by=scheduler, at=visit.starts_at)
    assert rules(refused) == {"SCH-25"}


def test_sch_25_a_missed_day_releases_its_place_and_interrupts_the_sequence(
    site: Site, scheduler: StaffUser
) -> None:
    sequence = booked_sequence(site)
    visit = visits_of(sequence)[2]
    missed = mark_missed(visit=visit, reason="transport", note="car broke down", by=scheduler, at=visit.starts_at)
    sequence.refresh_from_db()
    assert (missed.state, missed.missed_note, sequence.state) == ("missed", "car broke down", "interrupted")
    day = SuiteDay.objects.get(date=visit.date)
    assert day_plans([day], today=MONDAY)[day.date].booked == ()
    event = AuditEvent.objects.get(event="visit_missed")
    assert event.detail == {"date": "2026-09-16", "day": 3, "reason": "transport"}


def test_sch_26_attending_after_a_missed_day_goes_on(site: Site, nurse: StaffUser) -> None:
    sequence = booked_sequence(site)
    first, second, third, *_ = visits_of(sequence)
    attend(first, by=nurse)
    mark_missed(visit=second, reason="illness", by=nurse, at=second.starts_at)
    attend(third, by=nurse)
    sequence.refresh_from_db()
    assert sequence.state == SequenceState.IN_PROGRESS


def test_cancelling_before_day_one_releases_all_five(site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site)
    cancelled = cancel_sequence(sequence=sequence, reason="patient_choice", by=scheduler, at=before(site, MONDAY))
    assert cancelled.state == SequenceState.CANCELLED
    assert {visit.state for visit in visits_of(sequence)} == {VisitState.CANCELLED}
    assert booked_sequence(site, patient=sequence.patient).number == 2


def test_cancelling_after_an_attended_day_ends_the_sequence_early(site: Site, nurse: StaffUser) -> None:
    sequence = booked_sequence(site)
    attend(visits_of(sequence)[0], by=nurse)
    ended = cancel_sequence(sequence=sequence, reason="side_effect", by=nurse, at=site.instant(MONDAY, 800))
    assert ended.state == SequenceState.ENDED_EARLY
    assert [visit.state for visit in visits_of(sequence)] == ["attended"] + ["cancelled"] * 4
    assert AuditEvent.objects.get(event="sequence_ended_early").detail == {"reason": "side_effect", "attended": 1}


def test_cancelling_needs_a_reason_of_the_list(site: Site, scheduler: StaffUser) -> None:
    with pytest.raises(Refused) as refused:
        cancel_sequence(sequence=booked_sequence(site), reason="", by=scheduler, at=before(site, MONDAY))
    assert rules(refused) == {"SCH-25"}


def test_a_patient_of_another_clinic_keeps_to_its_own_week(site: Site, other_site: Site) -> None:
    booked_sequence(site)
    elsewhere = booked_sequence(other_site)
    assert Patient.objects.get(pk=elsewhere.patient_id).site == other_site
    assert Visit.objects.filter(site=other_site).count() == 5
