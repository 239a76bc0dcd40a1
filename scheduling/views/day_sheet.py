"""The day on paper."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from scheduling.models import SuiteDay
from scheduling.queries.days import day_sheet as sheet_of
from scheduling.views.week import day_of


@requires(Permission.FIND_PATIENTS)
def day_sheet(request: StaffRequest, day: str) -> HttpResponse:
    found = SuiteDay.objects.select_related("site")
    suite_day = get_object_or_404(found, site=request.user.site, date=day_of(day))
    return page(request, "scheduling/day_sheet.html", {"sheet": sheet_of(suite_day)})
