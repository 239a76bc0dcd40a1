"""The waiting list for places: who waits, offers and their answers, on and off the list."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import (
    answer_place_offer,
    offer_free_places,
    stop_waiting_for_place,
    wait_for_place,
)
from scheduling.forms.places import AnswerForm, StopForm, WaitForm
from scheduling.forms.typed import read
from scheduling.models import Patient, PlaceOffer, PlaceWait
from scheduling.queries.places import booked_later, open_wait, places_page


@requires(Permission.BOOK)
@require_safe
def place_waits(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    return page(request, "scheduling/place_waits.html", {"places": places_page(request.clinic, at=at)})


@requires(Permission.BOOK)
def place_wait_new(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a patient on the list."""
    patient = get_object_or_404(Patient.objects.select_related("site"), site=request.clinic, pk=pk)
    form = WaitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            wait_for_place(patient=patient, wait=form.wait(), by=request.user, at=timezone.now())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"{patient.name} is on the waiting list. A place that fits is offered by itself.")
            return redirect("scheduling:place_waits")
    context = {"patient": patient, "form": form, "wait": open_wait(patient), "booked": booked_later(patient)}
    return page(request, "scheduling/place_wait_new.html", context, status=422 if form.errors else 200)


@requires(Permission.BOOK)
@require_POST
def place_wait_stop(request: StaffRequest, pk: int) -> HttpResponse:
    wait = get_object_or_404(PlaceWait.objects.select_related("patient"), site=request.clinic, pk=pk)
    reason = read(StopForm(request.POST))["reason"]
    stop_waiting_for_place(wait=wait, reason=reason, by=request.user, at=timezone.now())
    say(request, f"{wait.patient.name} is off the waiting list; a booking that stood is kept.")
    return redirect("scheduling:place_waits")


@requires(Permission.BOOK)
@require_POST
def place_offer_answer(request: StaffRequest, pk: int) -> HttpResponse:
    rows = PlaceOffer.objects.select_related("site", "sequence__site", "wait__patient")
    offer = get_object_or_404(rows, site=request.clinic, pk=pk)
    accepts = read(AnswerForm(request.POST))["answer"] == "yes"
    answer_place_offer(offer=offer, accepts=accepts, by=request.user, at=timezone.now())
    patient = offer.wait.patient
    if accepts:
        say(request, f"The place is booked for {patient.name}. Name who drives home next.")
        return redirect("scheduling:patient", patient.pk)
    say(request, f"{patient.name} keeps what was booked and waits on; the place goes to the next in line.")
    return redirect("scheduling:place_waits")


@requires(Permission.BOOK)
@require_POST
def place_offers_make(request: StaffRequest) -> HttpResponse:
    made = offer_free_places(site=request.clinic, at=timezone.now())
    say(request, f"Offers made: {made}." if made else "No free place fits anybody on the list now.")
    return redirect("scheduling:place_waits")
