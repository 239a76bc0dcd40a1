"""Importing a list of referrals in the browser."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from scheduling import actions
from scheduling.actions import referral_files
from scheduling.models import Referral, ReferralFile
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

URL = reverse("scheduling:referral_import")
HEADER = "Received on;Source;Family name;Given name;Birth date;Fax"
AsUser = Callable[[StaffUser], Client]


def upload(client: Client, *lines: str, date_order: str = "ask", data: bytes | None = None) -> HttpResponse:
    given = data if data is not None else "\r\n".join((HEADER, *lines, "")).encode("utf-8-sig")
    return client.post(URL, {"file": SimpleUploadedFile("may.csv", given), "date_order": date_order})  # type: ignore[return-value]


def page_of(client: Client) -> str:
    file = ReferralFile.objects.get()
    return " ".join(client.get(reverse("scheduling:referral_file", args=[file.pk])).content.decode().split())


def post(client: Client, name: str, **fields: str) -> HttpResponse:
    file = ReferralFile.objects.get()
    return client.post(reverse(f"scheduling:referral_file_{name}", args=[file.pk]), fields)  # type: ignore[return-value]


@pytest.fixture
def client(scheduler: StaffUser, as_user: AsUser) -> Client:
    return as_user(scheduler)


def test_the_page_explains_every_column_and_says_the_limit(client: Client) -> None:
    page = client.get(URL).content.decode()
    for said in ("50,000 referrals", "20 MB", "Treatments tried", "Date of birth", "UTF-8", "multipart/form-data"):
        assert said in page


def test_the_template_is_a_csv_file_with_a_byte_order_mark(client: Client) -> None:
    answer = client.get(reverse("scheduling:referral_template"))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.decode().startswith("\ufeffReceived on,Source,Family name")


def test_a_file_is_shown_before_it_is_imported_and_then_told(site: Site, client: Client) -> None:
    answer = upload(client, "2026-09-01;Dr. Amsel;Müller;Jörg;1974-03-14;1", "2026-09-02;self;Ng;;;")
    assert answer.headers["Location"] == reverse("scheduling:referral_file", args=[ReferralFile.objects.get().pk])
    page = page_of(client)
    assert "Import 2 referrals" in page
    assert "Müller, Jörg" in page
    assert "separated by semicolons" in page
    assert "Not read, because no column is known by that name: Fax." in page
    assert not Referral.objects.exists()
    assert post(client, "start").status_code == 302
    assert Referral.objects.count() == 2
    page = page_of(client)
    assert "2 referrals taken in, 0 left out" in page
    assert "Uploading the same file again changes nothing" in page


def test_who_is_here_already_is_named_before_the_import(site: Site, client: Client) -> None:
    make.referral(site=site, family_name="Marrin", given_name="Ida", birth_date=None)
    known = make.patient(site=site, family_name="Venn", given_name="Tobiah")
    line = "2026-09-01;self;Ng;;;"
    upload(client, line, line, "2026-09-01;self;Marrin;Ida;;", f"2026-09-01;self;Venn;Tobiah;{known.birth_date};")
    page = page_of(client)
    assert "Import 1 referral<" in page
    assert "the same person as line 2" in page
    assert "in the inbox already" in page
    assert f"a patient here already, record number {known.record_number}" in page
    post(client, "start", with_patients="yes")
    assert Referral.objects.filter(state="received").count() == 3


def test_every_wrong_line_is_shown_and_nothing_can_be_imported(site: Site, client: Client) -> None:
    upload(client, "2026-09-01;;Ng;;2026-09-02;", "2026-09-01;self;Ng;;1974-02-30;", "2026-09-01;self;Good;;;")
    page = page_of(client)
    assert "Nothing is taken in: 2 things to correct" in page
    assert '<b class="nb">Line 2</b><span>Source is empty. Fill it in.</span>' in page
    assert "Line 3" in page
    assert "Import 1 referral" not in page
    answer = post(client, "start")
    assert answer.status_code == 422
    assert not Referral.objects.exists()


def test_many_wrong_lines_are_capped_and_counted(site: Site, client: Client) -> None:
    upload(client, *["soon;self;Ng;;;"] * 60)
    page = page_of(client)
    assert page.count("data-kc-problem>") == 50
    assert "And 10 more." in page


def test_the_order_of_dates_is_chosen_on_the_page(site: Site, client: Client) -> None:
    upload(client, "2026-09-01;self;Ng;;03/04/1974;")
    assert "can be 4 March or 3 April" in page_of(client)
    assert post(client, "order", date_order="day_first").status_code == 302
    assert "3 Apr 1974" in page_of(client)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (
            "Source;Family name;Received on\nself;Müller;2026-09-01".encode("latin-1"),
            "not written in UTF-8: line 2",
        ),
        (b"PK\x03\x04", "Excel workbook"),
        (b"hello\nworld", "does not name the columns"),
    ],
)
def test_what_is_no_list_gets_its_sentence(client: Client, data: bytes, sentence: str) -> None:
    answer = upload(client, data=data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ReferralFile.objects.exists()


def test_no_file_at_all_is_told(client: Client) -> None:
    answer = client.post(URL, {"date_order": "ask"})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()


def test_a_long_file_is_the_workers_and_the_page_waits(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referral_files, "AT_ONCE", 0)
    upload(client, "2026-09-01;self;Ng;;;")
    post(client, "start")
    page = page_of(client)
    assert "are being imported, all or none" in page
    assert 'hx-trigger="every 2s"' in page
    actions.import_waiting_files(at=NOW)
    page = page_of(client)
    assert "1 referral taken in" in page
    assert "every 2s" not in page


def test_a_file_is_thrown_away(site: Site, client: Client) -> None:
    upload(client, "2026-09-01;self;Ng;;;")
    assert post(client, "discard").headers["Location"] == URL
    assert not ReferralFile.objects.exists()


def test_a_nurse_and_another_clinic_do_not_see_the_file(
    site: Site, other_site: Site, client: Client, nurse: StaffUser, as_user: AsUser
) -> None:
    upload(client, "2026-09-01;self;Ng;;;")
    address = reverse("scheduling:referral_file", args=[ReferralFile.objects.get().pk])
    assert as_user(nurse).get(address).status_code == 403
    assert as_user(make.actor("scheduler", other_site)).get(address).status_code == 404
