"""The trend of one infusion as lines, bands and marks on a plane of 512 by 346. No queries.

Coordinates are for the eye only; no number that is compared or charted passes through here.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from infusions.models import VitalSet
from infusions.queries.course import Course
from infusions.queries.words import cell_note, flag_words, slot_label
from infusions.rules.vitals import SPO2_DROP, SPO2_URGENT
from kitclinic.display import show
from kitclinic.models import Site

LEFT, RIGHT, TOP, BOTTOM = 34.0, 500.0, 36.0, 342.0
PRESSURE, PULSE, OXYGEN = (48.0, 188.0), (206.0, 272.0), (290.0, 338.0)
NARROW = 392.0  # where time ends once the words of the last set would run over the edge
CLOSE, LETTER = 13.0, 6.8  # words nearer than this stand on each other; width of a letter
BEFORE, AFTER, LONGEST = timedelta(minutes=8), timedelta(minutes=2), timedelta(minutes=20)
HEIGHT, STEP = 346, 18  # of the drawing, and of a line of figures below it
SHORT = {"alert": "alert", "drowsy": "drowsy", "hard_to_rouse": "hard", "unrousable": "not"}
SERIES = (("SBP", "sbp", 1), ("DBP", "dbp", 2), ("HR", "hr", 3), ("SpO₂", "spo2", 4))


@dataclass(frozen=True)
class Mark:
    x: str
    y: str
    flagged: bool


@dataclass(frozen=True)
class Band:
    """The band of one sign around the baseline that does not flag: ±20% unless the protocol says otherwise."""

    y: str
    height: str
    base_y: str
    base: str
    top_y: str
    bottom_y: str
    top: str
    bottom: str
    top_text_y: str
    bottom_text_y: str


@dataclass(frozen=True)
class Line:
    """One sign: its path, its marks, and the last value in words beside the line of now."""

    number: int
    path: str
    marks: tuple[Mark, ...]
    band: Band | None
    label: str
    change: str
    flagged: bool
    text_y: str


@dataclass(frozen=True)
class Tick:
    x: str
    label: str
    time: str
    anchor: str


@dataclass(frozen=True)
class More:
    """An optional sign in figures below the drawing: its name and (x, words) of each set that has it."""

    label: str
    y: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Trend:
    ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    now_x: str
    text_x: str
    run_from: str
    run_to: str
    run_gone: str
    more: tuple[More, ...] = ()  # optional signs below the lines
    height: int = 346
    words: str = field(default="Trend of blood pressure, heart rate and oxygen saturation")


def _n(value: float) -> str:
    return f"{value:.1f}"


class _Plane:
    """From minutes and readings to coordinates."""

    def __init__(self, course: Course, at: datetime) -> None:
        grid = course.grid(at)
        started = course.infusion.started_at or at
        over = course.infusion.discharged_at or at
        self.first = started - BEFORE
        self.last = min(max(grid[-1].due_at, over), grid[-1].due_at + LONGEST) + AFTER
        self.percent = course.order_set.change_percent
        self.right = RIGHT if course.infusion.ended_at is None else NARROW
        rows, base = [*course.current, *([course.baseline] if course.baseline else [])], course.baseline
        self.scales = {
            "sbp": self._pressure(rows, base),
            "dbp": self._pressure(rows, base),
            "hr": self._scale([row.hr for row in rows], base.hr if base else None, PULSE),
            "spo2": (100.0, float(min([SPO2_URGENT - 2, *(row.spo2 for row in rows if row.spo2)])), *OXYGEN),
        }

    def _pressure(self, rows: list[VitalSet], base: VitalSet | None) -> tuple[float, float, float, float]:
        values = [row.sbp for row in rows] + [row.dbp for row in rows]
        high = self._scale(values, base.sbp if base else None, PRESSURE)
        low = self._scale(values, base.dbp if base else None, PRESSURE)
        return max(high[0], low[0]), min(high[1], low[1]), *PRESSURE

    def _scale(
        self, values: list[int | None], base: int | None, span: tuple[float, float]
    ) -> tuple[float, float, float, float]:
        known = [float(value) for value in values if value is not None]
        if base:
            known += [base * (100 + self.percent) / 100, base * (100 - self.percent) / 100]
        if not known:
            known = [50.0, 150.0]
        margin = max(2.0, (max(known) - min(known)) * 0.06)
        return max(known) + margin, min(known) - margin, *span

    def x(self, moment: datetime) -> float:
        share = (moment - self.first) / (self.last - self.first)
        return LEFT + (self.right - LEFT) * min(1.0, max(0.012, share))

    def y(self, name: str, value: float) -> float:
        high, low, top, bottom = self.scales[name]
        share = (high - value) / (high - low)
        return top + (bottom - top) * min(1.0, max(0.0, share))


def trend(course: Course, *, site: Site, at: datetime) -> Trend | None:
    """The drawing; None before the start."""
    started = course.infusion.started_at
    if started is None:
        return None
    plane = _Plane(course, at)
    now = min(at, course.infusion.discharged_at or at)
    ends_at = course.ends_at(at) or at
    now_x = plane.x(now)
    lines = _apart([_line(course, plane, *series) for series in SERIES])
    more = _more(course, plane)
    return Trend(
        ticks=_ticks(course, plane, site, at),
        lines=tuple(_clear(line, now_x + 8) for line in lines),
        now_x=_n(now_x),
        text_x=_n(now_x + 8),
        run_from=_n(plane.x(started)),
        run_to=_n(plane.x(ends_at)),
        run_gone=_n(plane.x(min(now, ends_at))),
        more=more,
        height=HEIGHT + STEP * len(more),
    )


def _more(course: Course, plane: _Plane) -> tuple[More, ...]:
    """RR, pain and sedation of the sets that have them, a line each; figures that would meet give way."""
    found: list[More] = []
    for label, name in (("RR", "rr"), ("Pain", "pain"), ("Awake", "sedation")):
        values, last_x = [], -99.0
        for row in course.current:
            value, x = getattr(row, name), plane.x(row.occurred_at)
            words = str(value) if name != "sedation" else SHORT.get(value, "")
            if value in (None, "") or x - last_x < LETTER * len(words) + 4:
                continue
            values.append((_n(x), words))
            last_x = x
        if values:
            found.append(More(label, str(HEIGHT + STEP * len(found) + 12), tuple(values)))
    return tuple(found)


def _ticks(course: Course, plane: _Plane, site: Site, at: datetime) -> tuple[Tick, ...]:
    started = course.infusion.started_at or at
    moments = [("Start", started), *((slot_label(slot.code), slot.due_at) for slot in course.grid(at))]
    ticks: list[Tick] = []
    last_x = -99.0
    apart = 66 if site.changes_clocks(site.today(at)) else 44  # "01:30 EDT" needs more room
    for label, moment in moments:
        x = plane.x(moment)
        if x - last_x < apart:
            if label != "End":
                continue
            ticks.pop()
        edge = x > RIGHT - 26
        ticks.append(Tick(_n(RIGHT if edge else x), label, site.clock(moment), "end" if edge else "middle"))
        last_x = x
    return tuple(ticks)


def _line(course: Course, plane: _Plane, label: str, name: str, number: int) -> Line:
    base_row = course.baseline
    base = getattr(base_row, name) if base_row else None
    rows = [row for row in course.current if getattr(row, name) is not None]
    flagged = {flag.vital_set_id for flag in course.flags if flag.sign == name}
    marks = [
        Mark(_n(plane.x(row.occurred_at)), _n(plane.y(name, getattr(row, name))), row.pk in flagged)
        for row in rows
    ]
    last = rows[-1] if rows else None
    value = getattr(last, name) if last else None
    is_base = last is not None and base_row is not None and last.pk == base_row.pk
    hot = last is not None and last.pk in flagged
    words = next(
        (flag_words(flag) for flag in course.flags if last and flag.vital_set_id == last.pk and flag.sign == name),
        "",
    )
    return Line(
        number=number,
        path="M" + "L".join(f"{mark.x} {mark.y}" for mark in marks) if marks else "",
        marks=tuple(marks),
        band=_band(plane, name, base) if base else None,
        label=words.replace(label, f"{label} {value}", 1)
        if hot
        else f"{label} {value}"
        if value is not None
        else "",
        change="" if hot or value is None else cell_note(label, value, base, is_base=is_base),
        flagged=hot,
        text_y=_n(plane.y(name, value) + 4 if value is not None else 0),
    )


def _apart(lines: list[Line]) -> list[Line]:
    """Move words that would stand on each other apart."""
    placed: list[Line] = []
    floor = 0.0
    for line in lines:
        y = max(float(line.text_y), floor) if line.label else float(line.text_y)
        placed.append(replace(line, text_y=_n(y)))
        floor = y + 15 if line.label else floor
    return placed


def _clear(line: Line, text_x: float) -> Line:
    """Leave out the words of a band's edge where the last set's words stand."""
    band = line.band
    reach = text_x + LETTER * len(f"{line.label} {line.change}")
    if band is None or not line.label:
        return line
    top, bottom = (
        "" if abs(float(y) - float(line.text_y)) < CLOSE and reach > RIGHT - LETTER * len(words) else words
        for y, words in ((band.top_text_y, band.top), (band.bottom_text_y, band.bottom))
    )
    return replace(line, band=replace(band, top=top, bottom=bottom))


def _band(plane: _Plane, name: str, base: int) -> Band:
    if name == "spo2":
        top, bottom = plane.y(name, 100), plane.y(name, base - SPO2_DROP)
        words = ("", f"notice at {base - SPO2_DROP}, urgent below {SPO2_URGENT}")
    else:
        percent = plane.percent
        up, down = Decimal(base) * (100 + percent) / 100, Decimal(base) * (100 - percent) / 100
        top, bottom = plane.y(name, float(up)), plane.y(name, float(down))
        words = (f"+{percent}% {show(up)}", f"−{percent}% {show(down)}")
    return Band(
        y=_n(top),
        height=_n(bottom - top),
        base_y=_n(plane.y(name, base)),
        base=str(base),
        top_y=_n(top),
        bottom_y=_n(bottom),
        top=words[0],
        bottom=words[1],
        top_text_y=_n(top + 12),
        bottom_text_y=_n(bottom - 4 if name != "spo2" else min(bottom + 14, BOTTOM)),
    )
