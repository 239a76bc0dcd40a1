"""The suite board and its poll."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions.queries.board import board as board_of
from infusions.queries.board import board_version
from infusions.queries.board_marks import chair_marks, with_marks
from infusions.queries.ledger import open_hands
from infusions.queries.opening import opening_of
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from scheduling.queries.cover_banner import cover_banner
from scheduling.queries.readiness import strips


@requires(Permission.SEE_CHARTS)
@require_safe
def board(request: StaffRequest) -> HttpResponse:
    """All chairs; ``?wall=1`` is the same without the bar, for the screen on the wall."""
    at = timezone.now()
    cover = cover_banner(request.clinic, reader=request.user, at=at)
    return page(request, "infusions/board.html", _context(request, at) | {"cover": cover})


@requires(Permission.SEE_CHARTS)
@require_safe
def board_tiles(request: StaffRequest) -> HttpResponse:
    """The board again, or 304 while it would look the same; either way the server's clock (KC-Now).

    The page sends If-None-Match itself: nothing of a patient is kept by the browser.
    """
    site, at = request.clinic, timezone.now()
    version = board_version(site, at)
    tag = _tag(request, version)
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag, "KC-Now": f"{at.timestamp():.1f}"})
    context = _context(request, at, version=version)
    response = page(request, "infusions/_tiles.html", context)
    response.headers["ETag"] = context["tag"]
    response.headers["KC-Now"] = f"{at.timestamp():.1f}"
    return response


def _tag(request: StaffRequest, version: str) -> str:
    """Whose board it is and of which version: another person may see another one."""
    return f'"{request.user.pk}.{version}"'


def _context(request: StaffRequest, at: datetime, *, version: str = "") -> dict[str, Any]:
    """The board, and the readiness of whoever comes next to a chair that is free."""
    site, reader = request.clinic, request.user
    marks = chair_marks(site, at)
    found = with_marks(board_of(site, at, version=version), marks)
    expected = [tile.expected for tile in found.tiles if tile.expected]
    return {
        "opening": opening_of(site, at, floor=found.here),
        "hands": open_hands(site) if reader.may(Permission.SEE_LEDGER) else [],
        "board": found,
        "tag": _tag(request, found.version),
        "marks": marks,
        "strips": strips(expected, site=site, at=at, reader=reader),
        "wall": "wall" in request.GET,
        "may_chart": reader.may(Permission.CHART),
    }
