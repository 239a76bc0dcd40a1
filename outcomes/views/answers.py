"""The answers behind a score: how they were given, and the ones that were replaced."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.roles import Permission
from outcomes.models import Assessment
from outcomes.queries.answers import answer_page
from outcomes.queries.panel import withdrawn_because
from outcomes.rules.links import OCCASIONS


@requires(Permission.SEE_SCORES)
@require_safe
def answers(request: StaffRequest, pk: int) -> HttpResponse:
    """One questionnaire, instrument by instrument, question by question."""
    found = Assessment.objects.select_related("patient__site", "site", "sent_by")
    assessment = get_object_or_404(found, site=request.user.site, pk=pk)
    context = {
        "patient": assessment.patient,
        "assessment": assessment,
        "occasion": OCCASIONS.get(assessment.occasion, assessment.occasion),
        "because": withdrawn_because([assessment]).get(assessment.pk, ""),
        "found": answer_page(assessment),
    }
    return page(request, "outcomes/answers.html", context)
