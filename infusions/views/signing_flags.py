"""Open flags on the page of those who sign: asked for again while the page is open."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions.queries.flags import waiting_flags, waiting_version
from kitclinic.access import StaffRequest, requires
from kitclinic.roles import Permission


@requires(Permission.SIGN_ORDERS)
@require_safe
def signing_flags(request: StaffRequest) -> HttpResponse:
    """The list, or 204 while it would look the same (``v``)."""
    lines = waiting_flags(request.user.site, timezone.now())
    version = waiting_version(lines)
    if request.GET.get("v") == version:
        return HttpResponse(status=204)
    return render(request, "infusions/_flags_waiting.html", {"flags": lines, "flags_version": version})
