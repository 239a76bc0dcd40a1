"""Who may sign an order over the wire, and what becomes of everything that is sent besides."""

import json
from datetime import timedelta
from urllib.parse import urlencode, urljoin

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitclinic import signing
from kitclinic.models import Signature, StaffUser, Transition
from scheduling.actions import Assessment, assess_eligibility
from tests.factories import orders as factory
from tests.factories import people
from tests.factories.scheduling import facts
from tests.journeys.person import Staff
from tests.journeys.reading import Page

URL = reverse("infusions:signing")
OTHERS = ("nurse", "psychologist", "scheduler", "clinic_lead", "administrator")


@pytest.fixture
def clock(site):
    with time_machine.travel(factory.moment(site), tick=False) as traveller:
        yield traveller


@pytest.fixture
def order(site, physician, clock):
    return factory.draft(factory.sequence(site, given_name="Tobi", family_name="Wrenfield"))


@pytest.fixture
def client(physician, as_user, order):
    return as_user(physician)


def row(order):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t) FROM infusions_order t WHERE id = %s", [order.pk])
        found = cursor.fetchone()[0]
    return json.loads(found) if isinstance(found, str) else found


def the_form(client, order, button="Sign order"):
    """Where the form goes and what stands in it, as the page gives it."""
    address = f"{URL}?order={order.pk}"
    page = Page(client.get(address).content.decode())
    (form, _), *_ = page.forms_with(button)
    data = {name: control.chosen[-1] for name, control in form.controls.items() if control.chosen}
    return urljoin(address, form.attributes.get("action") or address), data


def refused(order, before):
    """Nothing of it was signed: the row, its path and the signatures are as they were."""
    assert row(order) == before
    assert not Signature.objects.exists()
    assert [one.to_state for one in Transition.objects.filter(subject="infusions_order")] == ["draft"]


def test_ord_01_a_role_that_does_not_prescribe_posts_a_signature_in_vain(site, as_user, client, order, physician):
    address, data = the_form(client, order)
    before = row(order)
    for role in OTHERS:
        other = as_user(people.staff(role, site=site))
        for sent in ({}, {"signed_by": physician.pk}):
            assert other.post(address, data | {"password": people.PASSWORD} | sent).status_code == 403
        refused(order, before)


def test_a_superuser_signs_nothing(client, order):
    address, data = the_form(client, order)
    before = row(order)
    boss = StaffUser.objects.create_superuser("root", people.PASSWORD, name="Root")
    root = Client()
    root.force_login(boss)
    for sent in ({}, {"role": "physician", "site": order.site_id}):
        assert root.post(address, data | {"password": people.PASSWORD} | sent).status_code == 403
    refused(order, before)


def test_a_stranger_and_a_form_of_another_page_sign_nothing(client, order, physician):
    address, data = the_form(client, order)
    before = row(order)
    assert Client().post(address, data | {"password": people.PASSWORD}).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(physician)
    assert strict.post(address, data | {"password": people.PASSWORD}).status_code == 403
    refused(order, before)


def test_fields_that_are_not_on_the_form_change_nothing_of_the_order(site, client, order, physician):
    address, data = the_form(client, order)
    before, other = row(order), people.staff("physician", site=site, name="Bo Lindqvist")
    extra = {
        "signed_by": other.pk,
        "signer": other.pk,
        "by": other.pk,
        "user": other.username,
        "printed_name": "Bo Lindqvist",
        "dose_mg": "99.0",
        "weight_kg": "198",
        "mg_per_kg": "5",
        "draw_ml": "9.9",
        "state": "completed",
        "signed_at": "2020-01-01T00:00",
        "at": "2020-01-01T00:00",
        "site": "999",
        "site_id": "999",
        "text": "Give everything.",
        "digest": "0" * 64,
        "version": "7",
    }
    answer = client.post(address, data | {"password": people.PASSWORD} | extra)
    assert answer.status_code == 302
    after = row(order)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"state", "signature_id", "signed_at"}
    assert after["state"] == "signed"
    signature = Signature.objects.get()
    assert (signature.signer, signature.signed_at) == (physician, timezone.now())
    assert (signature.printed_name, signature.credentials) == (physician.name, physician.credentials)
    assert signature.digest == data["shown_digest"]
    assert signing.verify(signature)
    assert "41.25 mg" in signature.text
    assert signature.meaning == "ordered"
    assert "EDT" in signature.local_time  # both times: UTC above, the clinic's here


def test_sig_02_an_allergy_added_in_another_tab_makes_the_text_stale(client, order, physician):
    address, data = the_form(client, order)
    before = row(order)
    assess_eligibility(
        patient=order.sequence.patient,
        assessment=Assessment(facts=facts(), allergies="Latex: hives"),
        by=physician,
        at=timezone.now(),
    )
    answer = client.post(address, data | {"password": people.PASSWORD})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "changed while you were reading" in page
    assert "Latex: hives" in page  # and it is read again, as it is now
    refused(order, before)
    address, fresh = the_form(client, order)
    assert fresh["shown_digest"] != data["shown_digest"]
    assert client.post(address, fresh | {"password": people.PASSWORD}).status_code == 302
    assert "Latex: hives" in Signature.objects.get().text


