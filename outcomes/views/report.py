"""The outcomes as a PDF report: what the page shows, with methods, tables and the ledger."""

from datetime import datetime

from django.http import HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.pace import Pace, paced
from kitclinic.pdf import render_pdf
from kitclinic.roles import Permission
from outcomes.charts.page import page_figure_1
from outcomes.charts.rendering import rendered
from outcomes.queries.report import report
from outcomes.queries.study import Study, cut
from outcomes.rules.published import CITATION
from outcomes.views.studied import studied


def report_pdf(found: Study, *, words: str, by: str, at: datetime) -> bytes:
    """Return the report as a PDF. words: whom the filters ask for. by: printed name, "" for a command."""
    told = report(found)
    figure = "" if told.shown.is_empty else rendered(page_figure_1(told.shown), alone=False)
    context = {
        "site": found.asked.source.site,
        "now": at,
        "words": words,
        "report": told,
        "cut": cut(found, at),
        "figure": mark_safe(figure),  # noqa: S308  (drawn by us from numbers and our own words)  # nosec
        "by": by,
        "citation": CITATION,
    }
    return render_pdf("outcomes/pdf/report.html", context)


@requires(Permission.SEE_OUTCOMES)
@require_safe
@paced(Pace.EXPORT)
def report_file(request: StaffRequest) -> HttpResponse:
    asked = studied(request, "Outcomes")
    data = report_pdf(asked.found, words=asked.asked.words, by=request.user.name, at=asked.at)
    response = HttpResponse(data, content_type="application/pdf")
    name = f"outcomes-{asked.asked.source.slug}-{asked.asked.as_of}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
