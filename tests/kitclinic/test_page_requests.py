"""A redirect never replaces a piece of a page; a lost session never loses what was typed."""

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.test import RequestFactory

from kitclinic.page_requests import PageRequestMiddleware


def answer(to: str, **headers: str) -> HttpResponse:
    def view(_: HttpRequest) -> HttpResponse:
        response = HttpResponseRedirect(to)
        response.set_cookie("kept", "yes")
        return response

    return PageRequestMiddleware(view)(RequestFactory().post("/act", headers=headers))


@pytest.mark.parametrize(
    ("sent", "header"), [({"KC-Form": "1"}, "KC-Location"), ({"HX-Request": "true"}, "HX-Redirect")]
)
def test_a_redirect_becomes_a_header_and_keeps_its_cookies(sent: dict[str, str], header: str) -> None:
    response = answer("/patients/7", **sent)
    assert response.status_code == 204
    assert response.headers[header] == "/patients/7"
    assert response.cookies["kept"].value == "yes"
    assert "Location" not in response.headers


@pytest.mark.parametrize("sent", [{"KC-Form": "1"}, {"HX-Request": "true"}])
def test_being_sent_to_sign_in_becomes_401(sent: dict[str, str]) -> None:
    response = answer(resolve_url(settings.LOGIN_URL) + "?next=/act", **sent)
    assert response.status_code == 401


def test_a_boosted_request_and_a_plain_one_are_redirected() -> None:
    assert answer("/there").status_code == 302
    assert answer("/there", **{"HX-Request": "true", "HX-Boosted": "true"}).status_code == 302


def test_an_answer_that_is_no_redirect_passes_unchanged() -> None:
    def view(_: HttpRequest) -> HttpResponse:
        return HttpResponse("here")

    response = PageRequestMiddleware(view)(RequestFactory().post("/act", headers={"KC-Form": "1"}))
    assert response.content == b"here"
