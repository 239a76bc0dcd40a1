"""The entry of a patient: the link's code, then the year of birth. GET never consumes a link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.access import public
from kitclinic.problems import Problem
from outcomes.actions import open_questionnaire
from outcomes.forms import LinkForm
from outcomes.models import AssessmentLink
from outcomes.opened import LANGUAGE, closed, language_of, patient_page, remember, remember_language
from outcomes.queries.questionnaires import first_open, link_by_token, link_standing, parts_of
from outcomes.rules.links import unknown_link
from outcomes.rules.words import LANGUAGES, in_language, words


@public("a patient has no account: the link's token and the year of birth open one form")
def link(request: HttpRequest) -> HttpResponse:
    """The page a link opens: GET is an empty shell, the code itself arrives by POST."""
    if request.method != "POST":
        return _page(request, {})
    if (chosen := request.POST.get("language", "")) in LANGUAGES:
        request.COOKIES[LANGUAGE] = chosen  # this answer is in it already; the next page has the cookie
        return remember_language(_take(request, switching=True), chosen)
    return _take(request)


def _take(request: HttpRequest, *, switching: bool = False) -> HttpResponse:
    form = LinkForm(request.POST)
    form.is_valid()
    token = form.cleaned_data.get("token", "")
    found, at = link_by_token(token), timezone.now()
    if found is None:
        if switching and not token:
            return _page(request, {})
        problem = in_language(unknown_link()[0], language_of(request)) if token else _say(request, "token_needed")
        return _page(request, {"token_problem": problem}, status=422)
    problems = link_standing(found, at=at)
    if problems:
        return closed(request, found.assessment, problems[0])
    year = form.cleaned_data.get("birth_year")
    if switching or year is None:
        problem = _say(request, "year_digits", found) if form.errors and not switching else ""
        return _ask_year(request, token, found, problem, status=422 if problem else 200)
    return _open(request, token, year, found)


def _open(request: HttpRequest, token: str, year: int, found: AssessmentLink) -> HttpResponse:
    chosen = request.COOKIES.get(LANGUAGE, "")
    opening = open_questionnaire(token=token, birth_year=year, at=timezone.now(), language=chosen)
    if opening.assessment is None or opening.sitting is None:
        return _refused(request, token, opening.problems[0], found)
    number = first_open(parts_of(opening.assessment))
    return remember(redirect("outcomes:question", number), opening.sitting)


def _refused(request: HttpRequest, token: str, problem: Problem, found: AssessmentLink) -> HttpResponse:
    if problem.field != "birth_year":
        return closed(request, found.assessment, problem)
    sentence = in_language(problem, language_of(request, found.assessment))
    return _ask_year(request, token, found, sentence, status=422)


def _ask_year(
    request: HttpRequest, token: str, found: AssessmentLink, problem: str = "", *, status: int
) -> HttpResponse:
    typed = request.POST.get("birth_year", "")[:10]
    context = {"token": token, "year_problem": problem, "typed": typed}
    return _page(request, context, language=language_of(request, found.assessment), status=status)


def _page(request: HttpRequest, context: dict[str, str], *, language: str = "", status: int = 200) -> HttpResponse:
    return patient_page(request, "outcomes/link.html", {**context}, language=language, status=status)


def _say(request: HttpRequest, key: str, found: AssessmentLink | None = None) -> str:
    return words(language_of(request, found.assessment if found else None)).say(key)
