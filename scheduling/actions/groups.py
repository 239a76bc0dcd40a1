"""The shared medical appointment: plan it, seat patients, check in, weigh, clear."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Problem, Refused, refuse_if
from kitclinic.roles import Role
from kitclinic.states import begin, move
from scheduling.actions.patients import record_weight
from scheduling.models import GroupSeat, GroupVisit, Patient, Weight
from scheduling.queries.patients import latest_eligibility
from scheduling.rules.eligibility import assess
from scheduling.rules.groups import (
    ENR_21,
    ENR_25,
    GroupPlan,
    SeatFacts,
    check_in_problems,
    clearing_problems,
    lead_problems,
    place_problems,
    planning_problems,
    seat_problems,
)
from scheduling.states import EnrolmentState, GroupVisitState, SeatState, WeightSource

OPEN_SEAT = (SeatState.BOOKED, SeatState.ATTENDED)
TAKES_PLACES = (SeatState.BOOKED, SeatState.ATTENDED, SeatState.CLEARED, SeatState.NOT_CLEARED)


@transaction.atomic
def plan_group_visit(
    *,
    site: Site,
    day: date,
    start_minute: int,
    capacity: int,
    physician: StaffUser,
    psychologist: StaffUser,
    by: StaffUser,
    at: datetime,
    minutes: int = 90,
) -> GroupVisit:
    """Plan a group visit. capacity: people in the room, patients and support persons."""
    plan = GroupPlan(day, capacity, 0, physician.pk, psychologist.pk)
    today = site.today(at)
    problems = [*planning_problems(day, start_minute, minutes, today), *place_problems(plan), *lead_problems(plan)]
    problems += _role_problems(physician, psychologist, site)
    refuse_if(problems)
    group = GroupVisit.objects.create(
        site=site,
        date=day,
        start_minute=start_minute,
        minutes=minutes,
        capacity=capacity,
        physician=physician,
        psychologist=psychologist,
    )
    begin(group, by=by, at=at)
    _record("group visit planned", group, by, at, capacity=capacity)
    return group


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
    mine = GroupSeat.objects.filter(site=by.site_id, patient=locked, state__in=OPEN_SEAT)
    problems = seat_problems(
        plan_of(planned),
        locked.state,
        support_person=support_person,
        already_seated=mine.exists(),
        today=planned.site.today(at),
    )
    problems += _assessment_problems(locked, clearing=False)
    if planned.state != GroupVisitState.PLANNED:
        problems.append(Blocker(ENR_25.id, "This group visit is over. Choose one to come.", "group"))
    refuse_if(problems)
    seat = GroupSeat.objects.create(
        site=planned.site,
        group=planned,
        patient=locked,
        support_person=support_person.strip(),
        support_relationship=support_relationship.strip(),
    )
    begin(seat, by=by, at=at)
    move(locked, EnrolmentState.GROUP_BOOKED, by=by, at=at)
    _record("seat booked", seat, by, at, group=planned.pk)
    return seat


@transaction.atomic
def cancel_seat(*, seat: GroupSeat, by: StaffUser, at: datetime, reason: str) -> GroupSeat:
    """Give a booked seat back; the patient may be booked again."""
    locked, patient = _locked(seat, by)
    if not reason.strip():
        raise Refused([Blocker(ENR_25.id, "Say why the seat is cancelled.", "reason")])
    move(locked, SeatState.CANCELLED, by=by, at=at, reason=reason)
    move(patient, EnrolmentState.ELIGIBLE, by=by, at=at, reason=reason)
    _record("seat cancelled", locked, by, at)
    return locked


@transaction.atomic
def check_in_seat(*, seat: GroupSeat, support_attended: bool, by: StaffUser, at: datetime) -> GroupSeat:
    """Record that the patient came, with or without the support person; said again, it changes only that."""
    locked, _ = _locked(seat, by)
    refuse_if(check_in_problems(locked.group.date, locked.site.today(at)))
    locked.support_attended = support_attended
    if locked.state == SeatState.ATTENDED:
        locked.save(update_fields=["support_attended"])
    else:
        move(locked, SeatState.ATTENDED, by=by, at=at, also=("support_attended",))
    _record("seat checked in", locked, by, at, support=support_attended)
    return locked


@transaction.atomic
def mark_seat_absent(*, seat: GroupSeat, by: StaffUser, at: datetime, reason: str = "") -> GroupSeat:
    """Record that the patient did not come; a new seat can be booked."""
    locked, patient = _locked(seat, by)
    refuse_if(check_in_problems(locked.group.date, locked.site.today(at)))
    move(locked, SeatState.ABSENT, by=by, at=at, reason=reason)
    move(patient, EnrolmentState.ELIGIBLE, by=by, at=at, reason="absent from the group visit")
    _record("seat marked absent", locked, by, at)
    return locked


@transaction.atomic
def weigh_seat(
    *,
    seat: GroupSeat,
    weight_kg: Decimal,
    by: StaffUser,
    at: datetime,
    again_kg: Decimal | None = None,
    reason: str = "",
    corrects: Weight | None = None,
) -> Weight:
    """Record the weight measured at the group visit and keep it with the seat."""
    locked, patient = _locked(seat, by)
    if locked.state != SeatState.ATTENDED:
        sentence = "Check the patient in first; the weight is measured at the group visit."
        raise Refused([Blocker("ENR-23", sentence, "weight_kg")])
    weight = record_weight(
        patient=patient, weight_kg=weight_kg, by=by, at=at, again_kg=again_kg, reason=reason, corrects=corrects
    )
    locked.weight = weight
    locked.save(update_fields=["weight"])
    return weight


@transaction.atomic
def clear_seat(*, seat: GroupSeat, by: StaffUser, at: datetime, note: str = "") -> GroupSeat:
    """Clear the patient for infusions, when attendance, weight and assessment are complete."""
    locked, patient = _locked(seat, by)
    weight = locked.weight
    problems = clearing_problems(
        SeatFacts(
            state=locked.state,
            support_attended=locked.support_attended,
            weight_kg=weight.weight_kg if weight else None,
            weight_measured=weight is not None and weight.source == WeightSource.MEASURED,
        )
    )
    refuse_if([*problems, *_assessment_problems(patient, clearing=True)])
    _decide(locked, SeatState.CLEARED, by, at, note)
    move(patient, EnrolmentState.CLEARED, by=by, at=at, reason=note)
    _record("seat cleared", locked, by, at)
    return locked


@transaction.atomic
def decline_seat(*, seat: GroupSeat, note: str, by: StaffUser, at: datetime, final: bool = False) -> GroupSeat:
    """Do not clear the patient. final: the referral is declined; otherwise another group visit can follow."""
    locked, patient = _locked(seat, by)
    if not note.strip():
        raise Refused([Blocker("ENR-23", "Write why the patient is not cleared.", "note")])
    _decide(locked, SeatState.NOT_CLEARED, by, at, note)
    move(patient, EnrolmentState.DECLINED if final else EnrolmentState.ELIGIBLE, by=by, at=at, reason=note)
    _record("seat not cleared", locked, by, at, final=final)
    return locked


@transaction.atomic
def mark_group_held(*, group: GroupVisit, by: StaffUser, at: datetime) -> GroupVisit:
    """Close the group visit once every seat is decided."""
    locked = GroupVisit.objects.select_for_update().get(site=by.site_id, pk=group.pk)
    undecided = GroupSeat.objects.filter(site=by.site_id, group=locked, state__in=OPEN_SEAT).count()
    if undecided:
        sentence = f"{undecided} of the patients are not decided yet: clear, do not clear, or mark absent."
        raise Refused([Blocker("ENR-23", sentence)])
    move(locked, GroupVisitState.HELD, by=by, at=at)
    _record("group visit held", locked, by, at)
    return locked


def close_open_seat(*, patient: Patient, by: StaffUser, at: datetime, note: str) -> None:
    """Give back the seat of a patient whose referral is declined. The patient's row is locked."""
    seat = GroupSeat.objects.filter(site=patient.site_id, patient=patient, state__in=OPEN_SEAT).first()
    if seat is None:
        return
    if seat.state == SeatState.ATTENDED:
        _decide(seat, SeatState.NOT_CLEARED, by, at, note)
    else:
        move(seat, SeatState.CANCELLED, by=by, at=at, reason=note[:300])


