"""The assessment of eligibility; each one saved is a new version."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused
from kitclinic.roles import PRESCRIBERS, Permission
from scheduling.actions import assess_eligibility
from scheduling.forms.patients import EligibilityForm
from scheduling.models import Patient
from scheduling.queries.patients import latest_eligibility
from scheduling.states import Verdict

SAID = {
    Verdict.ELIGIBLE: "Saved: eligible.",
    Verdict.OPEN: "Kept as not decided yet. The patient stays where they are.",
    Verdict.DECLINE: "Saved: declined. The referral can be reopened with a new assessment.",
}


@requires(Permission.REGISTER_PATIENTS)
def eligibility(request: StaffRequest, pk: int) -> HttpResponse:
    patient = get_object_or_404(Patient.objects.select_related("site"), site=request.clinic, pk=pk)
    last = latest_eligibility(patient)
    form = EligibilityForm(request.POST or None, may_decide=request.user.role in PRESCRIBERS, last=last)
    context = {"patient": patient, "form": form, "last": last}
    if request.method != "POST" or not form.is_valid():
        return page(request, "scheduling/eligibility.html", context, status=422 if form.errors else 200)
    verdict = Verdict(form.cleaned_data["verdict"])
    try:
        assess_eligibility(
            patient=patient,
            assessment=form.assessment(),
            by=request.user,
            at=timezone.now(),
            verdict=verdict,
            version=form.cleaned_data["version"],
        )
    except Refused as refused:
        add_problems_to_form(form, refused.problems)
        context |= {"problems": refused.problems}
        return page(request, "scheduling/eligibility.html", context, status=422)
    say(request, SAID[verdict])
    return redirect("scheduling:patient", patient.pk)
