"""The whole chart of one visit on paper: every reading, correction, flag, event and movement."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions.queries.chart import chart as chart_of
from infusions.queries.paper import paper
from infusions.views.acting import visit_of
from kitclinic.access import StaffRequest, requires
from kitclinic.pdf import render_pdf
from kitclinic.roles import Permission


@requires(Permission.SEE_CHARTS)
@require_safe
def flowsheet_pdf(request: StaffRequest, visit_pk: int) -> HttpResponse:
    at, visit = timezone.now(), visit_of(request, visit_pk)
    found = paper(chart_of(visit, at=at))
    if found is None:
        raise Http404
    context = {
        "site": visit.site,
        "now": at,
        "visit": visit,
        "chart": found.chart,
        "paper": found,
        "printed_by": request.user,
    }
    response = HttpResponse(render_pdf("infusions/pdf/flowsheet.html", context), content_type="application/pdf")
    name = f"flowsheet-{visit.pk}-{visit.date.isoformat()}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
