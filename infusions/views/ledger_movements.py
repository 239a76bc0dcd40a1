"""Every movement of the ledger, newest first, narrowed by what is asked."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from infusions.forms.ledger import MovementFilter
from infusions.models import Movement
from infusions.queries.ledger_movements import Asked, movements
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission

A_PAGE = 50


@requires(Permission.SEE_LEDGER)
@require_safe
def ledger_movements(request: StaffRequest) -> HttpResponse:
    """A filter that cannot be read shows its error and no movement, rather than other movements."""
    form = MovementFilter(request.GET, site=request.clinic)
    is_read = form.is_valid()
    rows = movements(request.clinic, Asked(**form.cleaned_data)) if is_read else Movement.objects.none()
    shown = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "shown": shown, "is_narrowed": any(form.data.get(name) for name in form.fields)}
    return page(request, "infusions/ledger_movements.html", context, status=200 if is_read else 422)
