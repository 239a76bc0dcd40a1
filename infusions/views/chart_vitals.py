"""Acts on sets of vital signs and their flags, one endpoint each."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from infusions import actions
from infusions.forms import vitals as forms
from infusions.models import Flag, VitalSet
from infusions.queries.words import flag_words
from infusions.views.acting import begin
from kitclinic.access import StaffRequest, requires
from kitclinic.roles import Permission


@requires(Permission.CHART)
@require_POST
def chart_vitals(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.VitalsForm)
    form, data = act.form, act.data
    assert isinstance(form, forms.VitalsForm)
    row = actions.record_vitals(
        infusion=act.infusion,
        reading=form.reading,
        occurred_at=form.occurred_at(act.who["at"]),
        symptoms=tuple(data["symptoms"]),
        unable=form.reasons,
        device_at=data["device_at"],
        clock_offset_ms=data["clock_offset_ms"],
        confirmed=form.confirmed,
        **act.who,
    )
    raised = [flag_words(flag) for flag in row.flags.order_by("pk")]  # said here too: the chart may not come
    flagged = f" Flagged: {', '.join(raised)}." if raised else ""
    return act.done(f"Saved: {row.get_slot_display()}, {row}.{flagged}")


@requires(Permission.CHART, Permission.CLEAR_FOR_START)
@require_POST
def chart_correct(request: StaffRequest, visit_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.CorrectForm)
    form = act.form
    assert isinstance(form, forms.CorrectForm)
    wrong = get_object_or_404(
        VitalSet.objects.select_related("infusion"),
        site=act.infusion.site,
        infusion=act.infusion,
        pk=act.data["vital_set"],
    )
    actions.correct_vitals(
        vital_set=wrong,
        reading=form.reading,
        reason=act.data["reason"],
        symptoms=tuple(act.data["symptoms"]),
        unable=form.reasons,
        confirmed=form.confirmed,
        **act.who,
    )
    return act.done("Corrected. The old set stays on the chart, struck through.")


@requires(Permission.CHART, Permission.CLEAR_FOR_START)
@require_POST
def chart_acknowledge(request: StaffRequest, visit_pk: int, flag_pk: int) -> HttpResponse:
    act = begin(request, visit_pk, forms.AcknowledgeForm)
    form = act.form
    assert isinstance(form, forms.AcknowledgeForm)
    rows = Flag.objects.select_related("vital_set__infusion")
    flag = get_object_or_404(rows, site=act.infusion.site, vital_set__infusion=act.infusion, pk=flag_pk)
    actions.acknowledge_flag(
        flag=flag,
        symptomatic=act.data["symptomatic"] == "yes",
        action=act.data["action"],
        provider_notified=act.data["provider_notified"],
        provider_told_at=form.told_at(act.who["at"]),
        provider_reply=act.data["provider_reply"],
        by=request.user,
        at=act.who["at"],
    )
    return act.done("The flag is answered.")
