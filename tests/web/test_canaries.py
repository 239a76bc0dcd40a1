"""WEB-01: a patient's name, number, birth date, telephone and link stand in no address, title or log line."""

import base64
import io
import logging
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.contrib.messages import INFO
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path

from kitclinic import urls
from kitclinic.access import public
from kitclinic.logs import QuietFormatter
from kitclinic.message_cookie import SealedCookieStorage
from kitclinic.roles import ROLES
from scheduling.models import Patient
from tests.factories import outcomes as questionnaires
from tests.journeys.steps import DAY_1
from tests.web.routes import Here, routes, undone

pytestmark = pytest.mark.django_db

NAME, GIVEN, NUMBER, PHONE, BORN = "Zyxcanary", "Quillcanary", "KT-90417", "216 555 0173", "1951-11-23"
ADDRESSES = {"href", "src", "action", "formaction", "hx-get", "hx-post", "data-kc-url", "poster", "cite"}


class Read(HTMLParser):
    """The title of a page and every address in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title, self.addresses, self.in_title = "", [], False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_title = tag == "title"
        self.addresses += [value or "" for name, value in attrs if name in ADDRESSES]

    def handle_endtag(self, tag: str) -> None:
        self.in_title = False

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title += data


@pytest.fixture
def marked(here: Here) -> tuple[Here, re.Pattern[str]]:
    """The patient in the chair carries the canaries; so does a link for the same person."""
    fields = {
        "family_name": NAME,
        "given_name": GIVEN,
        "record_number": NUMBER,
        "phone": PHONE,
        "birth_date": BORN,
    }
    Patient.objects.filter(pk=here.patient.pk).update(**fields)
    patient = Patient.objects.get(pk=here.patient.pk)
    patient.save()  # the search text follows the name
    token = questionnaires.sent(site=here.site, patient=patient, at=here.site.instant(DAY_1, 480)).token
    digits = PHONE.replace(" ", "")
    words = [
        NAME,
        GIVEN,
        NUMBER,
        NUMBER.removeprefix("KT-"),
        PHONE,
        digits,
        "216%20555",
        BORN,
        "11/23/1951",
        token,
    ]
    return here, re.compile("|".join(map(re.escape, words)), re.I)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that the product's own log says meanwhile, as it is written out."""
    text = io.StringIO()
    handler, root = logging.StreamHandler(text), logging.getLogger()
    handler.setFormatter(QuietFormatter("{levelname} {name} {message}", style="{"))
    handler.setLevel(logging.DEBUG)
    named = [root, *(logging.getLogger(name) for name in ("django", "django.request", "kitclinic"))]
    before = [(one, one.level, one.propagate) for one in named]
    root.addHandler(handler)
    for one in named:
        one.setLevel(logging.INFO)
        one.propagate = True
    yield text
    root.removeHandler(handler)
    for one, level, propagates in before:
        one.setLevel(level)
        one.propagate = propagates


def test_web_01_no_address_title_or_log_names_the_patient(
    marked: tuple[Here, re.Pattern[str]], logged: io.StringIO
) -> None:
    """Every page as one of the roles that may open it, taken in turn; bench/web.py opens each as every role."""
    here, canary = marked
    clients, found, named = {role: here.client(role) for role in ROLES}, {}, 0
    for number, route in enumerate(routes()):
        may = [role for role in ROLES if not route.any_of or route.any_of & ROLES[role]]
        client = clients[may[number % len(may)]]
        answer = client.get(here.address(route))
        if answer.headers.get("Location"):
            found[f"{route.name} leads to"] = canary.findall(answer.headers["Location"])
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            found[f"{route.name} file"] = canary.findall(answer.headers.get("Content-Disposition", ""))
            continue
        html = answer.content.decode()
        named += NAME in html
        page = Read(html)
        found[f"{route.name} title"] = canary.findall(page.title)
        addresses = [one for one in page.addresses if not one.startswith(("tel:", "sms:", "mailto:"))]
        found[f"{route.name} address"] = canary.findall(" ".join(addresses))
        found[f"{route.name} cookie"] = canary.findall(str(answer.cookies))
    assert {where: what for where, what in found.items() if what} == {}
    assert named > 20, "the patient is really there"
    assert canary.findall(logged.getvalue()) == []


def breaks(request: HttpRequest, what: str) -> HttpResponse:
    patient = Patient.objects.get(record_number=NUMBER)
    try:
        int(patient.name)
    except ValueError as error:
        raise RuntimeError(f"{patient.name}, {patient.phone}") from error
    return HttpResponse()


urlpatterns = [*urls.urlpatterns, path("breaks/<str:what>/", public("a test")(breaks), name="breaks")]


@override_settings(ROOT_URLCONF="tests.web.test_canaries", DEBUG=False)
def test_web_06_an_error_of_the_server_leaves_no_patient_in_the_log(
    marked: tuple[Here, re.Pattern[str]], logged: io.StringIO
) -> None:
    here, canary = marked
    answer = here.client("nurse").post(f"/breaks/{NAME}/?q={GIVEN}", {"name": NAME})
    assert answer.status_code == 500
    assert canary.findall(answer.content.decode()) == []
    said = logged.getvalue()
    assert "RuntimeError" in said
    assert "in breaks" in said
    assert canary.findall(said) == []


def test_web_01_a_search_leaves_no_name_in_an_address(marked: tuple[Here, re.Pattern[str]]) -> None:
    here, canary = marked
    client = here.client("scheduler")
    for address in ("/patients/", "/referrals/", f"/patients/{here.patient.pk}/merge/"):
        answer = client.post(address, {"q": NAME})
        assert answer.status_code == 302
        assert canary.findall(answer.headers["Location"]) == []
    found = client.get(client.post("/patients/", {"q": NAME[:6]}).headers["Location"])
    assert NAME in found.content.decode()
    assert NAME not in Read(found.content.decode()).title
    with undone():
        opened = client.post("/patients/", {"q": NAME, "open": "first"})
    assert opened.headers["Location"] == f"/patients/{here.patient.pk}/"
    assert NAME not in client.get(f"/patients/?q={NAME[:6]}").content.decode().partition("kc-patients-q")[2][:400]


def test_web_04_what_is_told_on_the_next_page_is_sealed(marked: tuple[Here, re.Pattern[str]]) -> None:
    _, canary = marked
    said = HttpResponse()
    request = RequestFactory().get("/")
    storage = SealedCookieStorage(request)
    storage.add(INFO, f"Seats booked for {NAME}.")
    storage.update(said)
    kept = said.cookies[settings.MESSAGES_COOKIE_NAME]
    assert kept.value
    assert canary.findall(unpacked(kept.value)) == []
    request.COOKIES[settings.MESSAGES_COOKIE_NAME] = kept.value
    assert [str(one) for one in SealedCookieStorage(request)] == [f"Seats booked for {NAME}."]
    request.COOKIES[settings.MESSAGES_COOKIE_NAME] = kept.value[:-8] + "AAAAAAAA"
    assert list(SealedCookieStorage(request)) == []


def unpacked(cookie: str) -> str:
    """What somebody without the key can read of it."""
    return base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)).decode("latin-1")
