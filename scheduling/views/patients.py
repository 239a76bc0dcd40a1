"""The list of patients, and the way to one of them."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic import looks
from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from kitclinic.searching import Searched
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
@paced(Pace.SEARCH)
def patients(request: StaffRequest) -> HttpResponse:
    """Everybody, or who matches what was typed. Enter in the page's own field (open=first) opens the first."""
    site, asked, at = request.clinic, Searched.of(request), timezone.now()
    query, opens = asked.text, asked.is_new and request.POST.get("open") == "first"
    if asked.is_new and not opens:
        return asked.page(request)
    found: Found | None = find(site=site, text=query, today=site.today(at)) if query else None
    looks.found(request, len(found.hits) if found else 0)
    if opens:
        return (
            redirect("scheduling:patient", found.hits[0].patient.pk)
            if found and found.hits
            else asked.page(request)
        )
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
