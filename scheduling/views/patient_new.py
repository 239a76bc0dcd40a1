"""Registering a referred person, with everybody beside it who may be the same one."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Blocker, Refused
from kitclinic.roles import Permission
from scheduling.actions import register_patient
from scheduling.forms.patients import LANGUAGES, PatientForm, confirmations
from scheduling.queries.patients import people_like


@requires(Permission.REGISTER_PATIENTS)
def patient_new(request: StaffRequest) -> HttpResponse:
    form = PatientForm(request.POST or None)
    context = {"form": form, "languages": LANGUAGES}
    if request.method != "POST" or not form.is_valid():
        return page(request, "scheduling/patient_new.html", context, status=422 if form.errors else 200)
    new, site = form.new_patient(), request.clinic
    asked = request.POST.getlist("confirmed")
    confirmed = {rule: request.POST.get(f"reason_{rule}", "") for rule in asked}
    try:
        patient = register_patient(site=site, new=new, by=request.user, at=timezone.now(), confirmed=confirmed)
    except Refused as refused:
        add_problems_to_form(form, tuple(one for one in refused.problems if isinstance(one, Blocker)))
        matches = people_like(site=site, person=new.person)
        alike = {rule for match in matches for rule in match.rules}
        questions = confirmations(refused.problems, request.POST, alike=alike)
        context |= {
            "matches": matches,
            "questions": questions,
            "half_answered": any(one.lacks for one in questions),
        }
        return page(request, "scheduling/patient_new.html", context, status=422)
    say(request, f"{patient.name} is registered. Next: eligibility.")
    return redirect("scheduling:patient", patient.pk)
