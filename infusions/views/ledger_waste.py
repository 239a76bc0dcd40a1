"""Waste before a witness: of a vial, or of what is left of a drawn dose."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions import actions
from infusions.forms.ledger import DoseWasteForm, WasteForm, WitnessFields
from infusions.models import Movement, Vial
from infusions.queries.ledger import open_hands
from infusions.queries.ledger_hands import dose_of
from infusions.queries.ledger_movements import vial_page, vials
from infusions.queries.ledger_page import vault_lines
from kitclinic.access import StaffRequest, requires
from kitclinic.display import show
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.proving import prove_witness
from kitclinic.roles import Permission


def waste_witnessed(request: StaffRequest, form: WitnessFields, *, at: datetime, **what: Any) -> Movement:
    """Prove the witness of this form, then waste. what: ml, reason, and draw or vial.

    Raises Refused; then nothing is written.
    """
    data = form.cleaned_data
    name, password = data["witness_username"], data["witness_password"]
    second, proof = prove_witness(request, name, password, at=at)
    return actions.waste(by=request.user, at=at, key=data["key"], witness=second, proof=proof, **what)


@requires(Permission.HANDLE_DRUGS)
@require_safe
def ledger_waste(request: StaffRequest) -> HttpResponse:
    """Choose what is wasted: the number on the vial, or an open dose."""
    asked, missing = request.GET.get("vial", "").strip(), ""
    if asked:
        number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0
        found = vials(request.clinic).filter(number=number).first()
        if found:
            return redirect("infusions:ledger_waste_vial", pk=found.pk)
        missing = f"There is no vial {asked[:12]} in the ledger. Read the number on the vial again."
    context = {
        "asked": asked[:12],
        "missing": missing,
        "vaults": vault_lines(request.clinic, at=timezone.now()),
        "hands": open_hands(request.clinic),
    }
    return page(request, "infusions/ledger_waste.html", context, status=422 if missing else 200)


@requires(Permission.HANDLE_DRUGS)
def ledger_waste_vial(request: StaffRequest, pk: int) -> HttpResponse:
    vial = get_object_or_404(vials(request.clinic), pk=pk)
    form = WasteForm(request.POST or None, initial={"key": uuid4()})
    if request.method != "POST":
        return _vial_page(request, vial, form)
    if not form.is_valid():
        return _vial_page(request, vial, form, status=422)
    ml = vial_page(vial).left_ml if form.cleaned_data["how_much"] == "all" else form.cleaned_data["ml"]
    try:
        wasted = waste_witnessed(request, form, at=timezone.now(), vial=vial, ml=ml, reason=form.reason)
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return _vial_page(request, vial, form, status=422)
    say(request, f"{_said(wasted)} of vial {vial.number} is written as wasted.")
    return redirect("infusions:ledger_vial", pk=pk)


def _vial_page(request: StaffRequest, vial: Vial, form: WasteForm, *, status: int = 200) -> HttpResponse:
    context = {"shown": vial_page(vial), "form": form}
    return page(request, "infusions/ledger_waste_vial.html", context, status=status)


@requires(Permission.HANDLE_DRUGS)
def ledger_waste_dose(request: StaffRequest, pk: int) -> HttpResponse:
    """pk: the withdrawal whose rest is wasted, all of it."""
    dose = dose_of(request.clinic, pk)
    form = DoseWasteForm(request.POST or None, initial={"key": uuid4()})
    context = {"dose": dose, "form": form}
    if request.method != "POST":
        return page(request, "infusions/ledger_waste_dose.html", context)
    if not form.is_valid():
        return page(request, "infusions/ledger_waste_dose.html", context, status=422)
    try:
        reason = form.cleaned_data["reason"]
        wasted = waste_witnessed(request, form, at=timezone.now(), draw=dose.draw, ml=dose.left_ml, reason=reason)
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return page(request, "infusions/ledger_waste_dose.html", context, status=422)
    say(request, f"{_said(wasted)} of the drawn dose is written as wasted.")
    return redirect("infusions:ledger")


def _said(wasted: Movement) -> str:
    ml: Decimal = wasted.ml
    return f"{show(ml, 'mL')}, {show(wasted.mg, 'mg')},"
