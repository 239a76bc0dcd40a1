"""Requests for five infusion days: who waits, what they asked for, and taking a request back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import change_request, request_sequence, withdraw_request
from scheduling.forms.typed import read
from scheduling.forms.wishes import WishForm, WithdrawForm
from scheduling.models import Patient, Sequence
from scheduling.queries.protocols import protocol_choices, slug_of
from scheduling.queries.requests import request_lines
from scheduling.queries.wishes import request_of, wish_of
from scheduling.rules.wishes import Wish


@requires(Permission.BOOK)
@require_safe
def requests(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    return page(request, "scheduling/requests.html", {"lines": request_lines(request.clinic, at=at), "at": at})


@requires(Permission.BOOK)
def request_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down what a patient asks for, or change it."""
    patient = get_object_or_404(Patient.objects.select_related("site"), site=request.clinic, pk=pk)
    asked = request_of(patient)
    form = (
        WishForm(request.POST)
        if request.method == "POST"
        else WishForm.showing(wish_of(asked) if asked else Wish(), slug_of(asked))
    )
    if request.method == "POST" and form.is_valid():
        try:
            if asked:
                change_request(sequence=asked, by=request.user, at=timezone.now(), **form.asked())
            else:
                request_sequence(patient=patient, by=request.user, at=timezone.now(), **form.asked())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"The request of {patient.name} is written down.")
            return redirect(
                "scheduling:offers" if "offer" in request.POST else "scheduling:requests", *_to(request, pk)
            )
    choices = protocol_choices(request.clinic)
    context = {"patient": patient, "asked": asked, "form": form, "withdraw": WithdrawForm()} | {
        "protocols": choices if len(choices) > 1 else ()
    }
    return page(request, "scheduling/request_edit.html", context, status=422 if form.errors else 200)


@requires(Permission.BOOK)
@require_POST
def request_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    rows = Sequence.objects.select_related("patient", "site")
    found = get_object_or_404(rows, site=request.clinic, pk=pk)
    form = WithdrawForm(request.POST)
    withdraw_request(sequence=found, reason=read(form)["reason"], by=request.user, at=timezone.now())
    say(request, f"The request of {found.patient.name} is withdrawn.")
    return redirect("scheduling:requests")


def _to(request: StaffRequest, pk: int) -> list[int]:
    return [pk] if "offer" in request.POST else []
