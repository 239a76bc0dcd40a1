"""The patient's own page: who drives home. The link's code, the year of birth, one question, what is saved.

The cookie of an opened link holds the link's number, nothing about the person. It is not a sign-in: it lets
this device answer for the days of one sequence.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import public
from kitclinic.http import page
from kitclinic.problems import NeedsTick, Problem, Refused
from scheduling.actions import answer_by_link, open_driver_link
from scheduling.forms.driver_links import DriverAnswerForm, DriverLinkForm
from scheduling.models import DriverLink
from scheduling.queries.driver_links import Asked, asked_of, by_id, by_token, link_problems
from scheduling.rules.driver_links import PAGE_LASTS, unknown_link

COOKIE = "__Host-driver" if settings.HTTPS else "kitclinic_driver"
SALT = "scheduling.driver"
PATH = "/"  # a cookie with the prefix __Host- belongs to the whole address
FIELDS = {"driver_name": "name", "driver_relationship": "relationship", "driver_phone": "phone"}

View = Callable[[HttpRequest, DriverLink], HttpResponse]


@public("a patient has no account: the link's code and the year of birth open one question")
def driver(request: HttpRequest) -> HttpResponse:
    """The page a link opens: GET is an empty shell, the code itself arrives by POST."""
    form = DriverLinkForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return page(request, "scheduling/driver.html", {"form": form})
    form.is_valid()
    token, at = form.cleaned_data.get("token", ""), timezone.now()
    link = by_token(token)
    if link is None:
        if token:
            form.add_error("token", unknown_link()[0].sentence)
        return page(request, "scheduling/driver.html", {"form": form}, status=422)
    problems = link_problems(link, at=at)
    if problems:
        return _closed(request, link, problems[0])
    year = form.cleaned_data.get("birth_year")
    if year is None:
        return _ask_year(request, form, token, status=422 if form.errors else 200)
    return _open(request, form, token, year)


def _open(request: HttpRequest, form: DriverLinkForm, token: str, year: int) -> HttpResponse:
    opening = open_driver_link(token=token, birth_year=year, at=timezone.now())
    if opening.link is not None:
        return _remember(redirect("scheduling:driver_days"), opening.link)
    problem = opening.problems[0]
    if problem.field != "birth_year":
        return _closed(request, by_token(token), problem)
    form.add_error("birth_year", problem.sentence)
    return _ask_year(request, form, token, status=422)


def _ask_year(request: HttpRequest, form: DriverLinkForm, token: str, *, status: int) -> HttpResponse:
    return page(request, "scheduling/driver.html", {"form": form, "token": token}, status=status)


def _opened(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Give the view the link of this device, or say why it cannot go on."""

    @wraps(view)
    def gated(request: HttpRequest) -> HttpResponse:
        try:
            pk = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=PAGE_LASTS)
        except signing.BadSignature:
            return redirect("scheduling:driver")
        link = by_id(pk)
        if link is None:
            return redirect("scheduling:driver")
        problems = link_problems(link, at=timezone.now())
        return _closed(request, link, problems[0]) if problems else view(request, link)

    return gated


@public("the patient's own question, on the device that opened its link")
@_opened
def driver_days(request: HttpRequest, link: DriverLink) -> HttpResponse:
    """One question: who drives you home on these days?"""
    asked = asked_of(link, at=timezone.now())
    if request.method != "POST":
        return _ask(request, link, asked, DriverAnswerForm(asked=asked))
    form = DriverAnswerForm(request.POST, asked=asked)
    if not form.is_valid():
        return _ask(request, link, asked, form)
    try:
        answer_by_link(visits=form.visits(), driver=form.driver(), at=timezone.now(), confirmed=form.confirmed())
    except Refused as refused:
        for problem in refused.problems:
            form.add_error(FIELDS.get(problem.field), problem.sentence)
        return _ask(request, link, asked, form, one_name=_asks_for_one_name(refused.problems))
    return _remember(redirect("scheduling:driver_thanks"), link)


@public("the patient's own answer, on the device that opened its link")
@require_safe
@_opened
def driver_thanks(request: HttpRequest, link: DriverLink) -> HttpResponse:
    """What is saved, read back."""
    asked = asked_of(link, at=timezone.now())
    return page(request, "scheduling/driver_thanks.html", {"asked": asked, "clinic_phone": link.site.phone})


def _asks_for_one_name(problems: tuple[Problem, ...]) -> bool:
    return any(isinstance(problem, NeedsTick) for problem in problems)


def _ask(
    request: HttpRequest, link: DriverLink, asked: Asked, form: DriverAnswerForm, *, one_name: bool = False
) -> HttpResponse:
    chosen = form["days"].value() if form.is_bound else [str(visit.pk) for visit in asked.visits]
    context = {
        "asked": asked,
        "form": form,
        "who": form["who"].value() or (asked.drivers[0][0] if len(asked.drivers) == 1 else ""),
        "chosen": set(chosen or []),
        "asks_one_name": one_name or bool(form["one_name"].value()),
        "clinic_phone": link.site.phone,
    }
    return page(request, "scheduling/driver_days.html", context, status=422 if form.errors else 200)


def _closed(request: HttpRequest, link: DriverLink | None, problem: Problem) -> HttpResponse:
    context = {"problem": problem, "clinic_phone": link.site.phone if link else ""}
    return page(request, "scheduling/driver_closed.html", context, status=422)


def _remember(response: HttpResponse, link: DriverLink) -> HttpResponse:
    """Let this device go on for 45 minutes (DRV-06)."""
    response.set_cookie(
        COOKIE,
        signing.dumps(link.pk, salt=SALT),
        max_age=PAGE_LASTS,
        path=PATH,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response
