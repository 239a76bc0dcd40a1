"""Property: whatever is done at the vault, allowed or not, the sums agree and nothing falls below nothing."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infusions import actions
from infusions.models import Discrepancy, Infusion, Movement, Vial
from infusions.queries.ledger import hands_of, vial_lines
from kitclinic.problems import Refused
from tests.factories import infusions, ledger, people

DOSE_ML = Decimal("0.83")
# Amounts around every edge: nothing, a hair, a drop, the dose, a little more, a whole vial.
ML = st.sampled_from(["-1", "0", "0.00002", "0.005", "0.3", "0.83", "0.84", "9.17", "10", "NaN"]).map(Decimal)
WHICH = st.integers(0, 3)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["receive", "withdraw", "give", "waste_dose", "waste_vial", "back", "miss_dose", "miss_vial", "count"]
        ),
        WHICH,
        WHICH,
        ML,
        st.booleans(),
    ),
    min_size=6,
    max_size=18,
)


class World:
    """A clinic with two patients who have arrived and two vials; every act may be refused."""

    def __init__(self, chairs, by, witness, at):
        self.chairs, self.by, self.witness, self.at = chairs, by, witness, at
        self.site = chairs[0].infusion.site

    def vial(self, which):
        vials = list(Vial.objects.filter(site=self.site).order_by("pk"))
        return vials[which % len(vials)]

    def draw(self, which):
        draws = list(Movement.objects.filter(site=self.site, kind="withdrawn").order_by("pk"))
        return draws[which % len(draws)] if draws else None

    def given(self):
        return {"by": self.by, "at": self.at, "key": uuid4()}

    def infusion(self, which):
        chair = self.chairs[which % len(self.chairs)]
        return Infusion.objects.select_related("site", "visit", "patient").get(pk=chair.infusion.pk)

    def receive(self, which, other, ml, flag):
        ledger.stocked(self.site, [10, 50, 100][which % 3], vials=1, at=self.at)

    def withdraw(self, which, other, ml, flag):
        parts = [(self.vial(other), DOSE_ML if flag else ml)]
        actions.withdraw(infusion=self.infusion(which), parts=parts, **self.given())

    def give(self, which, other, ml, flag):
        actions.administer(infusion=self.infusion(which), mg=ml * 50, by=self.by, at=self.at)

    def waste_dose(self, which, other, ml, flag):
        draw = self.draw(which)
        if draw is not None:
            self._waste(draw=draw, ml=ml, other=other)

    def waste_vial(self, which, other, ml, flag):
        self._waste(vial=self.vial(which), ml=ml, other=other, reason="dropped" if flag else "")

    def _waste(self, *, other, **more):
        witness = self.by if other == 3 else self.witness
        actions.waste(witness=witness, proof=ledger.proof_of(self.witness, self.at), **self.given(), **more)

    def back(self, which, other, ml, flag):
        draw = self.draw(which)
        if draw is not None:
            actions.return_dose(draw=draw, reason="not needed" if flag else "", **self.given())

    def miss_dose(self, which, other, ml, flag):
        draw = self.draw(which)
        if draw is not None:
            mg = ml * 50 if flag else ml * -50
            actions.declare_discrepancy(draw=draw, mg=mg, reason="seen", **self.given())

    def miss_vial(self, which, other, ml, flag):
        mg = ml * 50 if flag else ml * -50
        actions.declare_discrepancy(vial=self.vial(which), mg=mg, reason="seen", **self.given())

    def count(self, which, other, ml, flag):
        lines = vial_lines(self.site)
        counted = {line.vial.pk: line.ml for line in lines}
        if lines:
            counted[lines[which % len(lines)].vial.pk] = ml
        vault = self.vial(0).vault
        actions.count_vault(vault=vault, counted=counted, **self.given())

    def check(self):
        """Sums made here, row by row, and not by the code under test."""
        vials, doses = defaultdict(Decimal), defaultdict(Decimal)
        sums = defaultdict(Decimal)
        for row in Movement.objects.filter(site=self.site).order_by("pk"):
            sums[row.kind] += row.mg
            if row.kind in ("received", "returned"):
                vials[row.vial_id] += row.mg
            if row.kind == "withdrawn":
                vials[row.vial_id] -= row.mg
                doses[row.pk] += row.mg
            elif row.draw_id:
                doses[row.draw_id] += row.mg if row.kind == "discrepancy" else -row.mg
            elif row.kind in ("wasted", "discrepancy"):
                vials[row.vial_id] += row.mg if row.kind == "discrepancy" else -row.mg
            assert vials[row.vial_id] >= 0  # after every single movement
            assert all(left >= 0 for left in doses.values())
            assert row.ml * row.vial.product.strength_mg_per_ml == row.mg
        lines = vial_lines(self.site, with_empty=True)
        assert {line.vial.pk: line.mg for line in lines} == {line.vial.pk: vials[line.vial.pk] for line in lines}
        assert all(0 <= line.mg <= line.label_mg for line in lines)
        hands = hands_of([chair.infusion for chair in self.chairs]).values()
        for hand in hands:
            gone = hand.administered_mg + hand.wasted_mg + hand.returned_mg - hand.discrepancy_mg
            assert hand.withdrawn_mg == gone + hand.left_mg
            assert hand.left_mg == sum(doses[draw.movement.pk] for draw in hand.draws)
        in_hand = sum((hand.left_mg for hand in hands), Decimal(0))
        left = sum(vials.values(), Decimal(0))
        assert sums["received"] == left + sums["administered"] + sums["wasted"] + in_hand - sums["discrepancy"]
        assert (
            Discrepancy.objects.filter(site=self.site).count()
            == Movement.objects.filter(site=self.site, kind="discrepancy").count()
        )


@pytest.fixture
def world(site):
    chairs = [infusions.chair(site=site, minute=minute).arrive() for minute in (540, 550)]
    ledger.stocked(site, vials=2, at=chairs[0].at)
    by = chairs[0].nurse
    return World(
        chairs, by, people.staff("nurse", site=site, name="Tomas Reyes"), chairs[1].at + timedelta(minutes=1)
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_led_03_and_led_04_any_sequence_of_acts_keeps_the_sums(world, acts):
    done = 0
    with transaction.atomic():
        for name, *arguments in acts:
            before = Movement.objects.count()
            try:
                getattr(world, name)(*arguments)
                done += 1
            except Refused:
                assert Movement.objects.count() == before  # refused is nothing written
        world.check()
        transaction.set_rollback(True)
