"""The page from which whoever runs the clinic reaches everything that belongs to running it."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.clinic_links import links_of
from kitclinic.glass import waiting_number
from kitclinic.http import page
from kitclinic.roles import Permission


@requires(Permission.RUN_CLINIC)
@require_safe
def clinic(request: StaffRequest) -> HttpResponse:
    counts = {}
    if request.user.may(Permission.REVIEW_ACCESS):
        counts["scheduling:break_glass_queue"] = waiting_number(request.clinic, at=timezone.now())
    return page(request, "kitclinic/clinic.html", {"groups": links_of(request.user), "counts": counts})
