"""Correcting what the registry says about a patient."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires, sees_clinical
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Blocker, Conflict, Refused
from kitclinic.roles import Permission
from scheduling.actions import change_patient
from scheduling.forms.patients import LANGUAGES, PatientForm, confirmations
from scheduling.models import Patient
from scheduling.queries.patients import diagnosis_is_assessed, made_alike, record_version


@requires(Permission.REGISTER_PATIENTS)
def patient_edit(request: StaffRequest, pk: int) -> HttpResponse:
    rows = Patient.objects.select_related("merged_into", "site")
    patient = get_object_or_404(rows, site=request.clinic, pk=pk, birth_date__isnull=False)
    initial = PatientForm.initial_of(patient, version=record_version(patient))
    hidden = "" if sees_clinical(request.user) else patient.diagnosis
    assessed = diagnosis_is_assessed(patient)
    form = PatientForm(request.POST or None, initial=initial, assessed=assessed, hidden=hidden)
    context: dict[str, Any] = {"form": form, "patient": patient, "languages": LANGUAGES}
    if request.method != "POST" or not form.is_valid():
        return page(request, "scheduling/patient_edit.html", context, status=422 if form.errors else 200)
    asked = request.POST.getlist("confirmed")
    try:
        changed = change_patient(
            patient=patient,
            new=form.new_patient(),
            by=request.user,
            at=timezone.now(),
            confirmed={rule: request.POST.get(f"reason_{rule}", "") for rule in asked},
            version=form.cleaned_data["version"],
        )
    except Refused as refused:
        context |= _refused(request, form, patient, refused)
        return page(request, "scheduling/patient_edit.html", context, status=422)
    say(request, f"The record of {changed.name} is changed.")
    return redirect("scheduling:patient", changed.pk)


def _refused(request: StaffRequest, form: PatientForm, patient: Patient, refused: Refused) -> dict[str, Any]:
    """What the page shows beside the form: what stands there now, or who may be the same person."""
    if isinstance(refused, Conflict):
        stands = form.other_than(patient)
        sent = request.POST.copy()
        sent["version"] = record_version(patient)  # the next save is compared with what is shown now
        form.data = sent
        return {"stands": stands or [("Your entries", "the same as what stands there now")]}
    add_problems_to_form(form, tuple(one for one in refused.problems if isinstance(one, Blocker)))
    matches = made_alike(patient, form.new_patient().person)
    alike = {rule for match in matches for rule in match.rules}
    questions = confirmations(refused.problems, request.POST, alike=alike)
    return {"matches": matches, "questions": questions, "half_answered": any(one.lacks for one in questions)}
