"""The day after: who is to be asked today, and each answer."""

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from infusions import actions
from infusions.forms.chart import PROVIDERS
from infusions.forms.next_day import NOT_REACHED, NextDayForm
from infusions.queries.next_day import next_day as next_day_of
from infusions.views.acting import begin, visit_of
from kitclinic.access import StaffRequest, requires
from kitclinic.http import say
from kitclinic.models import StaffUser
from kitclinic.roles import Permission


def _providers(request: StaffRequest) -> list[StaffUser]:
    rows = StaffUser.objects.at(request.clinic, roles=PROVIDERS)
    return list(rows.order_by("name"))


@requires(Permission.CHART)
@require_safe
def next_day(request: StaffRequest) -> HttpResponse:
    found = next_day_of(request.user.site, at=timezone.now())
    context = {"list": found, "new_key": uuid4, "providers": _providers(request)}
    return render(request, "infusions/next_day.html", context)


@requires(Permission.CHART)
@require_POST
def next_day_call(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """One try; from the list back to the list, from the chair back to that chart."""
    act = begin(request, visit_pk, NextDayForm)
    form = act.form
    assert isinstance(form, NextDayForm)
    call = actions.record_next_day_call(
        infusion=act.infusion,
        reached=form.reached,
        well=form.well,
        words=act.data["words"],
        provider_told=form.provider_told,
        **act.who,
    )
    name = act.infusion.patient.name
    say(
        request,
        f"{name}: not reached; still on the list." if act.data["said"] == NOT_REACHED else f"{name}: {call}.",
    )
    if act.data["at_chair"] is None:
        return redirect("infusions:next_day")
    return redirect("infusions:chart", visit_of(request, act.data["at_chair"]).pk)
