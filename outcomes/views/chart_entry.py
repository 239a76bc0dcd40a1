"""The way from the chairside chart to the patient's questions, loaded into the chart."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.roles import Permission
from outcomes.queries.asking import asks_of
from outcomes.queries.staff_ways import live_lines, locked_today
from outcomes.views.send import find_patient
from scheduling.models import Patient


@requires(Permission.SEND_QUESTIONNAIRES)
@require_safe
def chart_entry(request: StaffRequest, pk: int) -> HttpResponse:
    """One link with where the questions stand."""
    patient = find_patient(request, pk)
    context = {"patient": patient, "note": _note(patient, timezone.now())}
    return render(request, "outcomes/_chart_entry.html", context)


def _note(patient: Patient, at: datetime) -> str:
    """Return "locked today", "3 of 16 answered" of what is out, "due", "overdue" or "" for nothing to do."""
    locked = locked_today(patient, at=at)
    if locked is not None and locked.permitted is None:
        return "locked today"
    if lines := live_lines(patient):
        return f"{sum(one.answered for one in lines)} of {sum(one.total for one in lines)} answered"
    waiting = {"due": "due", "late": "overdue"}
    return next((waiting[one.state] for one in asks_of(patient, at=at) if one.state in waiting), "")
