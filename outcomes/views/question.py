"""One question a screen: shown with what is saved, saved with every Next."""

from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import public
from kitclinic.problems import Problem, Refused
from outcomes.actions import KeyReused, Recorded, chosen_elsewhere, record_answer
from outcomes.forms import AnswerForm
from outcomes.models import Assessment, Sitting
from outcomes.opened import closed, opened, patient_page, remember
from outcomes.queries.questionnaires import Question, expected, first_open, parts_of
from outcomes.queries.questionnaires import question as find_question
from outcomes.rules.links import CLOSED_PART, ONCE, OWN_PAGE, may_save
from outcomes.rules.words import in_language, words
from outcomes.states import AssessmentState
from outcomes.views.remote_next import waiting_page


@public("the patient's own form, on the device that opened its link")
@opened
def question(request: HttpRequest, sitting: Sitting, number: int) -> HttpResponse:
    """Question ``number``; one ahead of the first open one leads back to that."""
    assessment = sitting.assessment
    asked = find_question(assessment, number)
    if asked is None:
        return waiting_page(request, sitting, number) or _where_it_is(assessment, number)
    if request.method != "POST":
        if assessment.state == AssessmentState.COMPLETED:
            return redirect("outcomes:thanks")
        if number > asked.first_open:
            return redirect("outcomes:question", asked.first_open)
        return _show(request, sitting, asked)
    form = AnswerForm(request.POST, values=[option.value for option in asked.item.options])
    elsewhere = may_save(sent_from=request.POST.get("of", ""), here=asked.here)
    if elsewhere:
        return _what_is_asked(request, sitting, elsewhere[0])
    if not form.is_valid():
        sentence = words(assessment.language).say("choose_first")
        return _show(request, sitting, asked, problem=sentence, status=422)
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
        sentence = in_language(reused.problems[0], assessment.language)
        return _show(request, sitting, asked, problem=sentence, status=409)
    except Refused as refused:
        return _what_is_asked(request, sitting, refused.problems[0])
    recorded = chosen_elsewhere(recorded, assessment=assessment, at=timezone.now())
    return remember(_next(recorded, asked), sitting)


def _what_is_asked(request: HttpRequest, sitting: Sitting, problem: Problem) -> HttpResponse:
    """An answer that was not taken leads to the question that comes now, with the reason above it."""
    assessment = sitting.assessment
    now = find_question(assessment, first_open(parts_of(assessment)))
    if now is None or problem.rule not in (CLOSED_PART.id, ONCE.id, OWN_PAGE.id):
        return closed(request, assessment, problem, sitting=sitting)
    return _show(request, sitting, now, problem=in_language(problem, assessment.language), status=422)


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
    request: HttpRequest, sitting: Sitting, asked: Question, *, problem: str = "", status: int = 200
) -> HttpResponse:
    said = words(sitting.assessment.language)
    context = {
        "asked": asked,
        "key": uuid4(),
        "problem": problem,
        "back": asked.back,
        "section": said.section(asked.instrument.name),
        "other_language": asked.instrument.language != said.language,
    }
    return patient_page(request, "outcomes/question.html", context, sitting=sitting, status=status)
