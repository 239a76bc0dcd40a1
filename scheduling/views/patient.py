"""One patient: who it is, how ready, what comes next, what happened."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from scheduling.models import Patient
from scheduling.queries.keeping import hold_on, is_archived
from scheduling.queries.merging import merges_of
from scheduling.queries.patient_page import patient_page
from scheduling.queries.sequence_page import standing_booking


@requires(Permission.FIND_PATIENTS)
@require_safe
def patient(request: StaffRequest, pk: int) -> HttpResponse:
    site = request.clinic
    found = get_object_or_404(Patient, site=site, pk=pk)
    kind = request.GET.get("kind", "")
    shown = patient_page(patient=found, site=site, reader=request.user, at=timezone.now(), kind=kind)
    context = {
        "patient": found,
        "shown": shown,
        "timeline": shown.timeline,
        "standing": standing_booking(found, reader=request.user, at=timezone.now()),
        "merges": merges_of(found),
        "hold": hold_on(found),
        "archived": is_archived(found),
        "may_release": request.user.may(Permission.RELEASE_RECORDS),
        "may_see_charts": request.user.may(Permission.SEE_CHARTS),
        "may_review": request.user.may(Permission.REVIEW_ACCESS),
        "may_see_scores": request.user.may(Permission.SEE_SCORES),
        "may_assess": request.user.may(Permission.REGISTER_PATIENTS),
        "may_book": request.user.may(Permission.BOOK),
        "may_lead": request.user.may(Permission.LEAD_GROUPS),
    }
    return page(request, "scheduling/patient.html", context)
