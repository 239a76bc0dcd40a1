"""The list of movements: newest first, narrowed by what is asked, fifty a page, patients by record number."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from infusions.models import Movement
from tests.factories import infusions, ledger, people

URL = reverse("infusions:ledger_movements")


@pytest.fixture
def moved(site, nurse, physician, clock):
    """60 vials of one kind and 2 of another, one dose drawn a day later, and a witnessed waste."""
    chair = infusions.chair(site=site, nurse=nurse).arrive()
    ledger.stocked(site, vials=60, at=chair.at - timedelta(days=1))
    ledger.stocked(site, 10, vials=2, at=chair.at - timedelta(days=1), lot="TEN")
    (draw,) = ledger.withdrawn(chair.infusion, by=nurse, at=chair.at)
    ledger.wasted(by=nurse, at=chair.at, vial=draw.vial, ml=Decimal("1"), reason="Broken", witness=physician)
    clock(chair.at)
    return draw


def kinds(client, **asked) -> list[str]:
    return [one.kind for one in client.get(URL, asked).context["shown"]]


def test_newest_first_fifty_a_page(as_user, nurse, moved):
    client = as_user(nurse)
    assert kinds(client)[:3] == ["wasted", "withdrawn", "received"]
    assert len(kinds(client)) == 50
    assert len(kinds(client, page="2")) == 14


def test_each_filter_narrows(as_user, nurse, physician, site, moved):
    client, today = as_user(nurse), site.today(moved.received_at)
    ten = ledger.product(site, 10)
    assert kinds(client, kind="withdrawn") == ["withdrawn"]
    assert kinds(client, product=ten.pk) == ["received"] * 2
    assert kinds(client, vial=moved.vial.number) == ["wasted", "withdrawn", "received"]
    assert kinds(client, person=physician.pk) == ["wasted"]  # the witness is found too
    assert kinds(client, first=today.isoformat()) == ["wasted", "withdrawn"]
    assert set(kinds(client, last=(today - timedelta(days=1)).isoformat())) == {"received"}
    assert kinds(client, kind="returned") == []


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("vial", "x"),
        ("vial", "\N{ARABIC-INDIC DIGIT THREE}"),
        ("kind", "stolen"),
        ("first", "2026-02-30"),
        ("last", "9999-12-31"),
        ("first", "0001-01-01"),
        ("person", "x"),
        ("product", "9" * 50),
    ],
)
def test_a_filter_that_cannot_be_read_shows_its_error_and_no_movement(as_user, nurse, moved, field, typed):
    response = as_user(nurse).get(URL, {field: typed})
    assert response.status_code == 422
    assert "Nothing is shown" in response.content.decode()
    assert list(response.context["shown"]) == []


def test_patients_stand_by_record_number_only(as_user, lead, moved):
    page = as_user(lead).get(URL).content.decode()
    patient = moved.infusion.patient
    assert patient.record_number in page
    assert patient.family_name not in page


def test_movements_of_another_clinic_are_not_there(as_user, other_site, moved):
    stranger = as_user(people.staff("nurse", site=other_site))
    assert kinds(stranger) == []
    assert stranger.get(URL, {"product": moved.vial.product_id}).status_code == 422
    assert "Nothing has moved yet" in stranger.get(URL).content.decode()


def test_the_page_takes_few_queries_however_many_movements(as_user, nurse, moved, django_assert_max_num_queries):
    assert Movement.objects.count() == 64
    client = as_user(nurse)
    with django_assert_max_num_queries(12):
        client.get(URL)
