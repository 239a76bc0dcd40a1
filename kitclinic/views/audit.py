"""The audit trail, by patient, person, act and period; and as a file."""

from django.http import HttpResponse
from django.utils import timezone

from kitclinic import looks
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from kitclinic.spreadsheets import csv_download
from kitclinic.trail import events, file_rows, lines, part, standing
from kitclinic.trail_forms import TrailForm

MOST = 100_000  # rows of a file


@requires(Permission.REVIEW_ACCESS)
def audit(request: StaffRequest) -> HttpResponse:
    """A filter that cannot be read shows its error and no line, rather than other lines."""
    site, form = request.clinic, TrailForm(request.GET, site=request.clinic)
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
def audit_csv(request: StaffRequest) -> HttpResponse:
    """What the page shows, all of it, up to 100,000 rows; the line about the file says nothing of whom."""
    form = TrailForm(request.GET, site=request.clinic)
    if not form.is_valid():
        return page(request, "kitclinic/audit_too_many.html", {"form": form, "most": MOST}, status=422)
    rows = events(request.clinic, form.asked)
    if rows.values("pk")[MOST : MOST + 1]:
        return page(request, "kitclinic/audit_too_many.html", {"form": form, "most": MOST}, status=422)
    if form.asked.patient is not None:
        looks.about(request, form.asked.patient)
    return csv_download("audit-trail.csv", file_rows(rows, site=request.clinic, reader=request.user))
