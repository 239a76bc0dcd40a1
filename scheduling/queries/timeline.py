"""Everything enrolment and schedule know about one person's time here, as entries for one reader.

A fixed number of queries. Who only books reads what was booked, attended and sent, and no clinical word (ENR-81).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from kitclinic.access import sees_clinical
from kitclinic.models import OutboxMessage, Site, StaffUser, Transition
from kitclinic.roles import Permission
from scheduling.models import Eligibility, GroupSeat, Patient, PatientMerge, Referral, Visit
from scheduling.models import Sequence as Course
from scheduling.queries.readiness import apps_to_the_right
from scheduling.queries.timeline_roster import roster_events
from scheduling.rules.capacity import clock
from scheduling.rules.enrolment import short_day
from scheduling.rules.timeline import TimelineEvent, merged
from scheduling.rules.visits import RELEASED
from scheduling.states import EnrolmentState, ReferralState, SeatState, SequenceState, VisitState

OVER = {SequenceState.INTERRUPTED, SequenceState.ENDED_EARLY, SequenceState.CANCELLED, SequenceState.COMPLETED}
BOOKED_AS = {SequenceState.TENTATIVE, SequenceState.CONFIRMED}
TOLD = OVER | BOOKED_AS | {SequenceState.REQUESTED}
LEFT = {EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN}
CAME = {SeatState.ATTENDED, SeatState.REVIEW, SeatState.CLEARED, SeatState.NOT_CLEARED}


def timeline(keys: Sequence[int], *, site: Site, reader: StaffUser, at: datetime) -> tuple[TimelineEvent, ...]:
    """Return the entries of all apps about these records of one person, oldest first. keys: of the records."""
    right = [app.events(keys, site=site, reader=reader, at=at) for app in apps_to_the_right()]
    return merged(own_events(keys, site=site, reader=reader, at=at), *right)


def own_events(keys: Sequence[int], *, site: Site, reader: StaffUser, at: datetime) -> list[TimelineEvent]:
    """Return the entries of enrolment and schedule."""
    today, clinical = site.today(at), sees_clinical(reader)
    seats = list(
        GroupSeat.objects.filter(site=site, patient__in=keys).select_related("group", "decided_by").order_by("pk")
    )
    courses = list(Course.objects.filter(site=site, patient__in=keys).order_by("pk"))
    visits = list(Visit.objects.filter(site=site, patient__in=keys).select_related("sequence").order_by("pk"))
    moves = _moves(keys, seats, courses, site)
    found = [
        *_referrals(keys, site, reader, clinical),
        *_ways(moves, site, clinical),
        *_assessments(keys, site, reader, clinical),
        *_merges(keys, site),
        *_bookings(moves, {course.pk: course for course in courses}, site, clinical),
        *_reminders(visits, site),
    ]
    for seat in seats:
        found += _seat(seat, [move for move in moves if _is(move, seat)], site, reader, today, clinical)
    found += [_visit(visit, site, reader, today) for visit in visits]
    return [*found, *roster_events(keys, site=site, reader=reader)]


def _moves(
    keys: Sequence[int], seats: Iterable[GroupSeat], courses: Iterable[Course], site: Site
) -> list[Transition]:
    """Every change of state of the patient's records, seats and sequences, oldest first. One query."""
    about = Q(subject=Patient._meta.db_table, subject_id__in=keys)
    about |= Q(subject=GroupSeat._meta.db_table, subject_id__in=[seat.pk for seat in seats])
    about |= Q(subject=Course._meta.db_table, subject_id__in=[course.pk for course in courses])
    return list(Transition.objects.filter(about, site=site).select_related("by").order_by("pk"))


def _is(move: Transition, thing: GroupSeat) -> bool:
    return move.subject == thing._meta.db_table and move.subject_id == thing.pk


def _name(person: StaffUser | None) -> str:
    return person.name if person else ""


