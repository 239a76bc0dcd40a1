"""One order: where it stands, its versions, its signature, and the acts that are open."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions.forms.orders import ReasonForm, ReleaseForm
from infusions.models import Order
from infusions.queries.order_sheet import affirmations_of, order_sheet, versions_of
from infusions.queries.order_story import changes_to, order_story
from infusions.queries.orders import CURRENT, TONES, orders
from infusions.queries.verbal import verbal_lines
from infusions.states import OrderState
from kitclinic import signing
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission


@requires(Permission.SEE_CHARTS)
@require_safe
def order(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(orders(request.user.site), pk=pk)
    return order_page(request, found, at=timezone.now())


def order_page(
    request: StaffRequest, order: Order, *, at: datetime, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of an order. more: a form that was refused and the dialog it stands in."""
    sheet = order_sheet(order, reader=request.user, at=at)
    affirmations = affirmations_of(order)
    versions = versions_of(order.sequence)
    before, changed = changes_to(order, versions)
    prescriber = request.user.may(Permission.SIGN_ORDERS)
    context = {
        "sheet": sheet,
        "today": request.user.site.today(at),
        "order": order,
        "tone": TONES[order.state],
        "newest": versions[0],
        "before": before,
        "changed": changed,
        "story": order_story(order, versions),
        "affirmations": [(row, signing.verify(row.signature)) for row in affirmations],
        "verified": order.signature is not None and signing.verify(order.signature),
        "may_sign": prescriber and order.state == OrderState.DRAFT,
        "may_hold": prescriber and order.state == OrderState.SIGNED,
        "may_release": prescriber and bool(sheet.to_affirm),
        "may_discontinue": prescriber and order.state in CURRENT,
        "may_amend": request.user.may(Permission.WRITE_ORDERS) and order.state in CURRENT,
        "verbal": verbal_lines(order.site, at=at, order=order),
        "may_say": request.user.may(Permission.CHART) and order.state in (OrderState.SIGNED, OrderState.HELD),
        "reason_form": ReasonForm(),
        "release_form": ReleaseForm(initial={"shown_digest": sheet.affirm_digest}),
    }
    return page(request, "infusions/order.html", context | more, status=status)
