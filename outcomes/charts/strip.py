"""Improved, unchanged and worsened of one measure, one bar a window; beneath it what is more than chance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import altair as alt

from outcomes.charts.drawing import Drawing, Numbers, Spec, facts, filled, template
from outcomes.charts.inks import HATCH, ink
from outcomes.charts.measure_rows import Layout
from outcomes.rules.statistics import half_up

WIDTH, ROW = 402, 46  # px
NARROW = 352  # px: above, on a phone
LEFT = 178  # px for the names of the windows in a file
BRACKET_TICK = 4  # px
LABEL = 54  # px a label inside its part needs
LETTER, BETWEEN, EDGE = 6.6, 14, 6  # px: of a letter on average, between labels, from the end of a bracket
BAR_TOP, BAR_END, BRACKET, BELOW = 6, 24, 30, 39  # px from the top of a row
ABOVE = 22  # px for the name of a window above its bar
PARTS = ("improved", "unchanged", "worsened")
PLACES = ("in_left", "in_center", "in_right", "below_left", "below_right")  # of labels, and how they are aligned


@dataclass(frozen=True, slots=True)
class StripBar:
    """One window of one measure: patients with a pair, and what became of them.

    literal: changed either way by the MCID or more. reliable: of all, improved and worsened beyond 1.96 standard
    errors of the two scores; None where it is not known.
    """

    window: str
    n: int
    improved: int
    unchanged: int
    worsened: int
    literal: int
    reliable: tuple[int, int] | None = None

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.improved, self.unchanged, self.worsened

    @property
    def net(self) -> str:
        """Improved less worsened in whole points of percent, with its sign; "" without patients."""
        if not self.n:
            return ""
        points = half_up(Fraction(100 * (self.improved - self.worsened), self.n), 0)
        return f"{'+' if points > 0 else '−' if points < 0 else ''}{abs(points)}"


@dataclass(frozen=True, slots=True)
class Noise:
    """The percent that measurement error alone would show as improved and as worsened, for somebody unchanged."""

    improved: float
    worsened: float


def strip(
    measure: str, bars: Sequence[StripBar], *, mcid: str, noise: Noise | None = None, layout: Layout = "left"
) -> Drawing:
    """Return the strip. bars: in the order to be shown. mcid: the change that counts, in words ("5.0 lower").
    noise: where known, marked on every bar from both ends.
    """
    width = NARROW if layout == "above" else WIDTH
    shift = ABOVE if layout == "above" else 0
    drawn = [(bar, shift + number * _step(layout)) for number, bar in enumerate(bars) if bar.n]
    texts = [text for bar, top in drawn for text in _texts(bar, top, width)]
    spec = filled(
        _template(layout, len(bars)),
        facts=[part for bar, top in drawn for part in _parts(bar, top)],
        rows=[_row(bar, number * _step(layout), layout) for number, bar in enumerate(bars)],
        brackets=[bracket for bar, top in drawn for bracket in _brackets(bar, top)],
        noise=[mark for _, top in drawn for mark in _noise(top, noise)],
        **{place: [text for text in texts if text["place"] == place] for place in PLACES},
    )
    return Drawing(
        name="strip",
        title=f"{measure}: improved, unchanged, worsened",
        says=(
            f"For {measure}, one bar each for {', '.join(bar.window for bar in bars)}: from the left the share of "
            "patients improved, then unchanged, then worsened."
        ),
        spec=spec,
        numbers=_numbers(bars),
        note=_note(mcid, noise, known=any(bar.reliable for bar in bars)),
    )


def noise_sentence(noise: Noise) -> str:
    """Say what a clinic would see if nobody had changed."""
    up, down = (half_up(Fraction(share), 0) for share in (noise.improved, noise.worsened))
    return f"Measurement error alone would show {up}% improved and {down}% worsened."


def _note(mcid: str, noise: Noise | None, *, known: bool) -> str:
    said = [f"Improved or worsened: {mcid}, or as much the other way."]
    if known:
        said.append("Brackets: reliable, beyond 1.96 standard errors of the two scores.")
    if noise:
        said.append(f"{noise_sentence(noise)} Marks above each bar show where.")
    return " ".join(said)


def _share(count: int, n: int) -> str:
    return f"{half_up(Fraction(100 * count, n), 0)}%"


def _parts(bar: StripBar, top: int) -> Iterator[Mapping[str, Any]]:
    start = 0
    for part, count in zip(PARTS, bar.counts, strict=True):
        yield {
            "window": bar.window,
            "part": part,
            "count": count,
            "start": 100 * start / bar.n,
            "end": 100 * (start + count) / bar.n,
            "y": top + BAR_TOP,
            "y2": top + BAR_END,
            "says": f"{bar.window}: {part} {count} of {bar.n}, {_share(count, bar.n)}",
        }
        start += count


def _row(bar: StripBar, top: int, layout: Layout) -> Mapping[str, Any]:
    title = bar.window[:1].upper() + bar.window[1:]
    note = f"of {bar.n:,}, net {bar.net} points" if bar.n else "no patient with a pair yet"
    y = top + (ABOVE - 9 if layout == "above" else (BAR_TOP + BAR_END) / 2)
    return {"window": bar.window, "title": title, "note": note, "both": f"{title}, {note}", "y": y}


def _brackets(bar: StripBar, top: int) -> Iterator[Mapping[str, Any]]:
    """The reliable ends; where they are not known, what the footnote's literal reading counts."""
    left, right = bar.reliable if bar.reliable is not None else (bar.improved, bar.worsened)
    y = top + BRACKET
    for start, end in ((0, left), (bar.n - right, bar.n)):
        if start < end:
            yield {"start": 100 * start / bar.n, "end": 100 * end / bar.n, "y": y, "tick": y - BRACKET_TICK}


