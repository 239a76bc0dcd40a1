"""The week on paper."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.roles import Permission
from scheduling.queries.paper import week_paper
from scheduling.rules.sequences import clinic_week
from scheduling.views.day_sheet import pdf
from scheduling.views.week import day_of


@requires(Permission.FIND_PATIENTS)
@require_safe
def week_sheet_pdf(request: StaffRequest, day: str) -> HttpResponse:
    """The clinic week that holds this day: the suite, then a page for each pair of chairs."""
    first = clinic_week(day_of(day), request.clinic.first_weekday)[0]
    sheet = week_paper(request.clinic, first)
    last = sheet.days[-1].date
    context = {"site": request.clinic, "now": timezone.now(), "sheet": sheet, "first": first, "last": last}
    return pdf("scheduling/pdf/week_sheet.html", context, f"week-{first:%Y-%m-%d}.pdf")
