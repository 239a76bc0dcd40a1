"""The pages of the instruments: who may, what they say, and a file of 50 MB."""

import html
import json
import re
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_started
from django.db import connection
from django.test import Client
from django.test.client import MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kitclinic.models import Site, StaffUser
from outcomes.models import InstrumentLicence, InstrumentPiece, PieceUpload
from outcomes.states import PieceKind
from tests.factories import licensed, people
from tests.factories.licensed import CAT, as_bytes, bank, bank_csv, own_form, questionnaire

pytestmark = pytest.mark.django_db
IDS = [item.id for item in bank().items]
WORDING = as_bytes(questionnaire(IDS))


@pytest.fixture
def admin(site: Site) -> StaffUser:
    return people.staff("administrator", site=site)


@pytest.fixture
def held(site: Site) -> InstrumentLicence:
    return licensed.licence(site=site, at=timezone.now())


def words(page: Any, *, status: int = 200) -> str:
    """What a person reads on a page."""
    assert page.status_code == status, page.status_code
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def at(name: str, *args: Any) -> str:
    return reverse(f"outcomes:{name}", args=args)


def post(client: Client, held: InstrumentLicence, data: bytes, **fields: Any) -> Any:
    """Choose a file for the adaptive test."""
    given = {"kind": "wording", "version": "v1.0", "language": "en", "licence": held.pk} | fields
    file = SimpleUploadedFile(fields.pop("name", "content.json"), data)
    return client.post(at("instrument_import", CAT), given | {"file": file})


@pytest.mark.parametrize("role", ["nurse", "physician", "psychologist", "scheduler"])
def test_only_who_runs_the_clinic_comes_in(site: Site, role: str, as_user: Any) -> None:
    piece = licensed.imported(site=site, kind=PieceKind.WORDING, data=WORDING)
    client = as_user(people.staff(role, site=site))
    for address in (
        at("instruments"),
        at("instrument", CAT),
        at("instrument_import", CAT),
        at("licence_new"),
        at("piece", piece.pk),
    ):
        assert client.get(address).status_code == 403
    for name in ("piece_activate", "piece_retire"):
        assert client.post(at(name, piece.pk), {"reason": "Because."}).status_code == 403


def test_the_list_says_what_is_ready_and_what_each_needs(site: Site, lead: StaffUser, as_user: Any) -> None:
    said = words(as_user(lead).get(at("instruments")))
    assert "PHQ-9" in said
    assert "needs wording and an item bank" in said
    assert "No licence is on record yet" in said
    assert "DEMO-" not in said
    assert "Waiting for a second person" not in said


def test_demonstrations_stand_on_demonstration_sites_only(lead: StaffUser, as_user: Any) -> None:
    lead.site.is_demo = True
    lead.site.save(update_fields=["is_demo"])
    assert "DEMO-Fatigue-CAT" in words(as_user(lead).get(at("instruments")))
    client = as_user(lead)
    assert client.get(at("instrument_import", "DEMO-Fatigue-CAT")).status_code == 404
    said = words(client.get(at("instrument", "DEMO-Fatigue-CAT") + "?simulate=1"))
    assert "2000 patients for each rule" in said
    assert "of T" not in said


def test_an_instrument_that_does_not_exist_here_is_not_found(lead: StaffUser, as_user: Any) -> None:
    for name in ("instrument", "instrument_import"):
        assert as_user(lead).get(at(name, "INV-9")).status_code == 404
        assert as_user(lead).get(at(name, "DEMO-Fatigue-CAT")).status_code == 404


def test_without_a_licence_the_import_asks_for_one(lead: StaffUser, as_user: Any) -> None:
    said = words(as_user(lead).get(at("instrument_import", CAT)))
    assert "No licence is valid today" in said


def test_a_licence_is_put_on_record_and_renewed(site: Site, lead: StaffUser, as_user: Any) -> None:
    client, today = as_user(lead), site.today(timezone.now())
    given = {
        "holder": "Invented Licences",
        "identifier": "INV-7",
        "scope": "All of it",
        "valid_from": str(today),
        "expires_on": str(today + timedelta(days=30)),
    }
    assert "Compare the lines" in words(client.post(at("licence_new"), given, follow=True), status=422)
    client.post(at("licence_new"), given | {"confirmed": "on"})
    first = InstrumentLicence.objects.get()
    said = words(client.get(at("instruments")))
    assert "ends soon" in said
    assert "30 days left" in said
    page = client.get(at("licence_new") + f"?renews={first.pk}")
    assert page.context["form"].initial == {
        "holder": "Invented Licences",
        "scope": "All of it",
        "renews": first.pk,
    }
    longer = given | {
        "identifier": "INV-8",
        "valid_from": str(today + timedelta(days=31)),
        "expires_on": "",
        "renews": first.pk,
        "confirmed": "on",
    }
    client.post(at("licence_new"), longer)
    assert InstrumentLicence.objects.get(identifier="INV-8").renews == first
    assert "ends soon" not in words(client.get(at("instruments")))


