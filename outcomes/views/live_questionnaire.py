"""A questionnaire that is out: its link handed over again, taken back; a day on which answers are permitted."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from outcomes.actions import hand_over_link, permit_answers_today, withdraw_questionnaire
from outcomes.models import Assessment
from outcomes.queries.staff_ways import live_lines, locked_today
from outcomes.staff_forms import WhyForm
from outcomes.views.send import find_patient, show_link


@requires(Permission.SEND_QUESTIONNAIRES)
@require_POST
def hand_over(request: StaffRequest, pk: int) -> HttpResponse:
    """One more link to a questionnaire that is out, by message or as a code; what is answered stays."""
    assessment = _found(request, pk)
    message = request.POST.get("way") == "message"
    token = hand_over_link(assessment=assessment, message=message, by=request.user, at=timezone.now())
    return show_link(request, assessment, token, message=message)


@requires(Permission.SEND_QUESTIONNAIRES)
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a questionnaire back, with a reason."""
    assessment = _found(request, pk)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_questionnaire(
                assessment=assessment, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
            )
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "The questionnaire is withdrawn. What was answered is kept; what was whole is scored.")
            return redirect("scheduling:patient", assessment.patient_id)
    lines = [line for line in live_lines(assessment.patient) if line.assessment.pk == assessment.pk]
    context = {"patient": assessment.patient, "assessment": assessment, "form": form, "lines": lines}
    return page(request, "outcomes/withdraw.html", context, status=422 if form.errors else 200)


@requires(Permission.CHART, Permission.SIGN_ORDERS)
def permit_answers(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a patient answer after the infusion of today, with a reason."""
    patient, at = find_patient(request, pk), timezone.now()
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            permit_answers_today(patient=patient, reason=form.cleaned_data["reason"], by=request.user, at=at)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"{patient.name} may answer questions today; tomorrow nobody needs to permit it.")
            return redirect("scheduling:patient", patient.pk)
    context = {"patient": patient, "form": form, "locked": locked_today(patient, at=at)}
    return page(request, "outcomes/permit_answers.html", context, status=422 if form.errors else 200)


def _found(request: StaffRequest, pk: int) -> Assessment:
    found = Assessment.objects.select_related("patient__site", "site", "sent_by")
    return get_object_or_404(found, site=request.user.site, pk=pk)
