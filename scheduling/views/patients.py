"""The list of patients, and the way to one of them."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import StaffRequest, requires
from kitclinic.http import is_htmx, page
from kitclinic.roles import Permission
from scheduling.queries.enrolment import find_patients, patient_rows

A_PAGE = 50


@requires(Permission.FIND_PATIENTS)
def patients(request: StaffRequest) -> HttpResponse:
    """Everybody, or who matches ?q=. Enter in the search field (?open=first) goes to the first one."""
    site, query = request.clinic, request.GET.get("q", "").strip()
    found = find_patients(site=site, query=query)
    opens = bool(query) and request.GET.get("open") == "first" and not is_htmx(request)
    if opens and (first := found.first()) is not None:
        return redirect("scheduling:patient", first.pk)
    shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    rows = patient_rows(list(shown.object_list), site=site, at=timezone.now())
    context = {
        "query": query,
        "rows": rows,
        "shown": shown,
        "may_register": request.user.may(Permission.REGISTER_PATIENTS),
    }
    return page(request, "scheduling/patients.html", context, partial="scheduling/_patients.html")
