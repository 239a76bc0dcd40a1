"""The language of the patient's pages, changed in the middle of a questionnaire; the place is kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kitclinic.access import public
from kitclinic.http import key_in
from outcomes.actions import choose_language
from outcomes.models import Sitting
from outcomes.opened import opened, remember_language
from outcomes.states import AssessmentState


@public("the patient's own form, on the device that opened its link")
@require_POST
@opened
def language(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    chosen = request.POST.get("language", "")
    choose_language(assessment=sitting.assessment, language=chosen, at=timezone.now())
    number = key_in(request.POST.get("number"))
    over = sitting.assessment.state == AssessmentState.COMPLETED or not number
    response = redirect("outcomes:thanks") if over else redirect("outcomes:question", number)
    return remember_language(response, chosen)
