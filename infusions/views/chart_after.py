"""Acts on the way home, one endpoint each."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms import chart as forms
from infusions.forms.going_home import DischargeForm, LateSetForm, LeaveForm
from infusions.queries.course import Kind
from infusions.views.acting import begin, refresh
from kitclinic.access import StaffRequest, requires
from kitclinic.roles import Permission


@requires(Permission.CHART)
@require_POST
def chart_driver(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.DriverForm)
    detail = {name: act.data[name] for name in ("name", "relationship", "phone", "transport")}
    actions.record_event(infusion=act.infusion, kind=Kind.DRIVER_SEEN, detail=detail, **act.stamped)
    return act.done("Driver seen.")


@requires(Permission.CHART)
@require_POST
def chart_discharge(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, DischargeForm)
    form = act.form
    assert isinstance(form, DischargeForm)
    actions.discharge(
        infusion=act.infusion,
        checks=form.ticked,
        language=form.language,
        driver=form.driver(seen_by=request.user.name),
        confirmed=form.confirmed,
        **act.stamped,
    )
    return refresh(request, visit_pk, "Discharged. The chair is being cleaned.")


@requires(Permission.CHART)
@require_POST
def chart_leave(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, LeaveForm)
    form, data = act.form, act.data
    assert isinstance(form, LeaveForm)
    actions.leave_against_advice(
        infusion=act.infusion,
        reason=data["reason"],
        provider_notified=data["provider"].name if data["provider"] else "",
        told_at=form.told(act.who["at"]),
        reply=data["reply"],
        going=data["going"],
        **act.stamped,
    )
    return refresh(request, visit_pk, "Recorded: left against advice.")


@requires(Permission.CHART)
@require_POST
def late_set(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """A set that was read and not charted then; kept with its own time."""
    act = begin(request, visit_pk, LateSetForm)
    form = act.form
    assert isinstance(form, LateSetForm)
    row = actions.record_vitals(
        infusion=act.infusion,
        reading=form.reading,
        occurred_at=form.occurred_at(act.who["at"]),
        symptoms=tuple(act.data["symptoms"]),
        unable=form.reasons,
        confirmed=form.confirmed,
        **act.who,
    )
    return refresh(request, visit_pk, f"Saved, late: {row.get_slot_display()}, {row}.")
