"""One person's scores over time, for the trajectory page, the patient page, the print and the patient's own view.

The number of queries does not grow with scores, measures or courses: the family of records, scores, infusions,
days still to come.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q

from infusions.models import Infusion as InfusionRecord
from infusions.states import InfusionOutcome
from kitclinic.models import Site
from outcomes.models import SafetyTask, Score
from outcomes.rules.courses import Course, Span, courses, spans
from outcomes.rules.measures import McidSet, Measure, measures, other_measures
from outcomes.rules.reliable import Comparison, Point, form_of, se_points
from outcomes.rules.trajectory import Track, finding, first_shown, shown_course, track
from outcomes.rules.windows import Infusion
from outcomes.states import WAITING_STATES
from scheduling.models import Patient, Visit
from scheduling.queries.patients import family_keys
from scheduling.rules.visits import OPEN_SEQUENCE, RELEASED

NOT_DRAWN = ("PGIC", "PCS rumination", "PCS magnification", "PCS helplessness")
IMPRESSION = "PGIC"


@dataclass(frozen=True, slots=True)
class Line:
    """One measure in the shown course: before, now, change and words. baseline, now: None without one."""

    track: Track
    baseline: Point | None
    now: Point | None
    change: Comparison | None

    @property
    def measure(self) -> Measure:
        return self.track.measure


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Everything shown. course: number of the one that is read, 0 without any.

    only: just that course is asked for. stopped: days of infusions started, not completed; planned: to come.
    impression: the newest impression of change, in words, and its day.
    """

    patient: Patient
    today: date
    as_of: date
    mcid_set: McidSet
    courses: tuple[Course, ...]
    stopped: tuple[date, ...]
    planned: tuple[date, ...]
    tracks: tuple[Track, ...]
    course: int
    only: bool
    impression: tuple[str, date] | None

    @property
    def lines(self) -> list[Line]:
        return [_line(one, self.course) for one in self.tracks]

    @property
    def chosen(self) -> Course | None:
        return self.courses[self.course - 1] if self.course else None

    @property
    def frame(self) -> tuple[date, date]:
        """The first and last day there is something to draw on; of one course alone, its windows."""
        days = [one.date for track in self.tracks for one in track.points]
        days += [day for course in self.courses for day in course.days]
        first, last = min([*days, self.as_of]), max([*days, *self.planned, self.as_of])
        one = self.chosen if self.only else None
        if one is None:
            return first, last
        mine = [span for span in self.spans if span.course == one.number]
        return max(first, mine[0].first), min(last, max(span.last for span in mine))

    @property
    def spans(self) -> list[Span]:
        return [span for course in self.courses for span in spans(course)]

    @property
    def first_shown(self) -> Track | None:
        return first_shown(self.tracks, self.course)

    def track_of(self, name: str) -> Track | None:
        """Return a measure by name; without one of this name the one that is drawn first."""
        return next((one for one in self.tracks if one.measure.name == name), self.first_shown)

    def finding(self, track: Track) -> str:
        return finding(track, self.course)


def trajectory(
    patient: Patient,
    *,
    at: datetime,
    mcid_set: McidSet = "paper",
    course: int | None = None,
    as_of: date | None = None,
) -> Trajectory:
    """Return a person's scores as of a day, today without one. course: None reads the last one followed up.

    Four queries. Scores that were corrected are left out; a demonstration's stand on demonstration sites only.
    """
    site, family, today = patient.site, family_keys(patient), patient.site.today(at)
    until = min(as_of or today, today)
    rows = _scores(site, family, at=at, until=until)
    infusions = _infusions(site, family, at=at)
    found = courses(infusions, until)
    tracks = []
    for name, measure in {**measures(), **other_measures()}.items():
        if name in rows and name not in NOT_DRAWN:
            points = [_point(measure, row) for row in rows[name]]
            tracks.append(track(measure, points, found, until, mcid_set=mcid_set))
    return Trajectory(
        patient=patient,
        today=today,
        as_of=until,
        mcid_set=mcid_set,
        courses=found,
        stopped=tuple(sorted({one.date for one in infusions if not one.completed and one.date <= until})),
        planned=_planned(site, family, today=today),
        tracks=tuple(tracks),
        course=course if course and course <= len(found) else shown_course(tracks, found),
        only=bool(course and course <= len(found)),
        impression=_impression(rows.get(IMPRESSION, ())),
    )


def _scores(site: Site, family: list[int], *, at: datetime, until: date) -> dict[str, list[Score]]:
    rows = Score.objects.current().filter(site=site, patient__in=family, recorded_at__lte=at, date__lte=until)
    if not site.is_demo:
        rows = rows.filter(is_demo=False)
    found: dict[str, list[Score]] = defaultdict(list)
    for row in rows.order_by("date", "minute", "recorded_at", "pk"):
        found[row.measure].append(row)
    return found


def _infusions(site: Site, family: list[int], *, at: datetime) -> list[Infusion]:
    started = InfusionRecord.objects.filter(site=site, patient__in=family, started_at__lte=at)
    days = []
    for start, outcome in started.values_list("started_at", "outcome"):
        if start is not None:
            local = site.local(start)
            days.append(Infusion(local.date(), local.time(), outcome == InfusionOutcome.COMPLETED))
    return days


def _planned(site: Site, family: list[int], *, today: date) -> tuple[date, ...]:
    visits = Visit.objects.filter(site=site, patient__in=family, sequence__state__in=OPEN_SEQUENCE)
    days = visits.exclude(state__in=RELEASED).filter(date__gte=today, infusion__started_at__isnull=True)
    return tuple(sorted(set(days.values_list("date", flat=True))))


def _point(measure: Measure, row: Score) -> Point:
    return Point(
        key=row.pk,
        date=row.date,
        time=None if row.minute is None else time(row.minute // 60, row.minute % 60),
        tenths=int(row.value * 10),
        se=se_points(measure, theta=row.theta, standard_error=row.standard_error, instrument=row.instrument),
        form=form_of(measure, instrument=row.instrument, bank_version=row.bank_version),
        band=row.band,
        source=row.origin or row.source,
        sheet=row.assessment_id,
    )


def _impression(rows: Sequence[Score]) -> tuple[str, date] | None:
    return (rows[-1].band, rows[-1].date) if rows else None


def _line(found: Track, course: int) -> Line:
    """Before the first course the newest score stands under now; then what came after the course."""
    if not course:
        return Line(found, None, found.newest, None)
    mine = found.by_course[course - 1]
    return Line(found, mine.baseline, mine.now, mine.now_change)


def alert_counts(patient: Patient, *, at: datetime) -> tuple[int, int]:
    """Return how many safety alerts of this person wait for somebody, and how many were acknowledged."""
    tasks = SafetyTask.objects.filter(site=patient.site, patient__in=family_keys(patient), opened_at__lte=at)
    waiting = Q(state__in=WAITING_STATES)
    found = tasks.aggregate(waiting=Count("pk", filter=waiting), done=Count("pk", filter=~waiting))
    return found["waiting"], found["done"]
