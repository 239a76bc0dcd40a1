"""The group visits to come, the next one first, who waits for a seat, the series, and the last ones held."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from scheduling.queries.clearance import window_of
from scheduling.queries.group_lists import series_of, waiting_list
from scheduling.queries.groups import coming_groups, past_groups


@requires(Permission.SEE_SCHEDULE)
@require_safe
def groups(request: StaffRequest) -> HttpResponse:
    site, user = request.clinic, request.user
    today = site.today(timezone.now())
    coming = coming_groups(site=site, today=today)
    context = {
        "coming": coming,
        "past": past_groups(site=site, today=today),
        "waiting": waiting_list(site=site, today=today, groups=coming),
        "series": series_of(site=site, today=today),
        "today": today,
        "window": window_of(site),
        "may_plan": user.may(Permission.BOOK) or user.may(Permission.RUN_CLINIC),
        "may_book": user.may(Permission.BOOK),
        "may_find": user.may(Permission.FIND_PATIENTS),
    }
    return page(request, "scheduling/groups.html", context)
