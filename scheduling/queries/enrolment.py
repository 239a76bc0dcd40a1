"""Where patients stand on their way in: the same facts for a list and for one page."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from kitclinic.models import Site, Transition
from scheduling.models import Consent, Eligibility, GroupSeat, Patient, Referral, Visit
from scheduling.models import Sequence as Course
from scheduling.queries.clearance import screens_of, window_of
from scheduling.queries.merging import assess_again
from scheduling.rules.enrolment import ConsentView, CourseView, DayView, EnrolmentFacts, SeatView
from scheduling.rules.protocols import STANDARD
from scheduling.rules.visits import ASKING, FINISHED, OPEN_SEQUENCE
from scheduling.states import (
    Caution,
    EnrolmentState,
    PregnancyState,
    ReferralState,
    SeatState,
    SequenceState,
    Verdict,
)

BOOKED_AS = (SequenceState.TENTATIVE, SequenceState.CONFIRMED)


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
    screens = screens_of(keys, site=site)
    consents = _consents(keys, site)
    for key in assess_again(keys, site=site):  # a record was merged in since, so the assessment is due again
        assessed.pop(key, None)
    facts = {}
    for patient in patients:
        row, seat = assessed.get(patient.pk), seats.get(patient.pk)
        day, who, referral = referred.get(patient.pk, (site.today(patient.created_at), "", 0))
        facts[patient.pk] = EnrolmentFacts(
            state=patient.state,
            referred_on=day,
            referred_by=who,
            patient=patient.pk,
            referral=referral,
            assessed_at=row.assessed_at if row else None,
            assessed_on=site.today(row.assessed_at) if row else None,
            assessed_by=row.assessed_by.name if row else "",
            eligible=row.eligible if row else None,
            decision_open=bool(row and _undecided(row, cautions=row.eligible)),
            undecided=_undecided(row, cautions=True) if row else (),
            unsuitable=row is not None and row.result == Verdict.DECLINE,
            reassess_on=row.reassess_on if row else None,
            pregnancy=_pregnancy(row) if row else "",
            pregnancy_on=_pregnancy_day(row, site) if row else None,
            pregnancy_note=", ".join(filter(None, (row.pregnancy_reason, row.pregnancy_decided_by)))
            if row
            else "",
            consent=consents.get(patient.pk),
            seat=_seat_view(seat, site) if seat else None,
            course=courses[patient.pk][-1] if patient.pk in courses else None,
            finished=_last_finished(courses.get(patient.pk, [])),
            screened_on=screens[patient.pk].on if patient.pk in screens else None,
            screen_concern=patient.pk in screens and screens[patient.pk].concern,
            window=window_of(site),
            clearance_days=site.clearance_days,
        )
    return facts


def all_courses(patients: Iterable[int], *, site: Site) -> dict[int, list[CourseView]]:
    """Return every booked sequence of these patients with its days; an open one stands last.

    A request and a hold are no course yet, and a request that was withdrawn never was one.
    """
    sequences = Course.objects.filter(site=site, patient__in=list(patients), first_day__isnull=False)
    found = list(sequences.exclude(state__in=ASKING).select_related("protocol").order_by("number"))
    days: dict[int, list[DayView]] = {sequence.pk: [] for sequence in found}
    visits = Visit.objects.filter(site=site, sequence__in=list(days)).order_by("date", "day_index")
    for visit in visits if days else ():
        days[visit.sequence_id].append(_day_view(visit))
    booked = _bookings(list(days), site) if days else {}
    courses: dict[int, list[CourseView]] = {}
    for sequence in sorted(found, key=lambda row: (row.state in OPEN_SEQUENCE, row.number)):
        if sequence.first_day is None or sequence.start_minute is None:
            continue
        booked_on, booked_by = booked.get(sequence.pk, (None, ""))
        view = CourseView(
            sequence.pk,
            sequence.number,
            sequence.first_day,
            sequence.start_minute,
            sequence.state,
            tuple(days[sequence.pk]),
            booked_on,
            booked_by,
            sequence.planned_visits,
            sequence.protocol.protocol if sequence.protocol else STANDARD,
        )
        courses.setdefault(sequence.patient_id, []).append(view)
    return courses


def _last_finished(courses: list[CourseView]) -> CourseView | None:
    finished = [course for course in courses if course.state in FINISHED]
    return max(finished, key=lambda course: course.number, default=None)


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
        conditions=seat.conditions,
    )


def _latest_assessments(keys: list[int], site: Site) -> QuerySet[Eligibility]:
    rows = Eligibility.objects.filter(site=site, patient__in=keys).select_related("assessed_by")
    return rows.order_by("patient", "-version").distinct("patient")


def _latest_seats(keys: list[int], site: Site) -> QuerySet[GroupSeat]:
    """The last seat of each patient that was not cancelled; an open one before a decided one."""
    rows = GroupSeat.objects.filter(site=site, patient__in=keys).exclude(state=SeatState.CANCELLED)
    return rows.select_related("group", "decided_by").order_by("patient", "-pk").distinct("patient")


def _referrals(keys: list[int], site: Site) -> dict[int, tuple[date, str, int]]:
    """When each patient was taken in, by whom, and on which referral; the last one where it was reopened."""
    accepted = Referral.objects.filter(site=site, patient=OuterRef("subject_id"), state=ReferralState.ACCEPTED)
    last = Subquery(accepted.order_by("-decided_at", "-pk").values("pk")[:1])
    rows = (
        Transition.objects.annotate(referral=last)
        .filter(
            site=site,
            subject=Patient._meta.db_table,
            subject_id__in=keys,
            to_state=EnrolmentState.REFERRED,
        )
        .select_related("by")
    )
    return {
        row.subject_id: (site.today(row.at), row.by.name if row.by else "", row.referral or 0)
        for row in rows.order_by("pk")
    }


def _bookings(keys: list[int], site: Site) -> dict[int, tuple[date, str]]:
    """Who booked each sequence as it is now, and when: a booking taken back before does not count."""
    rows = Transition.objects.filter(
        site=site, subject=Course._meta.db_table, subject_id__in=keys, to_state__in=[*BOOKED_AS, *ASKING]
    ).select_related("by")
    found: dict[int, tuple[date, str]] = {}
    for row in rows.order_by("pk"):
        if row.to_state in ASKING:
            found.pop(row.subject_id, None)
        else:
            found.setdefault(row.subject_id, (site.today(row.at), row.by.name if row.by else ""))
    return found


def _consents(keys: list[int], site: Site) -> dict[int, ConsentView]:
    """The last consent of each patient who has given one."""
    rows = Consent.objects.filter(site=site, patient__in=keys).select_related("withdrawal")
    found = {}
    for row in rows.order_by("patient", "-signed_at", "-pk").distinct("patient"):
        back = getattr(row, "withdrawal", None)
        withdrawn = site.today(back.withdrawn_at) if back else None
        found[row.patient_id] = ConsentView(site.today(row.signed_at), row.get_method_display(), withdrawn)
    return found


def _undecided(row: Eligibility, *, cautions: bool) -> tuple[str, ...]:
    """What a physician has not decided yet, in clinical words. cautions: count those not acknowledged too."""
    found = ["ketamine misuse"] if row.misuse_history and not row.misuse_decision else []
    if row.substance_misuse and not row.substance_decision:
        found.append("active substance misuse")
    missing = set(row.cautions) - set(row.acknowledged_cautions) if cautions else set()
    return (*found, *(str(one.label).lower() for one in Caution if one in missing))


def _pregnancy(row: Eligibility) -> str:
    if row.childbearing_potential is False and not row.pregnancy:
        return str(PregnancyState.NOT_APPLICABLE)
    return row.pregnancy


def _pregnancy_day(row: Eligibility, site: Site) -> date | None:
    """The day of the test, or of the answer where no test applies."""
    return row.pregnancy_tested_on or (site.today(row.assessed_at) if _pregnancy(row) else None)
