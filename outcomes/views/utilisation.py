"""Utilisation: infusions a month, chairs used, group visits held, waiting time; of the clinic itself."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.use import use_facts
from outcomes.rules.use import SIZE_RULE, USE_RULE, WAIT_RULE
from outcomes.views.studied import studied

RULES = (USE_RULE, WAIT_RULE, SIZE_RULE)


@requires(Permission.SEE_OUTCOMES)
@require_safe
def utilisation(request: StaffRequest) -> HttpResponse:
    asked = studied(request, "Utilisation")
    shown = use_facts(asked.asked.source.site, as_of=asked.asked.as_of)
    return page(request, "outcomes/utilisation.html", asked.context | {"shown": shown, "rules": RULES})
