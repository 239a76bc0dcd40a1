"""Patients against the nurses on the floor, every five minutes; breaks, call-outs and cover drawn apart.

A tick is five minutes and eight SVG units wide. Heights count people: a patient, or a place that a nurse gives.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from scheduling.models import SuiteDay
from scheduling.queries.rosters import rosters_of
from scheduling.rules.capacity import GRID_MINUTES, PATIENTS_PER_NURSE, STARTS_PER_NURSE, DayPlan, Span, clock
from scheduling.states import CoverKind

BAR = 8  # SVG units a tick
RATIO_HEIGHT, IV_HEIGHT = 60, 15  # SVG units


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who should be on the floor and is not, as spans, one a person. cover: nurses that a call-out still lacks."""

    shifts: tuple[Span, ...] = ()
    breaks: tuple[Span, ...] = ()
    call_outs: tuple[Span, ...] = ()
    cover: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """One tick of a meter. kind: past, load, tight (no relief), cover (held by cover needed), over."""

    x: int
    y: int
    height: int
    kind: str


@dataclass(frozen=True, slots=True)
class Band:
    """Places that the roster gives and the floor does not. kind: break, out, cover (stands for them)."""

    x: int
    y: int
    width: int
    height: int
    kind: str


@dataclass(frozen=True, slots=True)
class Meter:
    """Load against a limit. line: path of the limit; here, limit: the count now, or at the day's worst tick.

    marks: where a run without relief begins, in SVG units.
    """

    bars: tuple[Bar, ...]
    bands: tuple[Band, ...]
    marks: tuple[int, ...]
    line: str
    width: int
    height: int
    here: int
    limit: int

    @property
    def band_kinds(self) -> frozenset[str]:
        return frozenset(band.kind for band in self.bands)


@dataclass(frozen=True, slots=True)
class Axis:
    """The ticks of a day. passed: the minute up to which the day is over; -1 before it began."""

    opens: int
    ticks: int
    passed: int
    is_today: bool

    @property
    def minutes(self) -> list[int]:
        return [self.opens + tick * GRID_MINUTES for tick in range(self.ticks)]

    @property
    def width(self) -> int:
        return self.ticks * BAR


def staffing_of(day: SuiteDay) -> Staffing:
    """Return the roster of one day, part by part. One query."""
    roster = rosters_of([day.pk])[day.pk]
    shifts = [entry for entry in roster.shifts if entry.counts]
    nurses = {entry.person for entry in shifts}
    return Staffing(
        tuple(entry.span for entry in shifts),
        tuple(span for entry in shifts for span in entry.breaks),
        tuple(span for person, span in roster.out if person in nurses),
        tuple(span for kind, span in roster.cover if kind == CoverKind.NURSE),
    )


def ratio_meter(plan: DayPlan, staffing: Staffing, axis: Axis) -> Meter:
    """Patients against twice the nurses on the floor."""
    attended = [visit.attended for visit in plan.booked]
    return _meter(attended, plan, staffing, axis, PATIENTS_PER_NURSE, RATIO_HEIGHT)


def iv_meter(plan: DayPlan, axis: Axis) -> Meter:
    """IV starts against the nurses on the floor; a full minute is no lack of relief here."""
    meter = _meter([visit.iv for visit in plan.booked], plan, Staffing(), axis, STARTS_PER_NURSE, IV_HEIGHT)
    bars = tuple(replace(bar, kind="load") if bar.kind == "tight" else bar for bar in meter.bars)
    return replace(meter, bars=bars, marks=())


