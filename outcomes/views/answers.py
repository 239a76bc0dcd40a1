"""The answers behind a score, with the ones that were replaced."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.models import Assessment
from outcomes.queries.panel import answer_sheets


@requires(Permission.SEE_SCORES)
def answers(request: StaffRequest, pk: int) -> HttpResponse:
    """One questionnaire, question by question."""
    found = Assessment.objects.select_related("patient", "site", "sent_by")
    assessment = get_object_or_404(found, site=request.user.site, pk=pk)
    context = {
        "patient": assessment.patient,
        "assessment": assessment,
        "sheets": answer_sheets(assessment),
    }
    return page(request, "outcomes/answers.html", context)
