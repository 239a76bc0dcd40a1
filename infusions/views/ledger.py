"""The ledger: does the vault agree, and what is where."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions.queries.ledger import open_discrepancies, open_hands
from infusions.queries.ledger_page import latest, standing, vault_lines
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission


@requires(Permission.SEE_LEDGER)
@require_safe
def ledger(request: StaffRequest) -> HttpResponse:
    site, at = request.clinic, timezone.now()
    vaults, gaps = vault_lines(site, at=at), list(open_discrepancies(site))
    context = {
        "vaults": vaults,
        "gaps": gaps,
        "hands": open_hands(site),
        "latest": latest(site),
        "standing": standing(vaults, len(gaps)),
        "has_stock": any(line.products for line in vaults),
        "may_handle": request.user.may(Permission.HANDLE_DRUGS),
    }
    return page(request, "infusions/ledger.html", context)
