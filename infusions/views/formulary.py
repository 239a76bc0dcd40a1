"""The formulary: vials in use and out of use, the usual preparation, who changed what."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms.formulary import PreparationForm, ProductForm
from infusions.models import Product
from infusions.queries.formulary import formulary_page, strengths_in_use
from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.views.settings_tabs import settings_page

TEMPLATE = "infusions/formulary.html"


@requires(Permission.SEE_CHARTS, Permission.RUN_CLINIC)
def formulary(request: StaffRequest) -> HttpResponse:
    """Read it; the clinic lead adds a vial or sets the usual preparation."""
    if request.method == "POST" and not request.user.may(Permission.RUN_CLINIC):
        raise PermissionDenied("Your role reads the formulary; the clinic lead changes it.")
    if request.method != "POST":
        return _page(request)
    return _prepare(request) if request.POST.get("act") == "prepare" else _add(request)


@requires(Permission.RUN_CLINIC)
@require_POST
def formulary_use(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a vial out of use, or put it back."""
    product = get_object_or_404(Product.objects.select_related("site"), site=request.clinic, pk=pk)
    back = request.POST.get("use") == "yes"
    act = actions.put_back_product if back else actions.retire_product
    act(product=product, by=request.user, at=timezone.now())
    say(
        request, f"{product} is {'in use again' if back else 'out of use; vials in the vault stay in the ledger'}."
    )
    return redirect("infusions:formulary")


def _add(request: StaffRequest) -> HttpResponse:
    form = ProductForm(request.POST)
    if form.is_valid():
        try:
            row = actions.add_product(site=request.clinic, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"{row} is in the formulary.")
            return redirect("infusions:formulary")
    return _page(request, product=form)


def _prepare(request: StaffRequest) -> HttpResponse:
    form = PreparationForm(request.POST, strengths=strengths_in_use(request.clinic))
    if form.is_valid():
        try:
            actions.set_preparation(site=request.clinic, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "The usual preparation is set. Orders that are written already stay as they are.")
            return redirect("infusions:formulary")
    return _page(request, preparation=form)


def _page(
    request: StaffRequest, *, product: ProductForm | None = None, preparation: PreparationForm | None = None
) -> HttpResponse:
    """The whole page, with the form that was refused as it was typed."""
    found = formulary_page(request.clinic)
    strengths = sorted({line.product.strength_mg_per_ml for line in found.in_use})
    start = PreparationForm.initial_of(found.formulary)
    context: dict[str, Any] = {
        "formulary": found,
        "may_change": request.user.may(Permission.RUN_CLINIC),
        "product_form": product or ProductForm(),
        "preparation_form": preparation or PreparationForm(initial=start, strengths=strengths),
    }
    return settings_page(request, TEMPLATE, context, status=422 if product or preparation else 200)
