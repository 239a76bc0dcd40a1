"""Who is asked today how the day after was: the list, the number in the bar, the question at the chair."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from infusions.models import Infusion, NextDayCall
from infusions.queries.course import Course, Kind, courses_of
from infusions.queries.panel import side_effects
from infusions.rules.adverse_events import is_adverse_event, stopped_for_event
from infusions.rules.next_day import KEEPS_DAYS
from infusions.states import InfusionOutcome, StopReason
from kitclinic.display import in_sentence, show
from kitclinic.models import Site
from scheduling.models import Patient, Visit
from scheduling.queries.reminders import clinic_day_before
from scheduling.states import VisitState

HERE = (VisitState.BOOKED, VisitState.ARRIVED, VisitState.ATTENDED)
REACHED = NextDayCall.objects.filter(infusion=OuterRef("pk"), reached=True)


@dataclass(frozen=True)
class Line:
    """One infusion to ask about. today: the visit of this day, when the patient sits in the suite again."""

    infusion: Infusion
    patient: Patient
    happened: str
    driver: str
    driver_phone: str
    tries: tuple[NextDayCall, ...]
    today: Visit | None
    last_day: bool  # tomorrow nobody asks any more

    @property
    def answer(self) -> NextDayCall | None:
        """The newest answer; None while nobody was reached."""
        found = [call for call in self.tries if call.reached]
        return found[-1] if found else None

    @property
    def phone_note(self) -> str:
        """What speaks against the phone, by what the patient was asked."""
        if not self.patient.phone:
            return "no number recorded"
        asked = self.patient.consent_phone
        return "" if asked else "did not agree to be called" if asked is False else "never asked about calls"


@dataclass(frozen=True)
class NextDay:
    """The page: to call, to ask at the chair, answered today."""

    day: date
    before: date  # the clinic day before this one
    calls: tuple[Line, ...]
    at_chair: tuple[Line, ...]
    done: tuple[Line, ...]

    @property
    def due(self) -> int:
        return len(self.calls) + len(self.at_chair)


def infused(site: Site, *, today: date) -> QuerySet[Infusion]:
    """Infusions that a list of this day may ask about: started, of the seven days before."""
    since = today - timedelta(days=KEEPS_DAYS)
    return Infusion.objects.filter(site=site, started_at__isnull=False, date__gte=since, date__lt=today)


def number_to_call(site: Site, *, at: datetime) -> int:
    """How many patients are still to be called today; one query. Who sits in the suite is asked there."""
    today = site.today(at)
    here = Visit.objects.filter(site=site, patient=OuterRef("patient"), date=today, state__in=HERE)
    return infused(site, today=today).filter(~Exists(REACHED), ~Exists(here)).count()


def next_day(site: Site, *, at: datetime) -> NextDay:
    """The list of today: seven queries, however long it is."""
    today = site.today(at)
    rows = infused(site, today=today).annotate(is_answered=Exists(REACHED))
    asked = Exists(NextDayCall.objects.filter(infusion=OuterRef("pk"), at__gte=site.instant(today, 0)))
    rows = rows.exclude(~asked, is_answered=True)
    lines = _lines(site, rows, today=today)
    open_lines = [line for line in lines if line.answer is None]
    return NextDay(
        day=today,
        before=clinic_day_before(site, today),
        calls=tuple(line for line in open_lines if line.today is None),
        at_chair=tuple(
            sorted(
                (line for line in open_lines if line.today is not None),
                key=lambda line: (line.today.start_minute if line.today else 0, line.infusion.date),
            )
        ),
        done=tuple(line for line in lines if line.answer is not None),
    )


def to_ask(visit: Visit, *, at: datetime) -> tuple[Line, ...]:
    """For the chair on this day: earlier infusions that nobody has answered for, or that had a bad day after."""
    return lines_for_chart(visit, courses_of(still_to_ask(visit, at=at)).values())


def still_to_ask(visit: Visit, *, at: datetime) -> tuple[Infusion, ...]:
    """Those infusions, the newest first: one query, mostly of none. is_bad: the day after was not well."""
    if visit.site.today(at) != visit.date:
        return ()
    bad = Exists(REACHED.filter(well=False))
    rows = infused(visit.site, today=visit.date).filter(~Exists(REACHED) | bad, patient_id=visit.patient_id)
    return tuple(rows.annotate(is_bad=bad).select_related("visit").order_by("-date", "pk"))


def lines_for_chart(visit: Visit, courses: Iterable[Course]) -> tuple[Line, ...]:
    """Their lines. courses: of ``still_to_ask``; answers are read only where a day after was not well."""
    found = list(courses)
    bad = [course.infusion.pk for course in found if getattr(course.infusion, "is_bad", False)]
    tries = _tries(visit.site, bad) if bad else {}
    for course in found:
        course.infusion.site, course.infusion.patient = visit.site, visit.patient
    return tuple(_line(one, tries.get(one.infusion.pk, []), visit, today=visit.date) for one in found)


def calls_of(infusion: Infusion) -> tuple[NextDayCall, ...]:
    rows = NextDayCall.objects.filter(site_id=infusion.site_id, infusion=infusion).select_related("by")
    return tuple(rows.order_by("at", "pk"))


def _lines(site: Site, rows: QuerySet[Infusion], *, today: date) -> tuple[Line, ...]:
    """Newest day first, then by name."""
    loaded = rows.select_related("site", "patient", "visit", "order__protocol")
    infusions = list(loaded.order_by("-date", "patient__family_name", "patient__given_name", "pk"))
    visits = {
        visit.patient_id: visit
        for visit in Visit.objects.filter(
            site=site, date=today, state__in=HERE, patient__in={one.patient_id for one in infusions}
        )
    }
    tries = _tries(site, [one.pk for one in infusions])
    courses = courses_of(infusions)
    return tuple(
        _line(courses[one.pk], tries.get(one.pk, []), visits.get(one.patient_id), today=today) for one in infusions
    )


def _tries(site: Site, infusions: Iterable[int]) -> dict[int, list[NextDayCall]]:
    """Every try for these infusions, by their ids, oldest first."""
    tries: dict[int, list[NextDayCall]] = defaultdict(list)
    rows = NextDayCall.objects.filter(site=site, infusion__in=infusions).select_related("by")
    for call in rows.order_by("at", "pk"):
        tries[call.infusion_id].append(call)
    return tries


def _line(course: Course, tries: Iterable[NextDayCall], visit: Visit | None, *, today: date) -> Line:
    infusion = course.infusion
    left = course.latest(Kind.DISCHARGED)
    word = left.detail.get if left else {}.get
    planned = infusion.visit
    return Line(
        infusion=infusion,
        patient=infusion.patient,
        happened=what_happened(course),
        driver=str(word("driver", "") or planned.driver_name),
        driver_phone=str(word("phone", "") or (planned.driver_phone if not word("driver", "") else "")),
        tries=tuple(tries),
        today=visit,
        last_day=(today - infusion.date).days >= KEEPS_DAYS,
    )


def what_happened(course: Course) -> str:
    """ "Completed, 41.25 mg; dizzy, nausea; ondansetron again; left against advice"."""
    infusion = course.infusion
    stopped = infusion.outcome == InfusionOutcome.STOPPED
    words = [f"Stopped early: {in_sentence(infusion.get_stop_reason_display())}" if stopped else "Completed"]
    if stopped and not infusion.stop_reason:
        words = ["Stopped early"]
    if infusion.delivered_mg is not None:
        words[0] += f", {show(infusion.delivered_mg, 'mg')}"
    words.append(", ".join(side_effects(course)) or "no side effects")
    if course.of_kind(Kind.ONDANSETRON_PRN):
        words.append("ondansetron again")
    reason = StopReason(infusion.stop_reason) if infusion.stop_reason else None
    team = bool(course.of_kind(Kind.EMERGENCY_TEAM))
    if is_adverse_event(stopped_for_event=stopped_for_event(reason), emergency_team=team):
        words.append("adverse event")
    left = course.latest(Kind.DISCHARGED)
    if left is not None and left.detail.get("against_advice"):
        words.append("left against advice")
    return "; ".join(words)