def test_pro_51_an_instrument_is_marked_sixty_days_before_its_licence_ends_and_after(
    site: Site, lead: StaffUser, as_user: Any
) -> None:
    now = timezone.now()
    licensed.licence(site=site, at=now, expires_on=site.today(now) + timedelta(days=60))
    licensed.ready_cat(site=site, at=now)
    client = as_user(lead)
    for address in (at("instruments"), at("instrument", CAT)):
        said = words(client.get(address))
        assert "licence ends soon" in said
        assert "60 days" in said
    with time_machine.travel(now + timedelta(days=62)):
        said = words(as_user(lead).get(at("instruments")))
        assert "licence over" in said
        assert "licence over, not asked" in said


def test_a_licence_that_is_wrong_says_so_at_its_field(site: Site, lead: StaffUser, as_user: Any) -> None:
    given = {"holder": "H", "identifier": "1", "scope": "S", "confirmed": "on"}
    dates = {"valid_from": "2020-01-01", "expires_on": "2020-12-31"}
    page = as_user(lead).post(at("licence_new"), given | dates)
    assert page.status_code == 422
    assert "This licence ended on 31 Dec 2020" in str(page.context["form"].errors["expires_on"])


# -- a file


def test_a_file_is_looked_through_imported_and_activated(
    site: Site, lead: StaffUser, admin: StaffUser, held: InstrumentLicence, as_user: Any
) -> None:
    client = as_user(lead)
    client.get(at("instrument_import", CAT))
    answer = post(client, held, WORDING)
    upload = PieceUpload.objects.get()
    assert answer.headers["Location"] == at("instrument_upload", upload.pk)
    said = words(client.get(at("instrument_upload", upload.pk)))
    assert "Looked through, nothing installed yet" in said
    assert "Invented question Q05?" in said
    assert "12 questions; title “Invented”" in said
    assert "No item bank is installed yet" in said
    assert not InstrumentPiece.objects.exists()
    client.post(at("instrument_upload", upload.pk))
    piece = InstrumentPiece.objects.get()
    said = words(client.get(at("piece", piece.pk)))
    assert "You imported it, so somebody else activates it" in said
    assert client.post(at("piece_activate", piece.pk)).status_code == 422
    second = as_user(admin)
    assert "Waiting for a second person" in words(second.get(at("instruments")))
    assert "You are the second person" in words(second.get(at("piece", piece.pk)))
    second.post(at("piece_activate", piece.pk))
    said = words(second.get(at("piece", piece.pk)))
    assert "in use" in said
    assert "Imported: Ravi Adeyemi" in said
    assert "Activated: Mira Oyelaran" in said
    second.post(at("piece_retire", piece.pk), {"reason": "A misprint in question 3."})
    assert "A misprint in question 3." in words(second.get(at("instrument", CAT)))


def test_a_bank_shows_its_figures_before_and_after_the_import(
    site: Site, lead: StaffUser, held: InstrumentLicence, as_user: Any
) -> None:
    client = as_user(lead)
    post(client, held, bank_csv().encode(), kind="bank")
    upload = PieceUpload.objects.get()
    said = words(client.get(at("instrument_upload", upload.pk)))
    assert "Dry run, adult rule: 100 patterns, none failed" in said
    assert "Not checked" in said
    row = upload.report["simulation"][0]
    for figure in ("mean_items", "rmse", "bias"):
        assert str(row[figure]) in said
    client.post(at("instrument_upload", upload.pk))
    assert str(row["rmse"]) in words(client.get(at("piece", InstrumentPiece.objects.get().pk)))


