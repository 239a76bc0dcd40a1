"""The patient's page about the driver: the code by POST, the year of birth, one question, what is saved."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from kitclinic.models import Site, StaffUser
from scheduling.actions import cancel_sequence, name_driver
from scheduling.models import Visit
from scheduling.views.driver import COOKIE
from tests.factories.driver_links import DRIVER, Linked, linked
from tests.factories.suite import MONDAY, before, visits_of

pytestmark = pytest.mark.django_db
NEW = {"who": "family", "name": "Marta Quist", "relationship": "sister", "phone": "555-010-7788"}


class Phone:
    """A patient's browser, without any staff session."""

    def __init__(self, made: Linked, *, at: datetime | None = None) -> None:
        self.made, self.client = made, Client()
        self.at = at or before(made.sequence.site, MONDAY, days=2)

    def get(self, path: str) -> Any:
        with time_machine.travel(self.at, tick=False):
            return self.client.get(path)

    def post(self, path: str, data: dict[str, Any]) -> Any:
        with time_machine.travel(self.at, tick=False):
            return self.client.post(path, data)

    def open(self, year: int | None = None) -> Any:
        return self.post("/d/", {"token": self.made.token, "birth_year": str(year or self.made.year)})

    def answer(self, visits: list[Visit], **said: str) -> Any:
        return self.post("/d/days/", {"days": [visit.pk for visit in visits], **said})


def opened(made: Linked, **given: Any) -> Phone:
    phone = Phone(made, **given)
    assert phone.open().status_code == 302
    return phone


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def drivers(made: Linked) -> list[tuple[str, bool]]:
    return [(visit.driver_name, visit.driver_confirmed) for visit in visits_of(made.sequence)]


def test_get_is_an_empty_shell_that_consumes_nothing(site: Site) -> None:
    phone = Phone(linked(site))
    for _ in "123":
        response = phone.get("/d/")
        assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert phone.client.cookies.get(COOKIE) is None


def test_the_code_leads_to_the_year_of_birth(site: Site) -> None:
    made = linked(site)
    assert "What year were you born?" in words(Phone(made).post("/d/", {"token": made.token}))
    pasted = {"token": f" http://localhost:8000/d/#{made.token} "}
    assert "What year were you born?" in words(Phone(made).post("/d/", pasted))


@pytest.mark.parametrize(("token", "sentence"), [("x" * 43, "not complete"), ("", "Paste the link")])
def test_a_wrong_code_says_what_to_do(site: Site, token: str, sentence: str) -> None:
    response = Client().post("/d/", {"token": token})
    assert response.status_code == 422
    assert sentence in words(response)


def test_drv_05_a_wrong_year_says_how_many_tries_are_left_and_the_fifth_closes(site: Site) -> None:
    phone = Phone(linked(site))
    assert "4 tries are left" in words(phone.open(1900))
    for _ in "123":
        phone.open(1900)
    assert "this link was closed" in words(phone.open(1900))
    assert phone.open().status_code == 422
    assert phone.client.cookies.get(COOKIE) is None


def test_drv_06_the_cookie_is_of_this_address_only_and_ends_after_45_minutes(site: Site) -> None:
    made = linked(site)
    phone = opened(made)
    cookie = phone.client.cookies[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["max-age"]) == ("/", True, 45 * 60)
    assert str(made.sequence.patient_id) not in cookie.value.split(":")[0]
    assert phone.get("/d/days/").status_code == 200
    phone.at += timedelta(minutes=46)
    assert phone.get("/d/days/").headers["Location"] == "/d/"


def test_without_the_cookie_nobody_gets_to_the_question(site: Site) -> None:
    linked(site)
    for path in ("/d/days/", "/d/thanks/"):
        assert Client().get(path).headers["Location"] == "/d/"
        forged = Client()
        forged.cookies[COOKIE] = "1:forged:signature"
        assert forged.get(path).headers["Location"] == "/d/"


def test_the_question_shows_the_days_and_nothing_about_the_person_or_the_clinic(site: Site) -> None:
    made = linked(site)
    text = re.sub(r"<[^>]+>", " ", words(opened(made).get("/d/days/")))
    assert "Monday 14 September" in text
    assert "You come at 9:00 in the morning" in text
    patient = made.sequence.patient
    for secret in (
        patient.family_name,
        patient.given_name,
        patient.record_number,
        site.name,
        "ketamine",
        "infusion",
    ):
        assert secret.lower() not in text.lower()


