"""Safety tasks that wait, oldest first."""

from django.http import HttpResponse
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.safety import safety_page


@requires(Permission.ANSWER_SAFETY_TASKS)
def safety(request: StaffRequest) -> HttpResponse:
    """The list, brought up to date by itself."""
    context = {"facts": safety_page(request.user.site_id, at=timezone.now())}
    return page(request, "outcomes/safety.html", context, partial="outcomes/_safety_list.html")