def _noise(top: int, noise: Noise | None) -> Iterator[Mapping[str, Any]]:
    if noise:
        for at in (float(noise.improved), 100 - float(noise.worsened)):
            yield {"at": at, "y": top, "y2": top + BAR_TOP, "says": noise_sentence(noise)}


def _texts(bar: StripBar, top: int, width: int) -> Iterator[Mapping[str, Any]]:
    """Labels inside their parts, or beneath where a part is too narrow. at: percent of the width from the left."""
    scale = width / bar.n
    wide = [count * scale for count in bar.counts]
    labels = [f"{_share(count, bar.n)}, {count:,}" for count in bar.counts]
    ends = bar.reliable if bar.reliable is not None else (bar.improved, bar.worsened)

    def text(label: str, place: str, at: float, *, strong: bool = True) -> Mapping[str, Any]:
        y = top + ((BAR_TOP + BAR_END) / 2 if place.startswith("in") else BELOW)
        return {"label": label, "place": place, "at": 100 * at / width, "y": y, "strong": strong}

    for part, place, at in (
        (0, "in_left", 7),
        (1, "in_center", wide[0] + wide[1] / 2),
        (2, "in_right", width - 7),
    ):
        if wide[part] >= LABEL:
            yield text(labels[part], place, at)
    left = [] if wide[0] >= LABEL else [(labels[0], True)]
    right = [] if wide[2] >= LABEL else [(labels[2], True)]
    if bar.reliable is None:
        left.append((f"either way {_share(bar.literal, bar.n)}, {bar.literal:,}", False))
    else:
        left.append((f"{bar.reliable[0]:,} reliable", False))
        right.append((f"{bar.reliable[1]:,} reliable", False))
    needed = [sum(len(label) * LETTER + BETWEEN for label, _ in side) for side in (left, right)]
    at = max(0.0, min(ends[0] * scale + EDGE, width - sum(needed)))
    for label, strong in left:
        yield text(label, "below_left", at, strong=strong)
        at += len(label) * LETTER + BETWEEN
    at = max(at + needed[1] - BETWEEN, width - ends[1] * scale - EDGE)
    for label, strong in right:
        yield text(label, "below_right", min(at, width), strong=strong)
        at -= len(label) * LETTER + BETWEEN


