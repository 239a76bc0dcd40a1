"""From the wish to five places: requests, holds, tentative, the group seat along, undo, soft rules, four days."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser, Transition
from kitclinic.problems import Conflict, Refused
from scheduling.actions import (
    book_sequence,
    cancel_sequence,
    change_request,
    confirm_sequence,
    decide_week,
    mark_arrived,
    mark_seat_absent,
    release_all_expired_holds,
    release_hold,
    request_sequence,
    undo_booking,
    withdraw_request,
    write_protocol,
)
from scheduling.models import GroupVisit, Patient, Sequence, Visit
from scheduling.queries.waiting import to_confirm
from scheduling.rules.capacity import Lengths
from scheduling.rules.wishes import Wish
from scheduling.states import EnrolmentState, SeatState, SequenceMode, SequenceState, VisitState
from tests.factories import scheduling as people_of
from tests.factories.suite import MONDAY, attend, before, booked_sequence, open_week, patient_for, visits_of

pytestmark = pytest.mark.django_db
NINE, TEN = 540, 600
HOLD, TENTATIVE, CONFIRMED = SequenceState.HELD, SequenceState.TENTATIVE, SequenceState.CONFIRMED


def rules(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.rule for problem in refused.value.problems}


def book(patient: Patient, by: StaffUser, at: datetime | None = None, **changes: Any) -> Sequence:
    asked = {"first_day": MONDAY, "start_minute": NINE, "at": at or before(patient.site, MONDAY)} | changes
    return book_sequence(patient=patient, by=by, **asked)


@pytest.fixture
def patient(site: Site) -> Patient:
    open_week(site)
    return patient_for(site, MONDAY)


def test_sch_54_a_request_keeps_the_wish_and_has_no_days(patient: Patient, scheduler: StaffUser) -> None:
    wish = Wish(from_day=MONDAY, minute=NINE, from_minute=480, to_minute=720, avoids=(MONDAY,), note="by bus")
    row = request_sequence(patient=patient, wish=wish, by=scheduler, at=before(patient.site, MONDAY))
    assert (row.state, row.first_day, row.start_minute) == ("requested", None, None)
    assert (row.wish_minute, row.wish_avoids, row.wish_note) == (NINE, [MONDAY], "by bus")
    assert row.visits.count() == 0
    assert AuditEvent.objects.filter(event="sequence_requested", subject_id=row.pk).exists()


def test_sch_54_one_request_a_patient_none_beside_an_open_sequence(patient: Patient, scheduler: StaffUser) -> None:
    at = before(patient.site, MONDAY)
    row = request_sequence(patient=patient, wish=Wish(), by=scheduler, at=at)
    with pytest.raises(Refused) as refused:
        request_sequence(patient=patient, wish=Wish(), by=scheduler, at=at)
    assert rules(refused) == {"SCH-54"}
    changed = change_request(sequence=row, wish=Wish(minute=TEN), by=scheduler, at=at)
    assert changed.wish_minute == TEN
    book(patient, scheduler)
    with pytest.raises(Refused) as refused:
        request_sequence(patient=patient, wish=Wish(), by=scheduler, at=at)
    assert rules(refused) == {"SCH-23"}


def test_sch_54_a_request_is_withdrawn_with_a_reason_and_frees_a_hold(
    patient: Patient, scheduler: StaffUser
) -> None:
    held = book(patient, scheduler, state=HOLD)
    with pytest.raises(Refused):
        withdraw_request(sequence=held, reason=" ", by=scheduler, at=before(patient.site, MONDAY))
    row = withdraw_request(sequence=held, reason="moved away", by=scheduler, at=before(patient.site, MONDAY))
    assert (row.state, Visit.objects.count()) == ("cancelled", 0)


def test_booking_uses_the_request_and_its_number(patient: Patient, scheduler: StaffUser) -> None:
    at = before(patient.site, MONDAY)
    row = request_sequence(patient=patient, wish=Wish(minute=NINE), by=scheduler, at=at)
    booked = book(patient, scheduler)
    assert (booked.pk, booked.number, booked.state) == (row.pk, 1, "confirmed")
    moves = Transition.objects.filter(subject="scheduling_sequence", subject_id=row.pk).order_by("pk")
    assert [move.to_state for move in moves] == ["requested", "confirmed"]
    assert (booked.booked_by, booked.booked_at) == (scheduler, at)


def test_sch_55_a_wish_is_set_aside_with_a_reason_only(patient: Patient, scheduler: StaffUser) -> None:
    wish = Wish(from_minute=TEN, to_minute=TEN + 90)
    request_sequence(patient=patient, wish=wish, by=scheduler, at=before(patient.site, MONDAY))
    with pytest.raises(Refused) as refused:
        book(patient, scheduler)
    assert rules(refused) == {"SCH-55"}
    with pytest.raises(Refused, match="Say why"):
        book(patient, scheduler, confirmed=frozenset({"SCH-55"}))
    booked = book(patient, scheduler, confirmed=frozenset({"SCH-55"}), reason="agreed on the phone")
    assert booked.soft_reason == "agreed on the phone"


def test_sch_55_no_confirmation_opens_ratio_chairs_or_provider(site: Site, scheduler: StaffUser) -> None:
    open_week(site, nurses=1)
    for minute in (NINE, NINE + 10):
        book(patient_for(site, MONDAY), scheduler, start_minute=minute)
    everything = frozenset({f"SCH-{number:02d}" for number in range(86)})
    with pytest.raises(Refused) as refused:
        book(patient_for(site, MONDAY), scheduler, start_minute=NINE + 20, confirmed=everything, reason="please")
    assert rules(refused) == {"SCH-04"}


def test_case_02_the_second_click_finds_the_first_booking(patient: Patient, scheduler: StaffUser) -> None:
    first = book(patient, scheduler, key="offer-1")
    assert book(patient, scheduler, key="offer-1") == first
    assert (Sequence.objects.count(), Visit.objects.count()) == (1, 5)
    assert AuditEvent.objects.filter(event="sequence_booked").count() == 1


def test_case_02_a_key_taken_back_or_of_another_patient_books_nothing(
    patient: Patient, scheduler: StaffUser
) -> None:
    booked = book(patient, scheduler, key="offer-1")
    with pytest.raises(Conflict):
        book(patient_for(patient.site, MONDAY), scheduler, key="offer-1")
    undo_booking(sequence=booked, by=scheduler, at=before(patient.site, MONDAY))
    with pytest.raises(Conflict):
        book(patient, scheduler, key="offer-1")
    assert Visit.objects.count() == 0
    assert book(patient, scheduler, key="offer-2").pk == booked.pk


def test_sch_56_a_hold_keeps_five_places_for_the_minutes_of_the_clinic(
    patient: Patient, scheduler: StaffUser
) -> None:
    patient.site.hold_minutes = 20
    patient.site.save()
    patient.refresh_from_db()
    at = before(patient.site, MONDAY)
    held = book(patient, scheduler, state=HOLD)
    assert (held.state, held.held_until, held.visits.count()) == ("held", at + timedelta(minutes=20), 5)
    confirmed = confirm_sequence(sequence=held, by=scheduler, at=at + timedelta(minutes=19))
    assert (confirmed.state, confirmed.held_until, Visit.objects.count()) == ("confirmed", None, 5)


def test_sch_56_a_hold_ends_exactly_at_its_minute(patient: Patient, scheduler: StaffUser) -> None:
    held = book(patient, scheduler, state=HOLD)
    end = before(patient.site, MONDAY) + timedelta(minutes=15)
    assert release_all_expired_holds(at=end - timedelta(seconds=1)) == 0
    assert release_all_expired_holds(at=end) == 1
    held.refresh_from_db()
    assert (held.state, held.first_day, held.held_until, Visit.objects.count()) == ("requested", None, None, 0)
    assert AuditEvent.objects.get(event="hold_ran_out").by is None


def test_case_03_accepting_after_the_hold_ran_out(patient: Patient, scheduler: StaffUser) -> None:
    """Confirming it is refused and frees the places; booking anew works while they are free."""
    held = book(patient, scheduler, state=HOLD)
    late = before(patient.site, MONDAY) + timedelta(minutes=16)
    with pytest.raises(Refused, match="The hold ended at 10:15") as refused:
        confirm_sequence(sequence=held, by=scheduler, at=late)
    assert rules(refused) == {"SCH-56"}
    assert Visit.objects.count() == 0
    assert book(patient, scheduler, at=late).state == "confirmed"


def test_case_03_whoever_meets_a_hold_that_ran_out_gets_the_place(site: Site, scheduler: StaffUser) -> None:
    site.chairs = 1
    site.save()
    open_week(site)
    first, second = patient_for(site, MONDAY), patient_for(site, MONDAY)
    held = book(first, scheduler, state=HOLD)
    at = before(site, MONDAY)
    with pytest.raises(Refused) as refused:
        book(second, scheduler, at=at + timedelta(minutes=14))
    assert rules(refused) == {"SCH-03"}
    assert book(second, scheduler, at=at + timedelta(minutes=15)).state == "confirmed"
    held.refresh_from_db()
    assert held.state == "requested"
    with pytest.raises(Refused):
        confirm_sequence(sequence=held, by=scheduler, at=at + timedelta(minutes=16))


def test_case_04_a_stale_offer_books_while_it_is_feasible_and_says_why_not(
    site: Site, scheduler: StaffUser
) -> None:
    """The start is checked again, not the version: others may book elsewhere meanwhile."""
    site.chairs = 1
    site.save()
    open_week(site)
    book(patient_for(site, MONDAY), scheduler, start_minute=800)
    assert book(patient_for(site, MONDAY), scheduler).state == "confirmed"
    with pytest.raises(Refused, match="all 1 chairs are taken from 09:00"):
        book(patient_for(site, MONDAY), scheduler)


def test_a_hold_is_no_obstacle_to_the_same_patient(site: Site, scheduler: StaffUser) -> None:
    site.chairs = 1
    site.save()
    open_week(site)
    patient = patient_for(site, MONDAY)
    held = book(patient, scheduler, state=HOLD)
    booked = book(patient, scheduler, start_minute=NINE + 30)
    assert (booked.pk, [visit.start_minute for visit in visits_of(booked)]) == (held.pk, [570] * 5)


def test_a_hold_is_released_by_hand_and_only_once(patient: Patient, scheduler: StaffUser) -> None:
    held, at = book(patient, scheduler, state=HOLD), before(patient.site, MONDAY)
    assert release_hold(sequence=held, by=scheduler, at=at).state == "requested"
    with pytest.raises(Refused, match="not held any more"):
        release_hold(sequence=held, by=scheduler, at=at)


def test_an_earlier_place_is_held_beside_a_later_booking(site: Site, scheduler: StaffUser) -> None:
    site.sma_earliest_days = 16
    site.save()
    later = MONDAY + timedelta(weeks=1)
    open_week(site)
    open_week(site, later)
    patient = patient_for(site, MONDAY)
    booked = book(patient, scheduler, first_day=later)
    held = book(patient, scheduler, state=HOLD)
    with pytest.raises(Refused) as refused:
        confirm_sequence(sequence=held, by=scheduler, at=before(site, MONDAY))
    assert rules(refused) == {"SCH-23"}
    cancel_sequence(sequence=booked, reason="patient_choice", by=scheduler, at=before(site, MONDAY))
    assert confirm_sequence(sequence=held, by=scheduler, at=before(site, MONDAY)).first_day == MONDAY


def test_sch_57_a_tentative_sequence_promises_week_and_window(patient: Patient, scheduler: StaffUser) -> None:
    at = before(patient.site, MONDAY, days=8)
    request_sequence(patient=patient, wish=Wish(from_minute=510), by=scheduler, at=at)
    row = book(patient, scheduler, at=at, state=TENTATIVE)
    assert (row.promised_from_minute, row.promised_to_minute) == (510, TEN)
    assert to_confirm(patient.site, today=MONDAY - timedelta(days=8)) == []
    assert to_confirm(patient.site, today=MONDAY - timedelta(days=7)) == [row]
    confirmed = confirm_sequence(sequence=row, by=scheduler, at=at)
    assert (confirmed.state, confirmed.promised_from_minute) == ("confirmed", None)


def test_sch_57_seven_days_before_the_time_is_said_for_good(patient: Patient, scheduler: StaffUser) -> None:
    with pytest.raises(Refused) as refused:
        book(patient, scheduler, at=before(patient.site, MONDAY, days=7), state=TENTATIVE)
    assert rules(refused) == {"SCH-57"}


def test_sch_58_a_booking_just_made_is_undone_and_the_wish_stays(patient: Patient, scheduler: StaffUser) -> None:
    at = before(patient.site, MONDAY)
    request_sequence(patient=patient, wish=Wish(minute=NINE), by=scheduler, at=at)
    booked = book(patient, scheduler)
    row = undo_booking(sequence=booked, by=scheduler, at=at + timedelta(minutes=10))
    assert (row.state, row.first_day, row.wish_minute, row.booked_at) == ("requested", None, NINE, None)
    assert Visit.objects.count() == 0
    assert AuditEvent.objects.get(event="booking_undone").detail["start_minute"] == NINE


def test_sch_58_not_by_another_person_not_later_not_once_begun(
    patient: Patient, scheduler: StaffUser, lead: StaffUser, nurse: StaffUser
) -> None:
    booked, at = book(patient, scheduler), before(patient.site, MONDAY)
    with pytest.raises(Refused, match="Somebody else made this booking"):
        undo_booking(sequence=booked, by=lead, at=at)
    with pytest.raises(Refused, match="more than 10 minutes ago"):
        undo_booking(sequence=booked, by=scheduler, at=at + timedelta(minutes=10, seconds=1))
    attend(visits_of(booked)[0], by=nurse)
    with pytest.raises(Refused):
        undo_booking(sequence=booked, by=scheduler, at=at)
    assert Visit.objects.count() == 5


def group_for(site: Site, day: date) -> GroupVisit:
    return people_of.group_visit(site=site, day=day, at=before(site, day, days=9))


def test_the_group_seat_is_booked_in_the_same_act_and_given_back_with_it(site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    at = before(site, MONDAY, days=10)
    patient = people_of.eligible_patient(site=site, at=at)
    group = group_for(site, MONDAY - timedelta(days=7))
    along = {"group": group, "support_person": "Paul Marrin", "support_relationship": "husband"}
    booked = book(patient, scheduler, at=at, **along)
    patient.refresh_from_db()
    seat = patient.seats.get()
    assert (booked.seat, booked.seat_came_along, patient.state) == (seat, True, EnrolmentState.GROUP_BOOKED)
    assert (seat.support_person, seat.support_relationship) == ("Paul Marrin", "husband")
    undo_booking(sequence=booked, by=scheduler, at=at)
    patient.refresh_from_db()
    seat.refresh_from_db()
    assert (seat.state, patient.state) == (SeatState.CANCELLED, EnrolmentState.ELIGIBLE)
    assert Visit.objects.count() == 0


def test_case_30_a_full_group_visit_refuses_seat_and_sequence_together(site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    at = before(site, MONDAY, days=10)
    group = group_for(site, MONDAY - timedelta(days=7))
    GroupVisit.objects.filter(pk=group.pk).update(capacity=2)
    people_of.seat(people_of.eligible_patient(site=site, at=at), group=group, at=at)
    patient = people_of.eligible_patient(site=site, at=at)
    with pytest.raises(Refused) as refused:
        book(patient, scheduler, at=at, group=group, support_person="Paul Marrin")
    assert rules(refused) == {"ENR-20"}
    assert (patient.seats.count(), Sequence.objects.count()) == (0, 0)


@pytest.mark.parametrize(("gap", "allowed"), [(4, False), (5, True), (9, True), (10, False)])
def test_case_30_the_group_visit_is_five_to_nine_days_before(
    site: Site, scheduler: StaffUser, gap: int, allowed: bool
) -> None:
    open_week(site)
    at = before(site, MONDAY, days=12)
    patient = people_of.eligible_patient(site=site, at=at)
    along = {"group": group_for(site, MONDAY - timedelta(days=gap)), "support_person": "Paul Marrin"}
    if allowed:
        assert book(patient, scheduler, at=at, **along).seat_came_along
        return
    with pytest.raises(Refused) as refused:
        book(patient, scheduler, at=at, **along)
    assert rules(refused) == {"ENR-24"}
    assert patient.seats.count() == 0


def test_a_seat_along_needs_the_support_person(site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    at = before(site, MONDAY, days=10)
    patient = people_of.eligible_patient(site=site, at=at)
    with pytest.raises(Refused) as refused:
        book(patient, scheduler, at=at, group=group_for(site, MONDAY - timedelta(days=7)))
    assert rules(refused) == {"ENR-22"}


def test_sch_59_a_short_course_needs_consent_and_counts_as_incomplete(
    site: Site, scheduler: StaffUser, lead: StaffUser, nurse: StaffUser
) -> None:
    wednesday = MONDAY + timedelta(days=2)
    open_week(site, closed={wednesday: "Holiday"})
    patient = patient_for(site, MONDAY)
    decided = {"first_day": MONDAY, "by": lead, "at": before(site, MONDAY), "because": "holiday week"}
    decide_week(site=site, rule="short", **decided)
    with pytest.raises(Refused) as refused:
        book(patient, scheduler)
    assert rules(refused) == {"SCH-59"}
    booked = book(patient, scheduler, short_consent=True)
    assert (booked.mode, booked.planned_visits, booked.short_consent_by) == (SequenceMode.SHORT, 4, scheduler)
    assert [visit.date.day for visit in visits_of(booked)] == [14, 15, 17, 18]
    for visit in visits_of(booked):
        attend(visit, by=nurse)
    booked.refresh_from_db()
    assert booked.state == SequenceState.ENDED_EARLY
    last = Transition.objects.filter(subject="scheduling_sequence", subject_id=booked.pk).latest("pk")
    assert last.reason == "clinic_closed"


def test_the_visits_take_the_lengths_of_the_protocol_of_day_one(
    site: Site, scheduler: StaffUser, lead: StaffUser
) -> None:
    open_week(site)
    version = write_protocol(
        site=site,
        name="Longer",
        lengths=Lengths(15, 40, 30, 5),
        valid_from=MONDAY,
        because="premedication takes longer",
        by=lead,
        at=before(site, MONDAY),
    )
    booked = book(patient_for(site, MONDAY), scheduler)
    assert booked.protocol == version
    assert {(visit.iv_minutes, visit.leaves_minute) for visit in visits_of(booked)} == {(15, NINE + 85)}
    assert {visit.state for visit in visits_of(booked)} == {VisitState.BOOKED}


def test_a_booking_of_unknown_state_is_refused(patient: Patient, scheduler: StaffUser) -> None:
    with pytest.raises(Refused):
        book(patient, scheduler, state=SequenceState.COMPLETED)
    assert booked_sequence(patient.site, patient=patient).state == CONFIRMED


def test_case_30_a_sequence_does_not_start_after_a_missed_group_visit(
    site: Site, scheduler: StaffUser, nurse: StaffUser
) -> None:
    open_week(site)
    patient = patient_for(site, MONDAY, state=EnrolmentState.GROUP_BOOKED)
    first = visits_of(book(patient, scheduler))[0]
    mark_seat_absent(seat=patient.seats.get(), by=nurse, at=site.instant(MONDAY - timedelta(days=7), 1000))
    with pytest.raises(Refused, match="seat in the group visit is absent") as refused:
        mark_arrived(visit=first, by=nurse, at=first.starts_at)
    assert rules(refused) == {"ENR-23"}
    first.refresh_from_db()
    assert first.state == VisitState.BOOKED
