"""What happens to a signed order: held, released, superseded, discontinued, completed, expired."""

from datetime import timedelta
from decimal import Decimal

import pytest

from infusions import actions
from infusions.models import Affirmation, Order
from infusions.queries.readiness import dosing_weight_kg
from infusions.states import OrderState
from kitclinic.models import AuditEvent, Signature
from kitclinic.problems import Refused
from tests.factories import orders as factory


@pytest.fixture
def at(site):
    return factory.moment(site) + timedelta(hours=3)


@pytest.fixture
def signed(site, physician, nurse, scheduler):
    return factory.signed(site)


@pytest.fixture
def held(site, physician, nurse, scheduler):
    return factory.held(site)


def last_event(order):
    return AuditEvent.objects.filter(subject="infusions_order", subject_id=order.pk).order_by("-pk").first()


def test_a_nurse_holds_and_the_reason_stays_with_the_order(signed, nurse, at):
    order = actions.hold_order(order=signed, reason="Chest pain yesterday", by=nurse, at=at)
    order.refresh_from_db()
    assert (order.state, order.held_because) == (OrderState.HELD, "Chest pain yesterday")
    assert last_event(order).detail == {"reason": "Chest pain yesterday"}


def test_ord_18_a_scheduler_holds_nothing(signed, scheduler, at):
    with pytest.raises(Refused, match="Only a nurse or a prescriber holds"):
        actions.hold_order(order=signed, reason="x", by=scheduler, at=at)


def test_ord_16_a_hold_without_a_reason_is_refused(signed, nurse, at):
    with pytest.raises(Refused, match="Say why the order is held"):
        actions.hold_order(order=signed, reason=" ", by=nurse, at=at)


def test_sta_01_a_draft_is_not_held(site, physician, nurse, scheduler, at):
    order = factory.draft(factory.sequence(site))
    with pytest.raises(Refused, match="is draft and cannot become held"):
        actions.hold_order(order=order, reason="x", by=nurse, at=at)


def test_ord_17_a_release_is_signed_for_the_weight_known_now_and_the_mg_stands(held, physician):
    order = factory.release(held, by=physician)
    order.refresh_from_db()
    affirmed = Affirmation.objects.get()
    assert (order.state, order.held_because, order.dose_mg) == (OrderState.SIGNED, "", Decimal("44.2"))
    assert affirmed.weight.weight_kg == Decimal("83.3") == dosing_weight_kg(order)
    assert affirmed.signature.meaning == "reviewed"
    assert "Weight now: 83.3 kg (−5.8%)" in affirmed.signature.text
    assert order.signature != affirmed.signature


def test_ord_17_a_nurse_releases_nothing(held, nurse):
    with pytest.raises(Refused, match="Only a prescriber releases"):
        factory.release(held, by=nurse)
    assert not Affirmation.objects.exists()


def test_ord_17_a_weight_measured_meanwhile_is_read_before_the_release(held, physician, site, at):
    from_page = {"order": held, "reason": "stands", "by": physician, "at": at, "shown_digest": "0" * 64}
    proof = factory.signing.reauthenticate(user=physician, password=factory.people.PASSWORD, at=at)
    with pytest.raises(Refused, match="changed while you were reading"):
        actions.release_order(**from_page, proof=proof)
    held.refresh_from_db()
    assert held.state == OrderState.HELD


def test_ord_10_an_order_that_expired_while_held_is_not_released(held, physician, at):
    with pytest.raises(Refused, match="expired meanwhile"):
        factory.release(held, by=physician, at=at + timedelta(days=31))


def test_a_new_version_takes_the_new_weight_and_says_why(held, physician, at):
    new = factory.supersede(held, by=physician, at=at, reason="Weight changed")
    held.refresh_from_db()
    assert (held.state, new.state, new.version) == (OrderState.SUPERSEDED, OrderState.DRAFT, 2)
    assert new.dose_mg == Decimal("41.65")
    assert "Supersedes version 1: Weight changed" in factory.sign(new, at=at).signature.text
    assert held.dose_mg == Decimal("44.2")


def test_a_draft_that_is_changed_is_discontinued_for_the_next_version(site, physician, nurse, scheduler, at):
    draft = factory.draft(factory.sequence(site))
    new = actions.supersede_order(order=draft, by=physician, at=at, reason="long QT", no_ondansetron="long_qt")
    draft.refresh_from_db()
    assert (draft.state, draft.signature) == (OrderState.DISCONTINUED, None)
    assert (new.version, new.ondansetron) == (2, False)


def test_nothing_is_superseded_when_the_new_draft_is_refused(signed, physician, at):
    with pytest.raises(Refused, match="in words"):
        actions.supersede_order(order=signed, by=physician, at=at, reason="x", no_ondansetron="other")
    signed.refresh_from_db()
    assert signed.state == OrderState.SIGNED
    assert Order.objects.count() == 1


def test_ord_18_a_nurse_supersedes_and_discontinues_nothing(signed, nurse, at):
    for act in (actions.supersede_order, actions.discontinue_order):
        with pytest.raises(Refused, match="Only a prescriber discontinues or changes"):
            act(order=signed, by=nurse, at=at, reason="x")


def test_a_discontinued_order_makes_room_for_a_new_one_that_names_it(signed, physician, at):
    gone = actions.discontinue_order(order=signed, reason="Wrong plan", by=physician, at=at)
    new = factory.draft(signed.sequence, by=physician, at=at)
    assert gone.state == OrderState.DISCONTINUED
    assert "Supersedes version 1: it was discontinued" in factory.sign(new, at=at).signature.text


@pytest.mark.parametrize("end", ["discontinue", "complete"])
def test_sta_01_what_is_over_stays_over(signed, physician, at, end):
    if end == "discontinue":
        actions.discontinue_order(order=signed, reason="x", by=physician, at=at)
    else:
        actions.complete_order(order=signed, by=physician, at=at)
    with pytest.raises(Refused, match="cannot become"):
        actions.discontinue_order(order=signed, reason="again", by=physician, at=at)


def test_ord_10_an_order_expires_the_day_after_its_thirtieth(signed, site):
    day_30, day_31 = (factory.moment(site) + timedelta(days=days) for days in (30, 31))
    assert actions.expire_orders(site=site, at=day_30) == []
    assert actions.expire_orders(site=site, at=day_31) == [signed]
    signed.refresh_from_db()
    assert signed.state == OrderState.EXPIRED
    event = last_event(signed)
    assert (event.event, event.by, event.actor) == ("order expired", None, "the clinic's clock")
    assert actions.expire_orders(site=site, at=day_31) == []


def test_ord_10_held_orders_expire_too_and_drafts_do_not(held, site):
    draft = factory.draft(factory.sequence(site, start_minute=700))
    assert actions.expire_orders(site=site, at=factory.moment(site) + timedelta(days=60)) == [held]
    draft.refresh_from_db()
    assert draft.state == OrderState.DRAFT


def test_another_sites_orders_do_not_expire_with_this_one(signed, other_site):
    assert actions.expire_orders(site=other_site, at=signed.signed_at + timedelta(days=60)) == []
    assert Signature.objects.count() == 1
