"""Answers to requests a page sends for itself (htmx, or a plain form sent by forms.js).

A browser that follows a redirect inside such a request shows the wrong thing in the wrong
place. So the address goes into a header, and the page itself goes there; and who is signed
out gets 401, which leaves the page and everything typed on it as they are.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

GetResponse = Callable[[HttpRequest], HttpResponse]
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class PageRequestMiddleware:
    """Redirects become 204 with KC-Location (plain forms) or HX-Redirect (htmx); sign-in becomes 401."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        header = _header(request)
        if header is None or response.status_code not in REDIRECTS:
            return response
        address = response.headers["Location"]
        if address.partition("?")[0] == resolve_url(settings.LOGIN_URL):
            return HttpResponse(status=401)
        instead = HttpResponse(status=204, headers={header: address})
        instead.cookies = response.cookies
        return instead


def _header(request: HttpRequest) -> str | None:
    if request.headers.get("KC-Form") == "1":
        return "KC-Location"
    if request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true":
        return "HX-Redirect"
    return None
