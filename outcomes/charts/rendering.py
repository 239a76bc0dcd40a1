"""A drawing becomes SVG, PNG, or what the page's script draws. Nothing is fetched, nothing styled inline.

The converter starts once in a process, with its first chart (some tenths of a second, and only after the process
forked); from then on a chart takes about 20 ms. What was drawn once is kept, by the text of its specification.
"""

import json
import re
from functools import lru_cache
from html import escape
from typing import Any

import vl_convert

from outcomes.charts.drawing import Drawing, Spec, titled
from outcomes.charts.inks import HATCH, Theme, coloured, hatch

VEGA_LITE = "6.4"  # the version whose schema Altair writes
KEPT = 256  # drawings a process keeps
SCALE = 2  # of a PNG: for print and for fine screens

_LONG = re.compile(r"(\d+\.\d{2})\d+")
_ROLES = re.compile(r' (?:role="graphics-\w+"|aria-roledescription="[^"]*"|aria-hidden="true")')
_INNER_ID = re.compile(r'(\bid="|url\(#)((?:clip|gradient_)\d+)')


def compiled(spec: Spec) -> dict[str, Any]:
    """Return a specification as Vega, data included."""
    sets = spec.get("datasets", {})
    empty = spec | {"datasets": {name: [] for name in sets}}
    vega: dict[str, Any] = json.loads(_compiled(_canonical(empty)))
    for source in vega["data"]:
        if source["name"] in sets:
            source["values"] = sets[source["name"]]
    return vega


def for_page(drawing: Drawing) -> str:
    """Return the drawing as SVG that stands in a page: tokens for colours, no attribute the policy refuses."""
    return _svg(_canonical(compiled(drawing.spec)), drawing.name).replace("<svg ", '<svg aria-hidden="true" ', 1)


def for_script(drawing: Drawing) -> str:
    """Return what the page's script draws, as JSON that may stand in a template element."""
    text = _canonical(compiled(drawing.spec))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def rendered(drawing: Drawing, theme: Theme = "light", *, alone: bool = True) -> str:
    """Return the drawing as an SVG document in the colours of a theme, named for readers of the screen.

    alone: with title, note and ground, as a file; a PDF's page has its own heading.
    """
    spec = titled(drawing) if alone else drawing.spec
    drawn = coloured(_svg(_canonical(compiled(spec)), drawing.name), theme)
    head, _, rest = drawn.partition(">")
    head = f'{head} role="img">'
    words = f"<title>{escape(drawing.title)}</title><desc>{escape(drawing.says)}</desc>"
    ground = coloured('<rect width="100%" height="100%" fill="var(--surface)"/>', theme) if alone else ""
    return head + words + (hatch(theme) if HATCH in rest else "") + ground + rest


def png(drawing: Drawing, theme: Theme = "light") -> bytes:
    """Return the drawing as a picture with title and note, twice its size in px."""
    return bytes(vl_convert.svg_to_png(rendered(drawing, theme), scale=SCALE))


def _canonical(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False, allow_nan=False)


@lru_cache(maxsize=KEPT)
def _compiled(text: str) -> str:
    return _canonical(vl_convert.vegalite_to_vega(text, vl_version=VEGA_LITE))


@lru_cache(maxsize=KEPT)
def _svg(text: str, name: str) -> str:
    drawn: str = vl_convert.vega_to_svg(text)
    if " style=" in drawn or "<style" in drawn:
        raise ValueError(f"{name} would be styled inline; the policy would refuse it")
    drawn = _ROLES.sub("", _LONG.sub(r"\1", drawn))  # one picture with one name, not a tree of marks
    return _INNER_ID.sub(rf"\g<1>{name}-\g<2>", drawn)
