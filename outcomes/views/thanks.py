"""The end of a questionnaire, or a pause in it."""

from django.http import HttpRequest, HttpResponse

from kitclinic.access import public
from kitclinic.http import page
from outcomes.models import Assessment
from outcomes.opened import opened
from outcomes.queries.questionnaires import answers_of, first_open, items_of
from outcomes.rules.timing import in_words
from outcomes.states import AssessmentState


@public("the patient's own form, on the device that opened its link")
@opened
def thanks(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Who reads the answers and when; before the last answer: how to go on later."""
    number = first_open(assessment, answers_of(assessment))
    context = {
        "finished": assessment.state == AssessmentState.COMPLETED,
        "number": number,
        "answered": number - 1,
        "total": len(items_of(assessment)),
        "works_until": in_words(assessment.site.today(assessment.expires_at)),
        "clinic_phone": assessment.site.phone,
    }
    return page(request, "outcomes/thanks.html", context)
