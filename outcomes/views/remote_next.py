"""The next question is chosen by another engine, and it has not answered yet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import public
from outcomes.actions import ask_remote
from outcomes.models import Sitting
from outcomes.opened import opened, patient_page, remember
from outcomes.queries.questionnaires import expected, first_open, parts_of, waiting_part


@public("the patient's own form, on the device that opened its link")
@require_POST
@opened
def remote_next(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Ask the other engine again; then the question, or the same page."""
    assessment = sitting.assessment
    asked = ask_remote(assessment=assessment, at=timezone.now())
    if asked.completed:
        return remember(redirect("outcomes:thanks"), sitting)
    return remember(redirect("outcomes:question", first_open(parts_of(assessment))), sitting)


def waiting_page(request: HttpRequest, sitting: Sitting, number: int) -> HttpResponse | None:
    """The page in place of question ``number`` while another engine has to choose it; None where none has."""
    assessment = sitting.assessment
    parts = parts_of(assessment)
    if waiting_part(parts) is None or number != first_open(parts):
        return None
    context = {
        "number": number,
        "total": expected(parts),
        "works_until": assessment.site.today(assessment.expires_at),
        "clinic_phone": assessment.site.phone,
    }
    return patient_page(request, "outcomes/remote_next.html", context, sitting=sitting)
