"""Safety: adverse events with denominators and bounds; side effects, flags, stops and calls apart."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from infusions.rules.adverse_events import AEV_01, AEV_02, AEV_11
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.safety_figures import safety_figures as figures
from outcomes.rules.safety_figures import BOUND_RULE, COUNTED_RULE, FLAG_RULE, JUDGED_RULE, read_period
from outcomes.views.studied import studied

FILE = ["safety-figures", "csv"]
RULES = (COUNTED_RULE, AEV_01, AEV_02, BOUND_RULE, JUDGED_RULE, AEV_11, FLAG_RULE)


@requires(Permission.SEE_OUTCOMES)
@require_safe
def safety_figures(request: StaffRequest) -> HttpResponse:
    asked = studied(request, "Safety figures")
    given = request.GET.get("from", ""), request.GET.get("to", "")
    period = read_period(*given)
    shown = figures(asked.found, period)
    keep = {name: str(day) for name, day in (("from", period.first), ("to", period.last)) if day}
    context = asked.context | {
        "shown": shown,
        "period": period,
        "keep": keep,
        "rules": RULES,
        "export": reverse("outcomes:table_of", args=["safety-figures", "csv"]),
    }
    return page(request, "outcomes/safety_figures.html", context)
