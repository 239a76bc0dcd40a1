"""A test that another engine runs, asked over HTTP: our own server as that engine, and engines that fail."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
import time_machine
from django.core.wsgi import get_wsgi_application
from django.db import connections, transaction

from kitclinic.models import AuditEvent, Site
from kitclinic.outside import post
from kitclinic.problems import Refused
from outcomes import actions
from outcomes.models import RemoteEngine, RemoteItem, RemoteResult, Score
from outcomes.queries.engines import canonical_of
from outcomes.queries.instruments import askable
from outcomes.queries.questionnaires import parts_of
from outcomes.rules.flow import adaptive_walk
from outcomes.rules.instruments import instruments
from outcomes.states import AssessmentState
from tests.factories import licensed, people
from tests.factories import outcomes as questionnaires
from tests.factories.outcomes import NOW, Sent
from tests.outcomes.views.patient_browser import Phone, opened

FATIGUE = instruments()["DEMO-Fatigue-CAT"]
BATTERY = ("PGIC", "DEMO-Fatigue-CAT", "DEMO-PainThoughts")


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Nothing on the screen of the tests."""


def _application(environ: dict[str, Any], start: Any) -> Any:
    try:
        yield from get_wsgi_application()(environ, start)
    finally:
        connections.close_all()


@contextmanager
def serving(application: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, application, _Server, _Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def demo_site(slug: str) -> Site:
    return people.site(slug=slug, name=slug.title(), is_demo=True)


def asking(address: str, *, canonical: str, instrument: str = "DEMO-Fatigue-CAT") -> tuple[Site, RemoteEngine]:
    """A demonstration clinic that has another engine ask one test."""
    site = demo_site("asker")
    by = people.staff("clinic_lead", site=site)
    engine = actions.add_remote_engine(
        site=site,
        instrument=instrument,
        address=f"{address}/fhir",
        questionnaire=canonical,
        credential="ENGINE_TOKEN_TEST",
        licence=licensed.licence(site=site, by=by, at=NOW),
        by=by,
        at=NOW,
    )
    return site, engine


@pytest.fixture
def engine(committed_db: str, settings: Any) -> Iterator[tuple[Site, RemoteEngine]]:
    """Our own server, asked by another clinic with its token."""
    home = demo_site("engine")
    by = people.staff("clinic_lead", site=home)
    _, token = actions.add_engine_client(site=home, name="asker", by=by, at=NOW)
    settings.ENGINE_TOKENS = {"ENGINE_TOKEN_TEST": token}
    with serving(_application) as address:
        settings.BASE_URL = address
        yield asking(address, canonical=canonical_of("DEMO-Fatigue-CAT", f"{address}/fhir"))


def sent(site: Site, names: tuple[str, ...] = BATTERY) -> Sent:
    return questionnaires.sent(site=site, instruments=names, by=people.staff("nurse", site=site))


def test_pro_155_a_test_asked_by_our_server_ends_with_the_score_of_our_engine(
    engine: tuple[Site, RemoteEngine],
) -> None:
    made = sent(engine[0])
    phone = opened(made)
    phone.answer(1, 3)
    number = 2
    while parts_of(made.assessment)[1].course.next is not None:
        phone.answer(number, 4)
        number += 1
    path = adaptive_walk(FATIGUE, dict.fromkeys(range(1, 25), 4))
    assert path.score is not None
    items = list(RemoteItem.objects.order_by("item"))
    assert tuple(one.link_id for one in items) == path.asked
    assert number == 2 + len(path.asked)
    for extra in range(13):
        phone.answer(number + extra, 2)
    made.refresh()
    assert made.assessment.state == AssessmentState.COMPLETED
    score = Score.objects.get(measure="Demo fatigue")
    assert (score.theta, score.standard_error) == (path.score.theta, path.score.se)
    assert score.value * 10 == FATIGUE.definition.scale.tenths(path.score.theta)
    assert (score.engine, score.is_demo, score.items) == ("remote", True, len(path.asked))
    assert AuditEvent.objects.filter(event="engine asked", site__slug="engine").count() == len(path.asked) + 1
    assert AuditEvent.objects.filter(event="remote engine answered", site=engine[0]).count() == len(path.asked) + 1


def test_pro_155_a_remote_test_at_the_end_finishes_the_questionnaire(engine: tuple[Site, RemoteEngine]) -> None:
    made = sent(engine[0], ("PGIC", "DEMO-Fatigue-CAT"))
    phone = opened(made)
    phone.answer(1, 3)
    last = None
    for number in range(2, 20):
        last = phone.answer(number, 5)
        if made.refresh().assessment.state == AssessmentState.COMPLETED:
            break
    assert last is not None
    assert last.url == "/q/thanks/"
    assert set(made.assessment.scores.values_list("measure", flat=True)) == {"PGIC", "Demo fatigue"}


def test_pro_157_an_answer_the_next_question_came_from_stays(engine: tuple[Site, RemoteEngine]) -> None:
    made = sent(engine[0])
    phone = opened(made)
    phone.answer(1, 3)
    phone.answer(2, 4)
    assert b"/q/questions/2/" not in phone.get("/q/questions/3/").content
    with pytest.raises(Refused):
        made.answer("DEMO-Fatigue-CAT", 1, 1)
    assert parts_of(made.assessment)[1].answers == {1: 4}


def test_pro_155_a_remote_test_that_comes_first_begins_with_a_tap(engine: tuple[Site, RemoteEngine]) -> None:
    phone = opened(sent(engine[0], ("DEMO-Fatigue-CAT",)))
    assert "Begin" in phone.get("/q/questions/1/").content.decode()
    assert phone.get("/q/next/").status_code == 405
    assert phone.post("/q/next/", {}).url == "/q/questions/1/"
    assert "<fieldset" in phone.get("/q/questions/1/").content.decode()


def test_pro_155_after_its_end_an_engine_is_asked_only_by_what_was_sent_before(
    engine: tuple[Site, RemoteEngine],
) -> None:
    site, remote = engine
    made = sent(site)
    actions.end_remote_engine(engine=remote, by=remote.added_by, at=NOW)
    one = askable(site, today=site.today(NOW))["DEMO-Fatigue-CAT"]
    assert one.remote is None
    assert one.instrument is not None
    assert one.instrument.bank is not None
    phone = opened(made)
    phone.answer(1, 3)
    assert RemoteItem.objects.count() == 1


def test_pro_156_an_ended_token_leaves_the_patient_with_a_sentence_and_nothing_lost(
    engine: tuple[Site, RemoteEngine], settings: Any
) -> None:
    made = sent(engine[0])
    phone = opened(made)
    phone.answer(1, 3)
    token, settings.ENGINE_TOKENS = settings.ENGINE_TOKENS, {}
    phone.answer(2, 4)
    page = phone.get("/q/questions/3/").content.decode()
    assert "All your answers are saved" in page
    assert "Try again" in page
    assert phone.post("/q/next/", {}).url == "/q/questions/3/"
    assert parts_of(made.assessment)[1].answers == {1: 4}
    settings.ENGINE_TOKENS = token
    assert phone.post("/q/next/", {}).url == "/q/questions/3/"
    assert "<fieldset" in phone.get("/q/questions/3/").content.decode()
    assert phone.answer(3, 4).url == "/q/questions/4/"


def test_another_server_is_never_asked_inside_a_transaction(committed_db: str) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="outside of transactions"):
        post("https://example.invalid/", b"", content_type="a/b", token="", within_s=1, most=1)


