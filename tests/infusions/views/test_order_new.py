"""Writing a draft: one tap with the defaults, or with choices."""

import pytest
import time_machine
from django.urls import reverse

from infusions.models import Order
from tests.factories import orders as factory
from tests.factories import people


@pytest.fixture(autouse=True)
def clock(site):
    with time_machine.travel(factory.moment(site), tick=False):
        yield


@pytest.fixture
def sequence(site):
    return factory.sequence(site)


@pytest.fixture
def client(physician, as_user):
    return as_user(physician)


def url(sequence):
    return reverse("infusions:order_new", args=[sequence.pk])


def test_the_page_shows_the_dose_and_changes_nothing(client, sequence):
    html = client.get(url(sequence)).content.decode()
    assert "41.25<small>mg</small>" in html
    assert not Order.objects.exists()


def test_one_tap_writes_the_draft_and_leads_to_its_signature(client, sequence):
    response = client.post(url(sequence))
    order = Order.objects.get()
    assert response["Location"] == f"{reverse('infusions:signing')}?order={order.pk}"
    assert (order.state, order.ondansetron) == ("draft", True)


def test_choices_stand_in_the_draft(client, sequence):
    client.post(
        url(sequence),
        {"no_ondansetron": "other", "no_ondansetron_note": "severe constipation", "note": "Dark room"},
    )
    order = Order.objects.get()
    assert (order.no_ondansetron, order.no_ondansetron_note, order.note) == (
        "other",
        "severe constipation",
        "Dark room",
    )


def test_fields_that_are_not_offered_change_nothing(client, sequence, nurse):
    client.post(url(sequence), {"dose_mg": "1", "weight_kg": "1", "state": "signed", "drafted_by": nurse.pk})
    order = Order.objects.get()
    assert (str(order.dose_mg), order.state, order.drafted_by != nurse) == ("41.250", "draft", True)


def test_dos_06_a_volume_that_is_off_is_asked_about_and_confirmed_there(client, sequence, site):
    factory.weighed(sequence, "104.3")
    refused = client.post(url(sequence))
    assert refused.status_code == 422
    assert 'name="reason_DOS-06"' in refused.content.decode()
    assert not Order.objects.exists()
    client.post(url(sequence), {"confirmed": "DOS-06", "reason_DOS-06": "1 mL syringes only"})
    assert Order.objects.get().preparation_reason == "1 mL syringes only"


def test_a_new_version_asks_why(client, site):
    order = factory.signed(site)
    refused = client.post(url(order.sequence))
    assert refused.status_code == 422
    order.refresh_from_db()
    assert order.state == "signed"
    client.post(url(order.sequence), {"reason": "Premedication removed", "no_ondansetron": "long_qt"})
    new = Order.objects.get(version=2)
    assert (new.state, new.supersedes_reason, new.ondansetron) == ("draft", "Premedication removed", False)


def test_without_a_measured_weight_the_page_says_what_to_do(client, site, monkeypatch):
    sequence = factory.sequence(site)
    monkeypatch.setattr("infusions.queries.order_new.latest_weight", lambda patient: None)
    html = client.get(url(sequence)).content.decode()
    assert "No measured weight" in html


@pytest.mark.parametrize("role", ["nurse", "scheduler", "clinic_lead"])
def test_nobody_but_a_prescriber_writes_orders(site, as_user, sequence, role):
    client = as_user(people.staff(role, site=site))
    assert (client.get(url(sequence)).status_code, client.post(url(sequence)).status_code) == (403, 403)


def test_another_sites_sequence_is_not_found(client, other_site):
    assert client.post(url(factory.sequence(other_site))).status_code == 404
