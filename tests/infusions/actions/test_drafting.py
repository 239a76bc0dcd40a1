"""What a draft takes over and what it pins: protocol, days, settings, preparation, a weight nobody measured."""

from datetime import timedelta
from decimal import Decimal

import pytest

from infusions import actions
from infusions.models import Formulary, Order, OrderSettings, Product
from infusions.queries.orders import current_order, infusions_left, last_day, orders
from infusions.states import OrderState
from kitclinic.problems import Refused
from scheduling.actions import cancel_sequence, name_driver, withdraw_consent
from scheduling.models import ProtocolVersion, Sequence, Weight
from scheduling.states import VisitState, WeightSource
from tests.factories import infusions as at_chair
from tests.factories import orders as factory


@pytest.fixture
def sequence(site, physician, nurse, scheduler):
    return factory.sequence(site)


@pytest.fixture
def at(site):
    return factory.moment(site)


def other_protocol(sequence, at, **numbers):
    """The sequence is on another protocol, as a booking would have put it."""
    version = ProtocolVersion.objects.create(
        **{
            "site": sequence.site,
            "number": 7,
            "protocol": "longer",
            "name": "Longer day",
            "iv_minutes": 10,
            "infusion_minutes": 40,
            "observation_minutes": 30,
            "cleaning_minutes": 10,
            "valid_from": sequence.first_day,
            "because": "trial",
            "written_by": sequence.orders.first().drafted_by
            if sequence.orders.exists()
            else factory.actor("physician", sequence.site),
            "written_at": at,
        }
        | numbers
    )
    Sequence.objects.filter(pk=sequence.pk).update(protocol=version)
    sequence.refresh_from_db()
    return version


def rules(refused):
    return {problem.rule for problem in refused.value.problems}


def test_ord_24_a_draft_pins_the_protocol_and_its_numbers(sequence, at):
    version = other_protocol(sequence, at, days=4, mg_per_kg=Decimal("0.4"), infusion_minutes=80)
    order = factory.sign(factory.draft(sequence))
    assert (order.protocol, order.mg_per_kg, order.infusion_minutes) == (version, Decimal("0.4"), 80)
    assert (order.dose_mg, order.infusions_ordered) == (Decimal("33.0"), 4)
    assert (order.rate_ml_per_h, order.preparation.minutes) == (Decimal("37.5"), 80)
    assert "Protocol: Longer day, version 7\n" in order.signature.text
    assert "Ketamine 33 mg IV over 80 min on each of 4 days." in order.signature.text


def test_ord_24_a_new_version_is_for_the_days_that_are_left(site, at):
    chair = at_chair.infusion(site=site, at_state="infusing")
    sequence = chair.visit.sequence
    assert infusions_left(sequence) == 4
    sequence.visits.filter(day_index=5).update(state=VisitState.CANCELLED, missed_reason="patient_choice")
    new = factory.supersede(current_order(sequence), at=chair.at)
    assert new.infusions_ordered == 3


def test_ord_24_a_sequence_that_was_all_given_gets_no_order(sequence, physician, at):
    sequence.visits.update(state=VisitState.ATTENDED)
    with pytest.raises(Refused) as refused:
        factory.draft(sequence)
    assert rules(refused) == {"ORD-24"}


def test_ord_10_an_order_keeps_the_days_it_was_written_under(sequence, at):
    settings = OrderSettings.objects.create(site=sequence.site, first_use_days=20, after_first_days=10)
    order = factory.sign(factory.draft(sequence))
    today = sequence.site.today(at)
    OrderSettings.objects.filter(pk=settings.pk).update(first_use_days=60, after_first_days=60)
    fresh = orders(sequence.site).get(pk=order.pk)
    assert last_day(fresh, first_infusion_on=None) == today + timedelta(days=20)
    assert last_day(fresh, first_infusion_on=today) == today + timedelta(days=10)
    assert "Expires after 29 Sep 2026 if not started, otherwise 10 days" in fresh.signature.text
    assert actions.expire_orders(site=sequence.site, at=at + timedelta(days=20)) == []
    (gone,) = actions.expire_orders(site=sequence.site, at=at + timedelta(days=21))
    assert gone.state == OrderState.EXPIRED


