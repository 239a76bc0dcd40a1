"""Two records of one person: choose the other one, compare, merge; and take it back."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic import looks
from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, key_in, page, say
from kitclinic.pace import Pace, paced
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from kitclinic.searching import Searched
from scheduling.actions import merge_patients, undo_merge
from scheduling.forms.merging import MergeForm, UndoForm
from scheduling.models import Patient, PatientMerge
from scheduling.queries.merging import compare
from scheduling.queries.patients import people_like, person_of
from scheduling.queries.search import find


@requires(Permission.REGISTER_PATIENTS)
@paced(Pace.SEARCH)
def patient_merge(request: StaffRequest, pk: int) -> HttpResponse:
    """Without ?other= the other record is looked for; with it both stand side by side."""
    patient = _patient(request, pk)
    other_key = request.POST.get("other") or request.GET.get("other") or ""
    if not other_key:
        return _choose(request, patient)
    if key_in(other_key) in (0, patient.pk):
        raise Http404
    other = _patient(request, key_in(other_key))
    form = MergeForm(request.POST or None, mine=patient, other=other)
    if request.method == "POST" and form.is_valid():
        kept, folded = (patient, other) if form.cleaned_data["keep"] == patient.pk else (other, patient)
        reason = form.cleaned_data["reason"]
        try:
            merge_patients(kept=kept, folded=folded, reason=reason, by=request.user, at=timezone.now())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(
                request,
                f"Record {folded.record_number} is merged into {kept.record_number}; both histories are kept.",
            )
            return redirect("scheduling:patient", kept.pk)
    context = {"patient": patient, "compared": compare(patient, other), "form": form}
    return page(request, "scheduling/patient_merge.html", context, status=422 if form.errors else 200)


@requires(Permission.REGISTER_PATIENTS)
def merge_undo(request: StaffRequest, pk: int) -> HttpResponse:
    rows = PatientMerge.objects.select_related("kept", "folded", "merged_by")
    merge = get_object_or_404(rows, site=request.clinic, pk=pk, undone_at__isnull=True)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_merge(merge=merge, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, f"Record {merge.folded.record_number} stands for itself again, as a referral.")
            return redirect("scheduling:patient", merge.folded_id)
    context = {"merge": merge, "patient": merge.kept, "form": form}
    return page(request, "scheduling/merge_undo.html", context, status=422 if form.errors else 200)


def _patient(request: StaffRequest, pk: int) -> Patient:
    rows = Patient.objects.select_related("merged_into", "site")
    return get_object_or_404(rows, site=request.clinic, pk=pk, is_registry=False)


def _choose(request: StaffRequest, patient: Patient) -> HttpResponse:
    """Who is likely, and everybody who matches what was typed."""
    site, asked = request.clinic, Searched.of(request)
    if asked.is_new:
        return asked.page(request)
    query = asked.text
    found = find(site=site, text=query, today=site.today(timezone.now())) if query else None
    matches = [match for match in people_like(site=site, person=person_of(patient)) if not match.person.leads_to]
    hits = [hit.patient for hit in found.hits if hit.patient.pk != patient.pk] if found else []
    looks.found(request, len(hits))
    context = {"patient": patient, "query": query, "matches": matches, "hits": hits, "found": found}
    return page(request, "scheduling/merge_choose.html", context)
