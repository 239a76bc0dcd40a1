"""Return a draft, or end a signed order, with the reason."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms.orders import ReasonForm
from infusions.queries.orders import orders
from infusions.states import OrderState
from infusions.views.order import order_page
from kitclinic.access import StaffRequest, requires
from kitclinic.http import say
from kitclinic.roles import Permission


@requires(Permission.SIGN_ORDERS)
@require_POST
def order_discontinue(request: StaffRequest, pk: int) -> HttpResponse:
    order, at, form = get_object_or_404(orders(request.user.site), pk=pk), timezone.now(), ReasonForm(request.POST)
    if not form.is_valid():
        return order_page(request, order, at=at, status=422, reason_form=form, open_dialog="discontinue")
    was_draft = order.state == OrderState.DRAFT
    actions.discontinue_order(order=order, reason=form.cleaned_data["reason"], by=request.user, at=at)
    word = "returned without a signature" if was_draft else "discontinued"
    say(request, f"Order {order.number}, version {order.version}, is {word}. The sequence needs a new order.")
    return redirect("infusions:signing") if was_draft else redirect("infusions:order", pk=pk)
