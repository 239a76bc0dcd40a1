"""The chairside chart of one visit, its sheets, and the panel on the patient's page."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from infusions.queries.chart import chart as chart_of
from infusions.queries.chart_version import version_at
from infusions.queries.panel import patient_days
from infusions.queries.paper import paper
from infusions.queries.seating import seating
from infusions.views.acting import chart_context, visit_of
from infusions.views.sheets import SHEETS, sheet_of
from kitclinic.access import StaffRequest, requires
from kitclinic.http import is_htmx, page
from kitclinic.roles import Permission
from scheduling.models import Patient
from scheduling.queries.cover_banner import cover_banner
from scheduling.queries.readiness import strips


@requires(Permission.SEE_CHARTS)
@require_safe
def chart(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """The page; for htmx its live part, or 204 while that would look the same (``v``)."""
    at = timezone.now()
    version = version_at(request.clinic.pk, visit_pk, at)
    if version is not None and is_htmx(request) and request.GET.get("v") == version:
        return HttpResponse(status=204)
    found = chart_of(visit_of(request, visit_pk), at=at, version=version, live=is_htmx(request))
    if is_htmx(request) and "seat" in request.GET and found.phase != "before":
        return HttpResponse(headers={"HX-Refresh": "true"})  # seated meanwhile: that page has no keypad
    context = chart_context(found)
    if not is_htmx(request):
        context["cover"] = cover_banner(found.site, reader=request.user, at=found.at)
    if found.infusion is None:
        patient = found.visit.patient
        ready = strips([patient], site=found.site, at=found.at, reader=request.user)
        context |= {"seating": seating(found.site, found.at), "strip": ready[patient.pk]}
    return page(request, "infusions/chart.html", context, partial="infusions/_chart_live.html")


@requires(Permission.SEE_CHARTS)
@require_safe
def chart_sheet(request: StaffRequest, visit_pk: int, name: str) -> HttpResponse:
    """One sheet of the chart: alone for htmx, else open on the page."""
    if name not in SHEETS:
        raise Http404
    found = chart_of(visit_of(request, visit_pk), at=timezone.now())
    sheet = sheet_of(name, found, request)
    if sheet is None:
        raise Http404
    context = chart_context(found, sheet=sheet)
    if not is_htmx(request):
        context["cover"] = cover_banner(found.site, reader=request.user, at=found.at)
    return page(request, "infusions/chart.html", context, partial="infusions/_chart_sheet.html")


@requires(Permission.SEE_CHARTS)
@require_safe
def chart_print(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """The whole chart on paper: every reading, every event, who signed."""
    found = chart_of(visit_of(request, visit_pk), at=timezone.now())
    return render(request, "infusions/chart_print.html", chart_context(found, paper=paper(found)))


@requires(Permission.SEE_CHARTS)
@require_safe
def patient_panel(request: StaffRequest, patient_pk: int) -> HttpResponse:
    """This patient's sequences and infusions, for the patient's page."""
    site = request.user.site
    patient = get_object_or_404(Patient, site=site, pk=patient_pk)
    return render(request, "infusions/_patient_panel.html", {"courses": patient_days(patient)})
