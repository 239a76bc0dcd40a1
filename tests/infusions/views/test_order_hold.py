"""Holding from the order's page."""

from django.urls import reverse

from tests.factories import orders as factory


def post(client, order, reason):
    return client.post(reverse("infusions:order_hold", args=[order.pk]), {"reason": reason})


def test_a_prescriber_holds_with_a_reason(site, as_user, physician):
    order = factory.signed(site)
    response = post(as_user(physician), order, "Chest pain")
    assert response["Location"] == reverse("infusions:order", args=[order.pk])
    order.refresh_from_db()
    assert (order.state, order.held_because) == ("held", "Chest pain")


def test_ord_16_without_a_reason_the_dialog_comes_back(site, as_user, physician):
    response = post(as_user(physician), factory.signed(site), "")
    assert response.status_code == 422
    html = response.content.decode()
    assert 'id="kc-hold"' in html
    assert "data-kc-open-now" in html
    assert "Give the reason" in html


def test_a_nurse_and_a_get_hold_nothing(site, as_user, nurse, physician):
    order = factory.signed(site)
    assert post(as_user(nurse), order, "x").status_code == 403
    assert as_user(physician).get(reverse("infusions:order_hold", args=[order.pk])).status_code == 405
    order.refresh_from_db()
    assert order.state == "signed"


def test_sta_01_what_cannot_be_held_is_refused_in_words(site, as_user, physician):
    response = post(as_user(physician), factory.draft(factory.sequence(site)), "x")
    assert response.status_code == 422
    assert "cannot become held" in response.content.decode()