def _numbers(bars: Sequence[StripBar]) -> Numbers:
    known = any(bar.reliable for bar in bars)
    head = ("Window", "With a pair", "Improved", "Unchanged", "Worsened", "Either way", "Net points")
    reliable = ("Reliably improved", "Reliably worsened") if known else ()
    lines = []
    for bar in bars:
        shares = [f"{count:,} ({_share(count, bar.n)})" if bar.n else "–" for count in (*bar.counts, bar.literal)]
        more = tuple(f"{count:,}" for count in bar.reliable) if bar.reliable else ("–", "–")
        lines.append((bar.window, f"{bar.n:,}", *shares, bar.net or "–", *(more if known else ())))
    return Numbers(head + reliable, tuple(lines))


@cache
def _template(layout: Layout, rows: int) -> Spec:
    narrow = layout == "above"
    height = rows * _step(layout)
    parts = alt.Chart(facts()).mark_rect(stroke=ink("border-strong"), strokeWidth=1)
    colour = alt.Color(
        "part:N",
        sort=None,
        legend=None,
        scale=alt.Scale(domain=list(PARTS), range=[ink("w1"), ink("surface-2"), HATCH]),
    )
    layers = [
        *_names(layout, height),
        _at(parts, height, "y", "y2").encode(x=_x("start"), x2="end", color=colour, tooltip="says:N"),
        *_line_marks(height),
        *_text_marks(height),
    ]
    around: dict[str, Any] = {"padding": 12}
    if layout != "left":
        edges = {"left": 2, "right": 4, "top": 2, "bottom": 2}
        around = {"padding": edges, "autosize": alt.AutoSizeParams(type="none")}
    return template(alt.layer(*layers), width=NARROW if narrow else WIDTH, height=height, **around)


def _step(layout: Layout) -> int:
    return ROW + ABOVE if layout == "above" else ROW


def _x(field: str) -> alt.X:
    """Percent of the patients of a window, from the left."""
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, 100], nice=False))


def _at(chart: alt.Chart, height: int, field: str, second: str = "") -> alt.Chart:
    """Place marks by px from the top."""
    y = alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, height], range=[0, height], nice=False))
    return chart.encode(y=y, y2=second) if second else chart.encode(y=y)


def _names(layout: Layout, height: int) -> list[alt.Chart]:
    """The names of the windows; a table beside has them."""
    rows = alt.Chart(facts("rows"))
    if layout == "beside":
        return []
    if layout == "above":
        both = rows.mark_text(align="left", baseline="middle", fontWeight="bold")
        return [_at(both, height, "y").encode(x=alt.value(0), text="both:N")]
    title = rows.mark_text(align="left", baseline="middle", fontWeight="bold")
    note = rows.mark_text(align="left", baseline="middle", color=ink("text-2"), dy=17)
    return [
        _at(mark, height, "y").encode(x=alt.value(-LEFT), text=f"{what}:N")
        for mark, what in ((title, "title"), (note, "note"))
    ]


def _line_marks(height: int) -> list[alt.Chart]:
    """What noise alone would show, above each bar, and the brackets beneath."""
    noise = alt.Chart(facts("noise")).mark_rule(color=ink("text"), strokeWidth=2)
    base = alt.Chart(facts("brackets"))
    line = base.mark_rule(color=ink("text"), strokeWidth=1.25)
    return [
        _at(noise, height, "y", "y2").encode(x=_x("at"), tooltip="says:N"),
        _at(line, height, "y").encode(x=_x("start"), x2="end"),
        *(_at(line, height, "tick", "y").encode(x=_x(end)) for end in ("start", "end")),
    ]


def _text_marks(height: int) -> list[alt.Chart]:
    marks = []
    for place in PLACES:
        line, _, align = place.partition("_")
        where = _at(alt.Chart(facts(place)), height, "y").encode(x=_x("at"), text="label:N")
        style: dict[str, Any] = {
            "align": align,
            "baseline": "middle",
            "fontWeight": "bold" if line == "in" else "normal",
        }
        if place == "in_right":  # on the hatched ground
            marks.append(where.mark_text(stroke=ink("surface"), strokeWidth=5, strokeJoin="round", **style))
        if place == "in_left":  # on the darkest part
            marks.append(where.mark_text(color=ink("surface"), **style))
            continue
        colour = alt.condition("datum.strong", alt.value(ink("text")), alt.value(ink("text-2")))
        marks.append(where.mark_text(**style).encode(color=colour))
    return marks
