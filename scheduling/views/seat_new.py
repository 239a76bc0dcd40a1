"""Choosing a group visit for a patient, or putting the patient on the waiting list."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import book_seat, seat_from_waiting, stop_waiting, wait_for_seat
from scheduling.forms.groups import SeatForm
from scheduling.models import GroupVisit, GroupWait, Patient
from scheduling.queries.clearance import window_of
from scheduling.queries.group_lists import choices_for, open_wait

PAGE = "scheduling/seat_new.html"


@requires(Permission.BOOK)
def seat_new(request: StaffRequest, pk: int) -> HttpResponse:
    site, at = request.clinic, timezone.now()
    patient = get_object_or_404(Patient, site=site, pk=pk)
    form = SeatForm(request.POST or None, initial={"group": request.GET.get("group")})
    wait = open_wait(patient)
    choices = choices_for(patient, site=site, today=site.today(at))
    context = {"patient": patient, "form": form, "choices": choices, "wait": wait, "window": window_of(site)}
    context |= {"all_full": not any(one.row.left for one in choices)}
    if request.method != "POST":
        return page(request, PAGE, context)
    if not form.is_valid():
        return page(request, PAGE, context, status=422)
    group = get_object_or_404(GroupVisit, site=site, pk=form.cleaned_data["group"])
    facts: dict[str, Any] = {name: form.cleaned_data[name] for name in ("support_person", "support_relationship")}
    facts |= {"group": group, "by": request.user, "at": at}
    try:
        seat_from_waiting(wait=wait, **facts) if wait else book_seat(patient=patient, **facts)
    except Refused as refused:
        return page(request, PAGE, context | {"problems": refused.problems}, status=422)
    say(request, f"Seats booked for {patient.name} and the support person.")
    return redirect("scheduling:patient", patient.pk)


@requires(Permission.BOOK)
@require_POST
def wait_new(request: StaffRequest, pk: int) -> HttpResponse:
    patient = get_object_or_404(Patient, site=request.clinic, pk=pk)
    note = request.POST.get("note", "")
    wait_for_seat(patient=patient, by=request.user, at=timezone.now(), note=note)
    say(request, f"{patient.name} is on the waiting list for a group visit.")
    return redirect("scheduling:groups")


@requires(Permission.BOOK)
@require_POST
def wait_stop(request: StaffRequest, pk: int) -> HttpResponse:
    wait = get_object_or_404(GroupWait.objects.select_related("patient"), site=request.clinic, pk=pk)
    stop_waiting(wait=wait, by=request.user, at=timezone.now(), reason=request.POST.get("reason", ""))
    say(request, f"{wait.patient.name} no longer waits for a group visit.")
    return redirect("scheduling:groups")
