"""The demonstration's vault: stocked, opened, counted last evening; a discrepancy answered, every dose settled."""

from datetime import timedelta
from decimal import Decimal

import pytest

from infusions.models import Count, Discrepancy, DiscrepancyAnswer, Infusion, Movement, Receipt
from infusions.queries.ledger import hands_of, open_discrepancies, open_hands, vial_lines
from infusions.states import InfusionState
from outcomes.simulation import drugs
from tests.outcomes.simulation.conftest import NOW


@pytest.fixture
def made(cast, small, monkeypatch):
    monkeypatch.setattr(drugs, "LEAVES_A_REST", 1.0)
    small(cast, NOW)
    return cast


def test_the_vault_has_a_past_that_adds_up(made):
    site = made.site
    lines = vial_lines(site, with_empty=True)
    assert any(line.opened and line.mg > 0 for line in lines)
    assert any(not line.opened for line in lines)
    yesterday = site.today(NOW) - timedelta(days=1)
    assert yesterday in {site.today(count.at) for count in Count.objects.filter(site=site)}
    assert list(open_discrepancies(site)) == []
    assert DiscrepancyAnswer.objects.count() == Discrepancy.objects.filter(count_line__isnull=False).count() == 1
    answer = DiscrepancyAnswer.objects.select_related("discrepancy").get()
    assert answer.by != answer.discrepancy.found_by
    assert answer.discrepancy.found_at < answer.at < NOW

    infusions = Infusion.objects.filter(site=site)
    hands = hands_of(infusions)
    for infusion in infusions:
        hand = hands[infusion.pk]
        if infusion.started_at is not None:
            assert hand.withdrawn_mg > 0
        if infusion.state in {InfusionState.OBSERVING, InfusionState.DISCHARGED, InfusionState.NOT_STARTED}:
            assert hand.left_mg == 0
    assert open_hands(site) == []
    wasted = Movement.objects.filter(site=site, kind="wasted", draw__isnull=False)
    assert wasted
    assert all(
        row.witness_id not in (None, row.by_id) and row.signature.signer_id == row.witness_id for row in wasted
    )


def test_nothing_is_drawn_from_a_vial_before_it_was_delivered(made):
    for row in Movement.objects.filter(kind="withdrawn").select_related("vial__receipt"):
        assert row.vial.receipt.at <= row.occurred_at <= NOW
        before = Movement.objects.filter(vial=row.vial, pk__lt=row.pk)
        assert all(earlier.occurred_at <= row.occurred_at for earlier in before)


def test_a_second_look_at_the_same_day_changes_nothing_in_the_vault(made, small):
    before = (Movement.objects.count(), Receipt.objects.count(), Count.objects.count())
    small(made, NOW)
    assert (Movement.objects.count(), Receipt.objects.count(), Count.objects.count()) == before


def test_the_pump_leaves_a_rest_or_gives_all_and_a_stop_gives_its_share():
    class Ordered:
        draw_ml, strength_mg_per_ml, infusion_minutes = Decimal("0.83"), 50, 40

    given = {drugs.delivered_by_pump(Ordered(), seed=str(number)) for number in range(60)}
    assert given == {Decimal("41.5"), Decimal("40.255")}
    half = drugs.delivered_by_pump(Ordered(), seed="1", runs=timedelta(minutes=20))
    assert half == Decimal("20.75")
