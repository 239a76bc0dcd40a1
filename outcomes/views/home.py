"""The clinic lead's home: what cannot wait, then five panels, each with a chart, a sentence and its page."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from infusions.queries.adverse_events import number_overdue
from infusions.queries.escalation import called_out
from infusions.queries.ledger import open_discrepancies
from infusions.queries.verbal import overdue_cosigns
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.charts.home import panels
from outcomes.views.studied import studied


@requires(Permission.SEE_OUTCOMES)
@require_safe
def home(request: StaffRequest) -> HttpResponse:
    asked = studied(request, "How the clinic is doing")
    site, at, may = request.clinic, asked.at, request.user.may
    clinic = next(source for source in asked.asked.sources if not source.is_registry)
    context = asked.context | {
        "panels": panels(asked.found, clinic),
        "clinic": clinic,
        "gaps": list(open_discrepancies(site)) if may(Permission.SEE_LEDGER) else [],
        "overdue": overdue_cosigns(site, at=at) if may(Permission.RUN_CLINIC) else [],
        "events_overdue": number_overdue(site, at=at) if may(Permission.SEE_CHARTS) else 0,
        "unsigned": called_out(site, at=at) if may(Permission.SEE_CHARTS) else [],
    }
    return page(request, "outcomes/home.html", context)