QUESTION: dict[str, Any] = {
    "linkId": "q1",
    "type": "choice",
    "text": "How was it?",
    "answerOption": [{"valueCoding": {"code": "a", "display": "Good"}}, {"valueString": "Bad"}],
}


def reply(*items: Any, status: str = "in-progress", tag: str = "", answers: Any = None) -> bytes:
    meta = {"tag": [{"code": tag}]} if tag else {}
    body = {
        "resourceType": "QuestionnaireResponse",
        "status": status,
        "meta": meta,
        "contained": [{"resourceType": "Questionnaire", "id": "q", "item": list(items)}],
    }
    return json.dumps(body | ({"item": answers} if answers else {})).encode()


class _Scripted(ThreadingHTTPServer):
    status, body = 200, b""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            server = self.server
            assert isinstance(server, _Scripted)
            self.send_response(server.status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", str(len(server.body)))
            self.end_headers()
            self.wfile.write(server.body)

        def log_message(self, *args: object) -> None:
            """Nothing on the screen of the tests."""


@pytest.fixture
def scripted(committed_db: str) -> Iterator[_Scripted]:
    server = _Scripted(("127.0.0.1", 0), _Scripted.Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def beginning(server: _Scripted) -> tuple[Sent, Phone]:
    site, _ = asking(f"http://127.0.0.1:{server.server_port}", canonical="http://example.org/Questionnaire/x")
    made = sent(site)
    phone = opened(made)
    return made, phone


def test_pro_156_every_reply_that_is_no_question_leaves_the_waiting_page(scripted: _Scripted) -> None:
    made, phone = beginning(scripted)
    phone.answer(1, 3)
    bad = [
        (500, b"{}"),
        (302, b""),
        (204, b""),
        (200, b""),
        (200, b"<html>"),
        (200, b"[" * 100_000),
        (200, b'{"resourceType": "OperationOutcome"}'),
        (200, b'{"resourceType": "QuestionnaireResponse", "status": "in-progress"}'),
        (200, reply()),
        (200, reply("question")),
        (200, reply(QUESTION | {"text": 3})),
        (200, reply(QUESTION | {"linkId": "x" * 200})),
        (200, reply(QUESTION | {"answerOption": [{"valueString": "only one"}]})),
        (200, reply(QUESTION | {"answerOption": [{"valueCoding": {}}, {"valueString": ""}]})),
        (200, reply(*[QUESTION | {"linkId": f"q{n}"} for n in range(61)])),
        (200, b" " * (512 * 1024 + 1)),
    ]
    for scripted.status, scripted.body in bad:
        assert phone.post("/q/next/", {}).url == "/q/questions/2/"
        assert "All your answers are saved" in phone.get("/q/questions/2/").content.decode()
    assert not RemoteItem.objects.exists()
    scripted.status, scripted.body = 200, reply(QUESTION)
    phone.post("/q/next/", {})
    assert "How was it?" in phone.get("/q/questions/2/").content.decode()
    (item,) = RemoteItem.objects.all()
    assert [option["value"] for option in item.content["options"]] == [1, 2]
    assert made.refresh().assessment.state == AssessmentState.STARTED


@pytest.mark.parametrize(
    ("given", "tenths"),
    [(71.25, 713), (0, 0), (100.1, None), (-3, None), ("high", None)],
    ids=["half up", "lowest", "above the range", "below the range", "no number"],
)
def test_pro_158_a_score_outside_the_range_is_no_score(
    scripted: _Scripted, given: Any, tenths: int | None
) -> None:
    made, phone = beginning(scripted)
    scripted.body = reply(QUESTION)
    phone.answer(1, 3)
    kind = "valueString" if isinstance(given, str) else "valueDecimal"
    group = {"linkId": "group", "item": [{"linkId": "score", "answer": [{kind: given}]}]}
    scripted.body = reply(QUESTION, status="completed", answers=[group])
    phone.answer(2, 1)
    assert RemoteResult.objects.get().tenths == tenths
    assert parts_of(made.assessment)[1].is_over
    phone.answer(3, 0)  # the first answer to the next instrument scores the one before
    found = list(made.assessment.scores.filter(measure="Demo fatigue").values_list("value", flat=True))
    assert [int(value * 10) for value in found] == ([] if tenths is None else [tenths])


def test_pro_158_a_test_version_is_asked_only_at_a_demonstration(scripted: _Scripted) -> None:
    made, phone = beginning(scripted)
    Site.objects.filter(pk=made.assessment.site_id).update(is_demo=False)
    scripted.body = reply(QUESTION, tag="HTEST")
    phone.answer(1, 3)
    assert not RemoteItem.objects.exists()
    Site.objects.filter(pk=made.assessment.site_id).update(is_demo=True)
    phone.post("/q/next/", {})
    assert RemoteItem.objects.count() == 1


def test_two_requests_at_once_keep_one_question(scripted: _Scripted) -> None:
    made, phone = beginning(scripted)
    scripted.body = b"{}"
    phone.answer(1, 3)
    scripted.body = reply(QUESTION)

    def again() -> None:
        try:
            actions.ask_remote(assessment=made.assessment, at=NOW + timedelta(minutes=1))
        finally:
            connections.close_all()

    threads = [Thread(target=again) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert RemoteItem.objects.count() == 1


@pytest.mark.django_db
def test_pro_112_what_another_engine_asks_is_not_asked_by_telephone_and_nothing_is_withdrawn_for_it(
    as_user: Any,
) -> None:
    site, _ = asking("http://127.0.0.1:9", canonical=canonical_of("DEMO-Fatigue-CAT", "http://127.0.0.1:9/fhir"))
    made = sent(site)
    nurse = made.assessment.sent_by
    assert nurse is not None
    chosen = {"instruments": ["DEMO-Fatigue-CAT"], "occasion": "baseline", "language": "en", "way": "phone"}
    on_the_line = {"name_said": "on", "birth_date_said": "on", "helper": "staff"}
    with time_machine.travel(NOW, tick=False):
        client = as_user(nurse)
        for address, data in (
            (f"/patients/{made.patient.pk}/questionnaire/", chosen),
            (f"/interviews/{made.assessment.pk}/", on_the_line),
        ):
            response = client.post(address, data)
            assert response.status_code == 422
            assert "which cannot be asked by telephone" in response.content.decode()
    assert made.refresh().assessment.state == AssessmentState.OPEN
    assert not made.assessment.sittings.exists()
