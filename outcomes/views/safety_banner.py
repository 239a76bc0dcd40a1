"""The banner on every page of the staff: an answer of somebody who is in the clinic today waits for a talk."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.roles import Permission
from outcomes.queries.safety_places import waits_here


@requires(Permission.ANSWER_SAFETY_TASKS)
@require_safe
def safety_banner(request: StaffRequest) -> HttpResponse:
    """The banner again; 204 while it would look the same (``v`` is the version on the screen)."""
    found = waits_here(request.clinic, at=timezone.now())
    version = "-".join(one.mark for one in found) or "none"
    if request.GET.get("v") == version:
        return HttpResponse(status=204)
    return render(request, "components/_safety_waits.html", {"waits": found, "version": version})