def _meter(
    spans: Sequence[Span], plan: DayPlan, staffing: Staffing, axis: Axis, per_nurse: int, height: int
) -> Meter:
    load = [count_at(spans, minute) for minute in axis.minutes]
    limit = [per_nurse * count_at(plan.nurses, minute) for minute in axis.minutes]
    cover = [per_nurse * count_at(staffing.cover, minute) for minute in axis.minutes]
    roster = [per_nurse * count_at(staffing.shifts, minute) for minute in axis.minutes]
    breaks = [per_nurse * count_at(staffing.breaks, minute) for minute in axis.minutes]
    outs = [per_nurse * count_at(staffing.call_outs, minute) for minute in axis.minutes]
    out = [min(gone, max(0, due - most)) for gone, due, most in zip(outs, roster, limit, strict=True)]
    away = [
        min(off, max(0, due - most - gone))
        for off, due, most, gone in zip(breaks, roster, limit, out, strict=True)
    ]
    highest = max(1, *load, *roster, *(most + more for most, more in zip(limit, cover, strict=True)), *limit)
    step = height // highest
    scale = _Scale(height, step)
    bars = tuple(bar for tick in range(axis.ticks) for bar in _bars(tick, load, limit, cover, axis, scale))
    bands = (
        *_bands("out", limit, out, scale),
        *_bands("break", [most + gone for most, gone in zip(limit, out, strict=True)], away, scale),
        *_bands("cover", limit, cover, scale),
    )
    starts = [bar.x for bar in bars if bar.kind == "tight"]
    marks = tuple(x for x in starts if x - BAR not in starts)
    here = min(max(0, (axis.passed - axis.opens) // GRID_MINUTES), axis.ticks - 1)
    here = here if axis.is_today else load.index(max(load))
    return Meter(bars, bands, marks, _line(limit, scale), axis.width, height, load[here], limit[here])


@dataclass(frozen=True, slots=True)
class _Scale:
    height: int
    step: int

    def y(self, count: int) -> int:
        return self.height - count * self.step


def _bars(
    tick: int, load: Sequence[int], limit: Sequence[int], cover: Sequence[int], axis: Axis, scale: _Scale
) -> Iterable[Bar]:
    count, most, more = load[tick], limit[tick], cover[tick]
    if not count:
        return
    past = axis.minutes[tick] < axis.passed
    within = min(count, most)
    kind = "past" if past else "tight" if count >= most else "load"
    if within:
        yield Bar(tick * BAR, scale.y(within), within * scale.step, kind)
    covered = min(count - within, more)
    if covered:
        yield Bar(tick * BAR, scale.y(within + covered), covered * scale.step, "past" if past else "cover")
    over = count - within - covered
    if over:
        yield Bar(tick * BAR, scale.y(count), over * scale.step, "over")


def _bands(kind: str, base: Sequence[int], extra: Sequence[int], scale: _Scale) -> Iterable[Band]:
    """Return one rectangle for each run of ticks with the same base and the same extra."""
    ticks = range(len(base))
    for (low, more), run in groupby(ticks, key=lambda tick: (base[tick], extra[tick])):
        found = list(run)
        if more:
            width = len(found) * BAR
            yield Band(found[0] * BAR, scale.y(low + more), width, more * scale.step, kind)


def _line(limit: Sequence[int], scale: _Scale) -> str:
    path, was = [], None
    for tick, most in enumerate(limit):
        if most != was:
            path.append(f"H{tick * BAR}V{scale.y(most)}" if tick else f"M0 {scale.y(most)}")
        was = most
    return "".join([*path, f"H{len(limit) * BAR}"])


def no_relief(plan: DayPlan, passed: int) -> list[str]:
    """Return the spans to come with no nurse to spare, in words: "14:50–15:05: 8 patients, 4 nurses"."""
    attended = [visit.attended for visit in plan.booked]

    def state(minute: int) -> tuple[int, int]:
        return count_at(attended, minute), count_at(plan.nurses, minute)

    found: list[tuple[int, int, int]] = []
    for minute in range(plan.open, plan.close, GRID_MINUTES):
        count, nurses = state(minute)
        if not count or count < PATIENTS_PER_NURSE * nurses:
            continue
        if found and found[-1][1] == minute and found[-1][2] == nurses:
            found[-1] = found[-1][0], minute + GRID_MINUTES, nurses
        else:
            found.append((minute, minute + GRID_MINUTES, nurses))
    return [
        f"{clock(start)}–{clock(end)}: {_number(state(start)[0], 'patient')}, {_number(nurses, 'nurse')}"
        for start, end, nurses in found
        if end > passed
    ]


def cover_words(staffing: Staffing, passed: int) -> list[str]:
    """Return "cover needed 11:05–11:40: 2 nurses" for what is still to come."""
    counted: dict[Span, int] = {}
    for span in sorted(staffing.cover):
        counted[span] = counted.get(span, 0) + 1
    return [
        f"{clock(start)}–{clock(end)}: {_number(many, 'nurse')}"
        for (start, end), many in counted.items()
        if end > passed
    ]


def count_at(spans: Iterable[Span], minute: int) -> int:
    """Return how many of the half-open spans hold this minute."""
    return sum(start <= minute < end for start, end in spans)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
