"""Deliveries: what is typed off the box, and the numbers for the vials."""

from uuid import uuid4

import pytest
from django.urls import reverse

from infusions.models import Movement, Receipt, Vial
from tests.factories import ledger
from tests.factories.scheduling import NOW

URL = reverse("infusions:ledger_receive")


@pytest.fixture
def client(as_user, nurse, clock):
    clock(NOW)
    return as_user(nurse)


def body(site, /, **fields):
    given = {
        "key": str(uuid4()),
        "product": str(ledger.product(site).pk),
        "lot": "6J0417",
        "expires_on": "2027-06-30",
        "vials": "12",
        "supplier": "Lakeside Medical Supply",
        "invoice": "INV-7",
    }
    return given | fields


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_delivery_gives_every_vial_its_number(client, site):
    response = client.post(URL, body(site))
    receipt = Receipt.objects.get()
    assert response.headers["Location"] == reverse("infusions:ledger_receipt", args=[receipt.pk])
    page = words(client.get(response.headers["Location"]))
    assert "Write these numbers on the vials" in page
    assert page.count('<span class="vh">Vial </span>') == 12
    assert [vial.number for vial in Vial.objects.order_by("number")] == list(range(1, 13))
    assert (receipt.invoice, receipt.vault.name) == ("INV-7", "Main vault")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("vials", "0", "at least one vial"),
        ("vials", "1000", "999 vials at most"),
        ("vials", "1e2", "Type a whole number"),
        ("vials", "\N{ARABIC-INDIC DIGIT THREE}", "Type a whole number"),
        ("vials", "", "how many vials you counted"),
        ("lot", "   ", "Type the lot number"),
        ("lot", "L" * 41, "40 characters at most"),
        ("expires_on", "2026-09-06", "This lot has expired"),
        ("expires_on", "2027-02-30", "Type a date"),
        ("supplier", "", "Say who delivered"),
        ("product", "999999", "Select a valid choice"),
        ("key", "", ""),
    ],
)
def test_a_delivery_that_cannot_be_read_moves_nothing(client, site, field, typed, said):
    response = client.post(URL, body(site, **{field: typed}))
    assert response.status_code == 422
    assert said in words(response)
    assert not Movement.objects.exists()


def test_a_lot_is_good_on_its_last_day(client, site):
    assert client.post(URL, body(site, expires_on="2026-09-07")).status_code == 302


def test_the_same_delivery_sent_twice_is_stored_once(client, site):
    sent = body(site)
    assert client.post(URL, sent).headers["Location"] == client.post(URL, sent).headers["Location"]
    assert Vial.objects.count() == 12


def test_a_vial_of_another_clinics_formulary_cannot_be_received(client, site, other_site):
    theirs = ledger.product(other_site)
    assert client.post(URL, body(site, product=str(theirs.pk))).status_code == 422
    assert not Receipt.objects.exists()


def test_without_a_formulary_the_page_says_who_adds_the_vial(client):
    assert "The formulary has no vial in use" in words(client.get(URL))


def test_extra_fields_change_nothing(client, site, other_site, physician):
    client.post(URL, body(site) | {"by": str(physician.pk), "site": str(other_site.pk), "at": "2020-01-01"})
    receipt = Receipt.objects.get()
    assert (receipt.site, receipt.at) == (site, NOW)
    assert receipt.by != physician


def test_only_who_handles_drugs_receives(as_user, lead, scheduler, site):
    for user in (lead, scheduler):
        assert as_user(user).post(URL, body(site)).status_code == 403
    receipt = ledger.stocked(site)
    assert as_user(lead).get(reverse("infusions:ledger_receipt", args=[receipt.pk])).status_code == 200
