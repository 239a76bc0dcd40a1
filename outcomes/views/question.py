"""One question a screen: shown with what is saved, saved with every Next."""

from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import public
from kitclinic.http import page
from kitclinic.problems import Refused
from outcomes.actions import KeyReused, Recorded, chosen_elsewhere, record_answer
from outcomes.forms import AnswerForm
from outcomes.models import Assessment, Sitting
from outcomes.opened import closed, opened, remember
from outcomes.queries.questionnaires import Question, expected, first_open, parts_of
from outcomes.queries.questionnaires import question as find_question
from outcomes.states import AssessmentState
from outcomes.views.remote_next import waiting_page


@public("the patient's own form, on the device that opened its link")
@opened
def question(request: HttpRequest, sitting: Sitting, number: int) -> HttpResponse:
    """Question ``number``; one ahead of the first open one leads back to that."""
    assessment = sitting.assessment
    asked = find_question(assessment, number)
    if asked is None:
        return waiting_page(request, assessment, number) or _where_it_is(assessment, number)
    if request.method != "POST":
        if assessment.state == AssessmentState.COMPLETED:
            return redirect("outcomes:thanks")
        if number > asked.first_open:
            return redirect("outcomes:question", asked.first_open)
        return _show(request, asked)
    form = AnswerForm(request.POST, values=[option.value for option in asked.item.options])
    if not form.is_valid():
        return _show(request, asked, form=form, status=422)
    try:
        recorded = record_answer(
            assessment=assessment,
            sitting=sitting,
            instrument=asked.instrument.name,
            item=asked.item.number,
            value=form.cleaned_data["answer"],
            key=form.cleaned_data["key"],
            at=timezone.now(),
        )
    except KeyReused as reused:
        return _show(request, asked, problem=reused.problems[0].sentence, status=409)
    except Refused as refused:
        return closed(request, assessment, refused.problems[0])
    recorded = chosen_elsewhere(recorded, assessment=assessment, at=timezone.now())
    return remember(_next(recorded, asked), sitting)


def _where_it_is(assessment: Assessment, number: int) -> HttpResponse:
    """A number that is not asked (yet) leads to the question that comes now."""
    parts = parts_of(assessment)
    if not 1 <= number <= expected(parts):
        raise Http404
    if assessment.state == AssessmentState.COMPLETED:
        return redirect("outcomes:thanks")
    return redirect("outcomes:question", first_open(parts))


def _next(recorded: Recorded, asked: Question) -> HttpResponse:
    """Help comes first, then the next question, then thanks."""
    if recorded.task is not None and recorded.task.shows_support:
        return redirect("outcomes:support", asked.number)
    if recorded.completed:
        return redirect("outcomes:thanks")
    return redirect("outcomes:question", asked.number + 1)


def _show(
    request: HttpRequest, asked: Question, *, form: AnswerForm | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    errors = [str(error) for lines in form.errors.values() for error in lines] if form else []
    context = {
        "asked": asked,
        "key": uuid4(),
        "problem": problem or (errors[0] if errors else ""),
        "back": asked.back,
    }
    return page(request, "outcomes/question.html", context, status=status)
