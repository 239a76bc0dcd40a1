"""Safety tasks that wait, oldest first."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.safety import safety_page


@requires(Permission.ANSWER_SAFETY_TASKS, Permission.SEE_OUTCOMES)
@require_safe
def safety(request: StaffRequest) -> HttpResponse:
    """The list, brought up to date by itself; the clinic lead, to whom a late task goes, reads it.

    204 while it would look the same (``v`` is the version on the screen), so that nobody loses the place.
    """
    facts = safety_page(request.clinic, at=timezone.now())
    if request.GET.get("v") == facts.version:
        return HttpResponse(status=204)
    context = {"facts": facts, "may_act": request.user.may(Permission.ANSWER_SAFETY_TASKS)}
    return page(request, "outcomes/safety.html", context, partial="outcomes/_safety_list.html")
