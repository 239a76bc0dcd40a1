"""Fifty rounds of two nurses at one vault: no dose is drawn twice, nothing is wasted twice, nothing is lost."""

from decimal import Decimal
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.db.models import Sum

from infusions import actions
from infusions.models import Count, Discrepancy, Infusion, Movement
from infusions.queries.ledger import hand_of, newest_movement, vial_lines
from kitclinic.models import Signature
from kitclinic.problems import Refused
from tests.factories import infusions, ledger, people, scheduling
from tests.infusions.properties.again import ROUNDS, taking_turns
from tests.races import race

DOSE_ML, DOSE_MG = Decimal("0.83"), Decimal("41.5")  # 82.5 kg: 41.25 mg out of a vial of 50 mg/mL
DOSES_A_VIAL = 12  # of 10 mL


@pytest.fixture
def clinic(committed_db):
    return people.site()


@pytest.fixture
def nurses(clinic):
    return [scheduling.actor("nurse", clinic), people.staff("nurse", site=clinic, name="Tomas Reyes")]


def arrived(clinic, **fields):
    chair = infusions.infusion(site=clinic, at_state="arrived", **fields)
    return chair.infusion, chair.at


def drawing(infusion, vial, nurse, at, ml=DOSE_ML, key=None):
    key = key or uuid4()
    return lambda: actions.withdraw(infusion=infusion, parts=[(vial, ml)], by=nurse, at=at, key=key)


def holds(vial):
    """What is in the vial, summed here and not by the code: mg."""
    rows = Movement.objects.filter(vial=vial)
    into = {"received": 1, "returned": 1, "withdrawn": -1}
    total = Decimal(0)
    for row in rows:
        if row.kind in into:
            total += into[row.kind] * row.mg
        elif row.draw_id is None:
            total += row.mg if row.kind == "discrepancy" else -row.mg
    return total


def emptied_to(vial, ml, nurse, at):
    """Waste out of a full vial until ``ml`` is left in it."""
    ledger.wasted(by=nurse, at=at, vial=vial, ml=Decimal(10) - ml, reason="it was dropped")
    assert holds(vial) == ml * 50


def test_two_nurses_draw_for_one_infusion_and_one_dose_is_drawn(clinic, nurses):
    infusion, at = arrived(clinic)
    vial = ledger.vial(clinic, at=at)
    for number in range(ROUNDS):
        acts = [drawing(infusion, vial, nurse, at) for nurse in nurses]
        done, lost = race(*taking_turns(number, *acts))
        assert (len(done), len(lost)) == (1, 1)
        assert holds(vial) == 500 - DOSE_MG
        assert hand_of(infusion).left_mg == DOSE_MG
        (draw,) = done[0]
        actions.return_dose(draw=draw, reason="next round", by=nurses[0], at=at, key=uuid4())
        assert holds(vial) == 500
    assert Movement.objects.filter(kind="withdrawn").count() == ROUNDS


def test_the_last_dose_of_a_vial_goes_to_one_of_two_patients(clinic, nurses):
    (one, at), (other, _) = arrived(clinic), arrived(clinic, minute=550)
    vial = ledger.vial(clinic, at=at)
    emptied_to(vial, DOSE_ML, nurses[0], at)
    for number in range(ROUNDS):
        acts = [drawing(one, vial, nurses[0], at), drawing(other, vial, nurses[1], at)]
        done, lost = race(*taking_turns(number, *acts))
        assert (len(done), len(lost)) == (1, 1)
        assert holds(vial) == 0
        (draw,) = done[0]
        actions.return_dose(draw=draw, reason="next round", by=nurses[0], at=at, key=uuid4())


def test_the_database_lets_no_vial_fall_below_zero_whoever_writes_and_however_many_at_once(clinic, nurses):
    (one, at), (other, _) = arrived(clinic), arrived(clinic, minute=550)
    vial = ledger.vial(clinic, at=at)
    emptied_to(vial, DOSE_ML, nurses[0], at)

    def forged(infusion):
        """A row written past all actions."""

        def write():
            with transaction.atomic():
                return Movement.objects.create(
                    site=clinic,
                    key=uuid4(),
                    kind="withdrawn",
                    vault=vial.vault,
                    vial=vial,
                    infusion=infusion,
                    mg=DOSE_MG,
                    ml=DOSE_ML,
                    by=nurses[0],
                    occurred_at=at,
                    received_at=at,
                )

        return write

    for _ in range(ROUNDS):
        done, lost = race(forged(one), forged(other), forged(one), forged(other))
        assert (len(done), len(lost)) == (1, 3)
        assert all("not in this vial any more" in str(error) for error in lost)
        assert holds(vial) == 0
        actions.return_dose(draw=done[0], reason="next round", by=nurses[0], at=at, key=uuid4())


