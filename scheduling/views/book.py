"""Booking one of the offers: five days or nothing."""

from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from kitclinic.access import StaffRequest, requires
from kitclinic.db import explain
from kitclinic.http import is_htmx, page, say
from kitclinic.problems import Problem, Refused
from kitclinic.roles import Permission
from scheduling.actions import book_sequence
from scheduling.forms.sequences import BookForm
from scheduling.models import Patient
from scheduling.rules.capacity import clock, date_words
from scheduling.rules.offers import SCH_15
from scheduling.views.offers import PAGE, PART, facts


@requires(Permission.BOOK)
@require_POST
def book(request: StaffRequest, pk: int) -> HttpResponse:
    patient = get_object_or_404(Patient.objects.select_related("site"), site=request.user.site, pk=pk)
    form = BookForm(request.POST)
    if not form.is_valid():
        return _fresh(
            request, patient, (Problem(SCH_15.id, "Choose one of the offers, then confirm."),), status=422
        )
    first_day, minute = form.cleaned_data["start"]
    try:
        booked = book_sequence(
            patient=patient, first_day=first_day, start_minute=minute, by=request.user, at=timezone.now()
        )
    except Refused as refused:
        return _fresh(request, patient, refused.problems, status=409)
    except IntegrityError as error:
        return _fresh(request, patient, (explain(error),), status=409)
    last_day = booked.visits.latest("day_index").date
    days = f"{date_words(first_day)} to {date_words(last_day)}, every day at {clock(minute)}"
    say(request, f"Booked: {days}. Name who drives home next.")
    address = reverse("scheduling:patient", args=[patient.pk])
    return HttpResponseClientRedirect(address) if is_htmx(request) else redirect(address)


def _fresh(request: StaffRequest, patient: Patient, problems: tuple[Problem, ...], *, status: int) -> HttpResponse:
    """The refusal, with the offers as they stand now."""
    answer = page(request, PAGE, facts(request, patient) | {"stale": problems}, partial=PART, status=status)
    return retarget(reswap(answer, "outerHTML"), "#kc-offers") if is_htmx(request) else answer
