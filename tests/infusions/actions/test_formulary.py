"""Vials, the usual preparation and the settings of orders: refused in words, kept, and never backwards."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from infusions import actions
from infusions.models import Formulary, OrderSettings, Product
from infusions.queries.formulary import formulary_page, order_settings_of, products_in_use, strengths_in_use
from infusions.states import FillMode
from kitclinic.models import AuditEvent
from kitclinic.problems import Conflict, Refused
from tests.factories import orders as write

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


@pytest.fixture
def usual(site):
    return actions.begin_with_products(site=site, at=AT)


def vial(site, by, **changes):
    facts = {"strength_mg_per_ml": 10, "vial_ml": Decimal("20")} | changes
    return actions.add_product(site=site, by=by, at=AT, **facts)


def test_a_new_clinic_begins_with_one_vial_and_keeps_its_own(site):
    first = actions.begin_with_products(site=site, at=AT)
    assert str(first) == "Ketamine 50 mg/mL, 10 mL vial"
    assert first.is_multi_dose
    assert actions.begin_with_products(site=site, at=AT) == first
    assert Product.objects.filter(site=site).count() == 1


def test_ord_40_vials_of_ten_fifty_and_one_hundred_are_added_and_the_rest_is_refused(site, lead):
    for strength in (10, 50, 100):
        vial(site, lead, strength_mg_per_ml=strength)
    assert strengths_in_use(site) == [10, 50, 100]
    for strength in (0, 5, 20, 500):
        with pytest.raises(Refused, match="10, 50 or 100 mg/mL"):
            vial(site, lead, strength_mg_per_ml=strength)
    for volume in ("0", "-1", "0.4", "100.1", "10.05"):
        with pytest.raises(Refused, match=r"0\.5 to 100 mL"):
            vial(site, lead, vial_ml=Decimal(volume))
    for volume in ("0.5", "100"):
        vial(site, lead, vial_ml=Decimal(volume))
    assert Product.objects.filter(site=site).count() == 5


def test_ord_40_the_same_vial_is_in_the_formulary_once_also_when_out_of_use(site, lead, usual):
    same = {"strength_mg_per_ml": 50, "vial_ml": Decimal("10.0")}
    with pytest.raises(Refused, match="is in use already"):
        vial(site, lead, **same)
    other = vial(site, lead, **same, maker="  Other  ")
    assert other.maker == "Other"
    actions.retire_product(product=usual, by=lead, at=AT)
    with pytest.raises(Refused, match=r"out of use\. Put it back"):
        vial(site, lead, **same)


def test_ord_40_the_database_refuses_to_edit_or_delete_a_vial(site, usual):
    with pytest.raises(IntegrityError, match="never edited or deleted"), transaction.atomic():
        Product.objects.filter(pk=usual.pk).update(strength_mg_per_ml=100)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Product.objects.filter(pk=usual.pk).delete()


def test_ord_41_the_last_vial_of_the_usual_strength_stays_in_use(site, lead, usual):
    ten = vial(site, lead)
    with pytest.raises(Refused, match="last vial of 50 mg/mL"):
        actions.retire_product(product=usual, by=lead, at=AT)
    actions.retire_product(product=ten, by=lead, at=AT)
    with pytest.raises(Conflict, match="out of use already"):
        actions.retire_product(product=ten, by=lead, at=AT)
    assert products_in_use(site) == [usual]
    back = actions.put_back_product(product=ten, by=lead, at=AT)
    assert back.in_use
    with pytest.raises(Conflict, match="in use already"):
        actions.put_back_product(product=ten, by=lead, at=AT)


def test_who_and_when_stand_beside_each_vial(site, lead, usual):
    ten = vial(site, lead)
    actions.retire_product(product=ten, by=lead, at=AT)
    page = formulary_page(site)
    assert [line.product for line in page.in_use] == [usual]
    assert page.in_use[0].is_usual
    assert [event.event for event in page.retired[0].story] == ["product added", "product taken out of use"]
    assert {event.actor for event in page.retired[0].story} == {lead.name}


def prepare(site, by, **changes):
    facts = {"strength_mg_per_ml": 50, "bag_ml": 100, "fill": FillMode.ADDED_TO, "bags_ml": [250, 100, 100]}
    return actions.set_preparation(site=site, by=by, at=AT, **facts | changes)


def test_ord_41_the_usual_preparation_is_of_a_vial_in_use_and_of_a_named_bag(site, lead, usual):
    row = prepare(site, lead)
    assert (row.strength_mg_per_ml, row.bag_ml, row.fill, row.bags_ml) == (50, 100, "added_to", [100, 250])
    for wrong, words in (
        ({"strength_mg_per_ml": 10}, "No vial of 10 mg/mL is in use"),
        ({"bag_ml": 50}, "not among the bags"),
        ({"bags_ml": []}, "at least one bag"),
        ({"bags_ml": [9, 100]}, "not 9 mL"),
        ({"bags_ml": [100, 1001]}, "not 1,001 mL"),
    ):
        with pytest.raises(Refused, match=words):
            prepare(site, lead, **wrong)
    assert prepare(site, lead, bags_ml=[10, 100, 1000]).bags_ml == [10, 100, 1000]
    event = AuditEvent.objects.filter(event="formulary changed").earliest("pk")
    assert event.detail["bag_ml"] == [50, 100]


def test_ord_41_a_change_never_touches_a_written_order(site, physician, lead, usual):
    order = write.draft(write.sequence(site))
    before = (order.strength_mg_per_ml, order.bag_ml, order.draw_ml, order.rate_ml_per_h)
    vial(site, lead)
    prepare(site, lead, strength_mg_per_ml=10)
    actions.retire_product(product=usual, by=lead, at=AT)
    order.refresh_from_db()
    assert (order.strength_mg_per_ml, order.bag_ml, order.draw_ml, order.rate_ml_per_h) == before
    assert Formulary.objects.get(site=site).strength_mg_per_ml == 10


def settle(site, by, **changes):
    facts = {"first_use_days": 21, "after_first_days": 10, "escalate_minute": 14 * 60}
    return actions.change_order_settings(site=site, by=by, at=AT, **facts | changes)


def test_ord_42_an_order_holds_30_and_14_days_unless_the_clinic_sets_1_to_180(site, lead):
    assert (order_settings_of(site).first_use_days, order_settings_of(site).after_first_days) == (30, 14)
    assert not OrderSettings.objects.exists()
    for days in (1, 180):
        assert settle(site, lead, first_use_days=days, after_first_days=days).first_use_days == days
    for field in ("first_use_days", "after_first_days"):
        for days in (0, -1, 181, 100000):
            with pytest.raises(Refused, match="1 to 180 days"):
                settle(site, lead, **{field: days})
    assert order_settings_of(site).after_first_days == 180


def test_ord_43_unsigned_orders_are_called_out_at_15_00_or_at_the_clinics_own_hour(site, lead):
    assert order_settings_of(site).escalate_minute == 15 * 60
    for minute in (0, 1439):
        assert settle(site, lead, escalate_minute=minute).escalate_minute == minute
    for minute in (-1, 1440):
        with pytest.raises(Refused, match="an hour of the day"):
            settle(site, lead, escalate_minute=minute)
