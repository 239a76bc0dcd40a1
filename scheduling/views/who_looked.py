"""Who has looked at this record: by person, role, time and page, emergency access marked; and as a file."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.models import AuditEvent
from kitclinic.models.audit import LOOKED
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from kitclinic.searching import seal_record
from kitclinic.spreadsheets import csv_download
from kitclinic.trail import GLASS, Asked, events, file_rows, lines, part
from kitclinic.trail_forms import PeriodForm
from scheduling.models import Patient


@requires(Permission.REVIEW_ACCESS)
@require_safe
def who_looked(request: StaffRequest, pk: int) -> HttpResponse:
    patient, form = get_object_or_404(Patient, site=request.clinic, pk=pk), PeriodForm(request.GET)
    rows = _rows(request, patient, form)
    found, later = part(rows, request.GET.get("before", ""))
    context = {
        "patient": patient,
        "form": form,
        "lines": lines(found, site=request.clinic, reader=request.user),
        "later": later,
        "is_first": not request.GET.get("before"),
        "is_narrowed": any(form.data.get(name) for name in form.fields),
        "every_act": f"{reverse('audit')}?{urlencode({'patient': seal_record(patient.record_number)})}",
        "may_open": request.user.may(Permission.FIND_PATIENTS),
    }
    return page(request, "scheduling/who_looked.html", context, status=200 if form.is_valid() else 422)


@requires(Permission.REVIEW_ACCESS)
@require_safe
@paced(Pace.EXPORT)
def who_looked_csv(request: StaffRequest, pk: int) -> HttpResponse:
    patient = get_object_or_404(Patient, site=request.clinic, pk=pk)
    rows = _rows(request, patient, PeriodForm(request.GET))
    return csv_download("who-looked.csv", file_rows(rows, site=request.clinic, reader=request.user))


def _rows(request: StaffRequest, patient: Patient, form: PeriodForm) -> "QuerySet[AuditEvent]":
    """A period that cannot be read shows nothing."""
    if not form.is_valid():
        return AuditEvent.objects.none()
    return events(request.clinic, Asked(patient=patient.pk, **form.cleaned_data)).filter(event__in=LOOKED + GLASS)
