"""Choosing a group visit for a patient."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import book_seat
from scheduling.forms.groups import SeatForm
from scheduling.models import GroupVisit, Patient
from scheduling.queries.groups import coming_groups


@requires(Permission.BOOK)
def seat_new(request: StaffRequest, pk: int) -> HttpResponse:
    site, at = request.clinic, timezone.now()
    patient = get_object_or_404(Patient, site=site, pk=pk)
    form = SeatForm(request.POST or None)
    context = {"patient": patient, "form": form, "groups": coming_groups(site=site, today=site.today(at))}
    if request.method != "POST":
        return page(request, "scheduling/seat_new.html", context)
    if not form.is_valid():
        return page(request, "scheduling/seat_new.html", context, status=422)
    group = get_object_or_404(GroupVisit, site=site, pk=form.cleaned_data["group"])
    data = {name: form.cleaned_data[name] for name in ("support_person", "support_relationship")}
    try:
        book_seat(group=group, patient=patient, by=request.user, at=at, **data)
    except Refused as refused:
        return page(request, "scheduling/seat_new.html", context | {"problems": refused.problems}, status=422)
    say(request, f"Seats booked for {patient.name} and the support person.")
    return redirect("scheduling:patient", patient.pk)
