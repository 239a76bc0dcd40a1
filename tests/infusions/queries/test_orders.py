"""Where an order stands, and what is known about it, in a fixed number of queries."""

from datetime import timedelta

import pytest

from infusions.queries.order_sheet import order_sheet, spaced
from infusions.queries.orders import (
    first_infusions,
    formulary_of,
    last_day,
    order_summary,
    orders,
)
from kitclinic import signing
from tests.factories import orders as factory
from tests.factories.suite import MONDAY


@pytest.fixture
def at(site):
    return factory.moment(site)


def test_a_sequence_without_an_order_has_no_summary(site):
    assert order_summary(factory.sequence(site)) is None


@pytest.mark.parametrize(
    ("made", "word", "tone"),
    [
        (lambda site: factory.draft(factory.sequence(site)), "Waits for signature", "due"),
        (factory.signed, "Signed", "signed"),
        (factory.held, "Held", "held"),
    ],
)
def test_a_summary_says_where_the_order_stands(site, made, word, tone):
    summary = order_summary(made(site).sequence)
    assert (summary.word, summary.tone) == (word, tone)


def test_a_summary_shows_the_newest_order_where_none_is_current(site, physician, at):
    order = factory.actions.discontinue_order(order=factory.signed(site), reason="x", by=physician, at=at)
    assert order_summary(order.sequence).word == "Discontinued"


def test_ord_10_the_last_day_is_thirty_days_on_or_fourteen_after_the_first_infusion(site):
    order = factory.signed(site)
    signed_on = site.today(order.signed_at)
    assert order_summary(order.sequence).last_day == signed_on + timedelta(days=30)
    assert last_day(order, first_infusion_on=MONDAY) == MONDAY + timedelta(days=14)
    assert first_infusions([order.sequence_id], site) == {}


def test_a_summary_takes_three_queries_at_most(site, django_assert_max_num_queries):
    sequence = factory.signed(site).sequence
    with django_assert_max_num_queries(3):
        order_summary(sequence)


def test_looking_at_the_formulary_stores_nothing(site):
    assert formulary_of(site).pk is None
    assert (formulary_of(site).strength_mg_per_ml, formulary_of(site).bag_ml) == (50, 50)


def test_wgt_07_after_an_affirmation_the_affirmed_weight_is_the_one_to_compare_with(site, physician, at):
    order = factory.held(site)
    before = order_sheet(orders(site).get(pk=order.pk), reader=physician, at=at)
    assert [str(limit) for limit in before.hold_kg] == ["83.9", "92.9"]
    factory.release(order)
    after = order_sheet(orders(site).get(pk=order.pk), reader=physician, at=at)
    assert [str(limit) for limit in after.hold_kg] == ["79.1", "87.5"]


def test_the_sheet_shows_the_text_that_is_signed_and_its_fingerprint(site, physician, at):
    order = factory.draft(factory.sequence(site))
    sheet = order_sheet(orders(site).get(pk=order.pk), reader=physician, at=at)
    assert sheet.digest == signing.digest(sheet.text) == factory.shown_digest(order, at=at)
    assert sheet.fingerprint == spaced(sheet.digest[:16])
    assert sheet.problems == ()
    assert [str(limit) for limit in sheet.hold_kg] == ["78.3", "86.7"]
    assert [decision.label for decision in sheet.decisions] == [
        "Pregnancy",
        "Misuse history",
        "Substance misuse",
        "Cautions",
        "Allergies",
        "Medication",
        "Way home",
        "Consent",
    ]


def test_the_sheet_compares_with_the_sequence_before(site, physician, scheduler, at):
    first = factory.signed(site, weight_kg="79.8")
    later = factory.next_sequence(first, weight_kg="82.5")
    order = factory.draft(later, at=at + timedelta(hours=2))
    sheet = order_sheet(orders(site).get(pk=order.pk), reader=physician, at=at)
    assert sheet.before.order == first
    assert [(c.label, c.was, c.now, c.note) for c in sheet.changes] == [
        ("Weight", "79.8 kg", "82.5 kg", "+2.7 kg, +3.4%"),
        ("Dose", "39.9 mg", "41.25 mg", "+1.35 mg"),
    ]


def test_the_sheet_of_a_held_order_shows_both_weights_and_changes_nothing(site, physician, at):
    order = factory.held(site)
    sheet = order_sheet(orders(site).get(pk=order.pk), reader=physician, at=at)
    assert [(c.was, c.now, c.note) for c in sheet.since_signed] == [
        ("88.4 kg", "83.3 kg", "−5.1 kg, −5.8%"),
        ("44.2 mg", "41.65 mg", "−2.55 mg"),
    ]
    assert "Weight now: 83.3 kg" in sheet.to_affirm
    assert str(sheet.made.dose_mg) == "44.200"


def test_a_sheet_takes_twelve_queries_at_most(site, physician, at, django_assert_max_num_queries):
    order = orders(site).get(pk=factory.held(site).pk)
    with django_assert_max_num_queries(12):
        order_sheet(order, reader=physician, at=at)
