"""The patient's own scores in plain words, after a finished questionnaire, where the clinic allows it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import public
from outcomes.models import Sitting
from outcomes.opened import opened, patient_page
from outcomes.queries.own_scores import may_see_own_scores, own_scores
from outcomes.rules.own_view import own_words, refusal
from outcomes.states import AssessmentState


@public("the patient's own scores, on the device that opened the form's link")
@require_safe
@opened
def my_scores(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Before the last answer: back to where the form stands."""
    assessment = sitting.assessment
    if assessment.state != AssessmentState.COMPLETED:
        return redirect("outcomes:thanks")
    own = own_words(assessment.language)
    context: dict[str, Any] = {
        "LANGUAGE_CODE": assessment.language,
        "own": own,
        "clinic_phone": assessment.site.phone,
    }
    problems = refusal(allowed=may_see_own_scores(assessment), language=assessment.language)
    if problems:
        context["problem"] = problems[0]
    else:
        context["shown"] = own_scores(assessment, at=timezone.now())
    status = 422 if problems else 200
    return patient_page(request, "outcomes/my_scores.html", context, sitting=sitting, status=status)
