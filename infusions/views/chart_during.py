"""Acts while the drug is in and after, one endpoint each."""

from decimal import Decimal

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms import chart as forms
from infusions.forms import facts as fact_forms
from infusions.models import Infusion
from infusions.rules.dosing import infused_mg
from infusions.views.acting import begin
from kitclinic.access import StaffRequest, requires
from kitclinic.roles import Permission


@requires(Permission.CHART)
@require_POST
def chart_pause(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk)
    actions.pause_infusion(infusion=act.infusion, **act.stamped)
    return act.done("Pause recorded. Stop the pump's flow; say why when you resume.")


@requires(Permission.CHART)
@require_POST
def chart_resume(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.ResumeForm)
    actions.resume_infusion(infusion=act.infusion, reason=act.data["reason"], note=act.data["note"], **act.stamped)
    return act.done("Resumed.")


@requires(Permission.CHART)
@require_POST
def chart_stop(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk)
    actions.stop_infusion(infusion=act.infusion, **act.stamped)
    return act.done("STOP recorded. Stop the pump; say why as soon as you can.")


@requires(Permission.CHART)
@require_POST
def chart_stop_reason(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, fact_forms.StopReasonForm)
    actions.explain_stop(
        infusion=act.infusion,
        reason=act.data["reason"],
        note=act.data["note"],
        delivered_mg=_delivered(act.infusion, act.data["infused_ml"]),
        effect=(act.data["symptom"], act.data["severity"]) if act.data["symptom"] else None,
        **act.who,
    )
    return act.done("The reason is on the chart.")


@requires(Permission.CHART)
@require_POST
def chart_complete(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.DeliveredForm)
    delivered = _delivered(act.infusion, act.data["infused_ml"]) or Decimal(0)
    actions.complete_infusion(infusion=act.infusion, delivered_mg=delivered, **act.stamped)
    return act.done("The infusion has ended. Take the end set now; 30 min of observation begin.")


def _delivered(infusion: Infusion, infused_ml: Decimal | None) -> Decimal | None:
    """mg in the volume the pump reports; a volume below zero is left to the rule."""
    order = infusion.order
    if infused_ml is None or order is None:
        return None
    if infused_ml < 0:
        return infused_ml
    bag = order.draw_ml * order.strength_mg_per_ml
    return infused_mg(bag_mg=bag, final_volume_ml=order.total_ml, infused_ml=infused_ml)


@requires(Permission.CHART)
@require_POST
def chart_ondansetron(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.AssessmentForm)
    actions.give_as_needed_ondansetron(infusion=act.infusion, assessment=act.data["assessment"], **act.stamped)
    return act.done("Ondansetron 8 mg recorded. None is left for this infusion.")
