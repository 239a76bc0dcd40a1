"""The day on paper: a page to look at and print, and a PDF for the folder at the desk."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pdf import render_pdf
from kitclinic.roles import Permission
from scheduling.models import SuiteDay
from scheduling.queries.days import day_sheet as sheet_of
from scheduling.queries.paper import day_paper
from scheduling.views.week import day_of


@requires(Permission.FIND_PATIENTS)
@require_safe
def day_sheet(request: StaffRequest, day: str) -> HttpResponse:
    return page(request, "scheduling/day_sheet.html", {"sheet": sheet_of(_day(request, day))})


@requires(Permission.FIND_PATIENTS)
@require_safe
def day_sheet_pdf(request: StaffRequest, day: str) -> HttpResponse:
    """The whole suite, then a page for each pair of chairs."""
    found = _day(request, day)
    context = {"site": request.clinic, "now": timezone.now(), "sheet": day_paper(found)}
    return pdf("scheduling/pdf/day_sheet.html", context, f"day-{found.date:%Y-%m-%d}.pdf")


def pdf(template: str, context: dict[str, object], name: str) -> HttpResponse:
    response = HttpResponse(render_pdf(template, context), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _day(request: StaffRequest, day: str) -> SuiteDay:
    found = SuiteDay.objects.select_related("site")
    return get_object_or_404(found, site=request.user.site, date=day_of(day))