def test_a_new_driver_for_all_days_is_saved_and_read_back(site: Site) -> None:
    made = linked(site)
    phone = opened(made)
    response = phone.answer(visits_of(made.sequence), **NEW)
    assert (response.status_code, response.headers["Location"]) == (302, "/d/thanks/")
    assert drivers(made) == [("Marta Quist", True)] * 5
    text = words(phone.get("/d/thanks/"))
    assert "Thank you. It is saved" in text
    assert text.count("Marta Quist drives you home") == 5


def test_the_named_driver_is_confirmed_by_one_tap(site: Site, scheduler: StaffUser) -> None:
    made = linked(site)
    name_driver(visits=visits_of(made.sequence), by=scheduler, at=before(site, MONDAY), **DRIVER)
    phone = opened(made)
    assert "Marta Quist, as named before" in words(phone.get("/d/days/"))
    phone.answer(visits_of(made.sequence), who="named-0")
    assert drivers(made) == [("Marta Quist", True)] * 5


def test_one_day_can_have_another_driver(site: Site) -> None:
    made = linked(site)
    phone = opened(made)
    first, *rest = visits_of(made.sequence)
    phone.answer(rest, **NEW)
    text = words(phone.get("/d/thanks/"))
    assert "Saved for now" in text
    assert "not answered yet" in text
    phone.answer([first], **NEW | {"name": "Robin Quist", "phone": "555-010-0000"})
    assert drivers(made) == [("Robin Quist", True)] + [("Marta Quist", True)] * 4


@pytest.mark.parametrize(
    ("who", "sentence"), [("taxi", "A taxi, a rideshare or a bus cannot"), ("nobody", "cannot take place")]
)
def test_drv_01_no_known_driver_is_refused_in_words_with_what_to_do(site: Site, who: str, sentence: str) -> None:
    Site.objects.filter(pk=site.pk).update(phone="216 555 0100")
    made = linked(site)
    response = opened(made).answer(
        visits_of(made.sequence), who=who, name="Cab", relationship="x", phone="5550107788"
    )
    assert response.status_code == 422
    assert sentence in words(response)
    assert "call us now" in words(response)
    assert 'href="tel:2165550100"' in words(response)
    assert drivers(made) == [("", False)] * 5


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"who": ""}, "Choose who drives you home."),
        (NEW | {"name": ""}, "full name"),
        (NEW | {"phone": "12"}, "phone number"),
        (NEW | {"relationship": ""}, "how the driver knows"),
        ({"who": "named-7"}, "valid choice"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(site: Site, said: dict[str, str], sentence: str) -> None:
    made = linked(site)
    response = opened(made).answer(visits_of(made.sequence), **said)
    assert response.status_code == 422
    assert sentence in words(response)
    assert drivers(made) == [("", False)] * 5


def test_no_day_chosen_is_said(site: Site) -> None:
    response = opened(linked(site)).answer([], **NEW)
    assert "Choose at least one day." in words(response)


def test_a_single_name_is_asked_about_once(site: Site) -> None:
    made = linked(site)
    phone = opened(made)
    response = phone.answer(visits_of(made.sequence), **NEW | {"name": "Marta"})
    assert response.status_code == 422
    assert 'name="one_name"' in words(response)
    assert phone.answer(visits_of(made.sequence), **NEW | {"name": "Marta", "one_name": "on"}).status_code == 302
    assert drivers(made)[0] == ("Marta", True)


def test_the_days_of_another_patient_cannot_be_answered(site: Site) -> None:
    made, other = linked(site), linked(site)
    phone = opened(made)
    response = phone.answer(visits_of(other.sequence), **NEW)
    assert response.status_code == 422
    assert drivers(other) == [("", False)] * 5
    assert other.sequence.patient.family_name not in words(phone.get("/d/days/"))


def test_the_year_of_another_patient_does_not_open_this_link(site: Site) -> None:
    made, other = linked(site), linked(site)
    assert made.year != other.year
    assert Phone(made).open(other.year).status_code == 422


def test_drv_05_a_cancelled_course_closes_the_link_on_every_page(site: Site, scheduler: StaffUser) -> None:
    made = linked(site)
    phone = opened(made)
    cancel_sequence(sequence=made.sequence, reason="patient_choice", by=scheduler, at=phone.at)
    for response in (phone.get("/d/days/"), phone.get("/d/thanks/"), phone.open()):
        assert response.status_code == 422
        assert "This link is over" in words(response)
