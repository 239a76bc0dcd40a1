"""The psychologist's note and goals about one patient, for the treating team only."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import is_htmx, page
from kitclinic.problems import Blocker, Refused
from kitclinic.roles import Permission
from scheduling import actions
from scheduling.forms.roster import TeamNoteForm
from scheduling.models import Patient
from scheduling.queries.records import notes_of

PAGE, PART = "scheduling/seat_note.html", "scheduling/_seat_note.html"


@requires(Permission.SEE_TEAM_NOTES)
def seat_note(request: StaffRequest, pk: int) -> HttpResponse:
    """The latest note, earlier versions, and for a psychologist the form of the next one. pk: of the patient."""
    patient = get_object_or_404(Patient, site=request.clinic, pk=pk)
    form = TeamNoteForm(request.POST or None)
    may_write = request.user.may(Permission.WRITE_TEAM_NOTES)
    if request.method == "POST":
        if not may_write:
            raise Refused([Blocker("ENR-79", "The psychologist writes this note.", "note")])
        if form.is_valid():
            actions.write_team_note(patient=patient, by=request.user, at=timezone.now(), **form.cleaned_data)
            if not is_htmx(request):
                return redirect("scheduling:seat_note", pk)
    notes = notes_of(patient.pk, site_id=request.clinic.pk)
    context = {"patient": patient, "notes": notes, "may_write": may_write, "note_form": form}
    status = 422 if request.method == "POST" and form.errors else 200
    return page(request, PAGE, context, partial=PART, status=status)
