"""The prescriber signs under a verbal order, in the queue, or signs that it was said otherwise."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from infusions.models import CoSignature
from kitclinic import signing
from kitclinic.models import AuditEvent
from tests.factories import orders as orders_of
from tests.factories import people
from tests.factories import verbal as factory

QUEUE = reverse("infusions:signing")


@pytest.fixture(autouse=True)
def clock(site):
    with time_machine.travel(orders_of.moment(site), tick=False) as traveller:
        yield traveller


@pytest.fixture
def verbal(site, physician):
    return factory.said(orders_of.signed(site), prescriber=physician)


@pytest.fixture
def client(physician, as_user):
    return as_user(physician)


def page_of(client, verbal):
    return client.get(f"{QUEUE}?verbal={verbal.pk}").content.decode()


def shown(html):
    text = re.search(r"<pre[^>]*>(.*?)</pre>", html, re.S).group(1).replace("&#x27;", "'")
    digest = re.search(r'name="shown_digest" value="([0-9a-f]{64})"', html).group(1)
    assert signing.digest(text) == digest
    return text, digest


def post(client, verbal, digest, **more):
    url = reverse("infusions:verbal_cosign", args=[verbal.pk])
    return client.post(url, {"shown_digest": digest, "password": people.PASSWORD} | more)


def test_the_queue_shows_it_with_its_hour_and_who_read_it_back(client, verbal):
    html = page_of(client, verbal)
    assert "Co-sign verbal hold, due Thu 11:18" in html
    assert "Read back by Ines V., Wed 11:18" in html
    text, _ = shown(html)
    assert factory.WORDS in text


def test_ord_34_after_24_hours_it_is_overdue_and_still_signed(client, verbal, clock):
    clock.shift(timedelta(hours=24, minutes=1))
    client.force_login(verbal.prescriber)
    html = page_of(client, verbal)
    assert "Overdue since 11:18: co-sign verbal hold" in html
    assert post(client, verbal, shown(html)[1]).status_code == 302
    assert CoSignature.objects.count() == 1


def test_ord_34_the_password_signs_exactly_the_text_of_the_page(client, verbal):
    text, digest = shown(page_of(client, verbal))
    response = post(client, verbal, digest, prescriber="999", disputes="")
    assert response.status_code == 302
    made = CoSignature.objects.get()
    assert made.signature.text == signing.canonical(text)
    assert made.disputes == ""
    assert "is co-signed" in client.get(QUEUE).content.decode()


@pytest.mark.parametrize("password", ["", "guess"])
def test_sig_01_without_the_right_password_nothing_is_signed(client, verbal, password):
    _, digest = shown(page_of(client, verbal))
    assert post(client, verbal, digest, password=password).status_code == 422
    assert not CoSignature.objects.exists()


def test_sig_02_a_dispute_is_shown_in_the_text_before_it_is_signed(client, verbal):
    _, digest = shown(page_of(client, verbal))
    note = "I said: wait for me."
    response = post(client, verbal, digest, disputes=note)
    assert response.status_code == 422  # the text that was shown said something else
    assert not CoSignature.objects.exists()
    text, fresh = shown(response.content.decode())
    assert f"I dispute this record:\n{note}" in text
    assert post(client, verbal, fresh, disputes=note).status_code == 302
    assert CoSignature.objects.get().disputes == note


def test_putting_the_note_into_the_text_signs_nothing(client, verbal):
    response = post(client, verbal, "", disputes="Not so.", password="", show="1")
    assert response.status_code == 200
    assert "I dispute this record:\nNot so." in shown(response.content.decode())[0]
    assert not CoSignature.objects.exists()


def test_another_prescriber_neither_sees_nor_signs_it(site, as_user, verbal):
    other = as_user(people.staff("physician", site=site, name="Bo Lindqvist"))
    assert "Co-sign" not in other.get(QUEUE).content.decode()
    assert other.get(f"{QUEUE}?verbal={verbal.pk}").status_code == 404
    assert post(other, verbal, "0" * 64).status_code == 404


def test_a_nurse_who_posts_a_co_signature_is_refused_and_written_down(site, as_user, nurse, verbal):
    assert post(as_user(nurse), verbal, "0" * 64).status_code == 403
    assert not CoSignature.objects.exists()
    event = AuditEvent.objects.get(event="refused: not a prescriber")
    assert (event.by, event.detail["view"]) == (nurse, "infusions:verbal_cosign")


def test_another_clinics_verbal_order_is_not_there(other_site, as_user, verbal):
    foreign = as_user(people.staff("physician", site=other_site))
    assert foreign.get(f"{QUEUE}?verbal={verbal.pk}").status_code == 404
    assert post(foreign, verbal, "0" * 64).status_code == 404


def test_sig_04_who_signed_in_more_than_eight_hours_ago_signs_in_again(client, verbal, clock):
    _, digest = shown(page_of(client, verbal))
    clock.shift(timedelta(hours=8))
    assert 'name="password"' in page_of(client, verbal)  # eight hours sharp still sign
    clock.shift(timedelta(seconds=1))
    html = page_of(client, verbal)
    assert "You signed in more than 8 hours ago" in html
    assert 'name="password"' not in html
    response = post(client, verbal, digest)
    assert response.status_code == 422
    assert not CoSignature.objects.exists()


def test_a_signed_one_leads_to_its_order(client, verbal):
    factory.cosigned(verbal, at=timezone.now())
    response = client.get(f"{QUEUE}?verbal={verbal.pk}")
    assert response["Location"] == reverse("infusions:order", args=[verbal.order_id])
    assert "Co-signed Wed 9 Sep 2026 11:18:00 EDT" in client.get(response["Location"]).content.decode()
