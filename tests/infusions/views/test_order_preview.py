"""The composer's arithmetic comes from the server while it is chosen; nothing is written by looking."""

from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from infusions.models import Formulary, Order, Product
from kitclinic.models import AuditEvent
from scheduling.models import Weight
from scheduling.rules.numbers import NotTyped, read_kg
from tests.factories import orders as factory
from tests.factories import people


@pytest.fixture(autouse=True)
def clock(site):
    with time_machine.travel(factory.moment(site), tick=False):
        yield


@pytest.fixture
def sequence(site):
    Product.objects.get_or_create(site=site, strength_mg_per_ml=10, vial_ml=Decimal("20"))
    Product.objects.get_or_create(site=site, strength_mg_per_ml=50, vial_ml=Decimal("10"))
    return factory.sequence(site)


@pytest.fixture
def client(physician, as_user):
    return as_user(physician)


def url(sequence):
    return reverse("infusions:order_preview", args=[sequence.pk])


def seen(client, sequence, **fields):
    response = client.post(url(sequence), fields)
    assert response.status_code == 200
    return response.content.decode()


def test_the_numbers_follow_weight_vial_and_bag_and_nothing_is_written(client, sequence):
    rows = (AuditEvent.objects.count(), Weight.objects.count())
    assert "41.25<small>mg</small>" in seen(client, sequence)
    html = seen(client, sequence, strength="10", bag_ml="100", fill="added_to")
    assert "<b>4.1 mL</b>" in html
    assert "<b>156.2 mL/h</b>, 104.1 mL" in html
    html = seen(client, sequence, weight_source="stated", weight_kg="635.0", weight_reason="by phone")
    assert "317.5<small>mg</small>" in html
    assert (Order.objects.count(), Formulary.objects.count()) == (0, 0)
    assert (AuditEvent.objects.count(), Weight.objects.count()) == rows


UNREAD = ["635,", "82,5", "1e2", "NaN", "-80", "0", "1000", "80.55", "82.", "８２.５", "180 lb", "9" * 10_000]


@pytest.mark.parametrize("typed", UNREAD)
def test_dos_12_what_is_no_weight_gives_no_dose_and_the_readers_own_sentence(client, sequence, typed):
    sent = {"weight_source": "stated", "weight_kg": typed, "weight_reason": "by phone"}
    with pytest.raises(NotTyped) as wrong:
        read_kg(typed)
    html = seen(client, sequence, **sent)
    assert f"<p>{wrong.value}</p>" in html
    assert "No weight yet" not in html
    assert "<small>mg</small>" not in html
    posted = client.post(reverse("infusions:order_new", args=[sequence.pk]), sent)
    assert posted.status_code == 422
    assert posted.context["form"].errors["weight_kg"] == [str(wrong.value)]


@pytest.mark.parametrize("typed", ["", "  "])
def test_nothing_typed_is_no_weight_yet(client, sequence, typed):
    html = seen(client, sequence, weight_source="stated", weight_kg=typed, weight_reason="by phone")
    assert "No weight yet" in html
    assert "<small>mg</small>" not in html


def test_an_odd_weight_is_asked_about_in_words_and_typed_once_more(client, sequence):
    odd = {"weight_source": "stated", "weight_kg": "181.9", "weight_reason": "by phone"}
    html = seen(client, sequence, **odd)
    assert "data-asks-again" in html
    assert "one of them may be pounds" in html
    assert "90.95<small>mg</small>" in html, "the number is asked about, never changed"
    assert "data-asks-again" not in seen(client, sequence, **odd, again_kg="181.9")


def test_everything_missing_is_listed_with_the_place_where_it_is_recorded(client, sequence):
    html = seen(client, sequence)
    assert "2 things missing for a signature" in html
    assert '<a class="link" href="#id_medication_noted">Read and tick it</a>' in html
    assert '<a class="link" href="#id_driver_plan">Write the plan</a>' in html
    read = {"medication_noted": "on", "driver_plan": "The sister, to be called"}
    assert "Nothing is missing for a signature" in seen(client, sequence, **read)


def test_what_the_assessment_lacks_leads_there(client, sequence, physician, site):
    factory.next_assessment(sequence, ketamine_misuse=True)
    html = seen(client, sequence, medication_noted="on", driver_plan="the sister")
    assert "Ketamine was misused before" in html
    assert reverse("scheduling:eligibility", args=[sequence.patient_id]) in html


def test_dos_06_a_preparation_that_is_off_asks_for_its_reason(client, sequence):
    factory.weighed(sequence, "104.3")
    html = seen(client, sequence)
    assert "data-asks-why" in html
    assert '<input type="hidden" name="confirmed" value="DOS-06">' in html
    client.post(
        reverse("infusions:order_new", args=[sequence.pk]),
        {"confirmed": "DOS-06", "preparation_reason": "1 mL syringes only"},
    )
    assert Order.objects.get().preparation_reason == "1 mL syringes only"


def test_a_stated_weight_is_written_with_the_draft(client, sequence, physician):
    sent = {"weight_source": "stated", "weight_kg": "84.0", "weight_reason": "cannot stand", "note": "x"}
    client.post(reverse("infusions:order_new", args=[sequence.pk]), sent)
    order = Order.objects.get()
    assert (order.weight.source, order.dose_mg, order.weight_reason) == ("stated", Decimal("42.0"), "cannot stand")


def test_a_refused_draft_keeps_what_was_typed(client, sequence):
    sent = {"weight_source": "stated", "weight_kg": "84.0", "note": "Dark room"}
    response = client.post(reverse("infusions:order_new", args=[sequence.pk]), sent)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Say why a weight that was not measured is used." in html
    assert 'value="84.0"' in html
    assert 'value="Dark room"' in html
    assert not Weight.objects.filter(source="stated").exists()


@pytest.mark.parametrize("role", ["nurse", "scheduler", "clinic_lead", "psychologist"])
def test_nobody_but_a_prescriber_composes(site, as_user, sequence, role):
    assert as_user(people.staff(role, site=site)).post(url(sequence)).status_code == 403


def test_another_sites_sequence_is_not_found_and_a_get_is_not_answered(client, sequence, other_site):
    assert client.post(url(factory.sequence(other_site))).status_code == 404
    assert client.get(url(sequence)).status_code == 405
