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
from kitclinic.tablets import tablet_of
from outcomes.models import Assessment, Sitting
from outcomes.queries.questionnaires import sitting_by_id, standing_problems
from outcomes.rules.links import KIOSK_ENDS, KIOSK_RESTS, LIFE, ONE_LINK, PAGE_LASTS
from outcomes.rules.staff_entry import TAKEN_BACK
from outcomes.rules.timing import NOT_WHILE_IMPAIRED
from outcomes.rules.words import LANGUAGES, in_language, preferred, words
from outcomes.states import AssessmentState, SittingMode

COOKIE = "__Host-form" if settings.HTTPS else "kitclinic_form"
LANGUAGE = "__Host-language" if settings.HTTPS else "kitclinic_language"
SALT = "outcomes.opened"
PATH = "/"  # a cookie with the prefix __Host- belongs to the whole address
TITLES = {NOT_WHILE_IMPAIRED.id: "title_tomorrow", ONE_LINK.id: "title_newer", TAKEN_BACK.id: "title_taken_back"}

PageView = Callable[..., HttpResponse]


def remember(response: HttpResponse, sitting: Sitting) -> HttpResponse:
    """Let this device go on with the questionnaire: 45 minutes (PRO-14), a tablet of the clinic 10 (PRO-72)."""
    response.set_cookie(
        COOKIE,
        signing.dumps(sitting.pk, salt=SALT),
        max_age=KIOSK_RESTS if is_kiosk(sitting) else PAGE_LASTS,
        path=PATH,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def stays_open(response: HttpResponse, sitting: Sitting) -> HttpResponse:
    """Every page gives a tablet of the clinic its 10 minutes anew; a form that this answer closed stays closed."""
    put_away = COOKIE in response.cookies and not response.cookies[COOKIE].value
    return remember(response, sitting) if is_kiosk(sitting) and not put_away else response


def forget(response: HttpResponse) -> HttpResponse:
    """Take the questionnaire off this device, and the language that was chosen for it."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
    response.delete_cookie(LANGUAGE, path=PATH, samesite="Lax")
    return response


def remember_language(response: HttpResponse, language: str) -> HttpResponse:
    """Keep the language that was chosen before anything was opened."""
    if language in LANGUAGES:
        response.set_cookie(
            LANGUAGE,
            language,
            max_age=PAGE_LASTS,
            path=PATH,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return response


def is_kiosk(sitting: Sitting | None) -> bool:
    """Whether these questions are on a tablet of the clinic in the patient's hands."""
    return sitting is not None and sitting.mode == SittingMode.TABLET


def remembered(request: HttpRequest) -> Sitting | None:
    """Return the sitting of the questionnaire this device has opened; None for no, an old or a foreign cookie."""
    value = request.COOKIES.get(COOKIE, "")
    try:
        sitting = sitting_by_id(signing.loads(value, salt=SALT, max_age=PAGE_LASTS))
        if sitting is not None and is_kiosk(sitting):
            signing.loads(value, salt=SALT, max_age=KIOSK_RESTS)
            return None if sitting.tablet is not None and sitting.tablet.ended_at else sitting
    except signing.BadSignature:
        return None
    return sitting


def is_clinic_tablet(request: HttpRequest) -> bool:
    """Whether this device is a tablet of the clinic, or was one when its last questionnaire was opened on it."""
    if tablet_of(request) is not None:
        return True
    try:
        last = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT)
    except signing.BadSignature:
        return False
    return is_kiosk(sitting_by_id(last))


def language_of(request: HttpRequest, assessment: Assessment | None = None) -> str:
    """Return the language of a page: the questionnaire's, or before it is opened the one chosen or preferred."""
    chosen = request.COOKIES.get(LANGUAGE, "")
    if chosen in LANGUAGES:
        return chosen
    return assessment.language if assessment else preferred(request.headers.get("Accept-Language", ""))


def patient_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    sitting: Sitting | None = None,
    language: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a page of the patient in its language; on a tablet of the clinic with the times it clears itself."""
    said = words(language or (sitting.assessment.language if sitting else language_of(request)))
    more = {
        "words": said,
        "languages": [words(one) for one in LANGUAGES],
        "is_kiosk": is_kiosk(sitting),
        "rests_s": int(KIOSK_RESTS.total_seconds()),
        "ends_s": int(KIOSK_ENDS.total_seconds()),
    }
    return page(request, template, more | context, status=status)


def closed(
    request: HttpRequest, assessment: Assessment | None, problem: Problem, *, sitting: Sitting | None = None
) -> HttpResponse:
    """The page that says why a questionnaire does not open, and what to do.

    sitting: of this device, where there is one; a tablet of the clinic forgets it and clears itself (PRO-72).
    """
    language = language_of(request, assessment)
    finished = assessment is not None and assessment.state == AssessmentState.COMPLETED
    title = "title_done" if finished and problem.rule == LIFE.id else "title_closed"
    context = {
        "title": words(language).say(TITLES.get(problem.rule, title)),
        "sentence": in_language(problem, language),
        "clinic_phone": assessment.site.phone if assessment else "",
    }
    shown = patient_page(request, "outcomes/closed.html", context, sitting=sitting, language=language, status=422)
    return forget(shown) if is_kiosk(sitting) else shown


def opened(view: PageView) -> PageView:
    """Give the view the sitting of this device, or say why it cannot go on."""

    @wraps(view)
    def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sitting = remembered(request)
        if sitting is None:
            over = is_clinic_tablet(request)
            return forget(redirect("outcomes:kiosk")) if over else redirect("outcomes:link")
        finished = sitting.assessment.state == AssessmentState.COMPLETED
        problems = [] if finished else standing_problems(sitting.assessment, at=timezone.now())
        if problems:
            return closed(request, sitting.assessment, problems[0], sitting=sitting)
        return stays_open(view(request, sitting, *args, **kwargs), sitting)

    return gated
