"""One measure as a large chart: scores with their bands, courses, windows, thresholds. SVG units, no queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from kitclinic.charts import Axis, at
from outcomes.queries.trajectory import Trajectory
from outcomes.queries.trajectory_axis import CHARACTER, CourseMark, Days, Month
from outcomes.rules.instruments import definitions
from outcomes.rules.measures import Measure
from outcomes.rules.reliable import Point, is_t
from outcomes.rules.trajectory import Track, figure, signed_figure, target
from outcomes.rules.windows import BASELINE, WINDOW_NAMES

WIDTH, LEFT, RIGHT = 1040, 106.0, 1030.0
MONTHS, LANE, DEPTH, FOOT = 22, 34, 286, 26  # heights: months, one lane, the plot, the line below
STEPS = (1, 2, 5, 10, 20)
MOST_LINES = 8
NORM, NEAR_NORM = 500, 80  # tenths: T 50 is drawn when the picture comes this near
FOLLOWED = timedelta(days=240)
LABEL_HEIGHT = 15
ROOM = 30  # tenths beyond the highest and lowest score of a sum, so that its bands are seen

Spots = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Bar:
    """A window of a course on its lane."""

    x: str
    width: str
    word: str
    score: str
    text_x: str
    title: str


@dataclass(frozen=True, slots=True)
class Area:
    """A named band of the scale."""

    y: str
    height: str
    word: str
    text_y: str
    css: str


@dataclass(frozen=True, slots=True)
class Level:
    """A line at a score: a baseline, a threshold, the norm. text: "" where there is no room."""

    css: str
    x1: str
    x2: str
    y: str
    text: str
    text_x: str
    text_y: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One score. css: dot, or dot-open where it counts for no window. sure: a reliable change."""

    key: int
    x: str
    y: str
    css: str
    sure: bool
    title: str
    label: str
    label_x: str
    label_y: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything drawn. lanes: with the rows of infusions and windows; else strokes through the plot only."""

    height: int
    top: str
    floor: str
    foot_y: str
    lanes: bool
    months: tuple[Month, ...]
    courses: tuple[CourseMark, ...]
    stopped: tuple[str, ...]
    planned: tuple[str, ...]
    bars: tuple[Bar, ...]
    areas: tuple[Area, ...]
    ticks: tuple[tuple[str, str, str], ...]
    levels: tuple[Level, ...]
    bands: tuple[str, ...]
    edges: tuple[str, ...]
    whiskers: tuple[str, ...]
    lines: tuple[str, ...]
    breaks: tuple[tuple[str, str], ...]
    dots: tuple[Dot, ...]
    today_x: str
    today_word: str
    today_anchor: str
    future: str
    title: tuple[tuple[str, str, str], ...]
    depth: int
    break_y: str
    label: str
    width: int = WIDTH
    left: str = at(LEFT)
    right: str = at(RIGHT)


def chart(found: Trajectory, track: Track, *, lanes: bool = True) -> Chart:
    """Return the picture of one measure."""
    days = Days(found, left=LEFT, right=RIGHT)
    top = MONTHS + (2 * LANE if lanes else 0)
    floor = top + DEPTH
    points = [one for one in track.points if days.holds(one.date)]
    scale, step = _scale(track, points, found, top=top + 16, floor=floor)
    runs = [[one for one in run if days.holds(one.date)] for run in track.runs]
    runs = [run for run in runs if run]
    now = days.place(found.as_of)
    return Chart(
        height=floor + FOOT,
        top=at(top),
        floor=at(floor),
        foot_y=at(floor + 17),
        lanes=lanes,
        months=tuple(days.months()),
        courses=tuple(days.courses(found, taken=[now])),
        stopped=days.strokes(found.stopped),
        planned=days.strokes(found.planned),
        bars=tuple(_bars(found, track, days)) if lanes else (),
        areas=tuple(_areas(track.measure, scale)),
        ticks=tuple(_ticks(track.measure, scale, step)),
        levels=tuple(_levels(found, track, days, scale)),
        bands=tuple(_band(run, days, scale) for run in _with_error(runs) if len(run) > 1),
        edges=tuple(edge for run in _with_error(runs) if len(run) > 1 for edge in _edges(run, days, scale)),
        whiskers=tuple(_whisker(run[0], days, scale) for run in _with_error(runs) if len(run) == 1),
        lines=tuple(_path(run, days, scale) for run in runs if len(run) > 1),
        breaks=tuple(_breaks(runs, days)),
        dots=tuple(_dots(found, track, points, days, scale)),
        today_x=at(now),
        today_word="today" if found.as_of == found.today else f"{found.as_of.day} {found.as_of:%b %Y}",
        today_anchor="end" if now > RIGHT - 40 else "mid",
        future=at(RIGHT - now),
        title=tuple(_title(track.measure, top + 40)),
        depth=floor - MONTHS,
        break_y=at(floor - 8),
        label=_in_words(found, track),
    )


def _title(measure: Measure, y: float) -> Iterable[tuple[str, str, str]]:
    """Height, class and words of each line beside the scale: the measure, what it is, which way is better."""
    words: list[str] = []
    for word in measure.title.split():
        if words and len(words[-1]) + len(word) + 1 <= 12:
            words[-1] += f" {word}"
        else:
            words.append(word)
    faint = ["T score,"] if is_t(measure) else []
    faint.append(("down" if measure.better == "lower" else "up") + " is better")
    lines = [("t-strong", word) for word in words] + [("t-faint", word) for word in faint]
    for place, (css, word) in enumerate(lines):
        yield at(y + 17 * place), css, word


def _scale(
    track: Track, points: Sequence[Point], found: Trajectory, *, top: float, floor: float
) -> tuple[Axis, int]:
    """Return the axis of scores, in tenths, and the step of its lines in points."""
    held: list[float] = []
    for one in points:
        reach = float(one.reach or 0) * 10
        held += [one.tenths - reach, one.tenths + reach]
    for mine in track.by_course:
        if not found.only or mine.course.number == found.course:
            held += [mine.baseline.tenths] if mine.baseline else []
            goal = target(mine, track.measure, found.mcid_set)
            held += [goal] if goal is not None else []
    low, high = (min(held), max(held)) if held else (track.measure.minimum_tenths, track.measure.maximum_tenths)
    if is_t(track.measure) and low - NEAR_NORM <= NORM <= high + NEAR_NORM:
        low, high = min(low, NORM), max(high, NORM)
    room = 10 if is_t(track.measure) else ROOM
    low, high = low - room, high + room
    step = next(one for one in STEPS if (high - low) / (one * 10) <= MOST_LINES or one == STEPS[-1])
    low, high = low // (step * 10) * step * 10, -(-high // (step * 10)) * step * 10
    low, high = max(low, track.measure.minimum_tenths), min(high, track.measure.maximum_tenths)
    return Axis(-high, -low, top, floor), step


def _y(scale: Axis, tenths: float) -> float:
    return scale.place(-tenths)


def _ticks(measure: Measure, scale: Axis, step: int) -> Iterable[tuple[str, str, str]]:
    """Height of a line, height of its number, the number."""
    first, last = -scale.high, -scale.low
    for value in range(int(-(-first // (step * 10))) * step, int(last // 10) + 1, step):
        y = _y(scale, value * 10)
        yield at(y), at(y + 4.5), str(value)


def _areas(measure: Measure, scale: Axis) -> Iterable[Area]:
    """The bands of PHQ-9, GAD-7 and the cut-off of PCS (PRO-145); T scores have the norm instead."""
    definition = next((one for one in definitions().values() if measure.name == one.measures[0]), None)
    if definition is None or is_t(measure):
        return
    low, high = -scale.high, -scale.low
    for place, band in enumerate(definition.bands):
        bottom, top = max(band.low_tenths - 5, low), min(band.high_tenths + 5, high)
        if top <= bottom:
            continue
        y1, y2 = _y(scale, top), _y(scale, bottom)
        word = band.name if y2 - y1 >= LABEL_HEIGHT + 3 else ""
        yield Area(at(y1), at(y2 - y1), word, at(y1 + 13), "area-odd" if place % 2 else "area")


def _levels(found: Trajectory, track: Track, days: Days, scale: Axis) -> Iterable[Level]:
    spots = [(days.place(one.date), _y(scale, one.tenths)) for one in track.points if days.holds(one.date)]
    for mine in track.by_course:
        if mine.baseline is None or not days.holds(mine.course.last):
            continue
        if found.only and mine.course.number != found.course:
            continue
        start = days.place(max(mine.baseline.date, days.first))
        ends = mine.course.before or max(mine.course.last + FOLLOWED, found.as_of)
        end = days.place(min(ends, days.last))
        before = figure(track.measure, mine.baseline.tenths)
        yield _level("ref", start, end, _y(scale, mine.baseline.tenths), f"{before} before treatment", spots)
        goal = target(mine, track.measure, found.mcid_set)
        if goal is not None:
            away = figure(track.measure, abs(goal - mine.baseline.tenths))
            words = f"{figure(track.measure, goal)}, {away} better: meaningful"
            yield _level("mcid", start, end, _y(scale, goal), words, spots)
    if is_t(track.measure) and -scale.high <= NORM <= -scale.low:
        y = _y(scale, NORM)
        yield Level("norm", at(LEFT), at(RIGHT), at(y), "50, the average", at(LEFT + 6), at(y - 5))


def _level(css: str, start: float, end: float, y: float, words: str, spots: Spots) -> Level:
    """A line with its words at the end: above it, below it where a score stands above."""
    wide = (len(words) + 2) * CHARACTER
    text_y = y - 5
    if any(end - wide < x and y - 36 < dot < y + 8 for x, dot in spots):
        text_y = y + 15
    return Level(css, at(start), at(end), at(y), words if wide <= end - start else "", at(end - 6), at(text_y))


def _bars(found: Trajectory, track: Track, days: Days) -> Iterable[Bar]:
    scores = {(mine.course.number, BASELINE): mine.baseline for mine in track.by_course} | {
        (mine.course.number, column): one for mine in track.by_course for column, one in mine.follow_ups.items()
    }
    for span in found.spans:
        if not (days.holds(span.first) or days.holds(span.last)) or (found.only and span.course != found.course):
            continue
        start, end = days.place(max(span.first, days.first)), days.place(min(span.last, days.last))
        point = scores.get((span.course, span.column))
        name, score = WINDOW_NAMES[span.column], figure(track.measure, point.tenths) if point else ""
        short = name.split()[0] if span.column == "last" else name
        word, room = short, end - start - 10
        if (len(word) + len(score) + 1) * CHARACTER > room:
            word = ""
        if len(score) * CHARACTER > room:
            score = ""
        told = f"score {figure(track.measure, point.tenths)}" if point else "no score"
        title = f"Course {span.course}, {name}: {_day(span.first)} to {_day(span.last)}, {told}"
        yield Bar(at(start + 0.5), at(max(end - start - 1, 1)), word, score, at(start + 6), title)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _with_error(runs: Iterable[Sequence[Point]]) -> Iterable[list[Point]]:
    """Stretches of neighbours that have a standard error each."""
    for run in runs:
        found: list[Point] = []
        for point in run:
            if point.se is not None:
                found.append(point)
            elif found:
                yield found
                found = []
        if found:
            yield found


def _reach(point: Point) -> float:
    return float(point.reach or 0) * 10


def _spot(point: Point, days: Days, scale: Axis, away: float = 0) -> str:
    return f"{days.x(point.date)},{at(_y(scale, point.tenths + away))}"


def _path(run: Sequence[Point], days: Days, scale: Axis) -> str:
    return " ".join(_spot(point, days, scale) for point in run)


def _edges(run: Sequence[Point], days: Days, scale: Axis) -> tuple[str, str]:
    over = " ".join(_spot(point, days, scale, _reach(point)) for point in run)
    under = " ".join(_spot(point, days, scale, -_reach(point)) for point in reversed(run))
    return over, under


def _band(run: Sequence[Point], days: Days, scale: Axis) -> str:
    return " ".join(_edges(run, days, scale))


def _whisker(point: Point, days: Days, scale: Axis) -> str:
    x, high, low = (
        days.place(point.date),
        _y(scale, point.tenths + _reach(point)),
        _y(scale, point.tenths - _reach(point)),
    )
    return f"M{at(x - 4)} {at(high)}h8M{at(x)} {at(high)}V{at(low)}M{at(x - 4)} {at(low)}h8"


def _breaks(runs: Sequence[Sequence[Point]], days: Days) -> Iterable[tuple[str, str]]:
    """Where another form begins: the place between the two, and what changed (PRO-143)."""
    for before, after in pairwise(runs):
        x = (days.place(before[-1].date) + days.place(after[0].date)) / 2
        yield at(x), f"{before[-1].form.words} until here, then {after[0].form.words}: not joined"


def _dots(found: Trajectory, track: Track, points: Sequence[Point], days: Days, scale: Axis) -> Iterable[Dot]:
    taken: list[tuple[float, float]] = []
    for place, point in enumerate(points):
        x, y = days.place(point.date), _y(scale, point.tenths)
        counts, moved = track.roles(point.key), track.change_of(point, mcid_set=found.mcid_set)
        label = figure(track.measure, point.tenths) if counts or point is points[-1] else ""
        beside = [_y(scale, points[near].tenths) for near in (place - 1, place + 1) if 0 <= near < len(points)]
        above = not beside or y <= sum(beside) / len(beside)
        heights = (y - 11, y + 21) if above else (y + 21, y - 11)
        label_y = next(
            (one for one in heights if all(abs(one - b) > LABEL_HEIGHT or abs(x - a) > 34 for a, b in taken)), None
        )
        if label and label_y is not None:
            taken.append((x, label_y))
        yield Dot(
            key=point.key,
            x=at(x),
            y=at(y),
            css="dot" if counts else "dot-open",
            sure=bool(moved and moved.reliable),
            title=f"{_day(point.date)}: {figure(track.measure, point.tenths)}"
            + (f", {signed_figure(track.measure, moved.tenths)} from baseline, {moved.note}" if moved else ""),
            label=label if label_y is not None else "",
            label_x=at(x),
            label_y=at(label_y or y),
            anchor="end" if x > RIGHT - 20 else "mid",
        )


def _in_words(found: Trajectory, track: Track) -> str:
    told = ", ".join(f"{figure(track.measure, one.tenths)} on {_day(one.date)}" for one in track.points[-12:])
    number = len(found.courses)
    return (
        f"{track.measure.title}: {told}; {number} course{'' if number == 1 else 's'} of infusions. "
        "The table below has every number."
    )
