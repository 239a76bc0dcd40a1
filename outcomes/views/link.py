"""The entry of a patient: the link's code, then the year of birth. GET never consumes a link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import public
from kitclinic.http import page
from kitclinic.problems import Problem
from outcomes.actions import open_questionnaire
from outcomes.forms import LinkForm
from outcomes.models import AssessmentLink
from outcomes.opened import closed, remember
from outcomes.queries.questionnaires import first_open, link_by_token, link_standing, parts_of
from outcomes.rules.links import unknown_link


@public("a patient has no account: the link's token and the year of birth open one form")
def link(request: HttpRequest) -> HttpResponse:
    """The page a link opens: GET is an empty shell, the code itself arrives by POST."""
    form = LinkForm(request.POST or None)
    if request.method != "POST":
        return page(request, "outcomes/link.html", {"form": form})
    form.is_valid()
    token = form.cleaned_data.get("token", "")
    found, at = link_by_token(token), timezone.now()
    if found is None:
        if token:
            form.add_error("token", unknown_link()[0].sentence)
        return page(request, "outcomes/link.html", {"form": form}, status=422)
    problems = link_standing(found, at=at)
    if problems:
        return closed(request, found.assessment, problems[0])
    year = form.cleaned_data.get("birth_year")
    if year is None:
        return _ask_year(request, form, token, status=422 if form.errors else 200)
    return _open(request, form, token, year, found)


def _open(request: HttpRequest, form: LinkForm, token: str, year: int, found: AssessmentLink) -> HttpResponse:
    opening = open_questionnaire(token=token, birth_year=year, at=timezone.now())
    if opening.assessment is None or opening.sitting is None:
        return _refused(request, form, token, opening.problems[0], found)
    number = first_open(parts_of(opening.assessment))
    return remember(redirect("outcomes:question", number), opening.sitting)


def _refused(
    request: HttpRequest, form: LinkForm, token: str, problem: Problem, found: AssessmentLink
) -> HttpResponse:
    if problem.field != "birth_year":
        return closed(request, found.assessment, problem)
    form.add_error("birth_year", problem.sentence)
    return _ask_year(request, form, token, status=422)


def _ask_year(request: HttpRequest, form: LinkForm, token: str, *, status: int) -> HttpResponse:
    return page(request, "outcomes/link.html", {"form": form, "token": token}, status=status)
