"""What happened at one visit, in plain words, for the patient and the referring doctor."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions.queries.chart import chart as chart_of
from infusions.queries.visit_summary import summary
from infusions.views.acting import visit_of
from kitclinic.access import StaffRequest, requires
from kitclinic.pdf import render_pdf
from kitclinic.roles import Permission


@requires(Permission.SEE_CHARTS)
@require_safe
def visit_pdf(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """From the start on: before it there is nothing to tell."""
    at, visit = timezone.now(), visit_of(request, visit_pk)
    chart = chart_of(visit, at=at)
    if chart.infusion is None or chart.course is None or chart.infusion.started_at is None:
        raise Http404
    context = {
        "site": visit.site,
        "now": at,
        "visit": visit,
        "chart": chart,
        "sum": summary(chart.infusion, chart.course, visit, at=at),
        "printed_by": request.user,
    }
    response = HttpResponse(render_pdf("infusions/pdf/visit.html", context), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="visit-{visit.pk}-{visit.date.isoformat()}.pdf"'
    return response
