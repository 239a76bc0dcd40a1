"""The ledger of discrepancies: the paper's own inconsistencies, each with what this product does."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.discrepancies import entries
from outcomes.rules.published import CITATION
from outcomes.views.studied import studied


@requires(Permission.SEE_OUTCOMES)
@require_safe
def discrepancies(request: StaffRequest) -> HttpResponse:
    asked = studied(request, "Where the paper disagrees with itself")
    context = asked.context | {"entries": entries(asked.found), "citation": CITATION}
    return page(request, "outcomes/discrepancies.html", context)
