"""Where patients stand on their way in: the same facts for a list and for one page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from kitclinic.models import Site, Transition
from scheduling.models import Eligibility, GroupSeat, Patient, Visit
from scheduling.models import Sequence as Course
from scheduling.rules.enrolment import CourseView, DayView, EnrolmentFacts, SeatView, in_words
from scheduling.rules.identity import tidy_record_number
from scheduling.rules.visits import OPEN_SEQUENCE
from scheduling.states import EnrolmentState, SeatState

DATE_FORMATS = ("%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%m/%d/%Y", "%d.%m.%Y")
DIGITS_TO_SEARCH = 3  # fewer digits are looked for at the start of a record number only


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One line of the list of patients."""

    patient: Patient
    tone: str
    words: str
    next_day: DayView | None
    group: SeatView | None


def find_patients(*, site: Site, query: str) -> QuerySet[Patient]:
    """Return the patients that match every word: part of a name or record number, or a birth date."""
    found = Patient.objects.filter(site=site)
    text = " ".join(query.split())
    if (born := _birth_date(text)) is not None:
        return found.filter(birth_date=born).order_by("family_name", "given_name", "pk")
    for word in text.replace(",", " ").split():
        number = tidy_record_number(word)
        # On the phone a record number is often read without the letters before it.
        by_digits = number.isdigit() and len(number) >= DIGITS_TO_SEARCH
        by_number = Q(record_number__contains=number) if by_digits else Q(record_number__istartswith=number)
        found = found.filter(Q(family_name__icontains=word) | Q(given_name__icontains=word) | by_number)
    if not text:
        return found.order_by("-created_at", "-pk")
    # Whoever's family name begins with the words stands first, so that Enter opens the likely one.
    rank = Case(
        When(record_number__iexact=tidy_record_number(text), then=Value(0)),
        When(family_name__istartswith=text.split()[0].rstrip(","), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return found.annotate(rank=rank).order_by("rank", "family_name", "given_name", "pk")


def patient_rows(patients: Sequence[Patient], *, site: Site, at: datetime) -> list[PatientRow]:
    """Return readiness in words and the next visit for one page of patients, in five queries."""
    today = site.today(at)
    known = enrolment_facts(patients, site=site)
    rows = []
    for patient in patients:
        facts = known[patient.pk]
        tone, words = in_words(facts, today)
        course, seat = facts.open_course, facts.seat
        ahead = seat if seat and seat.state == SeatState.BOOKED and seat.day >= today else None
        rows.append(PatientRow(patient, tone, words, course.next_day if course else None, ahead))
    return rows


def enrolment_facts(
    patients: Sequence[Patient], *, site: Site, courses: dict[int, list[CourseView]] | None = None
) -> dict[int, EnrolmentFacts]:
    """Return the facts of each patient, by key. courses: of these patients, where the caller has them already."""
    keys = [patient.pk for patient in patients]
    assessed = {row.patient_id: row for row in _latest_assessments(keys, site)}
    seats = {seat.patient_id: seat for seat in _latest_seats(keys, site)}
    if courses is None:
        courses = all_courses(keys, site=site)
    referred = _referrals(keys, site)
    facts = {}
    for patient in patients:
        row, seat = assessed.get(patient.pk), seats.get(patient.pk)
        day, who = referred.get(patient.pk, (site.today(patient.created_at), ""))
        facts[patient.pk] = EnrolmentFacts(
            state=patient.state,
            referred_on=day,
            referred_by=who,
            assessed_on=site.today(row.assessed_at) if row else None,
            assessed_by=row.assessed_by.name if row else "",
            eligible=row.eligible if row else None,
            decision_open=bool(row and row.misuse_history and not row.misuse_decision),
            seat=_seat_view(seat, site) if seat else None,
            course=courses[patient.pk][-1] if patient.pk in courses else None,
        )
    return facts


def all_courses(patients: Iterable[int], *, site: Site) -> dict[int, list[CourseView]]:
    """Return every sequence of these patients with its days; an open one stands last."""
    sequences = Course.objects.filter(site=site, patient__in=list(patients)).order_by("number")
    found = list(sequences)
    days: dict[int, list[DayView]] = {sequence.pk: [] for sequence in found}
    visits = Visit.objects.filter(site=site, sequence__in=list(days)).order_by("date", "day_index")
    for visit in visits if days else ():
        days[visit.sequence_id].append(_day_view(visit))
    courses: dict[int, list[CourseView]] = {}
    for sequence in sorted(found, key=lambda row: (row.state in OPEN_SEQUENCE, row.number)):
        view = CourseView(
            sequence.pk,
            sequence.number,
            sequence.first_day,
            sequence.start_minute,
            sequence.state,
            tuple(days[sequence.pk]),
        )
        courses.setdefault(sequence.patient_id, []).append(view)
    return courses


def _day_view(visit: Visit) -> DayView:
    return DayView(
        key=visit.pk,
        index=visit.day_index,
        day=visit.date,
        minute=visit.start_minute,
        chair=visit.chair,
        state=visit.state,
        driver=visit.driver_name if visit.driver_named else "",
        missed_reason=visit.get_missed_reason_display() if visit.missed_reason else "",
    )


def _seat_view(seat: GroupSeat, site: Site) -> SeatView:
    return SeatView(
        group=seat.group_id,
        day=seat.group.date,
        minute=seat.group.start_minute,
        state=seat.state,
        support_attended=seat.support_attended,
        decided_on=site.today(seat.decided_at) if seat.decided_at else None,
        decided_by=seat.decided_by.name if seat.decided_by else "",
    )


def _latest_assessments(keys: list[int], site: Site) -> QuerySet[Eligibility]:
    rows = Eligibility.objects.filter(site=site, patient__in=keys).select_related("assessed_by")
    return rows.order_by("patient", "-version").distinct("patient")


def _latest_seats(keys: list[int], site: Site) -> QuerySet[GroupSeat]:
    """The last seat of each patient that was not cancelled; an open one before a decided one."""
    rows = GroupSeat.objects.filter(site=site, patient__in=keys).exclude(state=SeatState.CANCELLED)
    return rows.select_related("group", "decided_by").order_by("patient", "-pk").distinct("patient")


def _referrals(keys: list[int], site: Site) -> dict[int, tuple[date, str]]:
    """Who took each patient in, and when; the last time where a referral was reopened."""
    rows = Transition.objects.filter(
        site=site,
        subject=Patient._meta.db_table,
        subject_id__in=keys,
        to_state=EnrolmentState.REFERRED,
    ).select_related("by")
    return {row.subject_id: (site.today(row.at), row.by.name if row.by else "") for row in rows.order_by("pk")}


def _birth_date(text: str) -> date | None:
    for pattern in DATE_FORMATS:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 (a calendar date has no zone)
        except ValueError:
            continue
    return None
