"""Seats in a group visit: book, from the waiting list too, give back; close the group visit."""

from datetime import date, datetime

from django.db import transaction

from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Problem, Refused, refuse_if
from kitclinic.states import begin, move
from scheduling.actions.invitations import tell_patient
from scheduling.actions.seats import assessment_problems, decide_seat, locked_seat, note_act
from scheduling.actions.waiting import end_wait
from scheduling.models import GroupSeat, GroupVisit, GroupWait, Letter, Patient
from scheduling.rules.group_plans import ENR_67
from scheduling.rules.groups import ENR_25, GroupPlan, seat_problems
from scheduling.states import EnrolmentState, GroupVisitState, SeatState

UNDECIDED = (SeatState.BOOKED, SeatState.ATTENDED)  # a review may outlast the group visit
OPEN_SEAT = (*UNDECIDED, SeatState.REVIEW)
TAKES_PLACES = (*OPEN_SEAT, SeatState.CLEARED, SeatState.NOT_CLEARED)


@transaction.atomic
def book_seat(
    *,
    group: GroupVisit,
    patient: Patient,
    support_person: str,
    by: StaffUser,
    at: datetime,
    support_relationship: str = "",
) -> GroupSeat:
    """Give an eligible patient and the support person a seat; the last one goes to one of two schedulers."""
    planned = GroupVisit.objects.select_for_update().get(site=by.site_id, pk=group.pk)
    locked = Patient.objects.select_for_update().get(site=by.site_id, pk=patient.pk)
    refuse_if(booking_problems(planned, locked, support_person, today=planned.site.today(at)))
    seat = GroupSeat.objects.create(
        site=planned.site,
        group=planned,
        patient=locked,
        support_person=support_person.strip(),
        support_relationship=support_relationship.strip(),
    )
    begin(seat, by=by, at=at)
    move(locked, EnrolmentState.GROUP_BOOKED, by=by, at=at)
    end_wait(patient=locked, because="A seat is booked.", at=at)
    note_act("seat booked", seat, by, at, group=planned.pk)
    tell_patient(seat=seat, kind=Letter.Kind.INVITATION, by=by, at=at)
    return seat


def booking_problems(group: GroupVisit, patient: Patient, support_person: str, *, today: date) -> list[Problem]:
    """Return what stands against a seat. Group visit and patient are locked."""
    mine = GroupSeat.objects.filter(site=group.site_id, patient=patient, state__in=OPEN_SEAT)
    problems = seat_problems(
        plan_of(group),
        patient.state,
        support_person=support_person,
        already_seated=mine.exists(),
        today=today,
    )
    problems += assessment_problems(patient, clearing=False)
    if group.state != GroupVisitState.PLANNED:
        problems.append(Blocker(ENR_25.id, "This group visit is over. Choose one to come.", "group"))
    return problems


@transaction.atomic
def seat_from_waiting(
    *,
    wait: GroupWait,
    group: GroupVisit,
    support_person: str,
    by: StaffUser,
    at: datetime,
    support_relationship: str = "",
) -> GroupSeat:
    """Give a free seat to somebody who waits for one; the place on the waiting list ends with it."""
    if not GroupWait.objects.filter(site=by.site_id, pk=wait.pk, ended_at__isnull=True).exists():
        sentence = "This patient is not on the waiting list any more. Reload the page."
        raise Refused([Blocker(ENR_67.id, sentence)])
    return book_seat(
        group=group,
        patient=wait.patient,
        support_person=support_person,
        support_relationship=support_relationship,
        by=by,
        at=at,
    )


@transaction.atomic
def cancel_seat(*, seat: GroupSeat, by: StaffUser, at: datetime, reason: str) -> GroupSeat:
    """Give a booked seat back; the patient may be booked again."""
    locked, patient = locked_seat(seat, by)
    if not reason.strip():
        raise Refused([Blocker(ENR_25.id, "Say why the seat is cancelled.", "reason")])
    move(locked, SeatState.CANCELLED, by=by, at=at, reason=reason)
    move(patient, EnrolmentState.ELIGIBLE, by=by, at=at, reason=reason)
    note_act("seat cancelled", locked, by, at)
    tell_patient(seat=locked, kind=Letter.Kind.CANCELLATION, by=by, at=at)
    return locked


@transaction.atomic
def mark_group_held(*, group: GroupVisit, by: StaffUser, at: datetime) -> GroupVisit:
    """Close the group visit once every seat is decided."""
    locked = GroupVisit.objects.select_for_update().get(site=by.site_id, pk=group.pk)
    undecided = GroupSeat.objects.filter(site=by.site_id, group=locked, state__in=UNDECIDED).count()
    if undecided:
        sentence = f"{undecided} of the patients are not decided yet: the physician decides, or mark them absent."
        raise Refused([Blocker("ENR-23", sentence)])
    move(locked, GroupVisitState.HELD, by=by, at=at)
    note_act("group visit held", locked, by, at)
    return locked


def close_open_seat(*, patient: Patient, by: StaffUser, at: datetime, note: str) -> None:
    """Give back the seat and the place on the waiting list of a declined patient, whose row is locked."""
    end_wait(patient=patient, because="The referral is declined.", at=at)
    seat = GroupSeat.objects.filter(site=patient.site_id, patient=patient, state__in=OPEN_SEAT).first()
    if seat is None:
        return
    if seat.state in (SeatState.ATTENDED, SeatState.REVIEW):
        decide_seat(seat, SeatState.NOT_CLEARED, by, at, note)
    else:
        move(seat, SeatState.CANCELLED, by=by, at=at, reason=note[:300])
        tell_patient(seat=seat, kind=Letter.Kind.CANCELLATION, by=by, at=at)


def plan_of(group: GroupVisit) -> GroupPlan:
    """Return the group visit as the rules read it, with the seats counted now."""
    taken = GroupSeat.objects.filter(site=group.site_id, group=group, state__in=TAKES_PLACES).count()
    return GroupPlan(group.date, group.capacity, taken, group.physician_id, group.psychologist_id)
