"""The colours of charts: a specification names tokens, and only at the end they become colours.

In the page they stay ``var(--w1)``, which the style sheet resolves, so a chart follows light, dark and calm
without being drawn again. A file and a PDF have no style sheet; they get the colours of one theme.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Theme = Literal["light", "dark", "calm"]

# As in static/css/tokens.css; a test keeps them equal.
INKS: Mapping[Theme, Mapping[str, str]] = MappingProxyType(
    {
        "light": {
            "surface": "#ffffff",
            "surface-2": "#eef2f3",
            "border": "#d5dde0",
            "border-strong": "#788a92",
            "text": "#14212a",
            "text-2": "#4a5b64",
            "text-3": "#586973",
            "brand": "#0b5c6b",
            "brand-soft": "#dff0f2",
            "published": "#14212a",
            "w1": "#0b5c6b",
            "w2": "#2f7d8c",
            "w3": "#5c94a1",
        },
        "dark": {
            "surface": "#172026",
            "surface-2": "#1f2a31",
            "border": "#2c3a42",
            "border-strong": "#687c87",
            "text": "#e6edf0",
            "text-2": "#b3c1c8",
            "text-3": "#94a5ad",
            "brand": "#56c3d3",
            "brand-soft": "#12363d",
            "published": "#e6edf0",
            "w1": "#7fdbe8",
            "w2": "#46a3b1",
            "w3": "#38808c",
        },
        "calm": {
            "surface": "#12171a",
            "surface-2": "#181f23",
            "border": "#232c31",
            "border-strong": "#606f77",
            "text": "#c9d1d4",
            "text-2": "#98a4a9",
            "text-3": "#87949a",
            "brand": "#6fa9b1",
            "brand-soft": "#14272b",
            "published": "#c9d1d4",
            "w1": "#8cc5cd",
            "w2": "#5f98a1",
            "w3": "#4a7a83",
        },
    }
)
HATCH = "url(#hatch)"  # the pattern of the page's sprite (components/_shapes.html); files bring their own

_TOKEN = re.compile(r"var\(--([\w-]+)\)")


def ink(token: str) -> str:
    """Return a token as a specification names it; KeyError for one that charts do not know."""
    if token not in INKS["light"]:
        raise KeyError(token)
    return f"var(--{token})"


def coloured(text: str, theme: Theme) -> str:
    """Return an SVG with every token as a colour of this theme; KeyError for an unknown token."""
    return _TOKEN.sub(lambda found: INKS[theme][found.group(1)], text)


def hatch(theme: Theme) -> str:
    """Return the definition of the hatched ground for an SVG that stands alone."""
    inks = INKS[theme]
    return (
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)">'
        f'<rect width="6" height="6" fill="{inks["surface"]}"/>'
        f'<path d="M0 0V6" stroke="{inks["border-strong"]}" stroke-width="2"/></pattern></defs>'
    )