def plan_of(group: GroupVisit) -> GroupPlan:
    """Return the group visit as the rules read it, with the seats counted now."""
    taken = GroupSeat.objects.filter(site=group.site_id, group=group, state__in=TAKES_PLACES).count()
    return GroupPlan(group.date, group.capacity, taken, group.physician_id, group.psychologist_id)


def _locked(seat: GroupSeat, by: StaffUser) -> tuple[GroupSeat, Patient]:
    """Lock seat and patient, in this order everywhere."""
    locked = GroupSeat.objects.select_for_update(of=("self",)).select_related("group", "weight", "site")
    mine = locked.get(site=by.site_id, pk=seat.pk)
    return mine, Patient.objects.select_for_update().get(site=by.site_id, pk=mine.patient_id)


def _decide(seat: GroupSeat, state: SeatState, by: StaffUser, at: datetime, note: str) -> None:
    seat.decided_at, seat.decided_by, seat.decision_note = at, by, note.strip()[:300]
    also = ("decided_at", "decided_by", "decision_note")
    move(seat, state, by=by, at=at, reason=note[:300], also=also)


def _assessment_problems(patient: Patient, *, clearing: bool) -> list[Problem]:
    """Return what the last assessment says against a seat or a clearing; the last one counts."""
    last = latest_eligibility(patient)
    if last is None:
        return [Blocker(ENR_25.id, "Nobody has assessed this patient. Record eligibility first.")]
    if not last.eligible:
        return [Blocker(ENR_25.id, "The last assessment does not find this patient eligible. Finish it first.")]
    return assess(last.facts, clearing=clearing)


def _role_problems(physician: StaffUser, psychologist: StaffUser, site: Site) -> list[Problem]:
    """Refuse a lead of another profession or clinic."""
    problems: list[Problem] = []
    for lead, role, field in (
        (physician, Role.PHYSICIAN, "physician"),
        (psychologist, Role.PSYCHOLOGIST, "psychologist"),
    ):
        if lead.site_id != site.pk or lead.role != role or not lead.is_active:
            problems.append(Blocker(ENR_21.id, f"Choose a {field} of this clinic as lead.", field))
    return problems


def _record(event: str, thing: GroupSeat | GroupVisit, by: StaffUser, at: datetime, **detail: object) -> None:
    patient_id = thing.patient_id if isinstance(thing, GroupSeat) else None
    audit.record(event=event, by=by, at=at, site=thing.site, subject=thing, patient_id=patient_id, detail=detail)
