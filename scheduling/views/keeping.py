"""How long records are kept, which charts' time is over, who is under a legal hold, and copies for the patient."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.pace import Pace, paced
from kitclinic.problems import Refused
from kitclinic.retention import policy
from kitclinic.roles import Permission
from scheduling.actions.keeping import (
    Asked,
    decide_chart,
    end_hold,
    place_hold,
    release_records,
    set_chart_years,
)
from scheduling.forms.keeping import DecisionForm, HoldForm, ReleaseForm, YearsForm
from scheduling.models import LegalHold, Patient, RecordRelease
from scheduling.queries.keeping import charts_due, decision_on, hold_on, is_archived, open_holds
from scheduling.record_files import fhir_file, letter_file
from scheduling.rules.keeping import FILE_MINUTES


def _patient(request: StaffRequest, pk: int) -> Patient:
    return get_object_or_404(Patient.objects.select_related("site"), site=request.clinic, pk=pk)


def _page(request: StaffRequest, patient: Patient, **bound: forms.Form) -> HttpResponse:
    """The page of one patient's records. bound: a form that was refused, by its name."""
    at = timezone.now()
    releases = list(patient.releases.select_related("released_by").order_by("-pk")[:50])
    fresh = at - timedelta(minutes=FILE_MINUTES)
    context: dict[str, Any] = {
        "patient": patient,
        "hold": hold_on(patient),
        "holds": patient.legal_holds.select_related("placed_by")
        .prefetch_related("ends__ended_by")
        .order_by("-pk"),
        "decision": decision_on(patient),
        "archived": is_archived(patient),
        "releases": releases,
        "to_fetch": [one.pk for one in releases if one.released_at > fresh and one.released_by == request.user],
        "minutes": FILE_MINUTES,
        "hold_form": HoldForm(auto_id="hold_%s"),
        "decision_form": DecisionForm(auto_id="decision_%s"),
        "release_form": ReleaseForm(initial={"requester_name": patient.name}),
    }
    return page(request, "scheduling/patient_records.html", context | bound, status=422 if bound else 200)


@requires(Permission.RELEASE_RECORDS)
def patient_records(request: StaffRequest, pk: int) -> HttpResponse:
    """GET shows; POST writes the release down, after which the file can be fetched."""
    patient = _patient(request, pk)
    if request.method != "POST":
        return _page(request, patient)
    form = ReleaseForm(request.POST)
    if form.is_valid():
        try:
            release_records(patient=patient, asked=Asked(**form.cleaned_data), by=request.user, at=timezone.now())
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "The release is written down. Fetch the file below.")
            return redirect("scheduling:patient_records", pk)
    return _page(request, patient, release_form=form)


@requires(Permission.RELEASE_RECORDS)
@require_POST
def patient_hold(request: StaffRequest, pk: int) -> HttpResponse:
    patient, form = _patient(request, pk), HoldForm(request.POST, auto_id="hold_%s")
    if form.is_valid():
        try:
            place_hold(patient=patient, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "The legal hold is placed.")
            return redirect("scheduling:patient_records", pk)
    return _page(request, patient, hold_form=form)


@requires(Permission.RELEASE_RECORDS)
@require_POST
def hold_end(request: StaffRequest, pk: int) -> HttpResponse:
    rows = LegalHold.objects.select_related("patient__site")
    hold, form = get_object_or_404(rows, site=request.clinic, pk=pk), HoldForm(request.POST, auto_id="hold_%s")
    if form.is_valid():
        try:
            end_hold(hold=hold, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "The legal hold is ended.")
            return redirect("scheduling:patient_records", hold.patient_id)
    return _page(request, hold.patient, hold_form=form)


@requires(Permission.RELEASE_RECORDS)
@require_POST
def chart_decide(request: StaffRequest, pk: int) -> HttpResponse:
    patient, form = _patient(request, pk), DecisionForm(request.POST, auto_id="decision_%s")
    if form.is_valid():
        try:
            decide_chart(patient=patient, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            say(request, "The decision is written down.")
            return redirect("scheduling:patient_records", pk)
    return _page(request, patient, decision_form=form)


@requires(Permission.RELEASE_RECORDS)
@require_GET
@paced(Pace.EXPORT)
def release_file(request: StaffRequest, pk: int) -> HttpResponseBase:
    """The file, for whoever released it, while it is fresh; after that another release is written down."""
    at = timezone.now()
    rows = RecordRelease.objects.select_related("patient__site", "released_by")
    mine = rows.filter(released_by=request.user, released_at__gt=at - timedelta(minutes=FILE_MINUTES))
    release = get_object_or_404(mine, site=request.clinic, pk=pk)
    return letter_file(release, at=at) if release.format == "pdf" else fhir_file(release, at=at)


@requires(Permission.RELEASE_RECORDS)
def retention(request: StaffRequest) -> HttpResponse:
    """The policy in words, charts whose time is over, open holds; POST sets the years."""
    form = YearsForm(request.POST or None, initial={"years": request.clinic.chart_years})
    if request.method == "POST" and form.is_valid():
        set_chart_years(site=request.clinic, by=request.user, at=timezone.now(), **form.cleaned_data)
        say(request, f"Charts are kept {form.cleaned_data['years']} years from now on.")
        return redirect("scheduling:retention")
    context = {
        "form": form,
        "kinds": policy(),
        "due": charts_due(request.clinic, timezone.now()),
        "holds": open_holds(request.clinic),
    }
    return page(request, "scheduling/retention.html", context, status=422 if form.errors else 200)
