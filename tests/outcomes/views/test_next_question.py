"""The adaptive engine as another system meets it: FHIR SDC $next-question."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitclinic.models import AuditEvent, Site
from kitclinic.tokens import token_digest
from outcomes import actions
from outcomes.models import Assessment, EngineClient, ItemResponse, Score
from outcomes.queries.engines import base
from outcomes.rules.flow import adaptive_walk
from outcomes.rules.instruments import instruments
from tests.factories import people

ADDRESS = "/fhir/Questionnaire/$next-question"
FATIGUE = instruments()["DEMO-Fatigue-CAT"]
Json = dict[str, Any]


@pytest.fixture
def demo(site: Site) -> Site:
    site.is_demo = True
    site.save(update_fields=["is_demo"])
    return site


@pytest.fixture
def token(demo: Site) -> str:
    by = people.staff("clinic_lead", site=demo)
    return actions.add_engine_client(site=demo, name="Hospital", by=by, at=timezone.now())[1]


Ask = Callable[..., Any]


@pytest.fixture
def ask(token: str) -> Ask:
    def send(body: Any, **headers: str) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {token}"} | headers
        return Client(enforce_csrf_checks=True).post(
            ADDRESS, data, content_type="application/fhir+json", headers=given
        )

    return send


def begin(name: str = "DEMO-Fatigue-CAT", **more: Any) -> Json:
    return {
        "resourceType": "QuestionnaireResponse",
        "contained": [
            {"resourceType": "Questionnaire", "id": "q", "derivedFrom": [f"{base()}/Questionnaire/{name}"]}
        ],
        "questionnaire": "#q",
        "status": "in-progress",
    } | more


def asked_now(reply: Json) -> Json:
    """The question that has no answer yet."""
    answered = {item["linkId"] for item in reply.get("item", [])}
    questions = [one for one in reply["contained"][0]["item"] if one["type"] == "choice"]
    (open_one,) = [one for one in questions if one["linkId"] not in answered]
    found: Json = open_one
    return found


def answered(reply: Json, option: int | None) -> Json:
    """The reply as it goes back, with an answer (by place) or a refusal of the open question."""
    question = asked_now(reply)
    item: Json = {"linkId": question["linkId"]}
    if option is not None:
        item["answer"] = [{"valueCoding": question["answerOption"][option - 1]["valueCoding"]}]
    return reply | {"item": [*reply.get("item", []), item]}


def scores_of(reply: Json) -> Json:
    (group,) = [item for item in reply["item"] if item["linkId"] == "scores"]
    return {one["linkId"]: next(iter(one["answer"][0].values())) for one in group["item"]}


def refusal(response: HttpResponse) -> str:
    body = json.loads(response.content)
    assert body["resourceType"] == "OperationOutcome"
    return " ".join(one["diagnostics"] for one in body["issue"])


@pytest.mark.parametrize("option", [1, 3, 5])
def test_pro_150_a_whole_test_ends_with_the_score_of_our_own_engine(ask: Ask, option: int) -> None:
    reply = ask(begin()).json()
    order = []
    while reply["status"] == "in-progress":
        order.append(asked_now(reply)["linkId"])
        reply = ask(answered(reply, option)).json()
    path = adaptive_walk(FATIGUE, dict.fromkeys(range(1, 25), option))
    assert path.score is not None
    found = scores_of(reply)
    assert order == list(path.asked)
    assert (found["theta"], found["theta-standard-error"]) == (path.score.theta, path.score.se)
    assert found["score"] == FATIGUE.definition.scale.tenths(path.score.theta) / 10
    assert (found["engine"], found["stopped"]) == ("kitclinic-cat 1", str(path.stop_reason))
    hidden = reply["contained"][0]["item"][-1]
    assert all(one["readOnly"] and one["extension"][0]["valueBoolean"] for one in hidden["item"])
    assert [item["linkId"] for item in reply["item"]] == [*order, "scores"]


def test_pro_150_nothing_is_stored_but_who_asked_and_how_far(ask: Ask) -> None:
    reply = ask(begin(subject={"identifier": {"value": "secret-number"}})).json()
    ask(answered(reply, 2))
    assert not any(model.objects.exists() for model in (ItemResponse, Assessment, Score))
    first, second = AuditEvent.objects.filter(event="engine asked").order_by("pk")
    assert (first.actor, first.detail["answered"], second.detail["answered"]) == ("system Hospital", 0, 1)
    assert second.detail["completed"] is False
    assert "secret" not in json.dumps([first.detail, second.detail])


def test_the_question_carries_both_weights_and_the_marks_of_a_demonstration(ask: Ask) -> None:
    reply = ask(begin()).json()
    contained, question = reply["contained"][0], asked_now(reply)
    weights = [
        {one["url"].rsplit("/")[-1]: one["valueDecimal"] for one in option["extension"]}
        for option in question["answerOption"]
    ]
    assert weights == [{"ordinalValue": value, "itemWeight": value} for value in range(1, 6)]
    assert contained["experimental"] is True
    assert contained["meta"]["tag"][0]["code"] == reply["meta"]["tag"][0]["code"] == "HTEST"
    assert contained["extension"][0]["valueUrl"] == base()
    assert contained["derivedFrom"][0].split("|")[1] == FATIGUE.content_sha256[:16]
    assert contained["item"][0] == {"linkId": "stem", "text": FATIGUE.stem, "type": "display"}


def test_parameters_come_back_as_parameters_and_the_frame_is_kept(ask: Ask) -> None:
    inner = begin(subject={"reference": "Patient/7"}, authored="2026-03-02T10:00:00-05:00", id="abc")
    wrapped = {
        "resourceType": "Parameters",
        "parameter": [{"name": "questionnaire-response", "resource": inner}],
    }
    reply = ask(wrapped).json()
    assert reply["parameter"][0]["name"] == "return"
    resource = reply["parameter"][0]["resource"]
    assert (resource["subject"], resource["authored"], resource["id"]) == (
        inner["subject"],
        inner["authored"],
        "abc",
    )


def test_the_language_of_the_response_is_the_language_of_the_question(ask: Ask) -> None:
    reply = ask(begin(language="es")).json()
    assert reply["contained"][0]["language"] == "es"
    assert asked_now(reply)["answerOption"][0]["valueCoding"]["display"] == "Ningún día"


def test_pro_153_an_item_without_an_answer_was_declined_and_twelve_of_them_end_without_a_score(ask: Ask) -> None:
    reply, count = ask(begin()).json(), 0
    while reply["status"] == "in-progress":
        reply, count = ask(answered(reply, None)).json(), count + 1
    assert count == 12
    assert "fewer than 4 questions" in scores_of(reply)["no-score"]


@pytest.mark.parametrize(
    "answer",
    [
        {"valueInteger": 4},
        {"valueDecimal": 4.0},
        {"valueCoding": {"code": "4"}},
        {
            "valueCoding": {
                "display": "?",
                "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": 4}],
            }
        },
        {
            "valueCoding": {},
            "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 4}],
        },
    ],
    ids=["integer", "decimal", "code", "itemWeight", "ordinalValue"],
)
def test_an_answer_is_read_by_its_code_or_either_weight(ask: Ask, answer: Json) -> None:
    reply = ask(begin()).json()
    by_code = ask(answered(reply, 4)).json()
    item = {"linkId": asked_now(reply)["linkId"], "answer": [answer]}
    other = ask(reply | {"item": [item]}).json()
    assert asked_now(other) == asked_now(by_code)


def test_the_same_request_twice_has_the_same_reply(ask: Ask) -> None:
    body = answered(ask(begin()).json(), 3)
    assert ask(body).content == ask(body).content


def test_pro_154_without_a_token_or_with_an_ended_one_nothing_is_told(demo: Site, token: str, ask: Ask) -> None:
    assert ask(begin(), Authorization="").status_code == 401
    assert ask(begin(), Authorization="Bearer wrong").status_code == 401
    client = EngineClient.objects.get(token_digest=token_digest(token))
    actions.end_engine_client(client=client, by=client.added_by, at=timezone.now())
    response = ask(begin())
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "ended" in refusal(response)
    assert not AuditEvent.objects.filter(event="engine asked").exists()


def test_a_web_page_and_a_get_are_turned_away(ask: Ask, token: str) -> None:
    assert ask(begin(), Origin="https://elsewhere.example").status_code == 403
    response = Client().get(ADDRESS, headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert reverse("outcomes:next_question") == "/fhir/Questionnaire/$next-question"


def test_pro_150_only_adaptive_tests_of_this_clinic_are_served(ask: Ask, demo: Site) -> None:
    for name in ("PHQ-9", "DEMO-Global", "PROMIS-Fatigue-CAT", "nothing"):
        response = ask(begin(name))
        assert response.status_code == 422
        assert "is no adaptive test of this clinic" in refusal(response)
    demo.is_demo = False
    demo.save(update_fields=["is_demo"])
    assert ask(begin()).status_code == 422


def test_pro_152_a_test_begun_with_other_contents_is_a_conflict(ask: Ask) -> None:
    body = begin()
    body["contained"][0]["derivedFrom"] = [f"{base()}/Questionnaire/DEMO-Fatigue-CAT|0123456789abcdef"]
    response = ask(body)
    assert response.status_code == 409
    assert "Begin it anew" in refusal(response)


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([{"linkId": "DEMO-X"}], "DEMO-X is no question of DEMO-Fatigue-CAT"),
        ([{"linkId": "DEMO-A01", "answer": [{"valueInteger": 3}]}], "DEMO-A01 was not asked at this point"),
        ([{"linkId": "FIRST", "answer": [{"valueInteger": 6}]}], "is not among"),
        ([{"linkId": "FIRST", "answer": [{"valueInteger": 3}]}] * 2, "twice"),
        ([{"linkId": "FIRST", "answer": [{"valueCoding": {"code": "99"}}]}], "not among its options"),
    ],
)
def test_pro_153_an_answer_that_cannot_be_is_named(ask: Ask, items: list[Json], said: str) -> None:
    reply = ask(begin()).json()
    first = asked_now(reply)["linkId"]
    sent = [item | {"linkId": first} if item["linkId"] == "FIRST" else item for item in items]
    response = ask(reply | {"item": sent})
    assert response.status_code == 422
    assert said in refusal(response)


BAD: dict[str, Any] = {
    "empty": b" ",
    "no JSON": b"<xml/>",
    "a list": b"[]",
    "not UTF-8": b"\xff\xfe{}",
    "deep": b'{"a":' * 30 + b"1" + b"}" * 30,
    "very deep": b"[" * 100_000,
    "NaN": b'{"resourceType": NaN}',
    "infinite": b'{"resourceType": 1e999}',
    "long number": b'{"resourceType": ' + b"9" * 5000 + b"}",
    "other resource": {"resourceType": "Patient"},
    "empty Parameters": {"resourceType": "Parameters"},
    "Parameters of strings": {"resourceType": "Parameters", "parameter": ["x"]},
    "completed": begin(status="completed"),
    "no contained": begin(contained=[]),
    "contained strings": begin(contained=["Questionnaire"]),
    "other reference": begin(questionnaire="http://x.example/Questionnaire/q"),
    "no derivedFrom": begin(contained=[{"resourceType": "Questionnaire", "id": "q"}]),
    "derivedFrom a number": begin(contained=[{"resourceType": "Questionnaire", "id": "q", "derivedFrom": [3]}]),
    "items no list": begin(item={"linkId": "x"}),
    "item without linkId": begin(item=[{"answer": []}]),
    "linkId a number": begin(item=[{"linkId": 3}]),
    "two answers": begin(item=[{"linkId": "x", "answer": [{"valueInteger": 1}, {"valueInteger": 2}]}]),
    "answer a string": begin(item=[{"linkId": "x", "answer": [{"valueString": "often"}]}]),
    "answer true": begin(item=[{"linkId": "x", "answer": [{"valueInteger": True}]}]),
    "coding a string": begin(item=[{"linkId": "x", "answer": [{"valueCoding": "4"}]}]),
    "extension a string": begin(item=[{"linkId": "x", "answer": [{"extension": "4"}]}]),
    "language a list": begin(language=["en"], contained=[]),
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_pro_151_a_bad_request_has_its_sentence_and_never_a_fault(ask: Ask, body: Any) -> None:
    response = ask(body)
    assert response.status_code == 400
    assert "(PRO-151)" in refusal(response)


def test_pro_151_a_request_that_is_too_long_or_of_another_kind_is_not_read(ask: Ask, token: str) -> None:
    assert ask(b" " * (256 * 1024 + 1)).status_code == 413
    response = Client().post(
        ADDRESS, b"a=1", content_type="text/plain", headers={"Authorization": f"Bearer {token}"}
    )
    assert response.status_code == 415


def test_pro_154_the_token_of_one_clinic_sees_nothing_of_another(ask: Ask, other_site: Site) -> None:
    other = people.staff("clinic_lead", site=other_site)
    _, token = actions.add_engine_client(site=other_site, name="Else", by=other, at=timezone.now())
    assert ask(begin(), Authorization=f"Bearer {token}").status_code == 422  # not a demonstration site
