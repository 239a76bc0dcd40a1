"""The signed order and its preparation card on paper: who, how much, how, and who signed."""

import io

import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from tests.factories import orders as factory


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
    assert len(texts) == 2
    for number, text in enumerate(texts, 1):
        assert order.site.name in text
        assert f"Tobi Wrenfield · born {patient.birth_date.day} " in text
        assert patient.record_number in text
        assert f"Page {number} of 2" in text
        assert "Generated Wed 9 Sep 2026, 11:18 EDT" in text


def test_a_held_order_says_so_on_paper(site, as_user, nurse):
    order = factory.held(site)
    response = as_user(nurse).get(reverse("infusions:order_pdf", args=[order.pk]))
    text = PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    assert "Do not start on it" in " ".join(text.split())


def test_a_draft_has_no_paper(site, as_user, physician):
    order = factory.draft(factory.sequence(site))
    assert as_user(physician).get(reverse("infusions:order_pdf", args=[order.pk])).status_code == 404


def test_a_scheduler_prints_no_order(site, as_user, scheduler):
    order = factory.signed(site)
    assert as_user(scheduler).get(reverse("infusions:order_pdf", args=[order.pk])).status_code == 403
