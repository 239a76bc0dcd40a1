"""The suite board and its poll."""

from django.http import HttpResponse
from django.utils import timezone

from infusions.queries.board import board as board_of
from infusions.queries.board import board_version
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission


@requires(Permission.SEE_CHARTS)
def board(request: StaffRequest) -> HttpResponse:
    """All chairs; ``?wall=1`` is the same without the bar, for the screen on the wall."""
    found = board_of(request.user.site, timezone.now())
    return page(request, "infusions/board.html", {"board": found, "wall": "wall" in request.GET})


@requires(Permission.SEE_CHARTS)
def board_tiles(request: StaffRequest) -> HttpResponse:
    """The board again; 204 while it would look the same (``v`` is the version on the screen)."""
    site, at = request.user.site, timezone.now()
    if request.GET.get("v") == board_version(site, at):
        return HttpResponse(status=204)
    context = {"board": board_of(site, at), "wall": "wall" in request.GET}
    return page(request, "infusions/_tiles.html", context)
