"""Acts on the way home, one endpoint each."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms import chart as forms
from infusions.queries.course import Kind
from infusions.views.acting import begin, refresh
from kitclinic.access import StaffRequest, requires
from kitclinic.roles import Permission
from scheduling.rules.drivers import Driver


@requires(Permission.CHART)
@require_POST
def chart_driver(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.DriverForm)
    detail = {name: act.data[name] for name in ("name", "relationship", "phone", "transport")}
    actions.record_event(infusion=act.infusion, kind=Kind.DRIVER_SEEN, detail=detail, **act.who)
    return act.done("Driver seen.")


@requires(Permission.CHART)
@require_POST
def chart_discharge(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.DischargeForm)
    data = act.data
    seen_by = request.user.name if data["seen"] else ""
    driver = Driver(data["transport"], data["name"], data["relationship"], data["phone"], seen_by)
    actions.discharge(
        infusion=act.infusion,
        checks=frozenset(data["checks"]),
        driver=driver,
        confirmed=act.form.confirmed,
        **act.who,
    )
    return refresh(request, visit_pk, "Discharged. The chair is being cleaned.")


@requires(Permission.CHART)
@require_POST
def chart_leave(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.LeaveForm)
    told = act.data["provider"].name if act.data["provider"] else ""
    actions.leave_against_advice(
        infusion=act.infusion, reason=act.data["reason"], provider_notified=told, **act.who
    )
    return refresh(request, visit_pk, "Recorded: left against advice.")
