"""The signed order and its preparation card on paper: who, how much, how, and who signed."""

import io

import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from infusions import actions
from tests.factories import orders as factory
from tests.factories import verbal


@pytest.fixture(autouse=True)
def clock(site):
    with time_machine.travel(factory.moment(site), tick=False):
        yield


@pytest.fixture
def pages(site, as_user, nurse):
    order = factory.signed(site, given_name="Tobi", family_name="Wrenfield")
    response = as_user(nurse).get(reverse("infusions:order_pdf", args=[order.pk]))
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    reader = PdfReader(io.BytesIO(response.content))
    return order, [" ".join(page.extract_text().split()) for page in reader.pages]


def test_the_paper_says_dose_volume_rate_and_digest(pages):
    order, texts = pages
    text = " ".join(texts)
    for words in ("41.25 mg", "0.83 mL", "75 mL/h", "50 mg/mL", "delivers 41.5 mg (+0.6%)", "Vial lot"):
        assert words in text
    assert order.signature.digest in text.replace(" ", "")
    assert order.signature.printed_name in text


def test_every_page_names_clinic_patient_page_and_hour(pages):
    order, texts = pages
    patient = order.sequence.patient
    assert len(texts) == 3
    for number, text in enumerate(texts, 1):
        assert order.site.name in text
        assert f"Tobi Wrenfield · born {patient.birth_date.day} " in text
        assert patient.record_number in text
        assert f"Page {number} of 3" in text
        assert "Generated Wed 9 Sep 2026, 11:18 EDT" in text


def test_a_held_order_says_so_on_paper(site, as_user, nurse):
    order = factory.held(site)
    response = as_user(nurse).get(reverse("infusions:order_pdf", args=[order.pk]))
    text = PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    assert "Do not start on it" in " ".join(text.split())


def read(response):
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(response.content)).pages]


def test_the_signature_block_has_name_meaning_both_times_and_the_whole_digest(pages):
    order, texts = pages
    text, signature = " ".join(texts), order.signature
    for words in (f"{signature.printed_name}, {signature.credentials}", "Ordered", signature.local_time):
        assert words in text
    assert f"{signature.signed_at:%Y-%m-%d %H:%M:%S}" in text
    assert signature.digest in text.replace(" ", "")


def test_verbal_orders_stand_with_their_co_signatures_or_that_one_is_missing(site, as_user, nurse, physician):
    order = factory.signed(site)
    agreed = verbal.cosigned(verbal.said(order, prescriber=physician), at=factory.moment(site))
    verbal.said(order, prescriber=physician, words="Wait for the ECG.")
    disputed = verbal.said(order, prescriber=physician, words="Stop all of it.")
    verbal.cosigned(disputed, at=factory.moment(site), disputes="I said: wait.")
    text = " ".join(read(as_user(nurse).get(reverse("infusions:order_pdf", args=[order.pk]))))
    assert f"“{verbal.WORDS}”" in text
    assert agreed.signature.digest in text.replace(" ", "")
    assert "Not co-signed when printed; due Thu 10 Sep 2026, 11:18 EDT" in text
    assert "Disputed: “I said: wait.”" in text


def test_all_versions_and_affirmations_stand_on_the_paper(site, as_user, nurse, physician):
    order = factory.release(factory.held(site))
    newer = actions.supersede_order(
        order=order, by=physician, at=factory.moment(site), reason="Weighed again", **factory.READ
    )
    newer = factory.sign(newer)
    client = as_user(nurse)
    text = " ".join(read(client.get(reverse("infusions:order_pdf", args=[newer.pk]))))
    assert "88.4 kg × 0.5 mg/kg = 44.2 mg" in text
    assert "83.3 kg × 0.5 mg/kg = 41.65 mg" in text
    assert "Written because: Weighed again" in text
    old = " ".join(read(client.get(reverse("infusions:order_pdf", args=[order.pk]))))
    assert "The signed dose stands for 83.3 kg." in old
    assert order.affirmations.get().signature.digest in old.replace(" ", "")


def test_a_draft_has_no_paper(site, as_user, physician):
    order = factory.draft(factory.sequence(site))
    assert as_user(physician).get(reverse("infusions:order_pdf", args=[order.pk])).status_code == 404


def test_a_scheduler_prints_no_order(site, as_user, scheduler):
    order = factory.signed(site)
    assert as_user(scheduler).get(reverse("infusions:order_pdf", args=[order.pk])).status_code == 403
