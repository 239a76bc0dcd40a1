"""The timeline as a picture: one axis of days, one lane for each kind of thing. SVG units, no queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from kitclinic.charts import Axis, at
from scheduling.rules.timeline import LANES, TimelineEvent

WIDTH, LEFT, RIGHT = 1040, 116, 1030
TOP, LANE, FOOT = 22, 32, 22  # heights of the months, of one lane, of the line below
CHARACTER = 6.6  # width of one, about
MARK, NEAR = 8, 5  # a square's side; marks nearer than this share one
ALWAYS = ("Visits", "Infusions", "Questionnaires")
BEFORE, AFTER, AHEAD, LEAST = timedelta(days=8), timedelta(days=24), timedelta(days=100), timedelta(days=120)
EVERY_MONTH, EVERY_QUARTER = 14, 42  # months on the axis up to which each month, each quarter has its line


@dataclass(frozen=True, slots=True)
class Month:
    x: str
    text_x: str
    word: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A square. text_x, anchor: of its word, where there is room for it."""

    x: str
    y: str
    planned: bool
    word: str
    text_x: str
    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class Run:
    """The days of one sequence: strokes at these places, then words."""

    given: tuple[str, ...]
    planned: tuple[str, ...]
    word: str
    text_x: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of days. word and count stand in it where there is room."""

    x: str
    y: str
    width: str
    word: str
    count: str
    text_x: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    name: str
    text_y: str
    top: str
    middle: str
    bottom: str
    marks: tuple[Mark, ...]
    runs: tuple[Run, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything drawn. label: the picture in words."""

    height: int
    months: tuple[Month, ...]
    lanes: tuple[Lane, ...]
    floor: str
    today_x: str
    today_y: str
    future: str
    depth: int  # of all lanes
    label: str
    width: int = WIDTH
    top: int = TOP
    right: int = RIGHT


def picture(events: Sequence[TimelineEvent], *, today: date) -> Picture | None:
    """Return the picture of these entries; None where none of them is drawn."""
    drawn = [event for event in events if event.lane]
    moments = [event for event in drawn if event.until is None]
    if not moments:
        return None
    first, last = _range(drawn, moments, today)
    axis = Axis(first.toordinal(), last.toordinal(), LEFT, RIGHT)
    names = [name for name in LANES if name in ALWAYS or any(event.lane == name for event in drawn)]
    lanes = tuple(
        _lane(name, TOP + place * LANE, [event for event in drawn if event.lane == name], axis)
        for place, name in enumerate(names)
    )
    floor = TOP + LANE * len(lanes)
    now = axis.place(today.toordinal())
    return Picture(
        height=floor + FOOT,
        months=tuple(_months(first, last, axis)),
        lanes=lanes,
        floor=at(floor),
        today_x=at(now),
        today_y=at(floor + 16),
        future=at(RIGHT - now),
        depth=LANE * len(lanes),
        label=_words(lanes, moments),
    )


def _range(drawn: Iterable[TimelineEvent], moments: Sequence[TimelineEvent], today: date) -> tuple[date, date]:
    """The first and last day shown: all entries, of the spans only what is near them."""
    first = min(event.day for event in moments) - BEFORE
    last = max([today, *(event.day for event in moments)]) + AFTER
    ends = [event.until for event in drawn if event.until is not None]
    last = max(last, min(max(ends, default=last), today + AHEAD))
    return min(first, last - LEAST), last