@pytest.mark.parametrize(
    "choices", [{"strength": 10}, {"strength": 25}, {"bag_ml": 75}, {"fill": "thrown_in"}], ids=str
)
def test_ord_25_only_what_the_formulary_has_is_ordered(sequence, choices):
    with pytest.raises(Refused) as refused:
        factory.draft(sequence, **choices)
    assert rules(refused) == {"ORD-25"}
    assert not Order.objects.exists()


def test_ord_25_a_strength_in_use_and_another_bag_are_chosen(sequence):
    Product.objects.get_or_create(site=sequence.site, strength_mg_per_ml=10, vial_ml=Decimal("20"))
    order = factory.draft(sequence, strength=10, bag_ml=100, fill="added_to")
    assert (order.draw_ml, order.total_ml, order.rate_ml_per_h) == (
        Decimal("4.1"),
        Decimal("104.1"),
        Decimal("156.2"),
    )
    assert not Formulary.objects.filter(strength_mg_per_ml=10).exists()


def test_ord_03_a_stated_weight_is_stored_with_its_reason_and_stands_in_the_text(sequence, physician, at):
    stated = actions.UnmeasuredWeight(Decimal("84.0"), WeightSource.STATED, "cannot stand; bed scale broken")
    order = factory.sign(factory.draft(sequence, unmeasured=stated))
    weight = Weight.objects.get(source=WeightSource.STATED)
    assert (order.weight, order.dose_mg, weight.measured_by) == (weight, Decimal("42.0"), physician)
    assert weight.confirmed_reason == "cannot stand; bed scale broken"
    assert "84 kg, not measured" in order.signature.text
    assert "Weight was stated by the patient; reason: cannot stand; bed scale broken." in order.signature.text


def test_ord_03_an_unmeasured_weight_without_a_reason_stores_nothing(sequence, at):
    for weight in (
        actions.UnmeasuredWeight(Decimal("84.0"), WeightSource.ESTIMATED, " "),
        actions.UnmeasuredWeight(Decimal("208.6"), WeightSource.STATED, "by phone"),  # pounds? typed once only
        actions.UnmeasuredWeight(Decimal("208.6"), WeightSource.STATED, "by phone", Decimal("206.8")),
    ):
        with pytest.raises(Refused):
            factory.draft(sequence, unmeasured=weight)
    assert (Order.objects.count(), Weight.objects.count()) == (0, 1)


def test_ord_20_medication_is_taken_over_but_never_noted_by_itself(sequence, physician, at):
    old = factory.draft(sequence, psychotropics="sertraline 100 mg", antihypertensives="lisinopril 10 mg")
    actions.discontinue_order(order=old, reason="another bag", by=physician, at=at)
    order = actions.draft_order(sequence=sequence, by=physician, at=at)
    assert (order.psychotropics, order.antihypertensives) == ("sertraline 100 mg", "lisinopril 10 mg")
    assert not order.medication_noted
    with pytest.raises(Refused) as refused:
        factory.sign(order)
    assert rules(refused) == {"ORD-20", "ORD-21"}


def test_ord_21_a_named_driver_is_the_plan(sequence, scheduler, at):
    order = factory.draft(sequence, driver_plan="")
    with pytest.raises(Refused) as refused:
        factory.sign(order)
    assert rules(refused) == {"ORD-21"}
    name_driver(
        visits=list(sequence.visits.all()),
        name="Robin Quist",
        relationship="sister",
        phone="216 555 0142",
        transport="family",
        by=scheduler,
        at=at,
    )
    assert "Way home: Robin Quist (sister)." in factory.sign(order).signature.text


def test_ord_22_a_consent_that_was_taken_back_stops_the_signature(sequence, nurse, at):
    order = factory.draft(sequence)
    withdraw_consent(consent=sequence.patient.consents.get(), reason="", by=nurse, at=at)
    with pytest.raises(Refused) as refused:
        factory.sign(order)
    assert rules(refused) == {"ORD-22"}


def test_ord_15_a_cancelled_sequence_cannot_be_superseded_into_a_new_order(sequence, scheduler, at):
    order = factory.sign(factory.draft(sequence))
    cancel_sequence(sequence=sequence, reason="patient_choice", by=scheduler, at=at)
    order.refresh_from_db()
    with pytest.raises(Refused, match="over or cancelled"):
        factory.supersede(order, at=at)
