"""Which scores of one patient count, for which column, or why not."""

from datetime import date

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.counting import counting as counted
from outcomes.queries.dashboard import measure_named
from outcomes.rules.definitions import SWITCHES, Definitions
from outcomes.rules.measures import measures
from scheduling.models import Patient

CHOOSES_SCORES = ("reference", "baseline", "day0", "tie")  # the other switches count what was chosen


@requires(Permission.SEE_SCORES)
@require_safe
def counting(request: StaffRequest, pk: int) -> HttpResponse:
    mine = Q(site=request.user.site) | Q(site__registry_of=request.user.site)
    patient = get_object_or_404(Patient.objects.select_related("site").filter(mine), pk=pk)
    today = patient.site.today(timezone.now())
    definitions = Definitions.read({name: request.GET.get(name, "") for name in CHOOSES_SCORES})
    measure = measure_named(request.GET.get("measure", "")) or next(iter(measures().values()))
    shown = counted(patient, measure, as_of=_day(request.GET.get("as_of", ""), today), definitions=definitions)
    context = {
        "patient": patient,
        "shown": shown,
        "measures": list(measures().values()),
        "switches": [(one, definitions.value(one)) for one in SWITCHES if one.name in CHOOSES_SCORES],
        "is_registry": patient.site_id != request.clinic.pk,
    }
    return page(request, "outcomes/counting.html", context)


def _day(text: str, today: date) -> date:
    try:
        return min(date.fromisoformat(text), today)
    except ValueError:
        return today
