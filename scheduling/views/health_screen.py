"""The health screen outside the group visit: by phone or in person, before a later course."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page, say
from kitclinic.problems import Refused
from kitclinic.roles import Permission
from scheduling import actions
from scheduling.forms.roster import ScreenForm
from scheduling.models import Patient
from scheduling.queries.records import screens_of_patient
from scheduling.rules.appointment import yes_answers

TEMPLATE = "scheduling/health_screen.html"


@requires(Permission.LEAD_GROUPS)
def health_screen(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask each question once more; earlier screens stand below. pk: of the patient."""
    patient = get_object_or_404(Patient, site=request.clinic, pk=pk)
    screens = screens_of_patient(patient.pk, site_id=request.clinic.pk)
    rows = [(screen, yes_answers(screen.answers)) for screen in screens]
    seen = screens[0].pk if screens else 0
    form = ScreenForm(request.POST or None, initial={"seen": seen})
    context = {"patient": patient, "screens": rows, "form": form, "seen": seen}
    if request.method != "POST":
        return page(request, TEMPLATE, context)
    if not form.is_valid():
        return page(request, TEMPLATE, context, status=422)
    data = form.cleaned_data
    try:
        actions.screen_health(
            patient=patient,
            answers=form.answers(),
            note=data["note"],
            seen=data["seen"],
            by=request.user,
            at=timezone.now(),
        )
    except Refused as refused:
        return page(request, TEMPLATE, context | {"problems": refused.problems}, status=422)
    say(request, "The health screen is recorded.")
    return redirect("scheduling:patient", patient.pk)
