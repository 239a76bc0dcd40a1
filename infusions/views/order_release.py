"""Release a held order by a signature: the signed dose stands."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms.orders import ReleaseForm
from infusions.queries.orders import orders
from infusions.views.order import order_page
from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, say
from kitclinic.problems import Refused
from kitclinic.proving import prove_to_sign
from kitclinic.roles import Permission


@requires(Permission.SIGN_ORDERS)
@require_POST
def order_release(request: StaffRequest, pk: int) -> HttpResponse:
    order, at, form = (
        get_object_or_404(orders(request.user.site), pk=pk),
        timezone.now(),
        ReleaseForm(request.POST),
    )
    again = {"release_form": form, "open_dialog": "release"}
    if not form.is_valid():
        return order_page(request, order, at=at, status=422, **again)
    given = form.cleaned_data
    try:
        proof = prove_to_sign(request, given["password"], at=at)
        actions.release_order(
            order=order,
            reason=given["reason"],
            proof=proof,
            by=request.user,
            at=at,
            shown_digest=given["shown_digest"],
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        return order_page(request, order, at=at, status=422, **again)
    say(request, f"Order {order.number} is released as it was signed.")
    return redirect("infusions:order", pk=pk)
