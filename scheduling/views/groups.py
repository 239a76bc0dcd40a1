"""The group visits to come, the next one first, and the last ones held."""

from django.http import HttpResponse
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from scheduling.queries.groups import coming_groups, past_groups


@requires(Permission.SEE_SCHEDULE)
def groups(request: StaffRequest) -> HttpResponse:
    site, user = request.clinic, request.user
    today = site.today(timezone.now())
    context = {
        "coming": coming_groups(site=site, today=today),
        "past": past_groups(site=site, today=today),
        "today": today,
        "may_plan": user.may(Permission.BOOK) or user.may(Permission.RUN_CLINIC),
    }
    return page(request, "scheduling/groups.html", context)
