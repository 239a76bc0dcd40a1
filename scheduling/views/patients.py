"""The list of patients, and the way to one of them."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic import looks
from kitclinic.access import StaffRequest, requires
from kitclinic.http import is_htmx, page
from kitclinic.roles import Permission
from scheduling.models import Patient
from scheduling.queries.patient_list import PatientRow, patient_rows
from scheduling.queries.search import Found, everybody, find

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list. through: number of the merged record by which this patient was found."""

    row: PatientRow
    through: str = ""


@requires(Permission.FIND_PATIENTS)
@require_safe
def patients(request: StaffRequest) -> HttpResponse:
    """Everybody, or who matches ?q=. Enter in the search field (?open=first) goes to the first one."""
    site, query, at = request.clinic, request.GET.get("q", "").strip(), timezone.now()
    found: Found | None = find(site=site, text=query, today=site.today(at)) if query else None
    looks.found(request, len(found.hits) if found else 0)
    opens = request.GET.get("open") == "first" and not is_htmx(request)
    if opens and found and found.hits:
        return redirect("scheduling:patient", found.hits[0].patient.pk)
    shown: Page[Patient] | None = None
    if found is None:
        shown = Paginator(everybody(site=site), A_PAGE).get_page(request.GET.get("page"))
        rows = patient_rows(list(shown.object_list), site=site, at=at, reader=request.user)
        lines = [Line(row) for row in rows]
    else:
        people = [hit.patient for hit in found.hits]
        rows = patient_rows(people, site=site, at=at, reader=request.user)
        lines = [Line(row, hit.through) for row, hit in zip(rows, found.hits, strict=True)]
    context = {
        "query": query,
        "lines": lines,
        "shown": shown,
        "found": found,
        "may_register": request.user.may(Permission.REGISTER_PATIENTS),
    }
    return page(request, "scheduling/patients.html", context, partial="scheduling/_patients.html")
