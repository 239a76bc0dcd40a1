"""Acts before the start, one endpoint each."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms import chart as forms
from infusions.forms.before_start import IntakeCorrectForm, IntakeForm, SecondPumpForm
from infusions.models import Intake
from infusions.queries.chairside import chairside_settings
from infusions.queries.course import Kind
from infusions.queries.weighing import after_weighing
from infusions.views.acting import begin, open_sheet, read, refresh, visit_of
from kitclinic.access import StaffRequest, requires
from kitclinic.proving import prove_witness
from kitclinic.roles import Permission


@requires(Permission.CHART)
@require_POST
def arrive(request: StaffRequest, visit_pk: int) -> HttpResponse:
    visit, at = visit_of(request, visit_pk), timezone.now()
    data = read(forms.ArriveForm(request.POST, site=visit.site))
    given = {name: data[name] for name in ("chair", "nurse", "key", "device_at", "clock_offset_ms")}
    actions.arrive(visit=visit, by=request.user, at=at, **given)
    return refresh(request, visit_pk, f"Seated in chair {data['chair']}.")


@requires(Permission.CHART)
@require_POST
def chart_identity(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.IdentityForm)
    detail = {"identifiers": act.data["identifiers"]}
    actions.record_event(infusion=act.infusion, kind=Kind.IDENTITY_CHECKED, detail=detail, **act.stamped)
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
    act = begin(request, visit_pk, forms.IvForm)
    assert isinstance(act.form, forms.IvForm)
    kind = Kind.IV_PLACED if act.data["placed"] == "yes" else Kind.IV_ATTEMPTED
    said = {"detail": act.form.detail, "note": act.data["note"]}
    actions.record_event(infusion=act.infusion, kind=kind, **said, **act.stamped)
    return act.done("IV line recorded." if kind == Kind.IV_PLACED else "Recorded: no line yet.")


@requires(Permission.CHART)
@require_POST
def chart_intake(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, IntakeForm)
    assert isinstance(act.form, IntakeForm)
    actions.record_intake(infusion=act.infusion, answers=act.form.answers, **act.who)
    return act.done("Pain, functional status and analgesics recorded.")


@requires(Permission.CHART)
@require_POST
def chart_intake_correct(request: StaffRequest, visit_pk: int, pk: int) -> HttpResponse:
    act = begin(request, visit_pk, IntakeCorrectForm)
    assert isinstance(act.form, IntakeCorrectForm)
    rows = Intake.objects.select_related("infusion").filter(infusion=act.infusion)
    intake = get_object_or_404(rows, site=request.user.site, pk=pk)
    actions.correct_intake(intake=intake, answers=act.form.answers, reason=act.data["reason"], **act.who)
    return act.done("Corrected. The old answers stay, struck through.")


@requires(Permission.CHART, Permission.CLEAR_FOR_START)
@require_POST
def chart_pregnancy(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.PregnancyForm)
    detail = {name: act.data[name] for name in ("result", "method", "lot")}
    actions.record_event(infusion=act.infusion, kind=Kind.PREGNANCY_TEST, detail=detail, **act.stamped)
    return act.done("Pregnancy test recorded.")


@requires(Permission.CHART)
@require_POST
def chart_premed(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.PremedForm)
    given = act.data["given"] == "yes"
    kind = Kind.PREMEDICATION if given else Kind.NO_PREMEDICATION
    actions.record_event(infusion=act.infusion, kind=kind, note=act.data["note"], **act.stamped)
    return act.done("Ondansetron 8 mg recorded." if given else "Recorded as not given.")


@requires(Permission.CHART)
@require_POST
def chart_pump(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """A reading that matches leads to the sheet of the second person, where the clinic wants one."""
    act = begin(request, visit_pk, forms.PumpForm)
    numbers = {name: act.data[name] for name in ("rate_ml_per_h", "volume_ml")}
    event = actions.check_pump(infusion=act.infusion, **numbers, **act.stamped)
    if event.kind == Kind.PUMP_MISMATCH:
        return open_sheet(request, visit_pk, "pump")
    if chairside_settings(act.infusion.site).second_pump_check and act.infusion.started_at is None:
        return open_sheet(request, visit_pk, "pump_second")
    return act.done("The pump matches the order.")


@requires(Permission.CHART)
@require_POST
def chart_pump_second(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """The second person signs in here and types what they read; a wrong password leaves nothing written."""
    act = begin(request, visit_pk, SecondPumpForm)
    name, password = act.data["witness_username"], act.data["witness_password"]
    who, proof = prove_witness(request, name, password, at=act.who["at"])
    numbers = {name: act.data[name] for name in ("rate_ml_per_h", "volume_ml")}
    event = actions.check_pump_again(infusion=act.infusion, reader=who, proof=proof, **numbers, **act.stamped)
    if event.kind == Kind.PUMP_MISMATCH:
        return open_sheet(request, visit_pk, "pump")
    return act.done(f"The pump matches the order, read by {who.name} too.")


@requires(Permission.CLEAR_FOR_START)
@require_POST
def chart_clear(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.NoteForm)
    actions.record_event(infusion=act.infusion, kind=Kind.PROVIDER_CLEARED, note=act.data["note"], **act.stamped)
    return act.done("Cleared for the start.")


@requires(Permission.CHART)
@require_POST
def chart_start(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk)
    actions.start_infusion(infusion=act.infusion, confirmed=act.form.confirmed, **act.stamped)
    return refresh(request, visit_pk, "Started. The next set is due in 15 min.")


@requires(Permission.CHART)
@require_POST
def chart_not_started(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.NotStartedForm)
    actions.do_not_start(infusion=act.infusion, reason=act.data["reason"], note=act.data["note"], **act.stamped)
    return refresh(request, visit_pk, "Recorded: no infusion today. The chair is free.")


@requires(Permission.CHART)
@require_POST
def chart_hand_over(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.HandOverForm)
    to = {name: act.data[name] for name in ("nurse", "note")}
    actions.hand_over(infusion=act.infusion, **to, **act.stamped)
    return refresh(request, visit_pk, f"Handed over to {act.data['nurse'].name}.")
