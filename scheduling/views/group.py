"""The roster of a group visit: check in, weigh, clear; one act a button, one line comes back."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import is_htmx, page, say
from kitclinic.problems import Problem, Refused
from kitclinic.roles import Permission
from scheduling import actions
from scheduling.forms.groups import WeighForm
from scheduling.models import GroupSeat, GroupVisit
from scheduling.queries.groups import roster, seat_row


@requires(Permission.SEE_SCHEDULE)
def group(request: StaffRequest, pk: int) -> HttpResponse:
    site = request.clinic
    found = get_object_or_404(GroupVisit.objects.select_related("site"), site=site, pk=pk)
    shown = roster(group=found, site=site, at=timezone.now())
    return page(request, "scheduling/group.html", {"roster": shown, "group": found} | _may(request))


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_check_in(request: StaffRequest, pk: int) -> HttpResponse:
    seat = _seat(request, pk)
    support = request.POST.get("support") == "yes"
    actions.check_in_seat(seat=seat, support_attended=support, by=request.user, at=timezone.now())
    return _line(request, seat)


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_absent(request: StaffRequest, pk: int) -> HttpResponse:
    seat = _seat(request, pk)
    actions.mark_seat_absent(seat=seat, by=request.user, at=timezone.now())
    return _line(request, seat)


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_weigh(request: StaffRequest, pk: int) -> HttpResponse:
    """Store a weight; where a rule asks, the line comes back with the question and what was typed."""
    seat, form = _seat(request, pk), WeighForm(request.POST)
    if not form.is_valid():
        return _line(request, seat, form=form)
    corrects = seat.weight if request.POST.get("corrects") == "yes" else None
    try:
        actions.weigh_seat(seat=seat, by=request.user, at=timezone.now(), corrects=corrects, **form.cleaned_data)
    except Refused as refused:
        return _line(request, seat, form=form, problems=refused.problems)
    return _line(request, seat)


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_clear(request: StaffRequest, pk: int) -> HttpResponse:
    seat = _seat(request, pk)
    actions.clear_seat(seat=seat, by=request.user, at=timezone.now(), note=request.POST.get("note", ""))
    return _line(request, seat)


@requires(Permission.LEAD_GROUPS)
@require_POST
def seat_decline(request: StaffRequest, pk: int) -> HttpResponse:
    seat, final = _seat(request, pk), request.POST.get("final") == "yes"
    note = request.POST.get("note", "")
    actions.decline_seat(seat=seat, by=request.user, at=timezone.now(), note=note, final=final)
    return _line(request, seat)


@requires(Permission.BOOK)
@require_POST
def seat_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    seat, reason = _seat(request, pk), request.POST.get("reason", "")
    actions.cancel_seat(seat=seat, by=request.user, at=timezone.now(), reason=reason)
    say(request, "The seat is given back. Another one can be booked.")
    return redirect("scheduling:patient", seat.patient_id)


@requires(Permission.LEAD_GROUPS)
@require_POST
def group_held(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(GroupVisit, site=request.clinic, pk=pk)
    actions.mark_group_held(group=found, by=request.user, at=timezone.now())
    say(request, "The group visit is closed.")
    return redirect("scheduling:groups")


def _seat(request: StaffRequest, pk: int) -> GroupSeat:
    seats = GroupSeat.objects.select_related("group", "group__site", "patient", "weight", "decided_by", "site")
    return get_object_or_404(seats, site=request.clinic, pk=pk)


def _may(request: StaffRequest) -> dict[str, bool]:
    user = request.user
    return {
        "may_lead": user.may(Permission.LEAD_GROUPS),
        "may_book": user.may(Permission.BOOK),
        "may_find": user.may(Permission.FIND_PATIENTS),
    }


def _line(
    request: StaffRequest,
    seat: GroupSeat,
    *,
    form: WeighForm | None = None,
    problems: tuple[Problem, ...] = (),
) -> HttpResponse:
    """The seat's line as it stands now, with the counts above the list; a whole page without htmx."""
    refused = bool(form is not None and (form.errors or problems))
    at: datetime = timezone.now()
    site = request.clinic
    if not is_htmx(request) and not refused:
        return redirect("scheduling:group", seat.group_id)
    shown = roster(group=seat.group, site=site, at=at)
    context: dict[str, Any] = {"roster": shown, "group": seat.group, "form": form, "asked": problems} | _may(
        request
    )
    if not is_htmx(request):
        context |= {"asked_seat": seat.pk}
        return page(request, "scheduling/group.html", context, status=422)
    context |= {"row": seat_row(_seat(request, seat.pk)), "oob": True}
    return page(
        request, "scheduling/group.html", context, partial="scheduling/_seat.html", status=422 if refused else 200
    )
