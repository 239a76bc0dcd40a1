"""The printed invitation to a group visit: of one seat, or of everybody who comes."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.pdf import render_pdf
from kitclinic.roles import Permission
from scheduling.actions import record_printed_letter
from scheduling.models import GroupSeat, GroupVisit
from scheduling.queries.letters import Invitation, invitations_of


@requires(Permission.BOOK)
@require_safe
def seat_letter(request: StaffRequest, pk: int) -> HttpResponse:
    """The letter as it stands now; looking at it records nothing."""
    letters = invitations_of(request.clinic, seat=pk)
    if not letters:
        raise Http404("no booked seat")
    return _pdf(request, letters, f"letter-{pk}.pdf")


@requires(Permission.BOOK)
@require_POST
def seat_letter_print(request: StaffRequest, pk: int) -> HttpResponse:
    """Record that the letter goes out, then show it."""
    seat = get_object_or_404(GroupSeat, site=request.clinic, pk=pk)
    record_printed_letter(seat=seat, by=request.user, at=timezone.now())
    return redirect("scheduling:seat_letter", seat.pk)


@requires(Permission.BOOK)
@require_safe
def group_letters(request: StaffRequest, pk: int) -> HttpResponse:
    """Every letter of a group visit, one a page."""
    group = get_object_or_404(GroupVisit, site=request.clinic, pk=pk)
    letters = invitations_of(request.clinic, group=group)
    if not letters:
        raise Http404("nobody has a seat")
    return _pdf(request, letters, f"letters-{group.date:%Y-%m-%d}.pdf")


def _pdf(request: StaffRequest, letters: list[Invitation], name: str) -> HttpResponse:
    context = {"site": request.clinic, "now": timezone.now(), "letters": letters}
    response = HttpResponse(render_pdf("scheduling/pdf/letter.html", context), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
