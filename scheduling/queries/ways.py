"""The counted referrals of the enrolment funnel, from what is stored."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from kitclinic.models import Site, Transition
from scheduling.models import Eligibility, GroupSeat, GroupWait, Patient, Referral, Sequence, Visit
from scheduling.rules.funnel import Mark, Person, Referred, Step, Turn, Way, way_of_open, ways_of
from scheduling.states import EnrolmentState, MissedReason, SeatState, SequenceState, Verdict, VisitState

CAME = frozenset({SeatState.ATTENDED, SeatState.REVIEW, SeatState.CLEARED, SeatState.NOT_CLEARED})


@dataclass
class Known:
    """What is collected of one person."""

    referrals: list[Referred] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    refused_at: set[datetime] = field(default_factory=set)
    waits: bool = False


def counted_ways(site: Site, *, first: date, last: date) -> list[Way]:
    """Return every counted referral received from the month of ``first`` to that of ``last``, newest first.

    Nine queries, however many referrals there are.
    """
    begins, ends = first.replace(day=1), (last.replace(day=1) + timedelta(days=32)).replace(day=1)
    received = Referral.objects.filter(site=site, received_on__gte=begins, received_on__lt=ends)
    in_range = _referred(site, received.filter(Q(patient=None) | Q(patient__is_registry=False)))
    ways = [way_of_open(one) for one in in_range if one.record is None]
    for person in _people(site, {one.record for one in in_range if one.record is not None}):
        ways += [way for way in ways_of(person) if begins <= way.received < ends]
    return sorted(ways, key=lambda way: (way.received, way.key), reverse=True)


def _referred(site: Site, referrals: QuerySet[Referral]) -> list[Referred]:
    rows = referrals.order_by("pk").values_list(
        "pk", "patient", "received_on", "state", "decided_at", "decision_note"
    )
    return [
        Referred(pk, patient, received, state, at, site.today(at) if at else None, note.strip())
        for pk, patient, received, state, at, note in rows
    ]


def _people(site: Site, records: set[int]) -> Iterable[Person]:
    """Return the people these records belong to, with everything under all of their records."""
    root = _roots(site)
    asked = {root.get(record, record) for record in records}
    keys = asked | {record for record, kept in root.items() if kept in asked}
    people: dict[int, Known] = defaultdict(Known)
    of = {key: people[root.get(key, key)] for key in keys}
    for referral in _referred(site, Referral.objects.filter(site=site, patient__in=keys)):
        if referral.record is not None:
            of[referral.record].referrals.append(referral)
    _add_assessments(site, of)
    seats = _add_seats(site, of)
    never = Q(state=SequenceState.CANCELLED, first_day=None)  # a request withdrawn before anything was booked
    courses = dict(
        Sequence.objects.filter(site=site, patient__in=keys).exclude(never).values_list("pk", "patient")
    )
    _add_infusions(site, of)
    _add_turns(site, of, asked, seats, courses)
    for key in GroupWait.objects.filter(site=site, patient__in=keys, ended_at=None).values_list(
        "patient", flat=True
    ):
        of[key].waits = True
    return [
        Person(known.referrals, known.marks, known.turns, frozenset(known.refused_at), known.waits)
        for known in people.values()
    ]


def _roots(site: Site) -> dict[int, int]:
    """Return each merged record with the record it leads to in the end."""
    merged = Patient.objects.filter(site=site, state=EnrolmentState.MERGED)
    into: dict[int, int] = {pk: kept for pk, kept in merged.values_list("pk", "merged_into") if kept}
    ends = {}
    for record, kept in into.items():
        while kept in into:
            kept = into[kept]
        ends[record] = kept
    return ends


def _add_assessments(site: Site, of: dict[int, Known]) -> None:
    rows = Eligibility.objects.filter(site=site, patient__in=of).order_by("pk")
    for patient, eligible, result, at in rows.values_list("patient", "eligible", "result", "assessed_at"):
        if eligible:
            of[patient].marks.append(Mark(Step.ELIGIBLE, at, site.today(at)))
        elif result == Verdict.DECLINE:
            of[patient].refused_at.add(at)


def _add_seats(site: Site, of: dict[int, Known]) -> dict[int, int]:
    """Add who came and who was cleared; return the patient of each seat."""
    seats = {}
    rows = GroupSeat.objects.filter(site=site, patient__in=of).order_by("pk")
    for pk, patient, state, day, minute, decided_at in rows.values_list(
        "pk", "patient", "state", "group__date", "group__start_minute", "decided_at"
    ):
        seats[pk] = patient
        if state in CAME:
            of[patient].marks.append(Mark(Step.ATTENDED, site.instant(day, minute), day))
        if decided_at and state == SeatState.CLEARED:
            of[patient].marks.append(Mark(Step.CLEARED, decided_at, site.today(decided_at)))
    return seats


def _add_infusions(site: Site, of: dict[int, Known]) -> None:
    rows = Visit.objects.filter(site=site, patient__in=of, state=VisitState.ATTENDED)
    # The first of each course is enough, and a fifth of the rows.
    first = rows.order_by("sequence", "date").distinct("sequence")
    for patient, day, minute in first.values_list("patient", "date", "start_minute"):
        of[patient].marks.append(Mark(Step.INFUSED, site.instant(day, minute), day))


def _add_turns(
    site: Site, of: dict[int, Known], roots: set[int], seats: dict[int, int], courses: dict[int, int]
) -> None:
    """Add every change of state of seats, courses and patients, of merged records only the kept one's."""
    subjects = (
        (Patient._meta.db_table, "patient", {key: key for key in roots}),
        (GroupSeat._meta.db_table, "seat", seats),
        (Sequence._meta.db_table, "sequence", courses),
    )
    asked = Q(pk__in=[])
    for table, _, patients in subjects:
        asked |= Q(subject=table, subject_id__in=patients)
    kinds = {table: (kind, patients) for table, kind, patients in subjects}
    labels = dict(MissedReason.choices)
    rows = Transition.objects.filter(asked, site=site).order_by("pk")
    for pk, table, key, state, reason, at in rows.values_list(
        "pk", "subject", "subject_id", "to_state", "reason", "at"
    ):
        kind, patients = kinds[table]
        said = str(labels.get(reason, reason)) if kind == "sequence" else reason.strip()
        of[patients[key]].turns.append(Turn(kind, at, pk, state, said))
