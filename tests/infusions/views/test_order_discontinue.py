"""Returning a draft and ending an order."""

import pytest
from django.urls import reverse

from tests.factories import orders as factory


def post(client, order, reason="Wrong patient"):
    return client.post(reverse("infusions:order_discontinue", args=[order.pk]), {"reason": reason})


def test_a_returned_draft_leads_back_to_the_queue(site, as_user, physician):
    order = factory.draft(factory.sequence(site))
    response = post(as_user(physician), order)
    assert response["Location"] == reverse("infusions:signing")
    order.refresh_from_db()
    assert (order.state, order.signature) == ("discontinued", None)


def test_a_discontinued_order_stays_on_its_page(site, as_user, physician):
    order = factory.signed(site)
    assert post(as_user(physician), order)["Location"] == reverse("infusions:order", args=[order.pk])
    order.refresh_from_db()
    assert order.state == "discontinued"


@pytest.mark.parametrize("role", ["nurse", "scheduler"])
def test_nobody_but_a_prescriber_ends_an_order(site, as_user, role, request):
    order = factory.signed(site)
    assert post(as_user(request.getfixturevalue(role)), order).status_code == 403
    order.refresh_from_db()
    assert order.state == "signed"


def test_ord_16_without_a_reason_nothing_ends(site, as_user, physician):
    order = factory.signed(site)
    response = post(as_user(physician), order, reason="  ")
    assert response.status_code == 422
    assert "Give the reason" in response.content.decode()
    order.refresh_from_db()
    assert order.state == "signed"
