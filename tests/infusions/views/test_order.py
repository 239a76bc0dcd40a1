"""One order: everybody with charts may read it; the acts are a prescriber's."""

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from infusions.models import Order
from kitclinic.models import Signature
from tests.factories import orders as factory
from tests.factories import people


@pytest.fixture(autouse=True)
def clock(site):
    with time_machine.travel(factory.moment(site), tick=False):
        yield


def url(order):
    return reverse("infusions:order", args=[order.pk])


def acts(html):
    words = {"sign": "Read and sign", "hold": 'data-kc-open="kc-hold"', "release": 'data-kc-open="kc-release"'}
    words |= {"discontinue": 'data-kc-open="kc-return"', "pdf": "PDF with preparation card"}
    return {name for name, word in words.items() if word in html}


@pytest.mark.parametrize(
    ("role", "status"), [("nurse", 200), ("clinic_lead", 200), ("scheduler", 403), ("psychologist", 403)]
)
def test_who_may_see_charts_reads_orders(site, as_user, role, status):
    order = factory.signed(site)
    assert as_user(people.staff(role, site=site)).get(url(order)).status_code == status


def test_a_nurse_reads_and_acts_on_nothing(site, as_user, nurse):
    for order in (factory.signed(site), factory.held(site, start_minute=700)):
        html = as_user(nurse).get(url(order)).content.decode()
        assert acts(html) == {"pdf"}
        assert "<form" not in html.split('id="kc-main"')[1].split("</main>")[0]


def test_a_prescriber_may_do_what_the_state_allows(site, as_user, physician):
    client = as_user(physician)
    draft = factory.draft(factory.sequence(site))
    assert acts(client.get(url(draft)).content.decode()) == {"sign", "discontinue"}
    signed = factory.signed(site, start_minute=700)
    assert acts(client.get(url(signed)).content.decode()) == {"hold", "discontinue", "pdf"}
    held = factory.held(site, start_minute=710)
    assert acts(client.get(url(held)).content.decode()) == {"release", "discontinue", "pdf"}


def test_the_signature_is_verified_when_it_is_shown(site, as_user, nurse):
    order = factory.signed(site)
    html = as_user(nurse).get(url(order)).content.decode()
    assert f"SHA-256 {order.signature.digest}" in html
    assert "Verified now" in html
    assert f"{order.signature.printed_name}, MD" in html


def test_a_text_that_is_not_what_was_signed_is_said_to_be_so(site, as_user, nurse, monkeypatch):
    order = factory.signed(site)
    monkeypatch.setattr("infusions.views.order.signing.verify", lambda signature: False)
    html = as_user(nurse).get(url(order)).content.decode()
    assert "Not verified" in html
    assert "Do not use it" in html


def test_all_versions_are_listed(site, as_user, physician):
    order = factory.signed(site)
    new = factory.actions.supersede_order(order=order, by=physician, at=timezone.now(), reason="long QT")
    html = as_user(physician).get(url(order)).content.decode()
    assert url(new) in html
    assert "No infusion starts on it any more" in html


def test_an_affirmation_is_shown_with_its_reason(site, as_user, nurse):
    order = factory.release(factory.held(site), reason="Fluid only")
    html = as_user(nurse).get(url(order)).content.decode()
    assert "Affirmed for 83.3 kg" in html
    assert "Fluid only" in html


def test_another_sites_order_is_not_found(other_site, as_user, physician):
    foreign = factory.signed(other_site)
    client = as_user(physician)
    for name in ("order", "order_pdf"):
        assert client.get(reverse(f"infusions:{name}", args=[foreign.pk])).status_code == 404
    for name in ("order_hold", "order_release", "order_discontinue"):
        assert client.post(reverse(f"infusions:{name}", args=[foreign.pk])).status_code == 404


def test_an_order_page_takes_thirty_queries_at_most(site, as_user, physician, django_assert_max_num_queries):
    order, client = factory.held(site), as_user(physician)
    with django_assert_max_num_queries(30):
        client.get(url(order))
    assert (Order.objects.count(), Signature.objects.count()) == (1, 1)
