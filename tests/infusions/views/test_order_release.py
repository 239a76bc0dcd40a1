"""Releasing a held order: reason, password, exactly the text."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from infusions.models import Affirmation
from infusions.queries.order_sheet import order_sheet
from infusions.queries.orders import orders
from tests.factories import orders as factory
from tests.factories import people


@pytest.fixture(autouse=True)
def clock(site):
    with time_machine.travel(factory.moment(site) + timedelta(hours=2), tick=False):
        yield


@pytest.fixture
def held(site, physician):
    return factory.held(site)


def post(client, order, reader, **change):
    sheet = order_sheet(orders(order.site).get(pk=order.pk), reader=reader, at=factory.moment(order.site))
    given = {"reason": "Fluid only", "password": people.PASSWORD, "shown_digest": sheet.affirm_digest} | change
    return client.post(reverse("infusions:order_release", args=[order.pk]), given)


def test_ord_17_the_password_releases_and_the_signature_is_kept(held, as_user, physician):
    assert post(as_user(physician), held, physician).status_code == 302
    held.refresh_from_db()
    affirmed = Affirmation.objects.get()
    assert (held.state, affirmed.reason, affirmed.signature.signer) == ("signed", "Fluid only", physician)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "guess"}, "That is not your password"),
        ({"reason": ""}, "Give the reason"),
        ({"shown_digest": "0" * 64}, "changed while you were reading"),
    ],
)
def test_ord_17_whatever_is_missing_keeps_it_held(held, as_user, physician, change, words):
    response = post(as_user(physician), held, physician, **change)
    assert response.status_code == 422
    assert words in response.content.decode()
    held.refresh_from_db()
    assert held.state == "held"
    assert not Affirmation.objects.exists()


def test_ord_17_a_nurse_releases_nothing(held, as_user, nurse):
    assert post(as_user(nurse), held, nurse).status_code == 403
