"""Where monitors send: every bad request has its answer, in words, and none is an error of the server."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from infusions.models import Monitor, MonitorReading, VitalSet
from kitclinic.models import AuditEvent, Site
from tests.factories import infusions, monitors, scheduling
from tests.factories.monitors import coded, full, observation, post, quantity, words

FHIR, CSV = "application/fhir+json", "text/csv"


@pytest.fixture
def chair(site: Site) -> Any:
    made = infusions.infusion(site=site, at_state="infusing").later(minutes=15)
    with time_machine.travel(made.at, tick=False):
        yield made


@pytest.fixture
def token(site: Site, chair: infusions.Chair) -> str:
    return monitors.monitor(site=site, at=chair.at, chair=chair.infusion.chair, name="Monitor A")[1]


NOON = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)


@pytest.fixture
def bare(site: Site) -> Any:
    """The token of a monitor in a clinic where nobody sits."""
    with time_machine.travel(NOON, tick=False):
        yield monitors.monitor(site=site, at=NOON, chair=3, name="Monitor A")[1]


def test_a_bundle_is_one_reading_proposed_at_the_chart(site: Site, chair: infusions.Chair, token: str) -> None:
    before = VitalSet.objects.count()
    answer = post(token, full(chair.at, identifier="a"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "application/fhir+json")
    assert "proposed at the chart" in words(answer)
    row = MonitorReading.objects.get()
    assert (row.infusion, row.sbp, row.dbp, row.hr, row.spo2, row.rr) == (chair.infusion, 141, 84, 78, 97, 14)
    assert VitalSet.objects.count() == before
    assert not answer.cookies
    assert chair.visit.patient.name not in answer.content.decode()


def test_mon_08_the_same_again_is_200_and_other_content_409(bare: str) -> None:
    assert post(bare, full(NOON, identifier="a")).status_code == 201
    assert post(bare, full(NOON, identifier="a")).status_code == 200
    refused = post(bare, full(NOON, identifier="a", hr=79))
    assert (refused.status_code, MonitorReading.objects.count()) == (409, 1)
    assert "received before with other content" in words(refused)
    assert post(bare, full(NOON)).status_code == 201  # without an identifier, known by its content
    assert post(bare, full(NOON)).status_code == 200
    assert post(bare, full(NOON, hr=80)).status_code == 201


def test_a_table_is_stored_row_by_row_and_a_longer_one_adds_only_what_is_new(bare: str) -> None:
    rows = [f"{(NOON - timedelta(minutes=n)).isoformat()},120,80,70,98\n" for n in range(3)]
    head = "measured_at,sbp,dbp,hr,spo2\n"
    assert post(bare, head + rows[0] + rows[1], content_type=CSV).status_code == 201
    answer = post(bare, head + "".join(rows), content_type="text/csv; charset=utf-8")
    assert (answer.status_code, MonitorReading.objects.count()) == (201, 3)
    assert words(answer).count("Received before") == 2
    assert post(bare, head + "".join(rows), content_type=CSV).status_code == 200


@pytest.mark.parametrize("record", ["KC-0", "x" * 120, "'; DROP TABLE", "<b>"])
def test_mon_07_an_unknown_patient_is_stored_for_review(bare: str, record: str) -> None:
    answer = post(bare, observation(NOON, "hr", 78, record=record))
    assert answer.status_code == 201
    assert "review list" in words(answer)
    assert "No patient here" in MonitorReading.objects.get(infusion=None).problem


def test_a_record_number_in_a_reference_is_read_too(chair: infusions.Chair, token: str) -> None:
    one = observation(chair.at, "hr", 78)
    one["subject"] = {"reference": f"https://ehr.example/Patient/{chair.visit.patient.record_number}"}
    assert post(token, one).status_code == 201
    assert MonitorReading.objects.get().infusion == chair.infusion


AT = "2026-11-02T14:30:00Z"


def changed(sign: str = "hr", value: Any = 78, **fields: Any) -> dict[str, Any]:
    """An Observation with other fields; None takes one away."""
    one = observation(AT, sign, value) | fields
    return {key: item for key, item in one.items() if item is not None}


def with_quantity(**fields: Any) -> dict[str, Any]:
    return changed(valueQuantity=quantity(78, "/min") | fields)


def raw(text: str) -> str:
    """An Observation of a heart rate whose value is this text."""
    return json.dumps(changed(value=424242)).replace("424242", text)


def part(code: str, value: int, unit: str) -> dict[str, Any]:
    return {"code": coded(code), "valueQuantity": quantity(value, unit)}


TWO_SIGNS = changed(code={"coding": coded("8867-4")["coding"] + coded("9279-1")["coding"]})
HALF_A_PANEL = changed("bp", (141, 84), component=[part("8480-6", 141, "mm[Hg]")])
IN_KPA = changed("bp", (18, 11), component=[part("8480-6", 18, "kPa"), part("8462-4", 11, "kPa")])
ABSENT = changed(valueQuantity=None, dataAbsentReason={"text": "off"})
HEAD = "measured_at,sbp,dbp,hr,spo2\n"
BAD: tuple[tuple[str, Any, str, int, str], ...] = (
    ("nothing", b"", FHIR, 411, "how long"),
    ("blanks", b" \n", FHIR, 400, "empty"),
    ("no JSON", b"hello", FHIR, 400, "no JSON"),
    ("half of it", b'{"resourceType": "Observation"', FHIR, 400, "no JSON"),
    ("invalid UTF-8", b'{"a": "\xff"}', FHIR, 400, "not UTF-8"),
    ("UTF-16", '{"a": 1}'.encode("utf-16"), FHIR, 400, "UTF-8"),
    ("NUL", b'{"a": "\x00"}', FHIR, 400, "NUL"),
    ("escaped NUL", b'{"a": "\\u0000"}', FHIR, 400, "NUL"),
    ("half a surrogate", b'{"a": "\\ud800"}', FHIR, 400, "no text holds"),
    ("deep lists", b"[" * 60_000, FHIR, 400, "nested"),
    ("deep objects", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, FHIR, 400, "nested"),
    ("33 levels", b"[" * 33 + b"]" * 33, FHIR, 400, "nested"),
    ("NaN", raw("NaN"), FHIR, 400, "NaN"),
    ("Infinity", raw("Infinity"), FHIR, 400, "Infinity"),
    ("a number of 5,000 digits", raw("1" * 5000), FHIR, 400, "no JSON"),
    ("an exponent without end", raw("1e" + "9" * 30), FHIR, 400, "no JSON"),
    ("a great exponent", raw("1e999999999"), FHIR, 422, "three digits"),
    ("a small exponent", raw("1e-999999999"), FHIR, 422, "no whole number"),
    ("duplicate keys", b'{"status": "final", "status": "final"}', FHIR, 400, "twice"),
    ("10 MB", b"x" * 10_000_000, FHIR, 413, "64 KB"),
    ("64 KB and a byte", b" " * (64 * 1024 + 1), FHIR, 413, "64 KB"),
    ("a form", b"a=1", "application/x-www-form-urlencoded", 415, "text/csv"),
    ("XML", b"<a/>", "application/fhir+xml", 415, "not compressed"),
    ("no type", b"{}", "", 415, "text/csv"),
    ("Latin-1", b"{}", "application/json; charset=latin-1", 415, "UTF-8"),
    ("UTF-16 by name", b"{}", "application/json; charset=utf-16", 415, "UTF-8"),
    ("null", None, FHIR, 422, "no Observation"),
    ("a number", 7, FHIR, 422, "no Observation"),
    ("an empty list", [], FHIR, 422, "no Observation"),
    ("a list of lists", [[]], FHIR, 422, "no Observation"),
    ("another resource", {"resourceType": "Patient"}, FHIR, 422, "a Patient"),
    ("a bundle of nothing", {"resourceType": "Bundle"}, FHIR, 422, "no list of entries"),
    ("a bundle of texts", {"resourceType": "Bundle", "entry": ["a"]}, FHIR, 422, "no list of entries"),
    ("201 observations", [changed()] * 150 + [{}] * 51, FHIR, 400, "more than 200"),
    ("preliminary", changed(status="preliminary"), FHIR, 422, "Only final and amended"),
    ("entered in error", changed(status="entered-in-error"), FHIR, 422, "Only final and amended"),
    ("a status that is a list", changed(status=["final"]), FHIR, 422, "Only final and amended"),
    ("no code", changed(code=None), FHIR, 422, "no LOINC code"),
    ("body temperature", changed(code=coded("8310-5")), FHIR, 422, "LOINC 8310-5 is not taken"),
    ("another code system", changed(code={"coding": [{"system": "x", "code": "8867-4"}]}), FHIR, 422, "no LOINC"),
    ("codings as a text", changed(code={"coding": "8867-4"}), FHIR, 422, "no LOINC"),
    ("two signs in one", TWO_SIGNS, FHIR, 422, "different signs"),
    ("a pressure alone", changed(code=coded("8480-6")), FHIR, 422, "LOINC 8480-6 is not taken"),
    ("a panel without parts", changed(code=coded("85354-9")), FHIR, 422, "no components"),
    ("half a panel", HALF_A_PANEL, FHIR, 422, "each once"),
    ("two heart rates", [changed(), changed()], FHIR, 422, "there twice"),
    ("no value", changed(valueQuantity=None), FHIR, 422, "no valueQuantity"),
    ("a text as value", with_quantity(value="78"), FHIR, 422, "no number as its value"),
    ("true as value", with_quantity(value=True), FHIR, 422, "no number as its value"),
    ("a limit", with_quantity(comparator="<"), FHIR, 422, "a limit"),
    ("a fraction", with_quantity(value=98.4), FHIR, 422, "98.4 is no whole number"),
    ("four digits", with_quantity(value=1000), FHIR, 422, "three digits"),
    ("another unit", with_quantity(code="/s"), FHIR, 422, "in /s, not in /min"),
    ("no unit system", with_quantity(system=None), FHIR, 422, "not in /min"),
    ("kilopascal", IN_KPA, FHIR, 422, "in kPa"),
    ("no time", changed(effectiveDateTime=None), FHIR, 422, "no moment"),
    ("a period", changed(effectiveDateTime=None, effectivePeriod={"start": AT}), FHIR, 422, "no moment"),
    ("no zone", changed(effectiveDateTime="2026-11-02T14:30:00"), FHIR, 422, "no moment"),
    ("30 February", changed(effectiveDateTime="2026-02-30T14:30:00Z"), FHIR, 422, "that exists"),
    ("a subject without a number", changed(subject={"display": "Rowan"}), FHIR, 422, "record number"),
    ("a subject as a list", changed(subject=["KC-1"]), FHIR, 422, "record number"),
    ("an identifier as a text", changed(identifier="a"), FHIR, 422, "no list"),
    ("everything absent", ABSENT, FHIR, 422, "no number at all"),
    ("a table without rows", HEAD, CSV, 400, "no row"),
    ("a table without a head", f"{AT},120,80,70,98\n", CSV, 422, "not known"),
    ("an unknown column", f"measured_at,temp\n{AT},37\n", CSV, 422, "“temp” is not known"),
    ("a column twice", f"measured_at,hr,hr\n{AT},70,70\n", CSV, 422, "there twice"),
    ("no time column", "hr\n70\n", CSV, 422, "measured_at is missing"),
    ("a cell too many", HEAD + f"{AT},120,80,70,98,1\n", CSV, 400, "Row 2: it has 6 cells"),
    ("an open quote", HEAD + f'"{AT},120\n', CSV, 400, "cannot be read"),
    ("a decimal comma", HEAD + f'{AT},120,80,"70,5",98\n', CSV, 422, "no number"),
    ("1e2", HEAD + f"{AT},1e2,80,70,98\n", CSV, 422, "“1e2” is no number"),
    ("Arabic digits", HEAD + f"{AT},١٢٠,80,70,98\n", CSV, 422, "is no number"),
    ("a formula", HEAD + f"{AT},=1+1,80,70,98\n", CSV, 422, "is no number"),
    ("a row of nothing", HEAD + f"{AT},,,,\n", CSV, 422, "no number at all"),
    ("a fraction in a table", HEAD + f"{AT},120,80,70,98.4\n", CSV, 422, "98.4 is no whole number"),
    ("NUL in a table", (HEAD + f"{AT},120,80,70,9\x00\n").encode(), CSV, 400, "NUL"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "body", "kind", "status", "said"), BAD, ids=[row[0] for row in BAD])
def test_a_bad_request_has_its_answer_in_words_and_stores_nothing(
    bare: str, name: str, body: Any, kind: str, status: int, said: str
) -> None:
    answer = post(bare, body, content_type=kind)
    assert (answer.status_code, MonitorReading.objects.count()) == (status, 0), words(answer)
    assert said in words(answer)
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert {issue["severity"] for issue in outcome["issue"]} == {"error"}


def test_the_table_of_bad_requests_is_long_enough() -> None:
    assert len(BAD) >= 70


@pytest.mark.parametrize("token", ["", "wrong", "maple.wrong", "x" * 5000, "ünknown", "a b", "'--"])
def test_mon_01_an_unknown_token_opens_nothing(site: Site, bare: str, token: str) -> None:
    answer = post(token, full(NOON))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "not known" in words(answer)
    assert AuditEvent.objects.filter(event="refused: unknown monitor", site=site).count() == 1
    assert not MonitorReading.objects.exists()


def test_mon_01_an_ended_monitor_opens_nothing(site: Site, bare: str, as_user: Any) -> None:
    monitor = Monitor.objects.get()
    lead = as_user(scheduling.actor("clinic_lead", site))
    assert lead.post(reverse("infusions:monitor_end", args=[monitor.pk])).status_code == 302
    assert post(bare, full(NOON)).status_code == 401
    assert AuditEvent.objects.get(event="refused: unknown monitor").detail["monitor"] == monitor.pk


def test_mon_14_an_address_that_tries_tokens_waits(bare: str) -> None:
    answers = [post("wrong", full(NOON)).status_code for _ in range(12)]
    assert answers == [401] * 10 + [429] * 2
    assert AuditEvent.objects.filter(event="refused: unknown monitor").count() == 10


def test_mon_14_a_monitor_that_floods_waits(bare: str) -> None:
    rows = [f"{(NOON - timedelta(seconds=n)).isoformat()},70\n" for n in range(241)]
    assert post(bare, "measured_at,hr\n" + "".join(rows[:200]), content_type=CSV).status_code == 201
    refused = post(bare, "measured_at,hr\n" + "".join(rows[200:]), content_type=CSV)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert post(bare, "measured_at,hr\n" + "".join(rows[200:240]), content_type=CSV).status_code == 201


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_mon_01_a_web_page_cannot_send(bare: str, headers: dict[str, str]) -> None:
    answer = post(bare, full(NOON), headers=headers)
    assert (answer.status_code, MonitorReading.objects.count()) == (403, 0)


def test_a_session_of_staff_is_no_device(site: Site, bare: str, as_user: Any) -> None:
    client = as_user(scheduling.actor("nurse", site))
    assert client.post("/api/observations", "{}", content_type=FHIR).status_code == 401
    assert client.get("/api/observations").status_code == 405


def test_the_body_must_say_its_length_and_not_be_compressed(bare: str) -> None:
    assert post(bare, full(NOON), headers={"Content-Encoding": "gzip"}).status_code == 415
    assert post(bare, b"", CONTENT_LENGTH="0", CONTENT_TYPE=FHIR).status_code == 400
    assert post(bare, full(NOON), CONTENT_LENGTH="").status_code == 411
    assert post(bare, full(NOON), CONTENT_LENGTH="-1").status_code == 411
    assert post(bare, full(NOON), CONTENT_LENGTH="9" * 40).status_code == 413


def test_mon_01_the_token_stands_in_no_log_and_no_row(
    chair: infusions.Chair, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        post(token, full(chair.at))
        post(token, b"hello")
        post(token + "x", full(chair.at))
    assert token not in caplog.text
    assert token not in str(
        [*AuditEvent.objects.values(), *Monitor.objects.values(), *MonitorReading.objects.values()]
    )


def test_mon_06_the_token_of_another_site_reaches_nobody_here(
    other_site: Site, chair: infusions.Chair, token: str
) -> None:
    _, theirs = monitors.monitor(site=other_site, at=chair.at, chair=chair.infusion.chair)
    record = chair.visit.patient.record_number
    for body in (full(chair.at), full(chair.at, record=record)):
        assert post(theirs, body).status_code == 201
    assert not MonitorReading.objects.filter(infusion__isnull=False).exists()
    assert set(MonitorReading.objects.values_list("site", flat=True)) == {other_site.pk}


def test_a_clock_of_1969_goes_to_the_review_list(bare: str) -> None:
    answer = post(bare, full(datetime(1969, 7, 20, 20, 17, tzinfo=UTC)))
    assert (answer.status_code, MonitorReading.objects.get().problem[:15]) == (201, "It was measured")
