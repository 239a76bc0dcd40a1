"""WEB-02: headers of every answer, whoever asks: pages, fragments, files, errors."""

from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from kitclinic import urls
from kitclinic.access import public
from kitclinic.headers import PERMISSIONS_POLICY
from tests.web.routes import Here, routes, undone

pytestmark = pytest.mark.django_db

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
EXPECTED = {
    "Content-Security-Policy": POLICY,
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
}
HTTPS = {
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
}


def missing(answer: Any, *, stored: bool = False) -> dict[str, str]:
    """Headers that are not as expected."""
    wrong = {
        name: answer.headers.get(name, "")
        for name, value in EXPECTED.items()
        if sorted(answer.headers.get(name, "").split("; ")) != sorted(value.split("; "))
    }
    if not stored and "no-store" not in answer.headers.get("Cache-Control", ""):
        wrong["Cache-Control"] = answer.headers.get("Cache-Control", "")
    return wrong


@override_settings(**HTTPS)
@pytest.mark.parametrize("who", ["", "allowed", "not allowed"])
def test_web_02_every_route_answers_with_every_header(here: Here, who: str) -> None:
    wrong, seen = {}, set()
    for route in routes():
        role = {"": "", "allowed": route.role, "not allowed": "psychologist"}[who]
        client = here.client(role)
        for method in ("get",) if who else ("get", "delete"):
            with undone():
                answer = getattr(client, method)(here.address(route), secure=True)
            seen.add(answer.status_code)
            found = missing(answer)
            if found or answer.status_code >= 500:
                wrong[f"{method} {route.name} {answer.status_code}"] = found
    assert wrong == {}
    assert {"": {200, 302, 404, 405}, "allowed": {200, 302, 405}, "not allowed": {200, 403}}[who] <= seen


def breaks(request: HttpRequest) -> HttpResponse:
    raise ValueError("Canary Tolland 216 555 0142")


urlpatterns = [*urls.urlpatterns, path("breaks/", public("a test")(breaks), name="breaks")]


@override_settings(**HTTPS, ROOT_URLCONF="tests.web.test_headers")
@pytest.mark.parametrize(
    ("status", "ask"),
    [
        (400, lambda client: client.get("/sign-in/", secure=True, headers={"host": "evil.example"})),
        (403, lambda client: Client(enforce_csrf_checks=True).post("/sign-in/", {}, secure=True)),
        (404, lambda client: client.get("/nowhere/", secure=True)),
        (404, lambda client: client.get("/static/nowhere.js", secure=True)),
        (405, lambda client: client.get("/sign-out/", secure=True)),
        (413, lambda client: client.post("/sign-in/", {"username": "x" * 1_100_000}, secure=True)),
        (500, lambda client: client.get("/breaks/", secure=True)),
    ],
)
def test_web_02_errors_have_the_headers_too(db: None, status: int, ask: Any) -> None:
    answer = ask(Client(raise_request_exception=False))
    assert answer.status_code == status
    assert missing(answer) == {}
    assert "Tolland" not in answer.content.decode()


def test_cookies_are_sent_to_this_address_only_and_read_by_no_script() -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
    assert (settings.SESSION_COOKIE_SAMESITE, settings.CSRF_COOKIE_SAMESITE) == ("Lax", "Lax")
    assert (settings.SESSION_COOKIE_PATH, settings.CSRF_COOKIE_PATH) == ("/", "/")
    assert (settings.SESSION_COOKIE_DOMAIN, settings.CSRF_COOKIE_DOMAIN) == (None, None)