def test_the_same_tap_twice_draws_once(clinic, nurses):
    infusion, at = arrived(clinic)
    vial = ledger.vial(clinic, at=at)
    for _ in range(ROUNDS):
        tap = drawing(infusion, vial, nurses[0], at, key=uuid4())
        done, lost = race(tap, tap)
        assert (len(done), len(lost)) == (2, 0)
        assert done[0] == done[1]
        assert holds(vial) == 500 - DOSE_MG
        actions.return_dose(draw=done[0][0], reason="next round", by=nurses[0], at=at, key=uuid4())


def test_the_same_rest_is_wasted_once(clinic, nurses):
    infusion, at = arrived(clinic)
    vials = list(ledger.stocked(clinic, vials=6, at=at).contents.order_by("number"))
    doctor = scheduling.actor("physician", clinic)
    for number in range(ROUNDS):
        (draw,) = drawing(infusion, vials[number // DOSES_A_VIAL], nurses[0], at)()
        acts = [
            lambda by=by, witness=witness, draw=draw: ledger.wasted(
                by=by, witness=witness, at=at, draw=draw, ml=DOSE_ML
            )
            for by, witness in ((nurses[0], doctor), (nurses[1], nurses[0]))
        ]
        done, lost = race(*taking_turns(number, *acts))
        assert (len(done), len(lost)) == (1, 1)
        assert hand_of(infusion).left_mg == 0
        assert Movement.objects.filter(draw=draw).count() == 1
    assert Signature.objects.filter(meaning="witnessed").count() == ROUNDS


def test_a_dose_goes_back_or_away_and_never_both(clinic, nurses):
    infusion, at = arrived(clinic)
    vials = list(ledger.stocked(clinic, vials=6, at=at).contents.order_by("number"))
    for number in range(ROUNDS):
        (draw,) = drawing(infusion, vials[number // DOSES_A_VIAL], nurses[0], at)()
        acts = [
            lambda draw=draw: ledger.wasted(by=nurses[0], witness=nurses[1], at=at, draw=draw, ml=DOSE_ML),
            lambda draw=draw: actions.return_dose(
                draw=draw, reason="the patient left", by=nurses[1], at=at, key=uuid4()
            ),
        ]
        done, lost = race(*taking_turns(number, *acts))
        assert (len(done), len(lost)) == (1, 1)
        assert Movement.objects.filter(draw=draw).count() == 1
        assert hand_of(infusion).left_mg == 0


def test_half_and_half_of_a_rest_at_once_is_the_whole(clinic, nurses):
    """Both fit: neither may be lost, and a third one does not fit any more."""
    infusion, at = arrived(clinic)
    vials = list(ledger.stocked(clinic, vials=6, at=at).contents.order_by("number"))
    for number in range(20):
        (draw,) = drawing(infusion, vials[number // DOSES_A_VIAL], nurses[0], at)()
        acts = [
            lambda by=by, witness=witness, draw=draw, ml=ml: ledger.wasted(
                by=by, witness=witness, at=at, draw=draw, ml=ml
            )
            for by, witness, ml in ((*nurses, Decimal("0.43")), (*reversed(nurses), Decimal("0.4")))
        ]
        done, lost = race(*taking_turns(number, *acts))
        assert (len(done), len(lost)) == (2, 0)
        assert Movement.objects.filter(draw=draw).aggregate(mg=Sum("mg"))["mg"] == DOSE_MG
        with pytest.raises(Refused):
            ledger.wasted(by=nurses[0], witness=nurses[1], at=at, draw=draw, ml=Decimal("0.01"))


def test_two_nurses_counting_at_once_find_one_difference(clinic, nurses):
    _, at = arrived(clinic)
    vial = ledger.vial(clinic, at=at)
    ledger.vial(clinic, at=at)
    left = Decimal(10)
    for number in range(ROUNDS):
        left -= Decimal("0.1")
        counted = {line.vial.pk: line.ml for line in vial_lines(clinic)} | {vial.pk: left}
        acts = [
            lambda nurse=nurse, counted=counted: actions.count_vault(
                vault=vial.vault, counted=counted, by=nurse, at=at, key=uuid4()
            )
            for nurse in nurses
        ]
        done, lost = race(*taking_turns(number, *acts))
        assert (len(done), len(lost)) == (2, 0)
        assert holds(vial) == left * 50
        assert Discrepancy.objects.count() == number + 1
    assert set(Discrepancy.objects.values_list("movement__mg", flat=True)) == {Decimal("-5.000")}


def test_a_count_and_a_draw_at_once_leave_a_balance_that_one_of_both_orders_explains(clinic, nurses):
    infusion, at = arrived(clinic)
    vial = ledger.vial(clinic, at=at)
    for number in range(ROUNDS):
        before = holds(vial)
        assert before == 500
        count = lambda: actions.count_vault(  # noqa: E731
            vault=vial.vault, counted={vial.pk: Decimal(10)}, by=nurses[1], at=at, key=uuid4()
        )
        done, lost = race(*taking_turns(number, count, drawing(infusion, vial, nurses[0], at)))
        assert (len(done), len(lost)) == (2, 0)
        found = Movement.objects.filter(kind="discrepancy", discrepancy__count_line__isnull=False).order_by("-pk")
        draw = Movement.objects.filter(kind="withdrawn").latest("pk")
        if holds(vial) == 500 - DOSE_MG:  # counted first
            actions.return_dose(draw=draw, reason="next round", by=nurses[0], at=at, key=uuid4())
        else:  # drawn first: the count found a full vial where the ledger expected less, and says so
            assert holds(vial) == 500
            assert found[0].mg == DOSE_MG
            ledger.wasted(by=nurses[0], witness=nurses[1], at=at, draw=draw, ml=DOSE_ML)
        assert hand_of(infusion).left_mg == 0


def test_led_36_a_draw_that_slips_in_before_the_count_refuses_it_and_no_difference_is_made_up(clinic, nurses):
    infusion, at = arrived(clinic)
    vial = ledger.vial(clinic, at=at)
    counted_first = 0
    for number in range(ROUNDS):
        seen = newest_movement(vial.vault)
        count = lambda seen=seen: actions.count_vault(  # noqa: E731
            vault=vial.vault, counted={vial.pk: Decimal(10)}, by=nurses[1], at=at, key=uuid4(), seen=seen
        )
        _, lost = race(*taking_turns(number, count, drawing(infusion, vial, nurses[0], at)))
        assert [problem.rule for error in lost for problem in error.problems] in ([], ["LED-36"])
        counted_first += not lost
        assert not Discrepancy.objects.exists(), "what was counted agreed when it was counted"
        assert holds(vial) == 500 - DOSE_MG
        draw = Movement.objects.filter(kind="withdrawn").latest("pk")
        actions.return_dose(draw=draw, reason="next round", by=nurses[0], at=at, key=uuid4())
    assert Count.objects.count() == counted_first


def test_led_36_a_count_that_waits_for_a_draw_sees_it(clinic, nurses):
    """The draw is written but not committed when the count begins: what a page had looked up says nothing new."""
    infusion, at = arrived(clinic)
    vial = ledger.vial(clinic, at=at)
    seen, refused = newest_movement(vial.vault), []

    def count():
        try:
            assert newest_movement(vial.vault) == seen, "nothing to be seen before the commit"
            actions.count_vault(
                vault=vial.vault, counted={vial.pk: Decimal(10)}, by=nurses[1], at=at, key=uuid4(), seen=seen
            )
        except Refused as error:
            refused.extend(problem.rule for problem in error.problems)
        finally:
            connections.close_all()

    waits = Thread(target=count)
    with transaction.atomic():
        drawing(infusion, vial, nurses[0], at)()
        waits.start()
        while not somebody_waits():
            assert waits.is_alive(), "the count did not wait for the vault"
    waits.join()
    assert refused == ["LED-36"]
    assert not Count.objects.exists()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid() AND"
            " pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        (found,) = cursor.fetchone()
    return bool(found)


def test_a_discrepancy_is_answered_once(clinic, nurses):
    _, at = arrived(clinic)
    vial = ledger.vial(clinic, at=at)
    leads = [people.staff("clinic_lead", site=clinic, name=name) for name in ("Ravi Adeyemi", "Una Brandt")]
    for number in range(30):
        found = actions.declare_discrepancy(
            by=nurses[0], at=at, key=uuid4(), mg=Decimal("-1"), reason="a drop", vial=vial
        )
        acts = [
            lambda lead=lead, found=found: actions.answer_discrepancy(
                discrepancy=found,
                words="It stayed in the needle.",
                reported_to="",
                proof=ledger.proof_of(lead, at),
                by=lead,
                at=at,
            )
            for lead in leads
        ]
        done, lost = race(*taking_turns(number, *acts))
        assert (len(done), len(lost)) == (1, 1)
    assert Signature.objects.filter(signer__in=leads).count() == 30


def test_deliveries_at_once_number_every_vial_once(clinic, nurses):
    _, at = arrived(clinic)
    ledger.vial(clinic, at=at)
    for _ in range(20):
        done, lost = race(*[lambda: ledger.stocked(clinic, vials=3, at=at) for _ in range(3)])
        assert (len(done), len(lost)) == (3, 0)
    numbers = [line.vial.number for line in vial_lines(clinic)]
    assert numbers == list(range(1, 20 * 9 + 2))


def test_stopped_and_completed_at_once_administers_once(clinic, nurses):
    chair = infusions.infusion(site=clinic, at_state="infusing").later(minutes=40)
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at}
    race(
        lambda: actions.stop_infusion(**given, key=uuid4(), reason="patient_choice", delivered_mg=Decimal("20")),
        lambda: actions.complete_infusion(**given, key=uuid4(), delivered_mg=DOSE_MG),
    )
    infusion = Infusion.objects.get()
    administered = Movement.objects.filter(kind="administered").aggregate(mg=Sum("mg"))["mg"]
    assert administered == infusion.delivered_mg
    assert hand_of(infusion).left_mg == DOSE_MG - infusion.delivered_mg
