"""The history of an order as a story over all versions, and what one version changed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from infusions.queries.order_diff import differences
from infusions.queries.order_sheet import versions_of
from infusions.queries.order_story import changes_to, order_story
from infusions.queries.orders import orders
from tests.factories import infusions as at_chair
from tests.factories import orders as factory


@pytest.fixture
def at(site):
    return factory.moment(site)


def told(order):
    return [(step.version, step.title) for step in order_story(orders(order.site).get(pk=order.pk))]


def read(order):
    return orders(order.site).get(pk=order.pk)


def test_the_story_goes_over_all_versions_in_the_order_in_which_it_happened(site, physician, nurse, at):
    order = factory.held(site)
    factory.release(order, reason="Fluid only.")
    new = factory.supersede(order, by=physician, at=at + timedelta(hours=3), reason="A larger bag.", bag_ml=100)
    factory.sign(new, at=at + timedelta(hours=4))
    assert told(new) == told(order)
    assert told(new) == [
        (1, f"Drafted by {physician}: 44.2 mg from 88.4 kg"),
        (1, f"Signed by {physician.name}, MD"),
        (1, f"Held by {nurse}"),
        (1, f"Affirmed by {physician} for 83.3 kg: 44.2 mg stands"),
        (1, f"Superseded by {physician}"),
        (2, f"Drafted by {physician}: 41.65 mg from 83.3 kg"),
        (2, f"Signed by {physician.name}, MD"),
    ]


def test_every_reason_stands_in_the_story(site, physician, at):
    order = factory.release(factory.held(site), reason="Fluid only.")
    factory.supersede(order, at=at + timedelta(hours=3), reason="A larger bag.")
    words = [step.words for step in order_story(read(order))]
    assert words == [
        "",
        "",
        "83.3 kg is not the 88.4 kg of the order.",
        "Fluid only.",
        "A larger bag.",
        "",
    ]


def test_an_infusion_stays_with_the_version_it_began_with(site, at):
    chair = at_chair.infusion(site=site, at_state="infusing")
    old = read(chair.infusion.order)
    new = factory.supersede(old, at=chair.at + timedelta(minutes=5), reason="A larger bag.", bag_ml=100)
    chair.infusion.refresh_from_db()
    assert chair.infusion.order_id == old.pk
    assert (chair.infusion.order.rate_ml_per_h, new.rate_ml_per_h) == (Decimal("75.0"), Decimal("150.0"))
    assert (1, "Day 1: infusion started under version 1") in told(new)
    assert new.infusions_ordered == 4
    chair.later(minutes=10).vitals()
    chair.later(minutes=25)
    chair._do(at_chair.actions.complete_infusion, delivered_mg=Decimal("41.25"))
    (step,) = [step for step in order_story(read(new)) if step.title.startswith("Day 1")]
    assert step.words == "Completed, 41.25 mg given"


def test_a_new_version_says_what_it_changed_and_nothing_else(site, at):
    order = factory.signed(site)
    factory.weighed(order.sequence, "77.9", at=at + timedelta(hours=1))
    new = factory.supersede(order, at=at + timedelta(hours=2), bag_ml=100, antihypertensives="lisinopril 10 mg")
    found = {line.label: (line.was, line.now, line.note) for line in differences(read(order), read(new))}
    assert found == {
        "Weight": ("82.5 kg, measured 7 Sep 2026", "77.9 kg, measured 9 Sep 2026", "−4.6 kg, −5.6%"),
        "Dose": ("41.25 mg", "38.95 mg", "−2.3 mg"),
        "Draw": ("0.83 mL", "0.78 mL", ""),
        "Bag": ("made up to 50 mL", "made up to 100 mL", ""),
        "Pump": ("75 mL/h, 50 mL", "150 mL/h, 100 mL", ""),
        "Antihypertensives": ("none", "lisinopril 10 mg", ""),
    }


def test_a_version_that_says_the_same_differs_in_nothing(site, at):
    order = factory.signed(site)
    new = factory.supersede(order, at=at + timedelta(hours=2))
    before, changed = changes_to(read(new), versions_of(new.sequence))
    assert (before.pk, changed) == (order.pk, [])
    assert changes_to(read(order), versions_of(new.sequence)) == (None, [])


def test_a_story_takes_seven_queries_however_long_it_is(site, at, django_assert_max_num_queries):
    order = factory.release(factory.held(site))
    for hours in (3, 4, 5):
        order = factory.supersede(order, at=at + timedelta(hours=hours))
    fresh = read(order)
    with django_assert_max_num_queries(7):
        assert len(order_story(fresh)) == 10
