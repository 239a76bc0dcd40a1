"""Code 128 as bars to draw: no image library, no font, only where each bar begins and how wide it is."""

from dataclasses import dataclass
from itertools import groupby

from barcode.codex import Code128

QUIET = 10  # modules left free on either side, by the standard


@dataclass(frozen=True, slots=True)
class Bars:
    """text: what a scanner reads. width: modules, free margins included. bars: (begins at, wide) in modules."""

    text: str
    width: int
    bars: tuple[tuple[int, int], ...]


def code128(text: str) -> Bars:
    """Return the bars of a text. Raises an error of the library for characters that Code 128 has not."""
    (modules,) = Code128(text).build()
    bars, at = [], QUIET
    for dark, run in groupby(modules):
        wide = len(list(run))
        if dark == "1":
            bars.append((at, wide))
        at += wide
    return Bars(text, at + QUIET, tuple(bars))
