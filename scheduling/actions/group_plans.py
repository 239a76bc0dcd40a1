"""Group visits in the calendar: plan one, change it, cancel it. One at a time at each site."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.places import standing
from kitclinic.problems import Blocker, Problem, refuse_if
from kitclinic.roles import Role
from kitclinic.states import begin, move
from scheduling.actions.invitations import tell_patient
from scheduling.actions.seats import note_act
from scheduling.actions.waiting import put_on_list
from scheduling.models import GroupSeat, GroupSeries, GroupVisit, GroupWait, Letter, Patient, ProviderPresence
from scheduling.queries.closures import closed_days
from scheduling.rules.capacity import date_words
from scheduling.rules.group_plans import (
    ENR_66,
    Meeting,
    closure_problems,
    conflict_problems,
    over_problems,
    presence_problems,
)
from scheduling.rules.groups import (
    ENR_20,
    ENR_21,
    ENR_25,
    PEOPLE_PER_SEAT,
    GroupPlan,
    lead_problems,
    place_problems,
    planning_problems,
)
from scheduling.states import EnrolmentState, GroupVisitState, SeatState

FREES_PLACES = (SeatState.CANCELLED, SeatState.ABSENT)
CLOCKWORK = "scheduler process"
Confirmed = Mapping[str, str]


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
    room: str = "",
    language: str = "English",
    confirmed: Confirmed | None = None,
) -> GroupVisit:
    """Plan a group visit. capacity: seats in the room, for patients and support persons.

    confirmed: rule id → reason, for what the person at the screen confirmed.
    """
    site = lock_plans(site)
    meeting = Meeting(day, start_minute, minutes, room.strip(), physician.pk, psychologist.pk)
    problems = planning_problems(day, start_minute, minutes, site.today(at))
    problems += over_problems(day, start_minute + minutes, site.today(at), site.minute(at))
    problems += place_problems(GroupPlan(day, capacity, 0))
    problems += people_problems(physician, psychologist, site)
    problems += time_problems(site, meeting, physician, psychologist)
    problems += closure_problems(day, closed_days(site, day, day).get(day, ""))
    reasons = _reasons(confirmed)
    refuse_if(problems, confirmed=frozenset(reasons))
    return write_group(
        site=site,
        meeting=meeting,
        capacity=capacity,
        language=language,
        series=None,
        by=by,
        at=at,
        reasons=reasons,
    )


def write_group(
    *,
    site: Site,
    meeting: Meeting,
    capacity: int,
    language: str,
    series: GroupSeries | None,
    by: StaffUser | None,
    at: datetime,
    reasons: Confirmed,
) -> GroupVisit:
    """Write a group visit that nothing stands against."""
    group = GroupVisit.objects.create(
        site=site,
        date=meeting.day,
        start_minute=meeting.start,
        minutes=meeting.minutes,
        capacity=capacity,
        room=meeting.room,
        language=language.strip() or "English",
        physician_id=meeting.physician,
        psychologist_id=meeting.psychologist,
        series=series,
    )
    begin(group, by=by, at=at, reason="; ".join(reasons.values())[:300])
    audit.record(
        event="group visit planned",
        by=by,
        actor="" if by else CLOCKWORK,
        at=at,
        site=site,
        subject=group,
        detail={"capacity": capacity, "confirmed": dict(reasons)},
    )
    return group


@transaction.atomic
def change_group_visit(
    *,
    group: GroupVisit,
    day: date,
    start_minute: int,
    capacity: int,
    physician: StaffUser,
    psychologist: StaffUser,
    by: StaffUser,
    at: datetime,
    minutes: int = 90,
    room: str = "",
    language: str = "English",
    confirmed: Confirmed | None = None,
) -> GroupVisit:
    """Change a planned group visit; patients are told where day, time or length is another one."""
    site = lock_plans(by.site)
    found = GroupVisit.objects.select_for_update().get(site=site, pk=group.pk)
    meeting = Meeting(day, start_minute, minutes, room.strip(), physician.pk, psychologist.pk)
    seats = list(_seats_of(found).exclude(state__in=FREES_PLACES))
    problems = _changeable(found, seats) + planning_problems(day, start_minute, minutes, site.today(at))
    problems += over_problems(day, start_minute + minutes, site.today(at), site.minute(at))
    problems += place_problems(GroupPlan(day, capacity, 0)) + _too_small(capacity, len(seats))
    problems += people_problems(physician, psychologist, site)
    problems += time_problems(site, meeting, physician, psychologist, but=found.pk)
    problems += closure_problems(day, closed_days(site, day, day).get(day, "") if day != found.date else "")
    reasons = _reasons(confirmed)
    refuse_if(problems, confirmed=frozenset(reasons))
    moved = (found.date, found.start_minute, found.minutes) != (day, start_minute, minutes)
    found.date, found.start_minute, found.minutes, found.capacity = day, start_minute, minutes, capacity
    found.room, found.language = meeting.room, language.strip() or "English"
    found.physician, found.psychologist = physician, psychologist
    found.save()
    note_act("group visit changed", found, by, at, moved=moved, confirmed=dict(reasons))
    for seat in seats if moved else ():
        seat.group = found
        tell_patient(seat=seat, kind=Letter.Kind.CHANGE, by=by, at=at)
    return found


@transaction.atomic
def cancel_group_visit(*, group: GroupVisit, reason: str, by: StaffUser, at: datetime) -> GroupVisit:
    """Cancel a group visit before it is held: its patients are told and wait for another seat."""
    found = GroupVisit.objects.select_for_update().get(site=by.site_id, pk=group.pk)
    seats = list(_seats_of(found).exclude(state__in=FREES_PLACES))
    problems = _changeable(found, seats)
    if not reason.strip():
        problems.append(Blocker(ENR_25.id, "Say why the group visit is cancelled.", "reason"))
    refuse_if(problems)
    move(found, GroupVisitState.CANCELLED, by=by, at=at, reason=reason[:300])
    note_act("group visit cancelled", found, by, at, seats=len(seats))
    patients = (
        Patient.objects.select_for_update().filter(pk__in=[seat.patient_id for seat in seats]).order_by("pk")
    )
    locked = {patient.pk: patient for patient in patients}
    for seat in seats:
        patient = locked[seat.patient_id]
        move(seat, SeatState.CANCELLED, by=by, at=at, reason=reason[:300])
        move(patient, EnrolmentState.ELIGIBLE, by=by, at=at, reason="the group visit is cancelled")
        if not GroupWait.objects.filter(site=by.site_id, patient=patient, ended_at__isnull=True).exists():
            note = f"The group visit of {date_words(found.date)} was cancelled"
            put_on_list(patient=patient, by=by, at=at, note=note)
        tell_patient(seat=seat, kind=Letter.Kind.CANCELLATION, by=by, at=at)
    return found


def lock_plans(site: Site) -> Site:
    """Let one person at a time plan group visits of a site: rooms and leads are checked, then written."""
    return Site.objects.select_for_update(no_key=True).get(pk=site.pk)


def people_problems(physician: StaffUser, psychologist: StaffUser, site: Site) -> list[Problem]:
    """Refuse a lead who is missing twice over, or of another profession or clinic."""
    problems = lead_problems(GroupPlan(date.min, PEOPLE_PER_SEAT, 0, physician.pk, psychologist.pk))
    for lead, role, field in (
        (physician, Role.PHYSICIAN, "physician"),
        (psychologist, Role.PSYCHOLOGIST, "psychologist"),
    ):
        here = standing(lead, site)
        if here.site_id != site.pk or not here.is_active:
            problems.append(Blocker(ENR_21.id, f"Choose a {field} of this clinic as lead.", field))
        elif here.role != role:
            sentence = (
                f"{lead.name} works here as {Role(here.role).label.lower()} and cannot be the {field} who leads. "
                f"Choose a {field}."
            )
            problems.append(Blocker(ENR_21.id, sentence, field))
    return problems


def time_problems(
    site: Site, meeting: Meeting, physician: StaffUser, psychologist: StaffUser, *, but: int | None = None
) -> list[Problem]:
    """Return what leads and room have to do at that time already. but: the group visit that is being changed."""
    others = GroupVisit.objects.filter(site=site, date=meeting.day).exclude(state=GroupVisitState.CANCELLED)
    names = {physician.pk: physician.name, psychologist.pk: psychologist.name}
    problems = conflict_problems(meeting, (meeting_of(other) for other in others if other.pk != but), names)
    on_site = ProviderPresence.objects.filter(site=site, suite_day__date=meeting.day, provider=physician)
    spans = on_site.order_by("from_minute").values_list("from_minute", "to_minute")
    return problems + presence_problems(meeting, physician.name, spans)


def meeting_of(group: GroupVisit) -> Meeting:
    """Return a group visit as the rules of planning read it."""
    return Meeting(
        group.date, group.start_minute, group.minutes, group.room, group.physician_id, group.psychologist_id
    )


def _seats_of(group: GroupVisit) -> QuerySet[GroupSeat]:
    rows = GroupSeat.objects.select_for_update(of=("self",)).filter(site=group.site_id, group=group)
    return rows.select_related("group", "patient", "site").order_by("pk")


def _changeable(group: GroupVisit, seats: list[GroupSeat]) -> list[Problem]:
    """Refuse to touch a group visit that is over, or at which somebody has already been checked in."""
    if group.state != GroupVisitState.PLANNED:
        label = GroupVisitState(group.state).label.lower()
        return [Blocker(ENR_66.id, f"This group visit is {label}. Reload the page to see where it stands.")]
    if any(seat.state != SeatState.BOOKED for seat in seats):
        sentence = "Patients are already checked in at this group visit. It goes on as planned."
        return [Blocker(ENR_66.id, sentence)]
    return []


def _too_small(capacity: int, taken: int) -> list[Problem]:
    needed = taken * PEOPLE_PER_SEAT
    if capacity >= needed:
        return []
    sentence = f"{taken} patients have a seat, each with a support person. Keep at least {needed} seats."
    return [Blocker(ENR_20.id, sentence, "capacity")]


def _reasons(confirmed: Confirmed | None) -> Confirmed:
    """What was confirmed, with its reason; an empty reason confirms nothing."""
    return {rule: reason.strip() for rule, reason in (confirmed or {}).items() if reason.strip()}
