"""What was seen, done and called at the chair, one endpoint each; stored wherever the infusion stands."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms import facts as forms
from infusions.models import InfusionEvent
from infusions.queries.course import Kind
from infusions.views.acting import Act, begin
from kitclinic.access import StaffRequest, requires
from kitclinic.roles import Permission


def _fact(act: Act, kind: str, **detail: Any) -> InfusionEvent:
    form = act.form
    when = form.occurred_at(act.who["at"]) if isinstance(form, forms.FactForm) else None
    note = act.data.get("note", "")
    more: dict[str, Any] = {"occurred_at": when, "detail": detail, "note": note}
    return actions.record_event(infusion=act.infusion, kind=kind, **more, **act.stamped)


@requires(Permission.CHART)
@require_POST
def chart_side_effect(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.SideEffectForm)
    _fact(act, Kind.SIDE_EFFECT, symptom=act.data["symptom"], severity=act.data["severity"])
    return act.done("Side effect recorded.")


@requires(Permission.CHART)
@require_POST
def chart_intervention(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.InterventionForm)
    _fact(act, Kind.INTERVENTION, what=act.data["what"])
    return act.done("Intervention recorded.")


@requires(Permission.CHART)
@require_POST
def chart_call(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.CallForm)
    _fact(act, Kind.PROVIDER_CALLED, provider=act.data["provider"].name)
    return act.done("Call recorded. Say when they come or answer.")


@requires(Permission.CHART)
@require_POST
def chart_answered(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.AnsweredForm)
    _fact(act, Kind.PROVIDER_ARRIVED, provider=act.data["provider"].name, came=act.data["came"] == "yes")
    return act.done("The provider's answer is on the chart.")


@requires(Permission.CHART)
@require_POST
def chart_emergency(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """One tap: recorded at once, its questions afterwards."""
    act = begin(request, visit_pk)
    _fact(act, Kind.EMERGENCY_TEAM)
    return act.done("Emergency team recorded as called. Make the call; say here when they are there.")


@requires(Permission.CHART)
@require_POST
def chart_emergency_here(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.TeamForm)
    _fact(act, Kind.EMERGENCY_ARRIVED, provider=act.data["who"])
    return act.done("The emergency team is on the chart as here.")


@requires(Permission.CHART)
@require_POST
def chart_missed(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """A stop or a pause that was not charted when it happened."""
    act = begin(request, visit_pk, forms.MissedForm)
    assert isinstance(act.form, forms.MissedForm)
    given: dict[str, Any] = act.stamped | {"occurred_at": act.form.occurred_at(act.who["at"])}
    if act.data["kind"] == "stopped":
        reason, note = act.data["reason"], act.data["note"]
        actions.stop_infusion(infusion=act.infusion, reason=reason, note=note, **given)
    else:
        actions.pause_infusion(infusion=act.infusion, **given)
    return act.done("Recorded with the time it happened. A colleague looks at it.")


@requires(Permission.CHART)
@require_POST
def chart_strike(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.StrikeForm)
    rows = InfusionEvent.objects.select_related("infusion")
    event = get_object_or_404(rows, site=act.infusion.site, infusion=act.infusion, pk=act.data["event"])
    actions.strike_event(event=event, reason=act.data["reason"], **act.who)
    return act.done("Struck out. It stays on the chart, struck through.")
