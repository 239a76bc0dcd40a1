"""Hold a signed order."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms.orders import ReasonForm
from infusions.queries.orders import orders
from infusions.views.order import order_page
from kitclinic.access import StaffRequest, requires
from kitclinic.http import say
from kitclinic.roles import Permission


@requires(Permission.SIGN_ORDERS)
@require_POST
def order_hold(request: StaffRequest, pk: int) -> HttpResponse:
    order, at, form = get_object_or_404(orders(request.user.site), pk=pk), timezone.now(), ReasonForm(request.POST)
    if not form.is_valid():
        return order_page(request, order, at=at, status=422, reason_form=form, open_dialog="hold")
    actions.hold_order(order=order, reason=form.cleaned_data["reason"], by=request.user, at=at)
    say(request, f"Order {order.number} is held. No infusion starts on it until a prescriber decides.")
    return redirect("infusions:order", pk=pk)
