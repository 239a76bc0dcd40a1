"""The prescriber's own signature under a verbal order; the text is shown anew whenever it changes."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms.verbal import CoSignForm
from infusions.queries.verbal import verbal_orders
from infusions.views.signing import after, signing_page
from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, say
from kitclinic.problems import Refused
from kitclinic.proving import prove_to_sign
from kitclinic.roles import Permission


@requires(Permission.SIGN_ORDERS)
@require_POST
def verbal_cosign(request: StaffRequest, pk: int) -> HttpResponse:
    """Sign; with ``show`` only put the note that disputes into the text, and show that."""
    rows = verbal_orders(request.user.site).filter(prescriber=request.user)
    verbal, at, form = get_object_or_404(rows, pk=pk), timezone.now(), CoSignForm(request.POST)
    if "show" in request.POST or not form.is_valid():
        status = 200 if "show" in request.POST else 422
        return signing_page(request, at=at, verbal=verbal, cosign_form=form, status=status)
    given, next_url = form.cleaned_data, after(request, ("verbal", verbal.pk), at=at)
    try:
        proof = prove_to_sign(request, given["password"], at=at)
        actions.cosign(
            verbal=verbal,
            proof=proof,
            by=request.user,
            at=at,
            shown_digest=given["shown_digest"],
            disputes=given["disputes"],
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        found = refused.problems
        return signing_page(request, at=at, verbal=verbal, cosign_form=form, status=422, problems=found)
    say(
        request,
        f"The verbal order of {verbal.order.number} is {'disputed' if given['disputes'] else 'co-signed'}.",
    )
    return redirect(next_url)
