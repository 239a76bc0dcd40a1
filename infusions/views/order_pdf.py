"""A signed order and its preparation card, on paper."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions.queries.order_sheet import affirmations_of, order_sheet, versions_of
from infusions.queries.orders import TONES, orders
from infusions.queries.verbal import verbal_lines
from kitclinic import signing
from kitclinic.access import StaffRequest, requires
from kitclinic.pdf import render_pdf
from kitclinic.roles import Permission


@requires(Permission.SEE_CHARTS)
@require_safe
def order_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    """Only what is signed is printed as an order; a draft is not found here."""
    site, at = request.user.site, timezone.now()
    order = get_object_or_404(orders(site).filter(signature__isnull=False), pk=pk)
    context = {
        "site": site,
        "now": at,
        "order": order,
        "tone": TONES[order.state],
        "sheet": order_sheet(order, reader=request.user, at=at),
        "verified": order.signature is not None and signing.verify(order.signature),
        "affirmations": [(row, signing.verify(row.signature)) for row in affirmations_of(order)],
        "verbal": verbal_lines(site, at=at, order=order),
        "versions": versions_of(order.sequence),
        "printed_by": request.user,
    }
    response = HttpResponse(render_pdf("infusions/pdf/order.html", context), content_type="application/pdf")
    name = f"order-{order.sequence_id}-version-{order.version}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
