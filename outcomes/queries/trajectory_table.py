"""The numbers of a trajectory as tables: every score of one measure, and every measure before and now."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.text import slugify

from kitclinic.display import MINUS, half_up, show
from outcomes.queries.trajectory import Line, Trajectory
from outcomes.rules.reliable import Comparison, Point
from outcomes.rules.trajectory import Track, figure, signed_figure
from outcomes.rules.windows import WINDOW_NAMES


@dataclass(frozen=True, slots=True)
class PointRow:
    """One score as text. starts: the form that begins here, "" where it is that of the line above."""

    key: int
    date: date
    score: str
    error: str
    band: str
    counts: str
    change: str
    word: str
    note: str
    starts: str
    source: str
    sheet: int | None


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure before and now as text; before, now, change: "" without one."""

    name: str
    title: str
    label: str
    before: str
    now: str
    now_on: date | None
    band: str
    change: str
    word: str
    note: str
    finding: str

    @property
    def slug(self) -> str:
        return slugify(self.name)


def point_rows(found: Trajectory, track: Track) -> list[PointRow]:
    """Return every score of a measure, the newest first."""
    many = len(track.forms) > 1
    rows, last = [], ""
    for point in track.points:
        moved = track.change_of(point, mcid_set=found.mcid_set)
        starts = point.form.words if many and point.form.key != last else ""
        last = point.form.key
        rows.append(_point_row(track, point, moved, starts))
    return rows[::-1]


def _point_row(track: Track, point: Point, moved: Comparison | None, starts: str) -> PointRow:
    counts = "; ".join(f"course {number}, {WINDOW_NAMES[column]}" for number, column in track.roles(point.key))
    return PointRow(
        key=point.key,
        date=point.date,
        score=figure(track.measure, point.tenths),
        error=error_text(point),
        band=point.band,
        counts=counts or "extra",
        change=signed_figure(track.measure, moved.tenths) if moved else "",
        word=moved.word if moved else "",
        note=note_text(moved),
        starts=starts,
        source=point.source,
        sheet=point.sheet,
    )


def error_text(point: Point) -> str:
    """Return "±5.9", half up; "" where no standard error is known."""
    return "" if point.reach is None else f"±{show(half_up(point.reach, Decimal('0.1')))}"


def note_text(moved: Comparison | None) -> str:
    """Return how sure a change is: "reliable, RCI −2.41"."""
    if moved is None:
        return ""
    if moved.rci is None:
        return moved.note
    sign = MINUS if moved.rci < 0 else ""
    return f"{moved.note}, RCI {sign}{abs(moved.rci)}"


def measure_rows(found: Trajectory) -> list[MeasureRow]:
    """Return every measure with a score, in the order of the paper's tables."""
    return [_measure_row(found, line) for line in found.lines]


def _measure_row(found: Trajectory, line: Line) -> MeasureRow:
    measure, moved = line.measure, line.change
    return MeasureRow(
        name=measure.name,
        title=measure.title,
        label=measure.label,
        before=figure(measure, line.baseline.tenths) if line.baseline else "",
        now=figure(measure, line.now.tenths) if line.now else "",
        now_on=line.now.date if line.now else None,
        band=line.now.band if line.now else "",
        change=signed_figure(measure, moved.tenths) if moved else "",
        word=moved.word if moved else "",
        note=moved.note if moved else "",
        finding=found.finding(line.track),
    )


def counts_sentence(rows: list[MeasureRow]) -> str:
    """Return "Scores: 5 better, 4 unchanged, 2 worse"."""
    if not rows:
        return "Scores"
    counts = [(word, sum(row.word == word for row in rows)) for word in ("better", "unchanged", "worse")]
    told = ", ".join(f"{number} {word}" for word, number in counts if number)
    return f"Scores: {told}" if told else "Scores, no change to compare yet"
