"""What the patient page shows of outcomes: scores against the baseline, and where questionnaires stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from kitclinic.models import Transition
from outcomes.models import Assessment
from outcomes.queries.questionnaires import Part, expected, parts_of_each
from outcomes.queries.safety import waiting_tasks_of
from outcomes.queries.trajectory import Line, Trajectory, trajectory
from outcomes.queries.trajectory_table import MeasureRow, counts_sentence, measure_rows
from outcomes.rules.instruments import definitions, label_of
from outcomes.rules.links import MOST_WRONG_YEARS, OCCASIONS
from outcomes.rules.trajectory import figure
from outcomes.states import AssessmentState
from scheduling.models import Patient
from scheduling.queries.patients import family_keys

WIDTH, HEIGHT, EDGE = 120, 36, 5  # of one trend, in SVG units
REPLACED = "a new questionnaire was sent"  # reason of the move that sending a newer one writes
SHOWN = 6  # questionnaires listed


@dataclass(frozen=True, slots=True)
class Trend:
    """A measure over time in SVG units, WIDTH by HEIGHT. baseline_y: None without a baseline."""

    points: tuple[tuple[str, str], ...]
    baseline_y: str | None
    label: str

    @property
    def path(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One measure in the course that is read: before, now and the change as text, with its small picture."""

    row: MeasureRow
    trend: Trend
    sheet: int | None


@dataclass(frozen=True, slots=True)
class SentLine:
    """One questionnaire that was sent. tone, word: of its chip. note: what to know about it."""

    assessment: Assessment
    names: str
    occasion: str
    answered: int
    total: int
    tone: str
    word: str
    note: str


@dataclass(frozen=True, slots=True)
class Panel:
    """lines: empty for who may not see scores. finding: the heading, in words."""

    lines: tuple[MeasureLine, ...]
    sent: tuple[SentLine, ...]
    safety_tasks: int
    finding: str


def patient_panel(patient: Patient, *, at: datetime, with_scores: bool) -> Panel:
    """Return the panel. with_scores: whether this person may see scores (nothing is read otherwise)."""
    lines = tuple(measure_lines(trajectory(patient, at=at))) if with_scores else ()
    return Panel(
        lines=lines,
        sent=tuple(sent_lines(patient, at=at)),
        safety_tasks=waiting_tasks_of(patient, at=at) if with_scores else 0,
        finding=counts_sentence([line.row for line in lines]),
    )


def measure_lines(found: Trajectory) -> list[MeasureLine]:
    """Return one line for each measure with a score, in the order of the paper's tables. No queries."""
    rows = measure_rows(found)
    return [
        MeasureLine(row, _trend(line), line.track.newest.sheet)
        for row, line in zip(rows, found.lines, strict=True)
    ]


def _trend(line: Line) -> Trend:
    """Place the scores by day and value; the scale holds every score and is at least one MCID high."""
    measure, rows, baseline = line.measure, line.track.points, line.baseline
    values = [row.tenths for row in rows] + ([] if baseline is None else [baseline.tenths])
    low, high = Decimal(min(values)), Decimal(max(values))
    least = measure.mcid["paper"].tenths if measure.mcid else 100
    room = max(least - (high - low), Decimal(0)) / 2
    low, high = low - room, high + room
    first, days = rows[0].date, max((rows[-1].date - rows[0].date).days, 1)

    def y(value: int) -> str:
        return f"{EDGE + (HEIGHT - 2 * EDGE) * (high - value) / (high - low):.1f}"

    def x(day: date) -> str:
        return f"{EDGE + Decimal(WIDTH - 2 * EDGE) * (day - first).days / days:.1f}"

    words = "1 score" if len(rows) == 1 else f"{len(rows)} scores"
    return Trend(
        points=tuple((x(row.date), y(row.tenths)) for row in rows),
        baseline_y=None if baseline is None else y(baseline.tenths),
        label=f"{measure.title}: {words}, from {figure(measure, rows[0].tenths)} to "
        f"{figure(measure, rows[-1].tenths)}; {measure.better} is better",
    )


def sent_lines(patient: Patient, *, at: datetime) -> list[SentLine]:
    """Return the newest questionnaires of a patient and where they stand. Three queries."""
    rows = list(
        Assessment.objects.filter(site=patient.site, patient__in=family_keys(patient))
        .select_related("site")
        .order_by("-sent_at")[:SHOWN]
    )
    parts, because = parts_of_each(rows), withdrawn_because(rows)
    return [_sent(row, parts[row.pk], at, because.get(row.pk, "")) for row in rows]


def withdrawn_because(rows: Iterable[Assessment]) -> dict[int, str]:
    """Return why somebody withdrew a questionnaire, by key; nothing for a replaced one. One query."""
    keys = [row.pk for row in rows if row.state == AssessmentState.WITHDRAWN]
    if not keys:
        return {}
    found = Transition.objects.filter(subject=Assessment._meta.db_table, subject_id__in=keys)
    moved = found.filter(to_state=AssessmentState.WITHDRAWN).exclude(reason=REPLACED)
    return dict(moved.values_list("subject_id", "reason"))


def _sent(row: Assessment, parts: list[Part], at: datetime, because: str) -> SentLine:
    total, answered = expected(parts), sum(len(part.course.asked) for part in parts)
    tone, word, note = _standing(row, answered, total, at, because)
    names = ", ".join(label_of(part.row.instrument) for part in parts)
    return SentLine(row, names, OCCASIONS.get(row.occasion, row.occasion), answered, total, tone, word, note)


def _standing(row: Assessment, answered: int, total: int, at: datetime, because: str) -> tuple[str, str, str]:
    progress = f"{answered} of {total} answered"
    if row.state == AssessmentState.COMPLETED:
        return "ok", "Done", progress
    if row.wrong_birth_years >= MOST_WRONG_YEARS:
        return "held", "Closed", f"wrong year of birth {MOST_WRONG_YEARS} times; send a new link"
    if because:
        return "held", "Withdrawn", f"{progress}; {because}"
    if row.state == AssessmentState.WITHDRAWN:
        return "held", "Replaced", f"{progress}; a newer link was sent"
    if row.state == AssessmentState.EXPIRED or row.expires_at <= at:
        return "overdue", "Ended", f"{progress}; the link's 7 days are over"
    if row.state == AssessmentState.STARTED:
        return "due", "Half done" if answered else "Opened", progress
    return "info", "Sent", "not opened yet"


def band_of(name: str, value: Decimal) -> str:
    """Return the band of a score that was stored without one: PHQ-9 and GAD-7 name theirs, others have none."""
    definition = definitions().get(name)
    bands = definition.bands if definition else ()
    return next((band.name for band in bands if band.holds(int(value * 10))), "")
