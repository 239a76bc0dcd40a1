"""One vial: from its delivery to its last drop."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from infusions.queries.ledger_movements import vial_page, vials
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission


@requires(Permission.SEE_LEDGER)
@require_safe
def ledger_vial(request: StaffRequest, pk: int) -> HttpResponse:
    vial = get_object_or_404(vials(request.clinic), pk=pk)
    context = {"shown": vial_page(vial), "may_handle": request.user.may(Permission.HANDLE_DRUGS)}
    return page(request, "infusions/ledger_vial.html", context)