def test_a_wrong_file_is_refused_with_every_problem_and_nothing_is_kept(
    site: Site, lead: StaffUser, held: InstrumentLicence, as_user: Any
) -> None:
    data = questionnaire(["A", "A"])
    data["item"][0]["text"] = "<b>Is it?</b>"
    page = post(as_user(lead), held, as_bytes(data), version="v7.0")
    said = words(page, status=422)
    assert "holds markup (<b>)" in said
    assert "Item A stands in the file more than once" in said
    assert "“v7.0” is not a version" in said
    assert "<b>Is it" not in page.content.decode()
    assert not PieceUpload.objects.exists()


def test_wording_is_escaped_wherever_it_is_shown(
    site: Site, lead: StaffUser, held: InstrumentLicence, as_user: Any
) -> None:
    data = questionnaire(IDS)
    data["item"][0]["text"] = "Is a < b, “so” & 'so'? שלום 😴"
    client = as_user(lead)
    post(client, held, as_bytes(data))
    page = client.get(at("instrument_upload", PieceUpload.objects.get().pk)).content.decode()
    assert "Is a &lt; b, “so” &amp; &#x27;so&#x27;? שלום 😴" in page


def test_answers_from_the_highest_down_are_ticked_before_the_import(
    site: Site, lead: StaffUser, held: InstrumentLicence, as_user: Any
) -> None:
    data = questionnaire(IDS)
    data["item"][0]["answerOption"].reverse()
    client = as_user(lead)
    post(client, held, as_bytes(data))
    address = at("instrument_upload", PieceUpload.objects.get().pk)
    assert "lists its answers from 5 to 1" in words(client.get(address))
    assert "lists its answers from 5 to 1" in words(client.post(address), status=422)
    client.post(address, {"confirmed": "PRO-56"})
    assert "Confirmed at the import." in words(client.get(at("piece", InstrumentPiece.objects.get().pk)))


def test_a_file_is_thrown_away(site: Site, lead: StaffUser, held: InstrumentLicence, as_user: Any) -> None:
    client = as_user(lead)
    post(client, held, WORDING)
    address = at("instrument_upload", PieceUpload.objects.get().pk)
    client.post(address, {"act": "discard"})
    assert not PieceUpload.objects.exists()
    assert client.get(address).status_code == 404


def test_pro_52_fifty_megabytes_are_refused_by_size_in_little_memory_and_without_a_write(
    site: Site, lead: StaffUser, held: InstrumentLicence, as_user: Any
) -> None:
    client = as_user(lead)
    body = b'{"resourceType": "Questionnaire", "item": [' + b'{"linkId": "x"},' * 3_125_000 + b"{}]}"
    assert len(body) > 50_000_000
    fields = {"kind": "wording", "version": "v1.0", "language": "en", "licence": str(held.pk)}
    file = SimpleUploadedFile("large.json", body)
    payload = encode_multipart("BoUnDaRyStRiNg", fields | {"file": file})
    del body, file

    def begin(**_: Any) -> None:
        tracemalloc.start()

    request_started.connect(begin)
    try:
        with CaptureQueriesContext(connection) as captured:
            page = client.generic("POST", at("instrument_import", CAT), payload, content_type=MULTIPART_CONTENT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        request_started.disconnect(begin)
    said = words(page, status=413)
    assert "What was sent is longer than 2 MB. It has 50 MB. Nothing was saved" in said
    assert peak < 20_000_000, peak
    assert [one["sql"] for one in captured if one["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}] == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b"\xff\xfe{", "not UTF-8"),
        (b"PK\x03\x04\x00", "zero bytes"),
        (json.dumps({"resourceType": "Bundle"}).encode(), "FHIR Bundle"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_pro_52_bad_files_are_refused_in_words(
    site: Site, lead: StaffUser, held: InstrumentLicence, as_user: Any, data: bytes, said: str
) -> None:
    shown = words(post(as_user(lead), held, data), status=422)
    assert said in shown or "nested more than 20 deep" in shown


def test_the_list_takes_few_queries_however_much_is_installed(site: Site, lead: StaffUser, as_user: Any) -> None:
    client = as_user(lead)
    client.get(at("instruments"))
    with CaptureQueriesContext(connection) as empty:
        client.get(at("instruments"))
    now = timezone.now()
    licensed.ready_cat(site=site, at=now)
    for number in range(4):
        data = as_bytes(own_form(IDS))
        licensed.active(site=site, at=now, kind=PieceKind.WORDING, data=data, version=f"v1.0 again {number}")
    with CaptureQueriesContext(connection) as full:
        client.get(at("instruments"))
    assert len(full) - len(empty) <= 3
