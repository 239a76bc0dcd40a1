"""What apps to the right want said at a chair: named in ``settings.CHAIR_MARKS``."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from infusions.queries.board import Board
from infusions.queries.tiles import READY, Tile
from kitclinic.models import Site


def chair_marks(site: Site, at: datetime) -> dict[int, str]:
    """Return a few words by chair, for its tile on the board."""
    marks: dict[int, str] = {}
    for path in settings.CHAIR_MARKS:
        marks |= import_string(path)(site, at)
    return marks


def with_marks(board: Board, marks: Mapping[int, str]) -> Board:
    """Return the board without a marked chair that is ready to start: the mark comes first. No queries."""
    pairs = tuple(
        replace(pair, tiles=tuple(_held(tile, marks.get(tile.chair, "")) for tile in pair.tiles))
        for pair in board.pairs
    )
    return replace(board, pairs=pairs)


def _held(tile: Tile, mark: str) -> Tile:
    if not mark or tile.word != READY:
        return tile
    return replace(tile, kind="wait", word="Start waits", what=f"{mark}, then start", then=tile.what)
