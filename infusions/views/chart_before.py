"""Acts before the start, one endpoint each."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms import chart as forms
from infusions.queries.course import Kind
from infusions.queries.weighing import after_weighing
from infusions.views.acting import begin, open_sheet, read, refresh, visit_of
from kitclinic.access import StaffRequest, requires
from kitclinic.roles import Permission


@requires(Permission.CHART)
@require_POST
def arrive(request: StaffRequest, visit_pk: int) -> HttpResponse:
    visit, at = visit_of(request, visit_pk), timezone.now()
    data = read(forms.ArriveForm(request.POST, site=visit.site))
    actions.arrive(visit=visit, chair=data["chair"], nurse=data["nurse"], by=request.user, at=at, key=data["key"])
    return refresh(request, visit_pk, f"Seated in chair {data['chair']}.")


@requires(Permission.CHART)
@require_POST
def chart_identity(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.IdentityForm)
    detail = {"identifiers": act.data["identifiers"]}
    actions.record_event(infusion=act.infusion, kind=Kind.IDENTITY_CHECKED, detail=detail, **act.who)
    return act.done("Identity recorded.")


@requires(Permission.CHART)
@require_POST
def chart_weigh(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.WeighForm)
    infusion = actions.weigh(
        infusion=act.infusion,
        weight_kg=act.data["weight_kg"],
        again_kg=act.data["again_kg"],
        reason=act.data["reason"],
        by=request.user,
        at=act.who["at"],
    )
    return act.done(after_weighing(infusion))


@requires(Permission.CHART)
@require_POST
def chart_iv(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.NoteForm)
    actions.record_event(infusion=act.infusion, kind=Kind.IV_PLACED, note=act.data["note"], **act.who)
    return act.done("IV line recorded.")


@requires(Permission.CHART, Permission.CLEAR_FOR_START)
@require_POST
def chart_pregnancy(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.PregnancyForm)
    detail = {name: act.data[name] for name in ("result", "method", "lot")}
    actions.record_event(infusion=act.infusion, kind=Kind.PREGNANCY_TEST, detail=detail, **act.who)
    return act.done("Pregnancy test recorded.")


@requires(Permission.CHART)
@require_POST
def chart_premed(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.PremedForm)
    given = act.data["given"] == "yes"
    kind = Kind.PREMEDICATION if given else Kind.NO_PREMEDICATION
    actions.record_event(infusion=act.infusion, kind=kind, note=act.data["note"], **act.who)
    return act.done("Ondansetron 8 mg recorded." if given else "Recorded as not given.")


@requires(Permission.CHART)
@require_POST
def chart_pump(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.PumpForm)
    numbers = {name: act.data[name] for name in ("rate_ml_per_h", "volume_ml", "second")}
    event = actions.check_pump(infusion=act.infusion, **numbers, **act.who)
    if event.kind == Kind.PUMP_MISMATCH:
        return open_sheet(request, visit_pk, "pump")
    return act.done("The pump matches the order.")


@requires(Permission.CLEAR_FOR_START)
@require_POST
def chart_clear(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.NoteForm)
    actions.record_event(infusion=act.infusion, kind=Kind.PROVIDER_CLEARED, note=act.data["note"], **act.who)
    return act.done("Cleared for the start.")


@requires(Permission.CHART)
@require_POST
def chart_start(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk)
    actions.start_infusion(infusion=act.infusion, confirmed=act.form.confirmed, **act.who)
    return refresh(request, visit_pk, "Started. The next set is due in 15 min.")


@requires(Permission.CHART)
@require_POST
def chart_not_started(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.NotStartedForm)
    actions.do_not_start(infusion=act.infusion, reason=act.data["reason"], note=act.data["note"], **act.who)
    return refresh(request, visit_pk, "Recorded: no infusion today. The chair is free.")


@requires(Permission.CHART)
@require_POST
def chart_hand_over(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.HandOverForm)
    actions.hand_over(infusion=act.infusion, nurse=act.data["nurse"], **act.who)
    return refresh(request, visit_pk, f"Handed over to {act.data['nurse'].name}.")
