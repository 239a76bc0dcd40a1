"""Settings, Engines: who may ask ours, and which other one asks our patients."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.tokens import token_digest
from outcomes import actions
from outcomes.models import EngineClient, RemoteEngine
from outcomes.queries.instruments import askable
from outcomes.rules.engines import is_safe
from tests.factories import licensed, people

PAGE = "/settings/engines/"


@pytest.fixture
def lead_client(as_user: Any, lead: StaffUser) -> Any:
    return as_user(lead)


def given(site: Site, lead: StaffUser, **more: str) -> dict[str, str]:
    licence = licensed.licence(site=site, by=lead, at=timezone.now())
    return {
        "instrument": "PROMIS-Fatigue-CAT",
        "address": "https://engine.example/fhir/",
        "questionnaire": "https://engine.example/Questionnaire/fatigue|1.0",
        "credential": "ENGINE_TOKEN_PHO",
        "licence": str(licence.pk),
    } | more


def test_pro_154_a_token_is_shown_once_and_only_its_digest_is_kept(lead_client: Any) -> None:
    body = lead_client.post(PAGE, {"name": " Hospital portal "}).content.decode()
    client = EngineClient.objects.get()
    token = body.split('id="kc-token" tabindex="0">')[1].split("<")[0]
    assert (client.name, client.token_digest) == ("Hospital portal", token_digest(token))
    again = lead_client.get(PAGE).content.decode()
    assert "Hospital portal" in again
    assert token not in again
    assert not AuditEvent.objects.filter(detail__icontains=token).exists()


def test_pro_154_two_systems_in_use_do_not_share_a_name(lead_client: Any) -> None:
    lead_client.post(PAGE, {"name": "Portal"})
    response = lead_client.post(PAGE, {"name": "portal"})
    assert response.status_code == 422
    assert "A system of this name has a token" in response.content.decode()
    lead_client.post(reverse("outcomes:engine_client_end", args=[EngineClient.objects.get().pk]))
    assert lead_client.post(PAGE, {"name": "Portal"}).status_code == 200
    assert lead_client.post(PAGE, {"name": ""}).status_code == 422


def test_pro_155_a_remote_engine_makes_a_licensed_test_askable_until_it_is_ended(
    lead_client: Any, site: Site, lead: StaffUser
) -> None:
    today = site.today(timezone.now())
    assert "PROMIS-Fatigue-CAT" not in askable(site, today=today)
    response = lead_client.post(reverse("outcomes:remote_engine_new"), given(site, lead))
    assert response.url == PAGE
    engine = RemoteEngine.objects.get()
    assert (engine.address, engine.measure) == ("https://engine.example/fhir", "PROMIS Fatigue")
    assert askable(site, today=today)["PROMIS-Fatigue-CAT"].remote == engine
    assert "engine.example" in lead_client.get(PAGE).content.decode()
    lead_client.post(reverse("outcomes:remote_engine_end", args=[engine.pk]))
    assert "PROMIS-Fatigue-CAT" not in askable(site, today=today)
    events = AuditEvent.objects.filter(event__startswith="remote engine").order_by("pk")
    assert [one.event for one in events] == ["remote engine added", "remote engine ended"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"instrument": "PROMIS-Fatigue-4a"}, "Select a valid choice"),
        ({"instrument": "DEMO-Fatigue-CAT"}, "Select a valid choice"),
        ({"address": "http://engine.example/fhir"}, "beginning with https://"),
        ({"address": "https://user:secret@engine.example/"}, "beginning with https://"),
        ({"questionnaire": "fatigue"}, "names the questionnaire"),
        ({"credential": "KITCLINIC_SECRET_KEY"}, "never the token itself"),
        ({"credential": "DATABASE_URL"}, "never the token itself"),
        ({"licence": "0"}, "Select a valid choice"),
    ],
)
def test_pro_155_what_is_wrong_with_a_remote_engine_is_said(
    lead_client: Any, site: Site, lead: StaffUser, wrong: dict[str, str], said: str
) -> None:
    response = lead_client.post(reverse("outcomes:remote_engine_new"), given(site, lead, **wrong))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not RemoteEngine.objects.exists()


def test_pro_155_a_test_has_one_remote_engine(lead_client: Any, site: Site, lead: StaffUser) -> None:
    data = given(site, lead)
    lead_client.post(reverse("outcomes:remote_engine_new"), data)
    response = lead_client.post(reverse("outcomes:remote_engine_new"), data)
    assert response.status_code == 422
    assert "End that one first" in response.content.decode()


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://engine.example/fhir", True),
        ("http://127.0.0.1:8000/fhir", True),
        ("http://10.0.0.1/fhir", False),
        ("ftp://engine.example", False),
        ("https://", False),
        ("https://engine.example/?a=b", False),
        ("https://[bad", False),
    ],
)
def test_pro_155_answers_are_sent_over_https_or_to_this_machine(address: str, safe: bool) -> None:
    assert is_safe(address) is safe


def test_only_those_who_run_the_clinic_and_only_their_own(
    as_user: Any, nurse: StaffUser, lead: StaffUser, other_site: Site
) -> None:
    assert as_user(nurse).get(PAGE).status_code == 403
    other = people.staff("clinic_lead", site=other_site)
    client, _ = actions.add_engine_client(site=other_site, name="Else", by=other, at=timezone.now())
    assert as_user(lead).post(reverse("outcomes:engine_client_end", args=[client.pk])).status_code == 404
    assert "Else" not in as_user(lead).get(PAGE).content.decode()
