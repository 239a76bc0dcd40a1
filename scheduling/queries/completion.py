"""The completion report: every treated patient's level, and the patients behind each number. Three queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q

from kitclinic.display import half_up
from kitclinic.models import Site
from scheduling.models import Patient, Sequence, Visit
from scheduling.rules.completion import (
    PUBLISHED,
    PUBLISHED_PERCENT,
    Completion,
    Course,
    CourseDay,
    Finish,
    Level,
    completion,
    finish,
)
from scheduling.rules.protocols import STANDARD
from scheduling.states import MissedReason, SequenceState, VisitState

STANDARD_ONLY = Q(sequence__protocol=None) | Q(sequence__protocol__protocol=STANDARD)  # never pooled (ORD-47)
OVER = frozenset({SequenceState.COMPLETED, SequenceState.ENDED_EARLY, SequenceState.CANCELLED})


@dataclass(frozen=True, slots=True)
class LevelLine:
    """One level beside the published one. percent: of the counted patients, to one decimal."""

    level: Level
    n: int
    percent: Decimal | None
    published_n: int
    published_percent: str


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason: patients whose first lost day it was, and all days lost to it."""

    reason: str
    label: str
    patients: int
    days: int


@dataclass(frozen=True, slots=True)
class CompletionPage:
    """What the report shows. finishes: of the patients who began in the months shown; others: those treated
    under other protocols than the standard in these months, whose days the report does not count."""

    first: date
    last: date
    as_of: date
    shown: Completion
    levels: tuple[LevelLine, ...]
    reasons: tuple[ReasonLine, ...]
    finishes: tuple[Finish, ...]
    others: int = 0


def months_begun(site: Site, today: date) -> list[date]:
    """Return every month from that of the first attended day to this one."""
    visits = Visit.objects.filter(site=site, state=VisitState.ATTENDED, patient__is_registry=False)
    first = visits.order_by("date").values_list("date", flat=True).first() or today
    months = (today.year - first.year) * 12 + today.month - first.month
    return [_month(first, ahead) for ahead in range(months + 1)]


def completion_page(site: Site, *, first: date, last: date, as_of: date) -> CompletionPage:
    """Return the report over patients whose first attended day lies in the months from first to last."""
    until = _month(last, 1)
    everybody = finishes_of(site, as_of=as_of)
    chosen = tuple(one for one in everybody if one.first_on and first <= one.first_on < until)
    shown = completion(chosen)
    return CompletionPage(
        first=first,
        last=last,
        as_of=as_of,
        shown=shown,
        levels=tuple(_level(level, shown) for level in Level),
        reasons=tuple(_reasons(shown)),
        finishes=chosen,
        others=_others(site, first, min(until, as_of + timedelta(days=1))),
    )


def finishes_of(site: Site, *, as_of: date) -> list[Finish]:
    """Return where every patient with a visit stands. A merged record counts with the one it was folded into."""
    courses = _courses(site)
    merged = Patient.objects.filter(site=site, merged_into__isnull=False)
    into = dict(merged.values_list("pk", "merged_into_id"))
    by_person: dict[int, list[Course]] = defaultdict(list)
    for patient, _, course in sorted(courses, key=lambda one: one[1]):
        by_person[_root(patient, into)].append(course)
    return [finish(key, mine, as_of=as_of) for key, mine in by_person.items()]


def people_behind(
    page: CompletionPage, *, level: Level | None = None, reason: str = "", under_way: bool = False
) -> list[tuple[Patient, Finish]]:
    """Return the patients behind one number, by name."""
    chosen = {
        one.key: one
        for one in page.finishes
        if (level is not None and one.level == level)
        or (reason and one.reason == reason)
        or (under_way and one.under_way)
    }
    patients = Patient.objects.filter(pk__in=chosen).order_by("family_name", "given_name", "pk")
    return [(patient, chosen[patient.pk]) for patient in patients]


def _courses(site: Site) -> list[tuple[int, date, Course]]:
    """Every sequence with visits as (patient, first day, course)."""
    visits = (
        Visit.objects.filter(STANDARD_ONLY, site=site, patient__is_registry=False)
        .select_related("sequence")
        .order_by("sequence_id", "date", "pk")
    )
    days: dict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        days[visit.sequence_id].append(visit)
    return [(mine[0].patient_id, mine[0].date, _course(mine[0].sequence, mine)) for mine in days.values()]


def _course(sequence: Sequence, visits: Iterable[Visit]) -> Course:
    visits = list(visits)
    came = {visit.makes_up_for_id for visit in visits if visit.state == VisitState.ATTENDED}
    days = tuple(
        CourseDay(visit.date, visit.state, visit.missed_reason, made_up=visit.pk in came) for visit in visits
    )
    return Course(days, over=sequence.state in OVER, mode=sequence.mode)


def _others(site: Site, first: date, until: date) -> int:
    """How many patients came for a day of another protocol from first to before until."""
    rows = Visit.objects.filter(site=site, state=VisitState.ATTENDED, date__gte=first, date__lt=until)
    return rows.exclude(STANDARD_ONLY).values("patient").distinct().count()


def _root(patient: int, into: Mapping[int, int | None]) -> int:
    while kept := into.get(patient):
        patient = kept
    return patient


def _level(level: Level, shown: Completion) -> LevelLine:
    n = shown.counts[level]
    percent = half_up(Decimal(100 * n) / shown.n, Decimal("0.1")) if shown.n else None
    return LevelLine(level, n, percent, PUBLISHED[level], PUBLISHED_PERCENT[level])


def _reasons(shown: Completion) -> list[ReasonLine]:
    lines = [
        ReasonLine(
            reason.value,
            reason.label,
            shown.patients_by_reason.get(reason.value, 0),
            shown.days_by_reason.get(reason.value, 0),
        )
        for reason in MissedReason
    ]
    return sorted(lines, key=lambda line: (-line.patients, -line.days))


def _month(day: date, ahead: int) -> date:
    months = day.year * 12 + day.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)
