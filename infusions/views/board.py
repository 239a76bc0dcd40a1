"""The suite board and its poll."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from infusions.queries.board import board as board_of
from infusions.queries.board import board_version
from infusions.queries.ledger import open_hands
from infusions.queries.opening import opening_of
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from scheduling.queries.cover_banner import cover_banner
from scheduling.queries.readiness import strips


@requires(Permission.SEE_CHARTS)
def board(request: StaffRequest) -> HttpResponse:
    """All chairs; ``?wall=1`` is the same without the bar, for the screen on the wall."""
    at = timezone.now()
    cover = cover_banner(request.clinic, reader=request.user, at=at)
    return page(request, "infusions/board.html", _context(request, at) | {"cover": cover})


@requires(Permission.SEE_CHARTS)
def board_tiles(request: StaffRequest) -> HttpResponse:
    """The board again; 204 while it would look the same (``v`` is the version on the screen)."""
    site, at = request.user.site, timezone.now()
    if request.GET.get("v") == board_version(site, at):
        return HttpResponse(status=204)
    return page(request, "infusions/_tiles.html", _context(request, at))


def _context(request: StaffRequest, at: datetime) -> dict[str, Any]:
    """The board, and the readiness of whoever comes next to a chair that is free."""
    site, reader = request.clinic, request.user
    found = board_of(site, at)
    expected = [tile.expected for tile in found.tiles if tile.expected]
    ready = strips(expected, site=site, at=at, reader=reader)
    hands = open_hands(site) if reader.may(Permission.SEE_LEDGER) else []
    opening = opening_of(site, at)
    return {"opening": opening, "hands": hands, "board": found, "strips": ready, "wall": "wall" in request.GET}