def _months(first: date, last: date, axis: Axis) -> Iterable[Month]:
    span = (last.year - first.year) * 12 + last.month - first.month
    step = 1 if span <= EVERY_MONTH else 3 if span <= EVERY_QUARTER else 12
    room: float = LEFT
    named = False
    for number in range(first.year * 12 + first.month, last.year * 12 + last.month):
        day = date(number // 12, number % 12 + 1, 1)
        if number % 12 % step:
            continue
        x = axis.place(day.toordinal())
        word = f"{day:%b %Y}" if not named or day.month == 1 else f"{day:%b}"
        fits = x + 4 >= room and x + 4 + len(word) * CHARACTER <= RIGHT
        yield Month(at(x), at(x + 4), word if fits else "")
        if fits:
            named, room = True, x + 8 + len(word) * CHARACTER


def _lane(name: str, top: float, events: Sequence[TimelineEvent], axis: Axis) -> Lane:
    middle = top + LANE / 2
    spans = [event for event in events if event.until is not None]
    moments = sorted((event for event in events if event.until is None), key=lambda event: event.day)
    runs, marks = (moments, []) if name == "Infusions" else ([], moments)
    if spans:
        marks = []  # the bars say what was answered
    return Lane(
        name=name,
        text_y=at(middle + 4.5),
        top=at(top + 6),
        middle=at(middle),
        bottom=at(top + LANE),
        marks=tuple(_marks(marks, middle, axis)),
        runs=tuple(_runs(runs, axis)),
        bars=tuple(_bar(event, top, axis) for event in spans),
    )


def _marks(events: Sequence[TimelineEvent], middle: float, axis: Axis) -> Iterable[Mark]:
    """One square for what lies at one place, with its words where they fit: after it, before it, or nowhere."""
    groups: list[tuple[float, list[TimelineEvent]]] = []
    for event in events:
        x = axis.place(event.day.toordinal())
        if groups and x - groups[-1][0] < NEAR:
            groups[-1][1].append(event)
        else:
            groups.append((x, [event]))
    taken: float = LEFT
    for place, (x, found) in enumerate(groups):
        word = ", ".join(dict.fromkeys(event.mark for event in found))
        wide, after = len(word) * CHARACTER, float(RIGHT)
        if place + 1 < len(groups):
            after = groups[place + 1][0] - MARK
        text_x, anchor = "", ""
        if x + 9 + wide <= after:
            text_x, anchor = at(x + 9), ""
            taken = x + 9 + wide
        elif x - 9 - wide >= taken:
            text_x, anchor, taken = at(x - 9), "end", x + MARK
        else:
            word, taken = "", max(taken, x + MARK)
        title = "; ".join(f"{event.day.day} {event.day:%b %Y}: {event.title}" for event in found)
        planned = all(event.planned for event in found)
        yield Mark(at(x - MARK / 2), at(middle - MARK / 2), planned, word, text_x, anchor, title)


def _runs(events: Sequence[TimelineEvent], axis: Axis) -> Iterable[Run]:
    groups = [(mark, list(found)) for mark, found in groupby(events, key=lambda event: event.mark)]
    taken: float = LEFT
    for place, (mark, found) in enumerate(groups):
        given = [event for event in found if not event.planned]
        state = f"{len(given)} of {len(found)}" if given else "planned"
        word = f"{mark}, {state}"
        start, end = (axis.place(event.day.toordinal()) for event in (found[0], found[-1]))
        after: float = RIGHT
        if place + 1 < len(groups):
            after = axis.place(groups[place + 1][1][0].day.toordinal()) - MARK
        wide = len(word) * CHARACTER
        text_x, anchor = at(end + 8), ""
        if end + 8 + wide > after:
            fits = start - 8 - wide >= taken
            word, text_x, anchor = (word, at(start - 8), "end") if fits else ("", "", "")
        taken = end + (8 + wide if word and not anchor else 0)
        yield Run(
            tuple(axis.x(event.day.toordinal()) for event in given),
            tuple(at(axis.place(event.day.toordinal()) - 1.5) for event in found if event.planned),
            word,
            text_x,
            anchor,
        )


def _bar(event: TimelineEvent, top: float, axis: Axis) -> Bar:
    until = event.until or event.day
    start, end = axis.place(event.day.toordinal()), axis.place(until.toordinal())
    room, word, count = end - start - 10, event.title, event.detail
    if (len(word) + len(count) + 1) * CHARACTER > room:
        word = ""
    if len(count) * CHARACTER > room:
        count = ""
    answered = f", {event.detail} answered" if event.detail else ""
    title = f"{event.title}: {event.day.day} {event.day:%b %Y} to {until.day} {until:%b %Y}{answered}"
    width = max(end - start, 0)
    return Bar(at(start + 0.5), at(top + 6), at(width), word, count, at(start + 6), title)


def _words(lanes: Iterable[Lane], moments: Sequence[TimelineEvent]) -> str:
    counts = [(lane.name, sum(event.lane == lane.name for event in moments)) for lane in lanes]
    return (
        "Timeline: " + ", ".join(f"{name.lower()} {count}" for name, count in counts) + "; all in the list below"
    )
