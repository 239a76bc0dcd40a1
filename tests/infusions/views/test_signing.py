"""The prescriber's home: read the arithmetic, sign exactly the text, or return it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from infusions import actions
from infusions.states import OrderState
from kitclinic import signing
from kitclinic.models import AuditEvent, Signature
from scheduling.actions import Assessment, assess_eligibility
from scheduling.actions.eligibility import Verdict
from tests.factories import orders as factory
from tests.factories import people
from tests.factories.scheduling import facts

URL = reverse("infusions:signing")


@pytest.fixture(autouse=True)
def clock(site):
    with time_machine.travel(factory.moment(site), tick=False):
        yield


@pytest.fixture
def order(site, physician):
    return factory.draft(factory.sequence(site, given_name="Tobi", family_name="Wrenfield"))


@pytest.fixture
def client(physician, as_user):
    return as_user(physician)


def post(client, order, *, password=people.PASSWORD, digest=None):
    shown = digest or factory.shown_digest(order, at=timezone.now())
    return client.post(f"{URL}?order={order.pk}", {"password": password, "shown_digest": shown})


def shown_text(html):
    return re.search(r"<pre[^>]*>(.*?)</pre>", html, re.S).group(1).replace("&#x27;", "'")


def test_an_empty_queue_says_that_nothing_waits(client):
    assert "Nothing waits for you" in client.get(URL).content.decode()


@pytest.mark.parametrize("role", ["nurse", "psychologist", "scheduler", "clinic_lead", "administrator"])
def test_nobody_but_a_prescriber_sees_or_signs(site, as_user, order, role):
    client = as_user(people.staff(role, site=site))
    assert client.get(URL).status_code == 403
    assert post(client, order).status_code == 403
    assert not Signature.objects.exists()


def test_a_stranger_is_sent_to_sign_in(client, order):
    client.logout()
    assert client.get(URL).status_code == 302


def test_the_page_shows_the_arithmetic_and_the_text_that_will_be_signed(client, order):
    html = client.get(URL).content.decode()
    assert "41.25<small>mg</small>" in html
    assert "<b>0.83 mL</b>" in html
    assert "78.3 kg or less" in html
    digest = re.search(r'name="shown_digest" value="([0-9a-f]{64})"', html).group(1)
    assert signing.digest(shown_text(html)) == digest


def test_the_right_password_signs_exactly_the_text_of_the_page(client, order, physician):
    html = client.get(URL).content.decode()
    response = post(client, order)
    assert (response.status_code, response["Location"]) == (302, URL)
    order.refresh_from_db()
    assert (order.state, order.signature.signer) == (OrderState.SIGNED, physician)
    assert order.signature.text == signing.canonical(shown_text(html))
    assert "is signed: 41.25 mg on each day" in client.get(URL).content.decode()


def test_sig_01_a_wrong_password_says_so_at_its_field_and_signs_nothing(client, order):
    response = post(client, order, password="guess")
    assert response.status_code == 422
    html = response.content.decode()
    assert 'aria-invalid="true"' in html
    assert "That is not your password. Nothing was signed" in html
    assert not Signature.objects.exists()


def test_a_missing_password_is_asked_for(client, order):
    response = post(client, order, password="")
    assert response.status_code == 422
    assert "Type your password" in response.content.decode()


def test_sig_02_another_text_than_the_one_shown_is_not_signed(client, order):
    response = post(client, order, digest="0" * 64)
    assert response.status_code == 422
    assert "changed while you were reading" in response.content.decode()
    assert not Signature.objects.exists()


def test_ord_04_what_must_be_decided_first_is_listed_and_the_button_is_off(client, order, physician):
    assess_eligibility(
        patient=order.sequence.patient,
        assessment=Assessment(facts=facts(ketamine_misuse=True)),
        by=physician,
        at=timezone.now(),
        verdict=Verdict.OPEN,
    )
    html = client.get(f"{URL}?order={order.pk}").content.decode()
    assert "Before this can be signed" in html
    assert "ORD-04" in html
    assert re.search(r"btn--sign\" type=\"submit\" disabled", html)
    assert reverse("scheduling:eligibility", args=[order.sequence.patient_id]) in html
    assert post(client, order).status_code == 422


def test_a_sequence_without_an_order_offers_the_draft(client, site):
    sequence = factory.sequence(site)
    html = client.get(f"{URL}?sequence={sequence.pk}").content.decode()
    assert "needs its order" in html
    assert reverse("infusions:order_new", args=[sequence.pk]) in html
    assert "41.25<small>mg</small>" in html


def test_a_held_order_shows_what_would_be_affirmed(client, site):
    order = factory.held(site)
    html = client.get(f"{URL}?order={order.pk}").content.decode()
    assert "Weight of the order: 88.4 kg. Weight now: 83.3 kg (−5.8%)" in html
    assert reverse("infusions:order_release", args=[order.pk]) in html


def test_an_order_that_waits_no_more_is_shown_on_its_own_page(client, order):
    factory.sign(order)
    response = client.get(f"{URL}?order={order.pk}")
    assert response["Location"] == reverse("infusions:order", args=[order.pk])


@pytest.mark.parametrize("query", ["order=0", "order=x", "sequence=0", "sequence=-1"])
def test_what_does_not_exist_is_not_found(client, query):
    assert client.get(f"{URL}?{query}").status_code == 404


def test_another_sites_order_is_not_found(client, other_site):
    foreign = factory.draft(factory.sequence(other_site))
    assert client.get(f"{URL}?order={foreign.pk}").status_code == 404
    assert post(client, foreign).status_code == 404
    assert client.get(f"{URL}?sequence={foreign.sequence_id}").status_code == 404


def test_keys_lead_to_the_next_and_the_previous_line(client, site, order):
    factory.draft(factory.sequence(site, start_minute=700), at=timezone.now() + timedelta(minutes=1))
    html = client.get(f"{URL}?order={order.pk}").content.decode()
    assert re.search(rf'href="{URL}\?order=\d+" data-kc-key="j"', html)
    assert f'href="{URL}?order={order.pk}" data-kc-key="k"' in html


def test_the_page_takes_thirty_queries_at_most_however_long_the_queue(
    client, site, order, django_assert_max_num_queries
):
    for minute in (550, 560, 700, 710):
        factory.draft(factory.sequence(site, start_minute=minute))
    with django_assert_max_num_queries(30):
        client.get(URL)


def test_after_a_signature_the_line_below_opens_by_itself(client, site, order):
    below = factory.draft(factory.sequence(site, start_minute=700), at=timezone.now() + timedelta(minutes=1))
    assert post(client, order)["Location"] == f"{URL}?order={below.pk}"
    assert post(client, below)["Location"] == URL  # at the end: what is left stands at the top


def test_ord_01_a_nurse_who_posts_a_signature_is_refused_and_written_down(as_user, nurse, order):
    assert as_user(nurse).get(URL).status_code == 403
    assert not AuditEvent.objects.filter(event="refused: not a prescriber").exists()  # looking is no attempt
    assert post(as_user(nurse), order).status_code == 403
    event = AuditEvent.objects.get(event="refused: not a prescriber")
    assert (event.by, event.detail) == (
        nurse,
        {"permission": "SIGN_ORDERS", "view": "infusions:signing", "role": "nurse"},
    )


@pytest.mark.parametrize(("seconds", "signs"), [(0, True), (1, False)])
def test_sig_04_a_session_of_more_than_eight_hours_signs_nothing(client, order, physician, seconds, signs):
    with time_machine.travel(timezone.now() + timedelta(hours=8, seconds=seconds), tick=False):
        html = client.get(f"{URL}?order={order.pk}").content.decode()
        assert ('name="password"' in html) is signs
        assert ("signed in more than 8 hours ago" in html) is not signs
        assert post(client, order).status_code == (302 if signs else 422)
    order.refresh_from_db()
    assert order.state == (OrderState.SIGNED if signs else OrderState.DRAFT)


def test_sig_04_signing_in_again_leads_back_to_the_same_order(client, order, physician):
    with time_machine.travel(timezone.now() + timedelta(hours=9), tick=False):
        html = client.get(f"{URL}?order={order.pk}").content.decode()
        way = re.search(r'name="next" value="([^"]+)"', html).group(1)
        out = client.post(reverse("logout"), {"next": way.replace("&amp;", "&")})
        login = {"username": physician.username, "password": people.PASSWORD}
        back = client.post(out["Location"], login)
        assert back["Location"] == f"{URL}?order={order.pk}"
        assert post(client, order).status_code == 302


def test_fields_that_are_not_on_the_form_are_ignored(client, site, order, physician):
    other = people.staff("physician", site=site, name="Bo Lindqvist")
    shown = factory.shown_digest(order, at=timezone.now())
    sent = {"password": people.PASSWORD, "shown_digest": shown, "signed_by": other.pk, "dose_mg": "99"}
    assert client.post(f"{URL}?order={order.pk}", sent).status_code == 302
    order.refresh_from_db()
    assert (order.signature.signer, str(order.dose_mg)) == (physician, "41.250")


def test_ord_35_the_queue_says_first_what_of_the_next_day_is_not_signed(client, site, order):
    sunday = site.instant(factory.MONDAY - timedelta(days=1), 960)
    actions.escalate_unsigned(site=site, at=sunday)
    with time_machine.travel(sunday, tick=False):
        client.force_login(people.staff("physician", site=site))
        html = client.get(URL).content.decode()
    assert "Not signed: 1 visit of the next clinic day" in html
    assert "Not signed: tomorrow, 09:00" in html
