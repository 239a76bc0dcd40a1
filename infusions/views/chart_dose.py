"""Acts on what is left of a drawn dose, at the chair: waste before a witness, put back, declare missing."""

from decimal import Decimal

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms.preparation import MissingForm, ReturnDrawnForm, WasteRestForm
from infusions.models import Movement
from infusions.views.acting import begin
from kitclinic.access import StaffRequest, requires
from kitclinic.display import show
from kitclinic.proving import prove_witness
from kitclinic.roles import Permission


@requires(Permission.HANDLE_DRUGS)
@require_POST
def waste(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """The witness types user name and password on this screen; a wrong one leaves nothing written."""
    act = begin(request, visit_pk, WasteRestForm)
    name, password = act.data["witness_username"], act.data["witness_password"]
    who, proof = prove_witness(request, name, password, at=act.who["at"])
    what = {field: act.data[field] for field in ("ml", "place", "reason")}
    rows = actions.waste_rest(infusion=act.infusion, witness=who, proof=proof, **what, **act.who)
    return act.done(f"Wasted: {_sum(rows)}, witnessed by {who.name}.")


@requires(Permission.HANDLE_DRUGS)
@require_POST
def chart_return(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, ReturnDrawnForm)
    rows = actions.return_drawn(infusion=act.infusion, reason=act.data["reason"], **act.who)
    return act.done(f"Back in the vial: {_sum(rows)}.")


@requires(Permission.HANDLE_DRUGS)
@require_POST
def chart_missing(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, MissingForm)
    what = {field: act.data[field] for field in ("ml", "place", "reason")}
    rows = actions.declare_missing(infusion=act.infusion, **what, **act.who)
    return act.done(f"Written: {_sum(rows)} missing. It stays open in the ledger until it is answered.")


def _sum(rows: list[Movement]) -> str:
    return show(abs(sum((row.mg for row in rows), Decimal(0))), "mg")
