"""A hold by word of mouth, from the order's page."""

from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from infusions.models import VerbalOrder
from tests.factories import orders as factory
from tests.factories import people


@pytest.fixture(autouse=True)
def clock(site):
    with time_machine.travel(factory.moment(site), tick=False):
        yield


@pytest.fixture
def order(site):
    return factory.signed(site)


@pytest.fixture
def client(nurse, as_user):
    return as_user(nurse)


def url(order):
    return reverse("infusions:verbal_new", args=[order.pk])


def body(physician, **changed):
    given = {
        "key": str(uuid4()),
        "kind": "hold",
        "prescriber": physician.pk,
        "said": "Wait for the ECG.",
        "read_back": "on",
    }
    return given | changed


def test_the_orders_page_leads_a_nurse_to_it_and_a_physician_to_the_real_hold(client, order, physician, as_user):
    page = reverse("infusions:order", args=[order.pk])
    assert url(order) in client.get(page).content.decode()
    assert url(order) not in as_user(physician).get(page).content.decode()
    assert "hold this order" in client.get(url(order)).content.decode()


def test_what_was_said_holds_the_order_and_stands_on_its_page(client, order, physician):
    response = client.post(url(order), body(physician))
    assert response["Location"] == reverse("infusions:order", args=[order.pk])
    order.refresh_from_db()
    assert order.state == "held"
    html = client.get(response["Location"]).content.decode()
    assert "“Wait for the ECG.”" in html
    assert "Co-signature due Thu 10 Sep 2026, 11:18 EDT" in html


@pytest.mark.parametrize("fault", [{"read_back": ""}, {"said": " "}, {"prescriber": ""}, {"said": "x" * 301}])
def test_ord_31_what_is_missing_is_said_and_nothing_is_held(client, order, physician, fault):
    response = client.post(url(order), body(physician, **fault))
    assert response.status_code == 422
    order.refresh_from_db()
    assert (order.state, VerbalOrder.objects.count()) == ("signed", 0)


def test_ord_31_somebody_elses_prescriber_is_no_choice(client, order, other_site):
    foreign = people.staff("physician", site=other_site)
    assert client.post(url(order), body(foreign)).status_code == 422


def test_ord_30_a_stop_from_here_names_no_infusion(client, order, physician):
    response = client.post(url(order), body(physician, kind="stop"))
    assert response.status_code == 422
    assert "chart of the visit" in response.content.decode()


@pytest.mark.parametrize("role", ["physician", "scheduler", "clinic_lead"])
def test_only_who_charts_comes_here(site, order, as_user, role):
    assert as_user(people.staff(role, site=site)).get(url(order)).status_code == 403


def test_another_clinics_order_is_not_there(order, other_site, as_user, physician):
    client = as_user(people.staff("nurse", site=other_site))
    assert client.get(url(order)).status_code == 404
    assert client.post(url(order), body(physician)).status_code == 404
