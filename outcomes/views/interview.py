"""An interview by telephone: who is on the line, one question after the other, and an end in good manners."""

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import add_problems_to_form, page, say
from kitclinic.problems import Refused, refuse_if
from kitclinic.roles import Permission
from outcomes.actions import KeyReused, begin_sitting, record_answer, stop_questionnaire
from outcomes.forms import AnswerForm
from outcomes.models import Assessment, SafetyTask, Sitting
from outcomes.queries.questionnaires import LIVE, Question, expected, first_open, parts_of
from outcomes.queries.questionnaires import question as find_question
from outcomes.queries.staff_ways import answered_in, interview_sitting, locked_today, may_go_on, on_hand
from outcomes.rules.staff_entry import may_interview
from outcomes.staff_forms import InterviewForm, WhyForm
from outcomes.states import AssessmentState, Helper, SittingMode
from outcomes.views.send import may_permit


@requires(Permission.SEND_QUESTIONNAIRES)
def interview(request: StaffRequest, pk: int) -> HttpResponse:
    """Before the first question: who is on the line."""
    found = Assessment.objects.select_related("patient__site", "site")
    assessment = get_object_or_404(found, site=request.user.site, pk=pk)
    form = InterviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            refuse_if(may_interview(name_said=said["name_said"], birth_date_said=said["birth_date_said"]))
            sitting = begin_sitting(
                assessment=assessment,
                mode=SittingMode.PHONE,
                helper=Helper(said["helper"]),
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refused:
            add_problems_to_form(form, refused.problems)
        else:
            return redirect("outcomes:interview_question", sitting.pk, first_open(parts_of(assessment)))
    parts = parts_of(assessment)
    context = {
        "patient": assessment.patient,
        "assessment": assessment,
        "form": form,
        "is_live": assessment.state in LIVE and assessment.expires_at > timezone.now(),
        "titles": [part.instrument.title for part in parts if not part.is_over],
        "answered": first_open(parts) - 1,
        "total": expected(parts),
        "locked": locked_today(assessment.patient, at=timezone.now()),
        "may_permit": may_permit(request),
    }
    return page(request, "outcomes/interview.html", context, status=422 if form.errors else 200)


@requires(Permission.SEND_QUESTIONNAIRES)
def interview_question(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """Question ``number``, read out; saved with every answer, by the rules of the patient's own page."""
    sitting, assessment, back = _call(request, pk)
    if back is not None:
        return back
    asked = find_question(assessment, number)
    if asked is None or (request.method != "POST" and number > asked.first_open):
        return _where_it_is(sitting, number)
    if request.method != "POST":
        return _show(request, sitting, asked)
    form = AnswerForm(request.POST, values=[option.value for option in asked.item.options])
    if not form.is_valid():
        said = "Choose what the patient said, or “Prefers not to answer”."
        return _show(request, sitting, asked, problem=said, status=422)
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
        return _show(request, sitting, asked, problem=reused.problems[0].sentence, status=409)
    if recorded.task is not None:
        return redirect("outcomes:interview_safety", sitting.pk, number)
    if recorded.completed:
        return redirect("outcomes:interview_end", sitting.pk)
    return redirect("outcomes:interview_question", sitting.pk, number + 1)


@requires(Permission.SEND_QUESTIONNAIRES)
@require_safe
def interview_safety(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """After an answer that asks for help: what to do now, before anything else is asked."""
    sitting = _sitting(request, pk)
    tasks = SafetyTask.objects.filter(site=sitting.site, response__sitting=sitting).order_by("-pk")
    task = tasks.first()
    if task is None:
        raise Http404
    context = {
        "patient": sitting.assessment.patient,
        "sitting": sitting,
        "task": task,
        "number": number,
        "is_over": sitting.assessment.state not in LIVE,
        "on_hand": on_hand(sitting.site, at=timezone.now(), but=request.user),
        "may_answer": request.user.may(Permission.ANSWER_SAFETY_TASKS),
    }
    return page(request, "outcomes/interview_safety.html", context)


@requires(Permission.SEND_QUESTIONNAIRES)
def interview_end(request: StaffRequest, pk: int) -> HttpResponse:
    """The end of a call: finished, to be gone on with later, or not wanted any more."""
    sitting = _sitting(request, pk)
    assessment, form = sitting.assessment, WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["reason"]
        stop_questionnaire(assessment=assessment, by=request.user, at=timezone.now(), note=note)
        say(request, "Recorded: the patient does not want to go on. What was answered is kept.")
        return redirect("scheduling:patient", assessment.patient_id)
    parts = parts_of(assessment)
    context = {
        "patient": assessment.patient,
        "sitting": sitting,
        "assessment": assessment,
        "finished": assessment.state == AssessmentState.COMPLETED,
        "is_live": assessment.state in LIVE,
        "number": first_open(parts),
        "answered": first_open(parts) - 1,
        "total": expected(parts),
        "may_see": request.user.may(Permission.SEE_SCORES),
        "form": form,
    }
    return page(request, "outcomes/interview_end.html", context)


def _sitting(request: StaffRequest, pk: int) -> Sitting:
    sitting = interview_sitting(request.clinic, pk)
    if sitting is None:
        raise Http404
    return sitting


def _call(request: StaffRequest, pk: int) -> tuple[Sitting, Assessment, HttpResponse | None]:
    """The call, and where to go instead when it is over or somebody else's (PRO-101)."""
    sitting = _sitting(request, pk)
    assessment = sitting.assessment
    if assessment.state == AssessmentState.COMPLETED:
        return sitting, assessment, redirect("outcomes:interview_end", sitting.pk)
    if not may_go_on(sitting, person=request.user, at=timezone.now()):
        return sitting, assessment, redirect("outcomes:interview", assessment.pk)
    return sitting, assessment, None


def _where_it_is(sitting: Sitting, number: int) -> HttpResponse:
    """A number that is not asked (yet) leads to the question that comes now."""
    parts = parts_of(sitting.assessment)
    if not 1 <= number <= expected(parts):
        raise Http404
    return redirect("outcomes:interview_question", sitting.pk, first_open(parts))


def _show(
    request: StaffRequest, sitting: Sitting, asked: Question, *, problem: str = "", status: int = 200
) -> HttpResponse:
    seen = request.user.may(Permission.SEE_SCORES) or answered_in(
        sitting, asked.instrument.name, asked.item.number
    )
    context: dict[str, Any] = {
        "patient": sitting.assessment.patient,
        "sitting": sitting,
        "asked": asked,
        "shows_saved": asked.answered and seen,
        "answered_before": asked.answered and not seen,
        "key": uuid4(),
        "problem": problem,
        "options": _numbered(asked),
    }
    return page(request, "outcomes/interview_question.html", context, status=status)


def _numbered(asked: Question) -> list[tuple[str, int, str]]:
    """Each option with the keys that choose it: its place from 1; where there are more than nine, its code."""
    options = asked.item.options
    many = len(options) > 9
    return [(str(one.value if many else place), one.value, one.text) for place, one in enumerate(options, start=1)]
