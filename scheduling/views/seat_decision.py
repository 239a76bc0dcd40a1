"""What follows the group visit: the physician's decision, another group visit, or the waiting list."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import key_in
from kitclinic.roles import Permission
from scheduling import actions
from scheduling.models import GroupVisit
from scheduling.states import SeatState
from scheduling.views.roster_answers import answer, seat_of


@requires(Permission.CLEAR_PATIENTS)
@require_POST
def seat_clear(request: StaffRequest, pk: int) -> HttpResponse:
    found = seat_of(request, pk)
    note, conditions = request.POST.get("note", ""), request.POST.get("conditions", "")
    actions.clear_seat(seat=found, by=request.user, at=timezone.now(), note=note, conditions=conditions)
    return answer(request, found, "panel")


@requires(Permission.CLEAR_PATIENTS)
@require_POST
def seat_review(request: StaffRequest, pk: int) -> HttpResponse:
    found = seat_of(request, pk)
    actions.review_seat(seat=found, note=request.POST.get("note", ""), by=request.user, at=timezone.now())
    return answer(request, found, "panel")


@requires(Permission.CLEAR_PATIENTS)
@require_POST
def seat_decline(request: StaffRequest, pk: int) -> HttpResponse:
    found, final = seat_of(request, pk), request.POST.get("final") == "yes"
    note = request.POST.get("note", "")
    actions.decline_seat(seat=found, by=request.user, at=timezone.now(), note=note, final=final)
    return answer(request, found, "panel")


@requires(Permission.LEAD_GROUPS, Permission.BOOK)
@require_POST
def seat_rebook(request: StaffRequest, pk: int) -> HttpResponse:
    """Absent and another group visit in one act."""
    found, chosen = seat_of(request, pk), request.POST.get("group", "")
    group = get_object_or_404(GroupVisit, site=request.clinic, pk=key_in(chosen))
    new = actions.rebook_seat(seat=found, group=group, by=request.user, at=timezone.now())
    return answer(request, found, "panel", rebooked=new)


@requires(Permission.LEAD_GROUPS, Permission.BOOK)
@require_POST
def seat_wait(request: StaffRequest, pk: int) -> HttpResponse:
    """Absent and on the waiting list in one act."""
    found, at = seat_of(request, pk), timezone.now()
    actions.wait_instead(seat=found, by=request.user, at=at)
    return answer(request, found, "panel", waits=found.state != SeatState.BOOKED)
