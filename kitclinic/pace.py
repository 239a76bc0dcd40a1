"""How fast one person may search and export: enough for any work, too slow for taking the records home."""

import math
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from kitclinic.actions import count_use
from kitclinic.http import refusal
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker
from kitclinic.roles import Permission
from kitclinic.web_rules import WEB_05

GetResponse = Callable[[HttpRequest], HttpResponse]
View = Callable[..., Any]


class Pace(StrEnum):
    SEARCH = "search"
    EXPORT = "export"


METHODS = {Pace.SEARCH: frozenset({"POST"}), Pace.EXPORT: frozenset({"GET", "POST"})}
WORDS = {
    Pace.SEARCH: ("searches in a minute", "Nothing was looked for; wait until then and search again."),
    Pace.EXPORT: ("exports in an hour", "No file was made; make it then, or ask a colleague who needs it too."),
}


def paced(pace: Pace, *methods: str) -> Callable[[View], View]:
    """Count each use of this view by the person who is signed in. methods: those that count, others than usual."""

    def decorate(view: View) -> View:
        view.paced = (pace, frozenset(methods) or METHODS[pace])  # type: ignore[attr-defined]
        return view

    return decorate


class PaceMiddleware:
    """Above the limit the answer is 429, with the time at which it goes on (WEB-05)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        pace, any_of = _paced(request)
        user = request.user
        if pace is None or not isinstance(user, StaffUser) or user.site is None or not any(map(user.may, any_of)):
            return self.get_response(request)  # who may not is refused, and nothing is counted
        at = timezone.now()
        most, within = _limit(pace)
        goes_on = count_use(person=user, kind=pace, most=most, within=within, at=at)
        if goes_on is None:
            return self.get_response(request)
        what, advice = WORDS[pace]
        clock = user.site.local(goes_on + timedelta(seconds=1)).strftime("%H:%M:%S")
        sentence = f"You have made {most} {what}, which is the most. It goes on at {clock}. {advice}"
        answer = refusal(request, (Blocker(WEB_05.id, sentence),), status=429)
        answer.headers["Retry-After"] = str(max(1, math.ceil((goes_on - at).total_seconds())))
        return answer


def _paced(request: HttpRequest) -> tuple[Pace | None, tuple[Permission, ...]]:
    """The pace of what is asked, None for any, and the permissions one of which opens it."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return None, ()
    pace, methods = getattr(view, "paced", (None, frozenset()))
    return pace if request.method in methods else None, getattr(view, "any_of", ())


def _limit(pace: Pace) -> tuple[int, timedelta]:
    if pace is Pace.SEARCH:
        return settings.SEARCHES_A_MINUTE, timedelta(minutes=1)
    return settings.EXPORTS_AN_HOUR, timedelta(hours=1)
