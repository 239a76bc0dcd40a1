"""One instrument: what is installed of it, its history, and the door to more."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.instrument_pages import instrument_line, shipped_simulation


@requires(Permission.RUN_CLINIC)
@require_safe
def instrument(request: StaffRequest, name: str) -> HttpResponse:
    """?simulate=1: what a shipped bank does with 2000 simulated patients."""
    line = instrument_line(request.clinic, name, today=request.clinic.today(timezone.now()))
    if line is None:
        raise Http404
    banks = [
        one.piece.report["simulation"] for one in line.pieces if one.state == "asked" and one.piece.kind == "bank"
    ]
    figures = banks[0] if banks else shipped_simulation(line.definition) if request.GET.get("simulate") else ()
    context = {"line": line, "figures": figures, "may_simulate": bool(line.definition.bank) and not figures}
    return page(request, "outcomes/instrument.html", context)
