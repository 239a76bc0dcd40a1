"""What happened to one patient, of one kind or of all: a part of the patient's page, and a page of its own."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from scheduling.models import Patient
from scheduling.queries.patient_page import patient_timeline


@requires(Permission.FIND_PATIENTS)
@require_safe
def patient_events(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Patient, site=request.clinic, pk=pk)
    kind, at = request.GET.get("kind", ""), timezone.now()
    shown = patient_timeline(patient=found, site=request.clinic, reader=request.user, at=at, kind=kind)
    context = {"patient": found, "timeline": shown}
    return page(request, "scheduling/patient_events.html", context, partial="scheduling/_patient_events.html")
