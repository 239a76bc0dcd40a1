"""The chart on the patient page: the measure that says most, drawn against its baseline."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.trajectory import trajectory
from outcomes.queries.trajectory_page import one_measure
from scheduling.models import Patient


@requires(Permission.SEE_SCORES)
@require_safe
def patient_chart(request: StaffRequest, pk: int) -> HttpResponse:
    """Nothing at all without a score."""
    patient = get_object_or_404(Patient.objects.select_related("site"), site=request.user.site, pk=pk)
    shown = one_measure(trajectory(patient, at=timezone.now()), lanes=False)
    context = {"patient": patient, "shown": shown}
    return page(request, "outcomes/patient_chart.html", context, partial="outcomes/_patient_chart.html")
