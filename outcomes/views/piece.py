"""One installed version: its content, what its import found, and the decisions about it."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes import actions
from outcomes.licence_forms import RetireForm
from outcomes.models import InstrumentPiece
from outcomes.queries.instrument_pages import piece_lines, why_not_activate
from outcomes.rules.instruments import definitions


@requires(Permission.RUN_CLINIC)
@require_safe
def piece(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk), form=RetireForm())


@requires(Permission.RUN_CLINIC)
@require_POST
def piece_activate(request: StaffRequest, pk: int) -> HttpResponse:
    """Put it into use, as the second person."""
    held = _found(request, pk)
    actions.activate_piece(piece=held, by=request.user, at=timezone.now())
    say(request, "It is in use. Questionnaires sent from now on ask it; those sent before keep what they have.")
    return redirect("outcomes:piece", pk)


@requires(Permission.RUN_CLINIC)
@require_POST
def piece_retire(request: StaffRequest, pk: int) -> HttpResponse:
    """Take it out of use."""
    held, form = _found(request, pk), RetireForm(request.POST)
    if form.is_valid():
        try:
            actions.retire_piece(
                piece=held, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
            )
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "It is out of use. Questionnaires that were sent with it go on with it.")
            return redirect("outcomes:piece", pk)
    return _page(request, held, form=form, status=422)


def _page(request: StaffRequest, held: InstrumentPiece, *, form: RetireForm, status: int = 200) -> HttpResponse:
    lines = piece_lines(request.clinic, today=request.clinic.today(timezone.now()))[held.instrument]
    line = next((one for one in lines if one.piece.pk == held.pk), None)
    if line is None or held.instrument not in definitions():
        raise Http404
    context = {
        "line": line,
        "piece": held,
        "definition": definitions()[held.instrument],
        "why_not": why_not_activate(line, request.user),
        "form": form,
    }
    return page(request, "outcomes/piece.html", context, status=status)


def _found(request: StaffRequest, pk: int) -> InstrumentPiece:
    rows = InstrumentPiece.objects.select_related("site", "licence__site", "imported_by")
    return get_object_or_404(rows, site=request.clinic, pk=pk)
