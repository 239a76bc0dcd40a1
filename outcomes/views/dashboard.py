"""The clinic lead's home: how patients are doing, with the published figures beside."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions.queries.adverse_events import number_overdue
from infusions.queries.escalation import called_out
from infusions.queries.ledger import open_discrepancies
from infusions.queries.verbal import overdue_cosigns
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.dashboard import dashboard as facts
from outcomes.queries.study import cut, study
from outcomes.rules.definitions import SWITCHES
from outcomes.views.selection import selected


@requires(Permission.SEE_OUTCOMES)
@require_safe
def dashboard(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    asked = selected(request, at)
    measure = request.GET.get("measure", "")
    found = study(asked.asked)
    shown = facts(found, measure=measure)
    context = {
        "shown": shown,
        "asked": asked,
        "switches": [(switch, asked.definitions.value(switch)) for switch in SWITCHES],
        "may_open": request.user.may(Permission.SEE_SCORES),
        "cut": cut(found, at),
        "gaps": list(open_discrepancies(request.clinic)) if request.user.may(Permission.SEE_LEDGER) else [],
        "overdue": overdue_cosigns(request.clinic, at=at) if request.user.may(Permission.RUN_CLINIC) else [],
        "events_overdue": number_overdue(request.clinic, at=at) if request.user.may(Permission.SEE_CHARTS) else 0,
        "unsigned": called_out(request.user.site, at=at) if request.user.may(Permission.SEE_CHARTS) else [],
    }
    return page(request, "outcomes/dashboard.html", context, partial="outcomes/_outcomes.html")
