"""Which instruments this clinic can ask, what each still needs, and the licences behind them."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.roles import Permission
from outcomes.queries.instrument_pages import instruments_page
from scheduling.views.settings_tabs import settings_page


@requires(Permission.RUN_CLINIC)
@require_safe
def instruments(request: StaffRequest) -> HttpResponse:
    found = instruments_page(request.clinic, today=request.clinic.today(timezone.now()))
    return settings_page(request, "outcomes/instruments.html", {"page": found})
