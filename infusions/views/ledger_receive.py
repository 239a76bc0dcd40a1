"""A delivery: what came goes into the vault, and every vial gets its number."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions import actions
from infusions.forms.ledger import ReceiveForm
from infusions.models import Receipt
from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission


@requires(Permission.HANDLE_DRUGS)
def ledger_receive(request: StaffRequest) -> HttpResponse:
    form = ReceiveForm(request.POST or None, site=request.clinic, initial={"key": uuid4()})
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    at = timezone.now()
    try:
        vault = actions.ensure_vault(site=request.clinic, by=request.user, at=at)
        receipt = actions.receive_vials(vault=vault, by=request.user, at=at, **form.cleaned_data)
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return _page(request, form, status=422)
    say(request, f"Received: {receipt}. Write the numbers on the vials.")
    return redirect("infusions:ledger_receipt", pk=receipt.pk)


def _page(request: StaffRequest, form: ReceiveForm, *, status: int = 200) -> HttpResponse:
    products: Any = form.fields["product"]
    context = {"form": form, "has_products": products.queryset.exists()}
    return page(request, "infusions/ledger_receive.html", context, status=status)


@requires(Permission.SEE_LEDGER)
@require_safe
def ledger_receipt(request: StaffRequest, pk: int) -> HttpResponse:
    """The numbers to write on the vials, large and on paper."""
    rows = Receipt.objects.filter(site=request.clinic).select_related("product", "vault", "by")
    receipt = get_object_or_404(rows, pk=pk)
    context = {"receipt": receipt, "vials": receipt.contents.order_by("number")}
    return page(request, "infusions/ledger_receipt.html", context)
