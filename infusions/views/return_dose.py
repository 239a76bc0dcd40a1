"""A drawn dose that nothing was given of goes back whole into its vial."""

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from infusions import actions
from infusions.forms.ledger import ReturnForm
from infusions.queries.ledger_hands import dose_of
from kitclinic.access import StaffRequest, requires
from kitclinic.display import show
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission


@requires(Permission.HANDLE_DRUGS)
def return_dose(request: StaffRequest, pk: int) -> HttpResponse:
    """pk: the withdrawal that goes back."""
    dose = dose_of(request.clinic, pk)
    form = ReturnForm(request.POST or None, initial={"key": uuid4()})
    context = {"dose": dose, "form": form}
    if request.method != "POST":
        return page(request, "infusions/return_dose.html", context)
    if not form.is_valid():
        return page(request, "infusions/return_dose.html", context, status=422)
    try:
        back = actions.return_dose(draw=dose.draw, by=request.user, at=timezone.now(), **form.cleaned_data)
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return page(request, "infusions/return_dose.html", context, status=422)
    say(request, f"{show(back.ml, 'mL')}, {show(back.mg, 'mg')}, is back in vial {back.vial.number}.")
    return redirect("infusions:ledger")