def _referrals(keys: Sequence[int], site: Site, reader: StaffUser, clinical: bool) -> Iterator[TimelineEvent]:
    opens = "scheduling:referral" if reader.may(Permission.FIND_PATIENTS) else ""
    for row in Referral.objects.filter(site=site, patient__in=keys).select_related("decided_by"):
        received = site.instant(row.received_on, 0)
        reason = f"; {row.reason}" if clinical and row.reason else ""
        yield TimelineEvent(
            received,
            row.received_on,
            "referral",
            "Referral received",
            f"from {row.source}{reason}",
            url_name=opens,
            url_key=row.pk,
            lane="Visits",
            mark="Referral",
            timed=False,
        )
        if row.state == ReferralState.ACCEPTED and row.decided_at:
            day = site.today(row.decided_at)
            title = "Referral accepted"
            yield TimelineEvent(row.decided_at, day, "referral", title, who=_name(row.decided_by))


def _ways(moves: Iterable[Transition], site: Site, clinical: bool) -> Iterator[TimelineEvent]:
    """The referral ended, or was taken up again."""
    for move in moves:
        if move.subject != Patient._meta.db_table:
            continue
        back = move.from_state in LEFT and move.to_state == EnrolmentState.REFERRED
        if move.to_state in LEFT or back:
            title = "Referral taken up again" if back else EnrolmentState(move.to_state).label
            detail = move.reason if clinical else ""
            yield TimelineEvent(move.at, site.today(move.at), "referral", title, detail, _name(move.by))


def _assessments(keys: Sequence[int], site: Site, reader: StaffUser, clinical: bool) -> Iterator[TimelineEvent]:
    rows = Eligibility.objects.filter(site=site, patient__in=keys).select_related("assessed_by").order_by("pk")
    may = reader.may(Permission.REGISTER_PATIENTS)
    for row in rows:
        detail = row.get_result_display() if clinical else "Eligible" if row.eligible else "Not finished"
        yield TimelineEvent(
            row.assessed_at,
            site.today(row.assessed_at),
            "assessment",
            f"Eligibility assessed, version {row.version}",
            detail,
            _name(row.assessed_by),
            url_name="scheduling:eligibility" if may else "",
            url_key=row.patient_id,
            lane="Visits",
            mark="Assessment",
        )


def _merges(keys: Sequence[int], site: Site) -> Iterator[TimelineEvent]:
    about = Q(kept__in=keys) | Q(folded__in=keys)
    rows = PatientMerge.objects.filter(about, site=site).select_related("kept", "folded", "merged_by", "undone_by")
    for row in rows.order_by("pk"):
        words = f"Record {row.folded.record_number} merged into {row.kept.record_number}"
        yield TimelineEvent(
            row.merged_at, site.today(row.merged_at), "record", words, row.reason, _name(row.merged_by)
        )
        if row.undone_at:
            day = site.today(row.undone_at)
            title = f"Merge with record {row.folded.record_number} undone"
            yield TimelineEvent(row.undone_at, day, "record", title, row.undo_reason, _name(row.undone_by))


def _seat(
    seat: GroupSeat, moves: Sequence[Transition], site: Site, reader: StaffUser, today: date, clinical: bool
) -> Iterator[TimelineEvent]:
    group = seat.group
    there: dict[str, Any] = (
        {"url_name": "scheduling:group", "url_key": group.pk} if reader.may(Permission.SEE_SCHEDULE) else {}
    )
    when = f"{short_day(group.date)}, {clock(group.start_minute)}"
    for move in moves:
        if move.to_state == SeatState.BOOKED:
            title, who = "Seat in the group visit booked", _name(move.by)
            yield TimelineEvent(move.at, site.today(move.at), "group", title, when, who, **there)
        if move.to_state == SeatState.CANCELLED:
            title, who = "Seat in the group visit cancelled", _name(move.by)
            yield TimelineEvent(move.at, site.today(move.at), "group", title, when, who, **there)
    if seat.state != SeatState.CANCELLED:
        came = "with support person" if seat.support_attended else "without support person"
        detail = came if seat.state in CAME else seat.get_state_display()
        start = site.instant(group.date, group.start_minute)
        planned = seat.state == SeatState.BOOKED and group.date >= today
        facts: dict[str, Any] = {"lane": "Visits", "mark": "Group visit", "planned": planned}
        yield TimelineEvent(start, group.date, "group", "Group visit (SMA)", detail, **facts, **there)
    if seat.decided_at:
        day, title = site.today(seat.decided_at), seat.get_state_display()
        if seat.conditions:
            title += " with conditions"
        detail = "; ".join(filter(None, (seat.conditions, seat.decision_note))) if clinical else ""
        yield TimelineEvent(seat.decided_at, day, "group", title, detail, _name(seat.decided_by), **there)


