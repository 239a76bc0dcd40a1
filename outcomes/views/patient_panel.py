"""The panel of outcomes on the patient page."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.queries.asking import asks_of, wants_reminders
from outcomes.queries.panel import patient_panel as find_panel
from outcomes.queries.staff_ways import locked_today
from outcomes.views.send import may_permit
from scheduling.models import Patient


@requires(Permission.FIND_PATIENTS)
@require_safe
def patient_panel(request: StaffRequest, pk: int) -> HttpResponse:
    """Where questionnaires stand, for everybody who finds patients; scores only for who may see them."""
    patient = get_object_or_404(Patient.objects.select_related("site"), site=request.user.site, pk=pk)
    may_see = request.user.may(Permission.SEE_SCORES)
    context = {
        "patient": patient,
        "panel": find_panel(patient, at=timezone.now(), with_scores=may_see),
        "windows": asks_of(patient, at=timezone.now()),
        "wants": wants_reminders(patient.site, [patient.pk]).get(patient.pk, True),
        "may_see": may_see,
        "may_send": request.user.may(Permission.SEND_QUESTIONNAIRES),
        "may_answer": request.user.may(Permission.ANSWER_SAFETY_TASKS),
        "may_permit": may_permit(request),
        "locked": locked_today(patient, at=timezone.now()),
    }
    return page(request, "outcomes/patient_panel.html", context, partial="outcomes/_patient_panel.html")
