"""The assessment of eligibility; each one saved is a new version."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling.actions import assess_eligibility
from scheduling.forms.assessment_preview import open_point, preview
from scheduling.forms.eligibility import EligibilityForm
from scheduling.models import Patient
from scheduling.queries.assessments import versions_of
from scheduling.states import Verdict

SAID = {
    Verdict.ELIGIBLE: "Saved: eligible.",
    Verdict.PENDING: "Saved: eligible, decisions pending. The physician decides before the clearing.",
    Verdict.OPEN: "Saved: not decided yet. The patient stays where they are.",
    Verdict.REASSESS: "Saved. From that day on the patient stands in the scheduler's list.",
    Verdict.DECLINE: "Saved: not eligible. Decline the referral, or set a day to assess again.",
}
DECLINED = "Saved: declined. The referral can be reopened with a new assessment."


@requires(Permission.REGISTER_PATIENTS)
def eligibility(request: StaffRequest, pk: int) -> HttpResponse:
    patient, form, context = _asked(request, pk)
    if request.method != "POST" or not form.is_valid():
        return page(request, "scheduling/eligibility.html", context, status=422 if form.errors else 200)
    chosen = form.chosen_verdict
    try:
        row = assess_eligibility(
            patient=patient,
            assessment=form.assessment(),
            by=request.user,
            at=timezone.now(),
            verdict=chosen,
            version=form.cleaned_data["version"],
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        context |= {"refused": [open_point(form, problem, "overdue") for problem in refused.problems]}
        if any(problem.rule == "STA-01" for problem in refused.problems):  # overtaken, and told so
            context["version"] = context["next_version"]
        return page(request, "scheduling/eligibility.html", context, status=422)
    say(request, DECLINED if chosen == Verdict.DECLINE else SAID[Verdict(row.result)])
    return redirect("scheduling:patient", patient.pk)


@requires(Permission.REGISTER_PATIENTS)
@require_POST
def eligibility_result(request: StaffRequest, pk: int) -> HttpResponse:
    """What the answers in the form would make of the patient; nothing is saved."""
    _, _, context = _asked(request, pk)
    return page(request, "scheduling/_eligibility_result.html", context)


def _asked(request: StaffRequest, pk: int) -> tuple[Patient, EligibilityForm, dict[str, Any]]:
    patient = get_object_or_404(Patient.objects.select_related("site"), site=request.clinic, pk=pk)
    versions = versions_of(patient)
    last = versions[0].row if versions else None
    form = EligibilityForm(request.POST or None, reader=request.user, last=last, patient=patient)
    context = {
        "patient": patient,
        "form": form,
        "last": last,
        "versions": versions,
        "version": form["version"].value(),
        "next_version": last.version + 1 if last else 1,
        "preview": preview(form, patient, last, today=patient.site.today(timezone.now())),
    }
    return patient, form, context
