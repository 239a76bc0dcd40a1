"""The audit trail, by patient, person, act and period; and as a file."""

from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic import looks
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from kitclinic.searching import read_record, seal_record
from kitclinic.spreadsheets import csv_download
from kitclinic.trail import events, file_rows, lines, part, standing
from kitclinic.trail_forms import TrailForm

MOST = 100_000  # rows of a file


@requires(Permission.REVIEW_ACCESS)
def audit(request: StaffRequest) -> HttpResponse:
    """A filter that cannot be read shows its error and no line, rather than other lines.

    POST takes a record number and leads to the page of its lines, whose address names nobody (WEB-01).
    """
    site = request.clinic
    form = TrailForm(request.POST if request.method == "POST" else _asked(request), site=site)
    if request.method == "POST" and form.is_valid():
        return redirect(f"{request.path}?{_address(form)}")
    found, later = part(events(site, form.asked), request.GET.get("before", "")) if form.is_valid() else ([], "")
    context = {
        "form": form,
        "lines": lines(found, site=site, reader=request.user),
        "later": later,
        "standing": standing(site, at=timezone.now()),
        "is_narrowed": any(form.data.get(name) for name in form.fields),
        "is_first": not request.GET.get("before"),
    }
    if form.is_valid() and form.asked.patient is not None:
        looks.about(request, form.asked.patient)
    return page(request, "kitclinic/audit.html", context, status=200 if form.is_valid() else 422)


@requires(Permission.REVIEW_ACCESS)
@require_safe
@paced(Pace.EXPORT)
def audit_csv(request: StaffRequest) -> HttpResponse:
    """What the page shows, all of it, up to 100,000 rows; the line about the file says nothing of whom."""
    form = TrailForm(_asked(request), site=request.clinic)
    if not form.is_valid():
        return page(request, "kitclinic/audit_too_many.html", {"form": form, "most": MOST}, status=422)
    rows = events(request.clinic, form.asked)
    if rows.values("pk")[MOST : MOST + 1]:
        return page(request, "kitclinic/audit_too_many.html", {"form": form, "most": MOST}, status=422)
    if form.asked.patient is not None:
        looks.about(request, form.asked.patient)
    return csv_download("audit-trail.csv", file_rows(rows, site=request.clinic, reader=request.user))


def _asked(request: StaffRequest) -> QueryDict:
    """What the address asks for, the record number read from its sealed copy."""
    given = request.GET.copy()
    if given.get("patient"):
        given["patient"] = read_record(str(given["patient"]))
    return given


def _address(form: TrailForm) -> str:
    given = {name: form.data[name].strip() for name in form.fields if form.data.get(name, "").strip()}
    if "patient" in given:
        given["patient"] = seal_record(given["patient"])
    return urlencode(given)