def test_sig_01_a_wrong_password_leaves_nothing(client, order):
    address, data = the_form(client, order)
    before, right = row(order), people.PASSWORD
    for password in ("", " ", "wrong", right.upper(), f" {right}", f"{right} ", "\0", "9" * 10_000):
        answer = client.post(address, data | {"password": password})
        assert answer.status_code == 422, repr(password[:20])
        assert not password.strip(" \0") or password not in answer.content.decode()  # it is never shown again
        refused(order, before)


def test_sig_01_the_password_of_another_prescriber_signs_nothing(site, client, order):
    people.staff("physician", site=site, name="Bo Lindqvist", password="another one entirely")
    address, data = the_form(client, order)
    before = row(order)
    assert client.post(address, data | {"password": "another one entirely"}).status_code == 422
    refused(order, before)


def test_a_session_of_nine_hours_signs_nothing_until_one_signs_in_again(site, physician, order, clock):
    doctor = Staff(physician)
    address, data = the_form(doctor.client, order)
    before = row(order)
    clock.shift(timedelta(hours=9))
    sent = data | {"password": people.PASSWORD}
    sent["csrfmiddlewaretoken"] = doctor.client.cookies["kitclinic_csrf"].value
    answer = doctor.client.post(address, sent)
    assert answer.status_code == 422
    assert "sign in again" in answer.content.decode()
    refused(order, before)
    again = Staff(physician)  # signs in with the password, as everybody does in the morning
    again.open(f"{URL}?order={order.pk}").press("Sign order", password=people.PASSWORD)
    signature = Signature.objects.get()
    assert signature.signed_at == factory.moment(site) + timedelta(hours=9)
    assert signature.method == "password"


def test_a_session_of_thirteen_hours_is_over(client, order, clock):
    address, data = the_form(client, order)
    before = row(order)
    clock.shift(timedelta(hours=13))
    answer = client.post(address, data | {"password": people.PASSWORD})
    assert answer.status_code == 302
    refused(order, before)


def test_an_account_that_was_closed_meanwhile_signs_nothing(client, order, physician):
    address, data = the_form(client, order)
    before = row(order)
    StaffUser.objects.filter(pk=physician.pk).update(is_active=False)
    assert client.post(address, data | {"password": people.PASSWORD}).status_code in (302, 403)
    refused(order, before)


def test_the_same_form_sent_twice_is_one_signature(client, order):
    address, data = the_form(client, order)
    first = client.post(address, data | {"password": people.PASSWORD})
    second = client.post(address, data | {"password": people.PASSWORD})
    assert first.status_code == 302
    assert second.status_code in (302, 409, 422)
    assert Signature.objects.count() == 1


def test_reading_signs_nothing(client, order):
    _, data = the_form(client, order)
    before = row(order)
    client.get(URL, data | {"order": order.pk, "password": people.PASSWORD})
    refused(order, before)


def test_another_clinics_order_is_not_there(client, other_site):
    theirs = factory.signed(other_site)
    before = row(theirs)
    sent = {"password": people.PASSWORD, "shown_digest": "0" * 64, "reason": "because"}
    for name in ("order", "order_pdf", "order_hold", "order_release", "order_discontinue"):
        address = reverse(f"infusions:{name}", args=[theirs.pk])
        assert client.get(address).status_code in (404, 405)
        assert client.post(address, sent).status_code in (404, 405)
        assert client.get(address, headers={"HX-Request": "true"}).status_code in (404, 405)
    assert client.get(reverse("infusions:order_new", args=[theirs.sequence_id])).status_code == 404
    assert client.post(reverse("infusions:order_new", args=[theirs.sequence_id]), sent).status_code == 404
    assert row(theirs) == before


def test_another_clinics_draft_is_not_signed(client, order, other_site):
    theirs = factory.draft(factory.sequence(other_site))
    before = row(theirs)
    _, data = the_form(client, order)
    digest = factory.shown_digest(theirs, at=timezone.now())
    sent = data | {"password": people.PASSWORD, "shown_digest": digest}
    assert client.post(f"{URL}?order={theirs.pk}", sent).status_code == 404
    assert row(theirs) == before
    assert not Signature.objects.exists()


def test_an_address_that_names_no_order_is_no_500(client, order):
    odd = ["9" * 5_000, "9" * 30, "-1", "1e2", "0x1", "²", "NaN", "1.0", "\0", "'", "1 or 1=1", "０"]
    sent = {"password": people.PASSWORD, "shown_digest": "0" * 64}
    for name in ("order", "sequence"):
        for asked in odd:
            assert client.get(URL, {name: asked}).status_code == 404, asked[:20]
            address = f"{URL}?{urlencode({name: asked})}"
            assert client.post(address, sent).status_code in (404, 422), asked[:20]
    assert not Signature.objects.exists()


def test_a_digest_that_is_none_signs_nothing(client, order):
    address, data = the_form(client, order)
    before = row(order)
    for digest in ("", "0", "g" * 64, "0" * 63, "0" * 65, "0" * 10_000, "\0" * 64, "０" * 64):
        answer = client.post(address, data | {"password": people.PASSWORD, "shown_digest": digest})
        assert answer.status_code == 422, digest[:20]
        refused(order, before)
