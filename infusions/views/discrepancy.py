"""A difference between ledger and world: declared with its reason, open until answered under a signature."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions import actions
from infusions.forms.ledger import AnswerForm, DiscrepancyForm
from infusions.models import Discrepancy
from infusions.queries.ledger_hands import dose_of
from infusions.queries.ledger_movements import vial_page, vials
from infusions.queries.ledger_page import discrepancies as discrepancies_of
from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.proving import prove_to_sign
from kitclinic.roles import Permission


@requires(Permission.SEE_LEDGER)
@require_safe
def discrepancies(request: StaffRequest) -> HttpResponse:
    """All of them; the open ones first."""
    rows = list(discrepancies_of(request.clinic))
    is_open = [row for row in rows if not hasattr(row, "answer")]
    answered = [row for row in rows if hasattr(row, "answer")]
    return page(request, "infusions/discrepancies.html", {"open": is_open, "answered": answered})


@requires(Permission.SEE_LEDGER)
def discrepancy(request: StaffRequest, pk: int) -> HttpResponseBase:
    """What differs, and what became of it; POST answers it, by somebody who may."""
    found = get_object_or_404(discrepancies_of(request.clinic), pk=pk)
    if request.method == "POST":
        return discrepancy_answer(request, found)
    return _page(request, found, AnswerForm())


@requires(Permission.ANSWER_DISCREPANCIES)
def discrepancy_answer(request: StaffRequest, found: Discrepancy) -> HttpResponse:
    form, at = AnswerForm(request.POST), timezone.now()
    if not form.is_valid():
        return _page(request, found, form, status=422)
    data = form.cleaned_data
    try:
        proof = prove_to_sign(request, data["password"], at=at)
        actions.answer_discrepancy(
            discrepancy=found,
            words=data["words"],
            reported_to=data["reported_to"],
            proof=proof,
            by=request.user,
            at=at,
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return _page(request, found, form, status=422)
    say(request, "The discrepancy is answered and signed.")
    return redirect("infusions:discrepancy", pk=found.pk)


def _page(request: StaffRequest, found: Discrepancy, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    context = {
        "gap": found,
        "answer": getattr(found, "answer", None),
        "form": form,
        "may_answer": request.user.may(Permission.ANSWER_DISCREPANCIES),
        "is_own": found.found_by_id == request.user.pk,
    }
    return page(request, "infusions/discrepancy.html", context, status=status)


@requires(Permission.HANDLE_DRUGS)
def discrepancy_vial(request: StaffRequest, pk: int) -> HttpResponse:
    """Declare that a vial holds less or more than the ledger says."""
    vial = get_object_or_404(vials(request.clinic), pk=pk)
    shown = vial_page(vial)
    context = {"vial": vial, "left_ml": shown.left_ml, "left_mg": shown.left_mg, "back": vial}
    return _declare(request, context, vial=vial)


@requires(Permission.HANDLE_DRUGS)
def discrepancy_dose(request: StaffRequest, pk: int) -> HttpResponse:
    """Declare that of a drawn dose less or more is there. pk: its withdrawal."""
    dose = dose_of(request.clinic, pk)
    context = {"vial": dose.draw.vial, "dose": dose, "left_ml": dose.left_ml, "left_mg": dose.left_mg}
    return _declare(request, context, draw=dose.draw)


def _declare(request: StaffRequest, context: dict[str, Any], **what: Any) -> HttpResponse:
    form = DiscrepancyForm(request.POST or None, initial={"key": uuid4()})
    context = context | {"form": form}
    if request.method != "POST":
        return page(request, "infusions/discrepancy_new.html", context)
    if not form.is_valid():
        return page(request, "infusions/discrepancy_new.html", context, status=422)
    data, strength = form.cleaned_data, context["vial"].product.strength_mg_per_ml
    mg = data["ml"] * strength * (-1 if data["way"] == "missing" else 1)
    at = timezone.now()
    try:
        made = actions.declare_discrepancy(
            by=request.user, at=at, key=data["key"], mg=mg, reason=data["reason"], **what
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return page(request, "infusions/discrepancy_new.html", context, status=422)
    say(request, "The discrepancy is written and open until it is answered.")
    return redirect("infusions:discrepancy", pk=made.pk)
