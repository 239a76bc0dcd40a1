"""A chart as a value: its specification, what it says in words, and its numbers as a table."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import altair as alt

from outcomes.charts.inks import ink

Spec = dict[str, Any]  # a Vega-Lite specification
Values = Sequence[Mapping[str, Any]]

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # one set of widths; in the page the style sheet's font
TEXT = 13  # px, as --text-s
TITLE = 15  # px, as --text-m
NOTE_LETTERS = 92  # of a line beneath the title of a file
GRID = 10  # percent between lines of the grid


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a chart shows, as a table. head: names of the columns; rows: as many texts each, the first its name.

    words: columns from the left that hold words; the others hold figures.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart. name: part of addresses and ids. says: what is to be seen, in a sentence or two.

    spec: for page, PDF and file, with tokens for colours. note: how to read the marks, beneath a file's title.
    """

    name: str
    title: str
    says: str
    spec: Spec = field(repr=False)
    numbers: Numbers
    note: str = ""

    def noting(self, more: str) -> "Drawing":
        """Return the drawing with more to say beneath the title of its file."""
        return replace(self, note=f"{self.note} {more}".strip())


def facts(name: str = "facts") -> alt.NamedData:
    """Return the data set that a template draws."""
    return alt.NamedData(name)


def template(chart: Any, **settings: Any) -> Spec:
    """Return a chart without its data as a validated specification, in our type and with our lines.

    settings: top-level properties, such as width and height in px and padding.
    """
    styled = (
        chart.properties(**settings)
        .configure(aria=False, background="transparent", font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=ink("text-2"),
            titleColor=ink("text-2"),
            labelFontSize=TEXT,
            titleFontSize=TEXT,
            titleFontWeight="normal",
            gridColor=ink("border"),
            domainColor=ink("border-strong"),
            tickColor=ink("border-strong"),
        )
        .configure_text(fontSize=TEXT, color=ink("text"))
    )
    found: Spec = styled.to_dict()
    return found


def filled(made: Spec, **sets: Values) -> Spec:
    """Return a template with its data sets: name -> rows."""
    return made | {"datasets": {name: [dict(row) for row in rows] for name, rows in sets.items()}}


def titled(drawing: Drawing) -> Spec:
    """Return the specification with title and note above it, as a file needs them."""
    title = {
        "text": drawing.title,
        "anchor": "start",
        "frame": "bounds",
        "offset": 14,
        "font": FONT,
        "fontSize": TITLE,
        "color": ink("text"),
        "subtitle": textwrap.wrap(drawing.note, NOTE_LETTERS),
        "subtitleFont": FONT,
        "subtitleFontSize": TEXT,
        "subtitleColor": ink("text-2"),
        "subtitlePadding": 5,
        "subtitleLineHeight": 17,
    }
    return drawing.spec | {"title": title}


def number(value: Any) -> float | None:
    """Return a figure as specifications carry it: a float, None for nothing to draw."""
    return None if value is None else float(value)
