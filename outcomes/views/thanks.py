"""The end of a questionnaire, or a pause in it; and what the patient may still do there."""

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kitclinic.access import public
from outcomes.actions import record_comment, stop_reminders
from outcomes.forms import CommentForm
from outcomes.models import Sitting
from outcomes.opened import opened, patient_page
from outcomes.queries.asking import wants_reminders
from outcomes.queries.own_scores import own_link
from outcomes.queries.questionnaires import call_promised, expected, first_open, parts_of
from outcomes.rules.links import COMMENT_HOLDS
from outcomes.rules.words import words
from outcomes.states import AssessmentState


@public("the patient's own form, on the device that opened its link")
@require_safe
@opened
def thanks(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Who reads the answers and when; before the last answer: how to go on later."""
    return _show(request, sitting)


@public("the patient's own form, on the device that opened its link")
@require_POST
@opened
def comment(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """What the patient wants to add for the team."""
    form, said = CommentForm(request.POST), words(sitting.assessment.language)
    typed = request.POST.get("comment", "")
    if not form.is_valid():
        long = len(typed) > COMMENT_HOLDS
        problem = said.say("comment_long", n=len(typed), most=COMMENT_HOLDS) if long else said.say("comment_none")
        return _show(request, sitting, problem=problem, typed=typed, status=422)
    data = form.cleaned_data
    record_comment(
        assessment=sitting.assessment, sitting=sitting, text=data["comment"], key=data["key"], at=timezone.now()
    )
    return redirect("outcomes:thanks")


@public("the patient's own form, on the device that opened its link")
@require_POST
@opened
def quiet(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """No more reminders about questions."""
    stop_reminders(patient=sitting.assessment.patient, by=None, at=timezone.now())
    return redirect("outcomes:thanks")


def _show(
    request: HttpRequest, sitting: Sitting, *, problem: str = "", typed: str = "", status: int = 200
) -> HttpResponse:
    at, assessment = timezone.now(), sitting.assessment
    parts = parts_of(assessment)
    number = first_open(parts)
    context = {
        "finished": assessment.state == AssessmentState.COMPLETED,
        "number": number,
        "answered": number - 1,
        "total": expected(parts),
        "works_until": assessment.site.today(assessment.expires_at),
        "clinic_phone": assessment.site.phone,
        "call": call_promised(assessment, at=at),
        "own_link": own_link(assessment),
        "comments": list(assessment.comments.order_by("at", "pk")),
        "reminded": wants_reminders(assessment.site, [assessment.patient_id]).get(assessment.patient_id, True),
        "key": uuid4(),
        "problem": problem,
        "typed": typed,
    }
    return patient_page(request, "outcomes/thanks.html", context, sitting=sitting, status=status)
