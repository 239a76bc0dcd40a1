"""The end of a questionnaire, or a pause in it."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from kitclinic.access import public
from kitclinic.http import page
from outcomes.models import Sitting
from outcomes.opened import opened
from outcomes.queries.own_scores import may_see_own_scores
from outcomes.queries.questionnaires import call_promised, expected, first_open, parts_of
from outcomes.rules.timing import in_words
from outcomes.states import AssessmentState


@public("the patient's own form, on the device that opened its link")
@opened
def thanks(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Who reads the answers and when; before the last answer: how to go on later."""
    at, assessment = timezone.now(), sitting.assessment
    site = assessment.site
    parts = parts_of(assessment)
    number = first_open(parts)
    context = {
        "finished": assessment.state == AssessmentState.COMPLETED,
        "number": number,
        "answered": number - 1,
        "total": expected(parts),
        "works_until": in_words(site.today(assessment.expires_at)),
        "clinic_phone": site.phone,
        "own_scores": assessment.state == AssessmentState.COMPLETED and may_see_own_scores(assessment),
        "call": call_promised(assessment, at=at),
    }
    return page(request, "outcomes/thanks.html", context)
