"""What every request of a session meets: its end after a shift, and the second step to be set up first."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone

from kitclinic.access import SIGNED_IN_AT
from kitclinic.actions import note_seen
from kitclinic.second_step import must_set_up
from kitclinic.sign_in_rules import SHIFT_HOURS
from kitclinic.tablets import tablet_of

GetResponse = Callable[[HttpRequest], HttpResponse]
SEEN_AT = "kc_seen_at"  # key in the session: seconds since 1970
SEEN_EVERY_S = 60


class ShiftMiddleware:
    """Twelve hours after the sign-in the session is over (SIN-03); on a shared tablet the lock says so."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and isinstance(since := request.session.get(SIGNED_IN_AT), int):
            now = timezone.now()
            tablet = tablet_of(request) if now.timestamp() - since >= SHIFT_HOURS * 3600 else None
            if now.timestamp() - since < SHIFT_HOURS * 3600:
                if now.timestamp() - request.session.get(SEEN_AT, 0) >= SEEN_EVERY_S:
                    request.session[SEEN_AT] = int(now.timestamp())
                    note_seen(key=request.session.session_key or "", at=now)
            elif tablet is None or tablet.site_id != request.user.site_id:
                logout(request)
        return self.get_response(request)


class SecondStepMiddleware:
    """Who must set up a second step sees the pages for it, and nothing else (SIN-04)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not _is_open(request.path_info) and must_set_up(request):
            here = urlsplit(request.headers.get("HX-Current-URL", "")).path
            asks_by_itself = request.method == "GET" and here != "" and _is_open(here)
            return HttpResponse(status=204) if asks_by_itself else redirect("account")
        return self.get_response(request)


def _is_open(path: str) -> bool:
    try:
        view = resolve(path).func
    except Resolver404:
        return True
    return hasattr(view, "public_because") or hasattr(view, "before_second_step")
