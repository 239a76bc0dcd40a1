"""What the patient page shows of outcomes: scores against the baseline, and where questionnaires stand."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from infusions.models import Infusion
from infusions.states import InfusionOutcome
from kitclinic.models import Transition
from outcomes.models import Assessment, Score
from outcomes.queries.questionnaires import Part, expected, parts_of_each
from outcomes.queries.safety import waiting_tasks_of
from outcomes.rules.change import Change, Verdict, change
from outcomes.rules.instruments import definitions
from outcomes.rules.links import MOST_WRONG_YEARS, OCCASIONS
from outcomes.rules.measures import Measure, measures
from outcomes.rules.windows import Infusion as InfusionDay
from outcomes.rules.windows import Score as DatedScore
from outcomes.rules.windows import windows
from outcomes.states import AssessmentState
from scheduling.models import Patient
from scheduling.queries.patients import family_keys

WIDTH, HEIGHT, EDGE = 120, 36, 5  # of one trend, in SVG units
WORDS = {Verdict.IMPROVED: "better", Verdict.UNCHANGED: "unchanged", Verdict.WORSENED: "worse"}
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
    """One measure. change: None where the newest score is the baseline or nothing is the baseline."""

    measure: Measure
    now: Decimal
    now_on: date
    band: str
    baseline: Decimal | None
    change: Decimal | None
    verdict: str
    trend: Trend
    assessment_id: int | None


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
    lines = tuple(measure_lines(patient, at=at)) if with_scores else ()
    return Panel(
        lines=lines,
        sent=tuple(sent_lines(patient, at=at)),
        safety_tasks=waiting_tasks_of(patient, at=at) if with_scores else 0,
        finding=_finding(lines),
    )


def _finding(lines: tuple[MeasureLine, ...]) -> str:
    compared = [line for line in lines if line.verdict]
    if not compared:
        return "Scores, no change to compare yet" if lines else "Scores"
    counts = [(word, sum(line.verdict == word for line in compared)) for word in WORDS.values()]
    return "Scores: " + ", ".join(f"{number} {word}" for word, number in counts if number)


def measure_lines(patient: Patient, *, at: datetime) -> list[MeasureLine]:
    """Return one line for each measure with a score, in the order of the paper's tables. Three queries."""
    site, family = patient.site, family_keys(patient)
    rows = list(
        Score.objects.current()
        .filter(site=site, patient__in=family, recorded_at__lte=at)
        .order_by("date", "minute", "recorded_at", "pk")
    )
    dated = [_dated(row) for row in rows]
    baselines = windows(_infusion_days(patient, family, at=at), dated, site.today(at)).baseline
    by_measure: dict[str, list[Score]] = defaultdict(list)
    for row in rows:
        by_measure[row.measure].append(row)
    found = []
    for name, measure in measures().items():
        if name in by_measure:
            baseline = baselines.get(name)
            found.append(_line(measure, by_measure[name], baseline))
    return found


def _dated(row: Score) -> DatedScore:
    clock = None if row.minute is None else time(row.minute // 60, row.minute % 60)
    return DatedScore(row.measure, row.date, clock, int(row.value * 10), key=row.pk)


def _infusion_days(patient: Patient, family: list[int], *, at: datetime) -> list[InfusionDay]:
    started = Infusion.objects.filter(site=patient.site, patient__in=family, started_at__lte=at)
    days = []
    for start, outcome in started.values_list("started_at", "outcome"):
        if start is not None:
            local = patient.site.local(start)
            days.append(InfusionDay(local.date(), local.time(), outcome == InfusionOutcome.COMPLETED))
    return days


def _line(measure: Measure, rows: list[Score], baseline: DatedScore | None) -> MeasureLine:
    newest = rows[-1]
    before = None if baseline is None else Decimal(baseline.tenths) / 10
    moved: Change | None = None
    if baseline is not None and baseline.key != newest.pk:
        moved = change(measure, baseline.tenths, int(newest.value * 10))
    return MeasureLine(
        measure=measure,
        now=newest.value,
        now_on=newest.date,
        band=newest.band or band_of(measure.name, newest.value),
        baseline=before,
        change=None if moved is None else Decimal(moved.tenths) / 10,
        verdict="" if moved is None else WORDS[moved.verdict],
        trend=_trend(measure, rows, before),
        assessment_id=newest.assessment_id,
    )


def _trend(measure: Measure, rows: list[Score], baseline: Decimal | None) -> Trend:
    """Place the scores by day and value; the scale holds every score and is at least one MCID high."""
    values = [row.value for row in rows] + ([] if baseline is None else [baseline])
    low, high = min(values), max(values)
    room = max(Decimal(measure.mcid["paper"].tenths) / 10 - (high - low), Decimal(0)) / 2
    low, high = low - room, high + room
    first, days = rows[0].date, max((rows[-1].date - rows[0].date).days, 1)

    def y(value: Decimal) -> str:
        return f"{EDGE + (HEIGHT - 2 * EDGE) * (high - value) / (high - low):.1f}"

    def x(day: date) -> str:
        return f"{EDGE + Decimal(WIDTH - 2 * EDGE) * (day - first).days / days:.1f}"

    words = "1 score" if len(rows) == 1 else f"{len(rows)} scores"
    return Trend(
        points=tuple((x(row.date), y(row.value)) for row in rows),
        baseline_y=None if baseline is None else y(baseline),
        label=f"{measure.title}: {words}, from {rows[0].value.normalize():f} to {rows[-1].value.normalize():f}; "
        f"{measure.better} is better",
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
    names = ", ".join(part.row.instrument for part in parts)
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
