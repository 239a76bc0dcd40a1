"""A questionnaire that was opened on this device: a signed cookie, and the gate in front of its pages.

The cookie holds the number of the sitting, nothing about the person. It is not a sign-in: it lets this device
write the answers of one form.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kitclinic.http import page
from kitclinic.problems import Problem
from outcomes.models import Assessment, Sitting
from outcomes.queries.questionnaires import sitting_by_id, standing_problems
from outcomes.rules.links import LIFE, ONE_LINK, PAGE_LASTS
from outcomes.rules.timing import NOT_WHILE_IMPAIRED
from outcomes.states import AssessmentState

COOKIE = "__Secure-form" if settings.HTTPS else "kitclinic_form"
SALT = "outcomes.opened"
PATH = "/q/"
TITLES = {NOT_WHILE_IMPAIRED.id: "Please do this tomorrow", ONE_LINK.id: "There is a newer link"}

PageView = Callable[..., HttpResponse]


def remember(response: HttpResponse, sitting: Sitting) -> HttpResponse:
    """Let this device go on with the questionnaire for 45 minutes (PRO-14)."""
    response.set_cookie(
        COOKIE,
        signing.dumps(sitting.pk, salt=SALT),
        max_age=PAGE_LASTS,
        path=PATH,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def remembered(request: HttpRequest) -> Sitting | None:
    """Return the sitting of the questionnaire this device has opened; None for no, an old or a foreign cookie."""
    try:
        pk = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=PAGE_LASTS)
    except signing.BadSignature:
        return None
    return sitting_by_id(pk)


def closed(request: HttpRequest, assessment: Assessment | None, problem: Problem) -> HttpResponse:
    """The page that says why a questionnaire does not open, and what to do."""
    finished = assessment is not None and assessment.state == AssessmentState.COMPLETED
    title = "You are done. Thank you" if finished and problem.rule == LIFE.id else "This link does not open"
    context = {
        "title": TITLES.get(problem.rule, title),
        "problem": problem,
        "clinic_phone": assessment.site.phone if assessment else "",
    }
    return page(request, "outcomes/closed.html", context, status=422)


def opened(view: PageView) -> PageView:
    """Give the view the sitting of this device, or say why it cannot go on."""

    @wraps(view)
    def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sitting = remembered(request)
        if sitting is None:
            return redirect("outcomes:link")
        if sitting.assessment.state == AssessmentState.COMPLETED:
            return view(request, sitting, *args, **kwargs)
        problems = standing_problems(sitting.assessment, at=timezone.now())
        if problems:
            return closed(request, sitting.assessment, problems[0])
        return view(request, sitting, *args, **kwargs)

    return gated
