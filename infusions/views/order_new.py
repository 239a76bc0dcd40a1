"""Write the order of a sequence, or a new version of it, as a draft; the arithmetic while it is chosen."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms.orders import DraftForm, draft_initial
from infusions.queries.order_new import bags_to_choose, draft_page, strengths_to_choose, usual_strength
from infusions.queries.orders import current_order, formulary_of
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.models import Sequence


@requires(Permission.WRITE_ORDERS)
def order_new(request: StaffRequest, sequence_pk: int) -> HttpResponse:
    sequence, at = _sequence(request, sequence_pk), timezone.now()
    old, form = current_order(sequence), _form(request, sequence)
    is_valid = request.method == "POST" and form.is_valid()
    context = _context(request, sequence, form)
    if request.method != "POST":
        return page(request, "infusions/order_new.html", context)
    if not is_valid:
        return page(request, "infusions/order_new.html", context, status=422)
    given = form.choices()
    try:
        if old is None:
            order = actions.draft_order(sequence=sequence, by=request.user, at=at, **given)
        else:
            reason = form.cleaned_data["reason"]
            order = actions.supersede_order(order=old, by=request.user, at=at, reason=reason, **given)
    except Refused as refused:
        return page(request, "infusions/order_new.html", context | {"problems": refused.problems}, status=422)
    say(request, "The draft is written. Nothing is ordered until it is signed.")
    return redirect(f"{reverse('infusions:signing')}?order={order.pk}")


@requires(Permission.WRITE_ORDERS)
@require_POST
def order_preview(request: StaffRequest, sequence_pk: int) -> HttpResponse:
    """The arithmetic of the form as it stands; nothing is written. A post keeps the weight out of addresses."""
    sequence = _sequence(request, sequence_pk)
    form = _form(request, sequence)
    form.is_valid()
    return page(request, "infusions/_order_preview.html", _context(request, sequence, form))


def _sequence(request: StaffRequest, pk: int) -> Sequence:
    rows = Sequence.objects.select_related("patient", "site", "protocol", "seat")
    return get_object_or_404(rows, site=request.user.site, pk=pk)


def _form(request: StaffRequest, sequence: Sequence) -> DraftForm:
    formulary, old = formulary_of(sequence.site), current_order(sequence)
    strengths = strengths_to_choose(formulary)
    return DraftForm(
        request.POST if request.method == "POST" else None,
        first=old is None,
        strengths=strengths,
        bags=bags_to_choose(formulary),
        initial=draft_initial(old, sequence, formulary, usual_strength(formulary, strengths)),
    )


def _context(request: StaffRequest, sequence: Sequence, form: DraftForm) -> dict[str, Any]:
    at = timezone.now()
    return {
        "form": form,
        "sequence": sequence,
        "old": current_order(sequence),
        "facts": draft_page(sequence, form.now(), reader=request.user, at=at),
        "today": sequence.site.today(at),
    }
