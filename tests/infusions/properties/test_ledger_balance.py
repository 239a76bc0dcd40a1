"""Whatever is done at the vault in whatever order, the ledger closes: an account kept apart in fractions agrees.

withdrawn = administered + wasted + returned + what is in hand, but for a reasoned discrepancy, for every dose;
and nothing ever falls below zero, whether through the actions or past them.
"""

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from infusions import actions
from infusions.models import Discrepancy, Infusion, Movement, Vial
from infusions.queries.ledger import hand_of, open_discrepancies, vial_lines
from kitclinic.models import Signature
from kitclinic.problems import Refused
from tests.factories import infusions, ledger, people, scheduling
from tests.factories.infusions import Chair, Kind

pytestmark = pytest.mark.django_db
STRENGTH = 50
SMALL = Decimal("2.0")  # mL a vial: two doses and a rest
ML = st.sampled_from(["0.01", "0.1", "0.35", "0.4", "0.83", "1.2", "2.01"]).map(Decimal)
# LED-01: three decimal places of mg; a forged row may hold anything
FORGED = st.sampled_from(["0.01", "0.83", "1.99", "2", "2.01", "40", "-0.5"]).map(Decimal)


class Vault(RuleBasedStateMachine):
    """Three patients in their chairs, two nurses, a physician; an account in exact fractions of mg."""

    chairs: list[Chair]  # set by the test
    happened: Counter[str] = Counter()  # over all examples: that nothing is tested which never happens

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.site, self.at = self.chairs[0].visit.site, self.chairs[0].at
        self.nurse = scheduling.actor("nurse", self.site)
        self.people = [self.nurse, self.chairs[-1].nurse, scheduling.actor("physician", self.site)]
        self.vials: dict[int, Fraction] = {}
        self.doses: dict[int, Fraction] = {}  # left of each draw
        self.dose_of: dict[int, int] = {}  # draw: infusion
        self.moved: Counter[str] = Counter()
        self.discrepancies = 0
        self.receive(2)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def attempt(self, kind: str, act: Any) -> Any:
        """Do it; a refusal leaves not a row."""
        before = Movement.objects.count(), Signature.objects.count(), Discrepancy.objects.count()
        made = None
        try:
            with transaction.atomic():
                made = act()
        except (Refused, IntegrityError):
            assert (Movement.objects.count(), Signature.objects.count(), Discrepancy.objects.count()) == before
        Vault.happened[f"{kind} {'refused' if made is None else 'done'}"] += 1
        return made

    def infusion(self, nth: int) -> Infusion:
        return Infusion.objects.select_related("site", "visit", "patient", "order").get(
            pk=self.chairs[nth].infusion.pk
        )

    # -- what people do

    @rule(number=st.integers(1, 2))
    def receive(self, number: int) -> None:
        product = ledger.product(self.site, STRENGTH, vial_ml=SMALL)
        receipt = ledger.stocked(self.site, STRENGTH, vials=number, at=self.at, product=product)
        for vial in receipt.contents.all():
            self.vials[vial.pk] = Fraction(SMALL) * STRENGTH

    @rule(nth=st.integers(0, 2), data=st.data(), odd=st.integers(0, 4))
    def withdraw(self, nth: int, data: st.DataObject, odd: int) -> None:
        """odd 0: any volume out of any vial; else the order's, from one vial or from two."""
        infusion = self.infusion(nth)
        volume = infusion.visit.sequence.orders.get(state="signed").draw_ml
        chosen = data.draw(st.lists(st.sampled_from(sorted(self.vials)), min_size=1, max_size=2, unique=True))
        if odd == 0:
            parts = [(pk, data.draw(ML)) for pk in chosen]
        elif len(chosen) == 1:
            parts = [(chosen[0], volume)]
        else:
            parts = [(chosen[0], Decimal("0.1")), (chosen[1], volume - Decimal("0.1"))]
        fits = all(self.vials[pk] >= Fraction(ml) * STRENGTH for pk, ml in parts)
        exact = sum(ml for _, ml in parts) == volume
        free = infusion.state == "arrived" and not self.in_hand(infusion.pk)
        self.drawn(infusion, parts, may=fits and exact and free)

    def drawn(self, infusion: Infusion, parts: list[tuple[int, Decimal]], *, may: bool) -> None:
        rows = [(Vial.objects.get(pk=pk), ml) for pk, ml in parts]
        made = self.attempt(
            "withdraw",
            lambda: actions.withdraw(infusion=infusion, parts=rows, by=self.nurse, at=self.at, key=uuid4()),
        )
        assert (made is not None) is may
        for movement in made or []:
            mg = Fraction(movement.mg)
            self.vials[movement.vial_id] -= mg
            self.doses[movement.pk] = mg
            self.dose_of[movement.pk] = infusion.pk
            self.moved["withdrawn"] += mg

    @rule(nth=st.integers(0, 2))
    def a_dose_is_drawn_as_ordered(self, nth: int) -> None:
        """Out of the first vial that holds it; another delivery comes when none does."""
        infusion = self.infusion(nth)
        if infusion.state != "arrived" or self.in_hand(infusion.pk):
            return
        volume = infusion.visit.sequence.orders.get(state="signed").draw_ml
        enough = [pk for pk, mg in sorted(self.vials.items()) if mg >= Fraction(volume) * STRENGTH]
        if not enough:
            self.receive(1)
            return
        self.drawn(infusion, [(enough[0], volume)], may=True)

    def in_hand(self, infusion: int) -> Fraction:
        return sum((self.doses[draw] for draw, whose in self.dose_of.items() if whose == infusion), Fraction(0))

    @rule(nth=st.integers(0, 2), percent=st.integers(0, 110), stops=st.booleans())
    def runs(self, nth: int, percent: int, stops: bool) -> None:
        """Started, and ended at a part of the bag: what the pump says is administered."""
        infusion = self.infusion(nth)
        if infusion.state != "arrived":
            return
        with transaction.atomic():
            try:
                actions.start_infusion(infusion=infusion, by=infusion.nurse, at=self.at, key=uuid4())
            except Refused:
                order = infusion.visit.sequence.orders.get(state="signed")
                assert self.in_hand(infusion.pk) != Fraction(order.draw_ml) * STRENGTH
                return
        infusion = self.infusion(nth)
        hand = self.in_hand(infusion.pk)
        percent = min(percent, 100) if stops else percent  # a stop is a fact and kept; more than all is no fact
        mg = (Decimal(hand.numerator) / hand.denominator * percent / 100).quantize(Decimal("0.001"))
        more: dict[str, Any] = {"reason": "patient_choice"} if stops else {}
        act = actions.stop_infusion if stops else actions.complete_infusion
        made = self.attempt(
            "run",
            lambda: act(infusion=infusion, by=infusion.nurse, at=self.at, key=uuid4(), delivered_mg=mg, **more),
        )
        if made is None:
            assert Fraction(mg) > hand  # never more than was drawn
            return
        assert Fraction(mg) <= hand
        self.moved["administered"] += Fraction(mg)
        left = Fraction(mg)
        for draw in sorted(draw for draw, whose in self.dose_of.items() if whose == infusion.pk):
            given = min(left, self.doses[draw])
            self.doses[draw] -= given
            left -= given

    @precondition(lambda self: self.doses)
    @rule(data=st.data(), ml=ML, all_of_it=st.booleans(), by=st.integers(0, 2), witness=st.integers(0, 2))
    def waste_of_a_dose(self, data: st.DataObject, ml: Decimal, all_of_it: bool, by: int, witness: int) -> None:
        pk = data.draw(st.sampled_from(sorted(self.doses)))
        if all_of_it and self.doses[pk] > 0:
            ml = Decimal((self.doses[pk] / STRENGTH).numerator) / (self.doses[pk] / STRENGTH).denominator
        mg = Fraction(ml) * STRENGTH
        made = self.attempt(
            "waste",
            lambda: ledger.wasted(
                by=self.people[by],
                witness=self.people[witness],
                at=self.at,
                draw=Movement.objects.get(pk=pk),
                ml=ml,
            ),
        )
        may = by != witness and mg <= self.doses[pk]
        assert (made is not None) is may
        if made is None:
            return
        assert made.witness != made.by
        assert (made.signature.signer, made.signature.meaning) == (made.witness, "witnessed")
        self.doses[pk] -= mg
        self.moved["wasted"] += mg

    @rule(data=st.data(), ml=ML, reason=st.sampled_from(["", "it was dropped"]))
    def waste_of_a_vial(self, data: st.DataObject, ml: Decimal, reason: str) -> None:
        pk = data.draw(st.sampled_from(sorted(self.vials)))
        mg = Fraction(ml) * STRENGTH
        made = self.attempt(
            "waste of a vial",
            lambda: ledger.wasted(by=self.nurse, at=self.at, vial=Vial.objects.get(pk=pk), ml=ml, reason=reason),
        )
        assert (made is not None) is (mg <= self.vials[pk] and reason != "")
        if made is not None:
            self.vials[pk] -= mg

    @precondition(lambda self: self.doses)
    @rule(data=st.data(), reason=st.sampled_from(["", "the patient left"]))
    def goes_back(self, data: st.DataObject, reason: str) -> None:
        pk = data.draw(st.sampled_from(sorted(self.doses)))
        draw = Movement.objects.get(pk=pk)
        untouched = not Movement.objects.filter(draw=draw).exists()
        before = Infusion.objects.get(pk=self.dose_of[pk]).started_at is None
        made = self.attempt(
            "return",
            lambda: actions.return_dose(draw=draw, reason=reason, by=self.nurse, at=self.at, key=uuid4()),
        )
        assert (made is not None) is (untouched and before and reason != "")
        if made is not None:
            self.vials[draw.vial_id] += self.doses[pk]
            self.moved["returned"] += self.doses[pk]
            self.doses[pk] = Fraction(0)

    @rule(data=st.data(), mg=st.sampled_from(["-0.5", "-5", "-41.5", "-500", "0.5", "7"]).map(Decimal))
    def something_is_missing_or_too_much(self, data: st.DataObject, mg: Decimal) -> None:
        """Of a vial, or of a dose that does not run; never below nothing, never above the label or the draw."""
        pk = data.draw(st.sampled_from(sorted(self.vials)))
        made = self.attempt(
            "discrepancy",
            lambda: actions.declare_discrepancy(
                by=self.nurse, at=self.at, key=uuid4(), mg=mg, reason="found so", vial=Vial.objects.get(pk=pk)
            ),
        )
        fits = 0 <= self.vials[pk] + Fraction(mg) <= Fraction(SMALL) * STRENGTH
        assert (made is not None) is fits
        if made is not None:
            self.vials[pk] += Fraction(mg)
            self.discrepancies += 1

    @rule(data=st.data(), reads=st.sampled_from(["right", "right", "right", "0.05 less", "one is gone"]))
    def count(self, data: st.DataObject, reads: str) -> None:
        vault = Vial.objects.all()[0].vault
        found = {line.vial.pk: line.ml for line in vial_lines(self.site, vault=vault)}
        if not found:
            return
        pk = data.draw(st.sampled_from(sorted(found)))
        if reads == "0.05 less" and found[pk] >= Decimal("0.05"):
            found[pk] -= Decimal("0.05")
        elif reads == "one is gone":
            del found[pk]
        made = self.attempt(
            "count",
            lambda: actions.count_vault(vault=vault, counted=found, by=self.nurse, at=self.at, key=uuid4()),
        )
        assert made is not None
        now = Fraction(found.get(pk, Decimal(0))) * STRENGTH
        self.discrepancies += now != self.vials[pk]
        self.vials[pk] = now

    @rule(data=st.data(), kind=st.sampled_from(["withdrawn", "wasted", "administered", "returned"]), ml=FORGED)
    def somebody_writes_past_the_actions(self, data: st.DataObject, kind: str, ml: Decimal) -> None:
        """As the application's role: it may insert rows, and the database takes only what leaves enough."""
        pk = data.draw(st.sampled_from(sorted(self.vials)))
        vial = Vial.objects.get(pk=pk)
        mg = ml * STRENGTH
        draws = sorted(draw for draw in self.doses if Movement.objects.get(pk=draw).vial_id == pk)
        draw = data.draw(st.sampled_from(draws)) if draws and kind != "withdrawn" else None
        infusion = self.dose_of[draw] if draw else self.chairs[0].infusion.pk
        enough = self.doses[draw] if draw else self.vials[pk]
        row = Movement(
            site=self.site,
            key=uuid4(),
            kind=kind,
            vault=vial.vault,
            vial=vial,
            infusion_id=infusion if draw or kind == "withdrawn" else None,
            draw_id=draw,
            mg=mg,
            ml=ml,
            reason="forged",
            by=self.nurse,
            occurred_at=self.at,
            received_at=self.at,
        )
        let_in = False
        try:
            with transaction.atomic():
                row.save()
                let_in = True
                transaction.set_rollback(True)
        except IntegrityError:
            pass
        Vault.happened[f"forged {'let in' if let_in else 'refused'}"] += 1
        assert not let_in or 0 < Fraction(mg) <= enough

    @precondition(lambda self: self.doses)
    @rule(data=st.data())
    def somebody_edits_or_deletes_a_movement(self, data: st.DataObject) -> None:
        pk = data.draw(st.sampled_from(sorted(self.doses)))
        for act in (
            "UPDATE infusions_movement SET mg = 1 WHERE id = %s",
            "DELETE FROM infusions_movement WHERE id = %s",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"{act} WHERE id = %s", [pk])

    # -- what holds after every act

    @invariant()
    def the_ledger_has_what_the_account_has(self) -> None:
        lines = {line.vial.pk: Fraction(line.mg) for line in vial_lines(self.site, with_empty=True)}
        assert lines == self.vials
        assert all(mg >= 0 for mg in lines.values())
        for movement in Movement.objects.all():
            assert Fraction(movement.ml) * STRENGTH == Fraction(movement.mg)  # to the last digit

    @invariant()
    def every_dose_closes(self) -> None:
        for chair in self.chairs:
            infusion = Infusion.objects.get(pk=chair.infusion.pk)
            hand = hand_of(infusion)
            assert Fraction(hand.left_mg) == self.in_hand(infusion.pk)
            assert hand.left_mg >= 0
            gone = hand.administered_mg + hand.wasted_mg + hand.returned_mg - hand.discrepancy_mg
            assert hand.withdrawn_mg == gone + hand.left_mg
            if infusion.delivered_mg is not None:
                assert hand.administered_mg == infusion.delivered_mg
        every = Counter({kind: Fraction(0) for kind in ("withdrawn", "administered", "wasted", "returned")})
        for movement in Movement.objects.exclude(kind__in=["received", "discrepancy"]):
            if movement.kind != "wasted" or movement.draw_id:
                every[movement.kind] += Fraction(movement.mg)
        assert {kind: mg for kind, mg in every.items() if mg} == {
            kind: mg for kind, mg in self.moved.items() if mg
        }

    @invariant()
    def every_difference_stands_open(self) -> None:
        assert open_discrepancies(self.site).count() == Discrepancy.objects.count() == self.discrepancies
        assert not Movement.objects.filter(kind="discrepancy", reason="").exists()


def test_led_03_no_sequence_of_acts_opens_the_ledger(site):
    first, second = scheduling.actor("nurse", site), people.staff("nurse", site=site, name="Tomas Reyes")
    chairs = [
        infusions.chair(site=site, minute=minute, weight_kg=weight, nurse=nurse)
        for minute, weight, nurse in (
            (540, "82.5", first),
            (540, "120", first),
            (540, "74.0", second),
        )
    ]
    for chair, weight in zip(chairs, ("82.5", "120", "74.0"), strict=True):
        chair.arrive().weigh(weight).identify()
        chair.event(Kind.IV_PLACED)
        chair.premed().pump().vitals()
    assert Movement.objects.count() == 0
    Vault.chairs = chairs
    run_state_machine_as_test(
        Vault,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    for kind in ("withdraw", "waste", "waste of a vial", "return", "run", "discrepancy", "count"):
        assert Vault.happened[f"{kind} done"], f"{kind} never happened: {Vault.happened}"
