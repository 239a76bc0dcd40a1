"""Spanish pages, the switch that keeps the place, and wording that exists in English only (PRO-70)."""

import pytest

from kitclinic.models import Site
from outcomes.rules.instruments import instruments
from tests.factories import outcomes as factory
from tests.outcomes.views.patient_browser import Phone, opened


def words(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def test_the_first_page_switches_before_anything_is_opened_and_consumes_nothing(site: Site) -> None:
    phone = Phone(factory.sent(site=site))
    page = words(phone.post("/q/", {"token": phone.made.token, "language": "es"}))
    assert '<html lang="es">' in page
    assert "¿En qué año nació?" in page
    assert phone.made.refresh().assessment.state == "open"
    assert phone.open().status_code == 302
    assert "Pregunta 1 de 16" in words(phone.get("/q/questions/1/"))
    assert phone.made.refresh().assessment.language == "es"


def test_pro_70_the_switch_keeps_the_place_and_says_which_wording_is_english(site: Site) -> None:
    phone = opened(factory.opened(site=site).answers((1, 1)))
    response = phone.post("/q/language/", {"language": "es", "number": "3"})
    assert response["Location"] == "/q/questions/3/"
    page = words(phone.get("/q/questions/3/"))
    assert '<html lang="es">' in page
    assert f'<h1 id="item" lang="en" data-kc-read-text>{instruments()["PHQ-9"].items[2].text}' in page
    assert "solo en su versión oficial en inglés" in page
    assert "Siguiente" in page


def test_pro_70_wording_that_exists_in_spanish_is_shown_in_spanish(site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(is_demo=True)
    site.refresh_from_db()
    phone = opened(factory.sent(site=site, instruments=("DEMO-Sleep-CAT",)))
    phone.post("/q/language/", {"language": "es", "number": "1"})
    page = words(phone.get("/q/questions/1/"))
    assert '<h1 id="item" lang="es"' in page
    assert "versión oficial en inglés" not in page
    assert phone.answer(1, 3).status_code == 302


def test_a_language_we_do_not_have_changes_nothing(site: Site) -> None:
    phone = opened(factory.sent(site=site))
    phone.post("/q/language/", {"language": "xx", "number": "1"})
    assert '<html lang="en">' in words(phone.get("/q/questions/1/"))


@pytest.mark.parametrize("year", [1901])
def test_problems_are_said_in_spanish_too(site: Site, year: int) -> None:
    phone = Phone(factory.sent(site=site))
    phone.post("/q/", {"token": phone.made.token, "language": "es"})
    assert "Quedan 4 intentos" in words(phone.open(year))
