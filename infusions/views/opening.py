"""The opening list of the suite: before the first start of a day, and whenever something changes."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from infusions.actions import record_opening_check
from infusions.forms.opening import OpeningCheckForm
from infusions.queries.opening import checks_of, opening_of
from infusions.views.acting import read
from kitclinic.access import StaffRequest, requires
from kitclinic.http import is_htmx, page, say
from kitclinic.roles import Permission


@requires(Permission.SEE_CHARTS)
@require_safe
def opening(request: StaffRequest) -> HttpResponse:
    """The list as it stands, and every check of the day."""
    return page(request, "infusions/opening.html", _context(request), partial="infusions/_opening.html")


@requires(Permission.CHART)
@require_POST
def opening_check(request: StaffRequest) -> HttpResponse:
    """One tap: in order, or not in order with words; for the provider, who was seen."""
    data = read(OpeningCheckForm(request.POST, site=request.clinic))
    check = record_opening_check(site=request.clinic, by=request.user, at=timezone.now(), **data)
    if is_htmx(request):
        return page(request, "infusions/opening.html", _context(request), partial="infusions/_opening.html")
    say(request, f"{check.get_item_display()}: {'in order' if check.in_order else 'not in order'}, saved.")
    return redirect("infusions:opening")


def _context(request: StaffRequest) -> dict[str, Any]:
    at = timezone.now()
    found = opening_of(request.clinic, at)
    return {
        "opening": found,
        "checks": checks_of(request.clinic, found.today),
        "may_check": request.user.may(Permission.CHART),
        "may_count": request.user.may(Permission.HANDLE_DRUGS),
        "new_key": uuid4,
    }
