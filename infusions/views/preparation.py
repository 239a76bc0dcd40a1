"""The preparation card at the chair, the withdrawal, and the labels."""

from decimal import Decimal

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from infusions import actions
from infusions.forms.preparation import WithdrawForm
from infusions.queries.chart import chart as chart_of
from infusions.queries.labels import labels
from infusions.queries.preparation import chosen, preparation_card
from infusions.rules.drawing import changed_problems
from infusions.views.acting import begin, chart_context, visit_of
from kitclinic.access import StaffRequest, requires
from kitclinic.display import show
from kitclinic.http import page, say
from kitclinic.pdf import render_pdf
from kitclinic.problems import refuse_if
from kitclinic.roles import Permission
from scheduling.queries.cover_banner import cover_banner


@requires(Permission.SEE_CHARTS)
@require_safe
def preparation(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """Readable at arm's length; before the patient is seated there is only the chart."""
    found = chart_of(visit_of(request, visit_pk), at=timezone.now())
    if found.infusion is None:
        return redirect("infusions:chart", visit_pk)
    context = chart_context(found, card=preparation_card(found))
    context |= {
        "cover": cover_banner(found.site, reader=request.user, at=found.at),
        "may_handle": request.user.may(Permission.HANDLE_DRUGS),
    }
    return page(request, "infusions/preparation.html", context)


@requires(Permission.HANDLE_DRUGS)
@require_POST
def withdraw(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """Draw the dose from the vials of the choice that was tapped; it must still stand on the card."""
    act = begin(request, visit_pk, WithdrawForm)
    parts = chosen(act.infusion, act.data["parts"], at=act.who["at"], key=act.data["key"])
    refuse_if([] if parts else changed_problems())
    drawn = actions.withdraw(infusion=act.infusion, parts=parts, **act.who)
    ml, mg = (sum((getattr(row, unit) for row in drawn), Decimal(0)) for unit in ("ml", "mg"))
    say(request, f"Withdrawn: {show(ml, 'mL')}, {show(mg, 'mg')}. Label the syringe now.")
    return redirect("infusions:preparation", visit_pk)


@requires(Permission.SEE_CHARTS)
@require_safe
def label_pdf(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """Two labels at their real size, the syringe's and the bag's; only of a dose that was drawn."""
    at = timezone.now()
    found = labels(chart_of(visit_of(request, visit_pk), at=at))
    if found is None:
        raise Http404
    context = {"site": request.user.site, "now": at, "label": found}
    response = HttpResponse(render_pdf("infusions/pdf/labels.html", context), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="labels-{found.infusion.pk}.pdf"'
    return response
