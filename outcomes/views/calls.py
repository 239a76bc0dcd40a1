"""Whom to call about questions that wait, and what came of each call."""

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, refusal, say
from kitclinic.problems import Blocker
from kitclinic.roles import Permission
from outcomes import actions
from outcomes.asking_forms import CallForm
from outcomes.models import PlannedAssessment
from outcomes.queries.calls import call_list, undelivered
from outcomes.rules.reaching import CALLS
from outcomes.states import CallResult
from scheduling.models import Patient


@requires(Permission.SEND_QUESTIONNAIRES)
@require_safe
def calls(request: StaffRequest) -> HttpResponse:
    site, at = request.clinic, timezone.now()
    lines = call_list(site, at=at)
    context = {"lines": lines, "new_key": uuid4, "undelivered": len(undelivered(site, at=at)), "rule": CALLS}
    return page(request, "outcomes/calls.html", context)


@requires(Permission.SEND_QUESTIONNAIRES)
@require_POST
def call(request: StaffRequest, pk: int) -> HttpResponse:
    """One call; back to the list."""
    ask = get_object_or_404(PlannedAssessment.objects.select_related("patient"), site=request.user.site, pk=pk)
    form = CallForm(request.POST)
    if not form.is_valid():
        problem = Blocker(CALLS.id, "Choose what came of the call; nothing was recorded.")
        return refusal(request, (problem,))
    made = actions.record_call(ask=ask, by=request.user, at=timezone.now(), **form.cleaned_data)
    say(request, f"{ask.patient.name}: {CallResult(made.result).label.lower()}.")
    return redirect("outcomes:calls")


@requires(Permission.SEND_QUESTIONNAIRES)
@require_POST
def reminders(request: StaffRequest, pk: int) -> HttpResponse:
    """A patient wants no messages about questions, or wants them again."""
    patient = get_object_or_404(Patient, site=request.user.site, pk=pk)
    choose = actions.want_reminders if request.POST.get("wanted") == "yes" else actions.stop_reminders
    choice = choose(patient=patient, by=request.user, at=timezone.now())
    words = "gets messages about questions again" if choice.wanted else "gets no more messages about questions"
    say(request, f"{patient.name} {words}.")
    return redirect("scheduling:patient", patient.pk)