def _bookings(
    moves: Iterable[Transition], courses: dict[int, Course], site: Site, clinical: bool
) -> Iterator[TimelineEvent]:
    for move in moves:
        if move.subject != Course._meta.db_table or move.to_state not in TOLD:
            continue
        course = courses[move.subject_id]
        booked = move.to_state in BOOKED_AS
        word, detail = _booking_words(move), ""
        if booked and course.first_day is not None and course.start_minute is not None:
            detail = f"from {short_day(course.first_day)}, {clock(course.start_minute)}"
        if clinical and not booked:
            detail = move.reason
        title, day = f"Sequence {course.number} {word}", site.today(move.at)
        yield TimelineEvent(move.at, day, "sequence", title, detail, _name(move.by))


def _booking_words(move: Transition) -> str:
    """Return "booked", "confirmed", "goes on", "asked for again" …, by where the sequence came from."""
    if move.to_state == SequenceState.REQUESTED:
        return "asked for again" if move.from_state else "asked for"
    if move.to_state == SequenceState.TENTATIVE:
        return "booked, its time still tentative"
    if move.to_state == SequenceState.CONFIRMED:
        return {SequenceState.TENTATIVE: "confirmed", SequenceState.INTERRUPTED: "goes on"}.get(
            SequenceState(move.from_state or SequenceState.REQUESTED), "booked"
        )
    return str(SequenceState(move.to_state).label).lower()


def _visit(visit: Visit, site: Site, reader: StaffUser, today: date) -> TimelineEvent:
    released = visit.state in RELEASED
    detail = visit.get_state_display()
    if released:
        detail = f"{detail}: {visit.get_missed_reason_display().lower()}"
    elif visit.state == VisitState.BOOKED:
        driver = f"{visit.driver_name} drives" if visit.driver_named else "no driver named"
        detail = f"Chair {visit.chair}, {driver}"
    charts = reader.may(Permission.SEE_CHARTS)
    made_up = ", made up" if visit.makes_up_for_id else ""
    return TimelineEvent(
        site.instant(visit.date, visit.start_minute),
        visit.date,
        "sequence",
        f"Sequence {visit.sequence.number}, day {visit.day_index} of {visit.sequence.planned_visits}{made_up}",
        detail,
        url_name="infusions:chart" if charts and not released else "",
        url_key=visit.pk,
        lane="" if released else "Infusions",
        mark=f"Sequence {visit.sequence.number}",
        planned=visit.state == VisitState.BOOKED and visit.date >= today,
        subject=f"visit:{visit.pk}",
    )


def _reminders(visits: Iterable[Visit], site: Site) -> Iterator[TimelineEvent]:
    about = {f"visit-reminder:{visit.pk}": visit for visit in visits}
    rows = OutboxMessage.objects.filter(site=site, key__in=list(about)).order_by("pk")
    for row in rows.exclude(channel=OutboxMessage.Channel.STAFF):
        visit, sent = about[row.key], row.sent_at or row.due_at
        title = f"Reminder of {short_day(visit.date)}"
        detail = f"{row.get_channel_display()}{'' if row.sent_at else ', not sent yet'}"
        yield TimelineEvent(sent, site.today(sent), "letter", title, detail, lane="Letters", mark="Reminder")
