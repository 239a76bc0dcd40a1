"""Every measure as a small strip on one axis of days, so that the courses stand under each other. No queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from kitclinic.charts import Axis, at
from outcomes.queries.trajectory import Trajectory
from outcomes.queries.trajectory_axis import CourseMark, Days, Month
from outcomes.queries.trajectory_table import MeasureRow, measure_rows
from outcomes.rules.reliable import Point
from outcomes.rules.trajectory import Track, target

EDGE = 8.0
SCREEN, PAPER = (640, 56), (520, 70)  # width and height of a strip; near: see Days
NEAR = 1.6


@dataclass(frozen=True, slots=True)
class StripDot:
    x: str
    y: str
    css: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """One measure. ref, mcid: heights of the shown course's baseline and threshold, "" without one."""

    row: MeasureRow
    lines: tuple[str, ...]
    bands: tuple[str, ...]
    dots: tuple[StripDot, ...]
    breaks: tuple[str, ...]
    ref: str
    mcid: str
    ref_x1: str
    ref_x2: str
    label: str


@dataclass(frozen=True, slots=True)
class Strips:
    """All measures and the axis they share."""

    months: tuple[Month, ...]
    courses: tuple[CourseMark, ...]
    stopped: tuple[str, ...]
    planned: tuple[str, ...]
    today_x: str
    rows: tuple[Strip, ...]
    width: int
    height: int


def strips(found: Trajectory, *, paper: bool = False) -> Strips:
    """Return all measures side by side."""
    width, height = PAPER if paper else SCREEN
    days = Days(found, left=4, right=width - 4, near=NEAR)
    rows = measure_rows(found)
    return Strips(
        months=tuple(days.months()),
        courses=tuple(days.courses(found)),
        stopped=days.strokes(found.stopped),
        planned=days.strokes(found.planned),
        today_x=days.x(found.as_of),
        rows=tuple(_strip(found, track, row, days, height) for track, row in zip(found.tracks, rows, strict=True)),
        width=width,
        height=height,
    )


def _strip(found: Trajectory, track: Track, row: MeasureRow, days: Days, height: int) -> Strip:
    mine = track.by_course[found.course - 1] if found.course else None
    points = [one for one in track.points if days.holds(one.date)]
    baseline = mine.baseline if mine else None
    goal = target(mine, track.measure, found.mcid_set) if mine else None
    scale = _scale(track, points, baseline, goal, height)
    runs = [[one for one in run if days.holds(one.date)] for run in track.runs]
    runs = [run for run in runs if run]
    spots = [[_spot(one, days, scale) for one in run] for run in runs]
    x1 = days.x(max(baseline.date, days.first)) if baseline else ""
    return Strip(
        row=row,
        lines=tuple(" ".join(run) for run in spots if len(run) > 1),
        bands=tuple(_bands(runs, days, scale)),
        dots=tuple(_dots(found, track, points, days, scale)),
        breaks=tuple(at((days.place(a[-1].date) + days.place(b[0].date)) / 2) for a, b in pairwise(runs)),
        ref=at(scale.place(-baseline.tenths)) if baseline else "",
        mcid=at(scale.place(-goal)) if goal is not None else "",
        ref_x1=x1,
        ref_x2=days.x(min(mine.course.before or days.last, days.last)) if mine else "",
        label=f"{track.measure.title}: {len(track.points)} score{'' if len(track.points) == 1 else 's'}, "
        f"{track.measure.better} is better; {row.finding}",
    )


def _scale(track: Track, points: list[Point], baseline: Point | None, goal: int | None, height: int) -> Axis:
    """The scores with their bands, the baseline, the threshold; at least one smallest meaningful change high."""
    held: list[float] = [baseline.tenths] if baseline else []
    for one in points:
        reach = float(one.reach or 0) * 10
        held += [one.tenths - reach, one.tenths + reach]
    held += [goal] if goal is not None else []
    held = held or [track.measure.minimum_tenths, track.measure.maximum_tenths]
    limit = track.measure.mcid.get("paper")
    room = max((limit.tenths if limit else 100) - (max(held) - min(held)), 0) / 2
    return Axis(-max(held) - room, -min(held) + room, EDGE, height - EDGE)


def _spot(point: Point, days: Days, scale: Axis, away: float = 0) -> str:
    return f"{days.x(point.date)},{scale.x(-(point.tenths + away))}"


def _bands(runs: list[list[Point]], days: Days, scale: Axis) -> Iterable[str]:
    """The bands, cut at the edges of the strip."""
    for run in runs:
        if len(run) > 1 and all(one.se is not None for one in run):
            reach = [(one, float(one.reach or 0) * 10) for one in run]
            over = [_spot(one, days, scale, away) for one, away in reach]
            yield " ".join([*over, *(_spot(one, days, scale, -away) for one, away in reversed(reach))])


def _dots(found: Trajectory, track: Track, points: list[Point], days: Days, scale: Axis) -> Iterable[StripDot]:
    for point in points:
        moved = track.change_of(point, mcid_set=found.mcid_set)
        css = "dot" if track.roles(point.key) else "dot-open"
        yield StripDot(days.x(point.date), scale.x(-point.tenths), css, bool(moved and moved.reliable))
