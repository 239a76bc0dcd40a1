"""Drawing, giving, wasting and returning a dose."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import Movement
from infusions.queries.ledger import hand_of, open_discrepancies, open_hands, vial_lines
from kitclinic.models import AuditEvent, Signature
from kitclinic.problems import Conflict, Refused
from kitclinic.signing import Proof, verify
from tests.factories import infusions, ledger, people

DOSE_ML, DOSE_MG = Decimal("0.83"), Decimal("41.5")


def refusal(act, **given):
    with pytest.raises(Refused) as refused:
        act(**given)
    return [problem.rule for problem in refused.value.problems]


def holds(vial):
    return next(line.mg for line in vial_lines(vial.site, with_empty=True) if line.vial.pk == vial.pk)


@pytest.fixture
def draw(infusion, by, at):
    (row,) = ledger.withdrawn(infusion, by=by, at=at)
    return row


def test_a_dose_moves_from_the_vial_into_the_hand(infusion, by, at):
    vial = ledger.vial(infusion.site, at=at)
    (row,) = actions.withdraw(infusion=infusion, parts=[(vial, DOSE_ML)], by=by, at=at, key=uuid4())
    assert (row.mg, row.ml, row.infusion, row.by, row.occurred_at) == (DOSE_MG, DOSE_ML, infusion, by, at)
    assert holds(vial) == Decimal("458.5")
    hand = hand_of(infusion)
    assert (hand.left_mg, hand.left_ml, hand.withdrawn_mg) == (DOSE_MG, DOSE_ML, DOSE_MG)
    assert AuditEvent.objects.filter(event="ketamine withdrawn", patient_id=infusion.patient_id).count() == 1


def test_a_dose_out_of_two_vials_has_two_rows_and_its_key_stays_one(infusion, by, at):
    one, other = ledger.vial(infusion.site, at=at), ledger.vial(infusion.site, at=at)
    given = {"infusion": infusion, "by": by, "at": at, "key": uuid4()}
    parts = [(one, Decimal("0.8")), (other, Decimal("0.03"))]
    rows = actions.withdraw(**given, parts=parts)
    assert [(row.vial, row.mg) for row in rows] == [(one, Decimal(40)), (other, Decimal("1.5"))]
    again = actions.withdraw(**given, parts=parts)
    assert [row.pk for row in again] == [row.pk for row in rows]
    with pytest.raises(Conflict):
        actions.withdraw(**given, parts=parts[:1])
    with pytest.raises(Conflict):
        actions.withdraw(**given, parts=[(one, DOSE_ML)])
    assert Movement.objects.filter(kind="withdrawn").count() == 2


def test_led_02_nobody_moves_ketamine_without_the_permission_or_of_another_clinic(infusion, at, other_site):
    vial = ledger.vial(infusion.site, at=at)
    strangers = [people.staff(role, site=infusion.site) for role in ("scheduler", "psychologist", "clinic_lead")]
    strangers += [people.staff("nurse", site=other_site)]
    strangers += [people.staff("nurse", site=infusion.site, is_active=False)]
    for person in strangers:
        given = {"infusion": infusion, "parts": [(vial, DOSE_ML)], "by": person, "at": at, "key": uuid4()}
        assert refusal(actions.withdraw, **given) == ["LED-02"]


def test_led_09_a_held_order_draws_nothing(site):
    chair = infusions.chair(site=site).arrive()
    order = chair.visit.sequence.orders.get()
    actions.hold_order(order=order, reason="feels unwell", by=chair.nurse, at=chair.at)
    vial = ledger.vial(site, at=chair.at)
    given = {"infusion": chair.infusion, "parts": [(vial, DOSE_ML)], "by": chair.nurse, "at": chair.at}
    assert refusal(actions.withdraw, **given, key=uuid4()) == ["LED-09"]


def test_led_03_a_vial_gives_no_more_than_it_holds(infusion, by, at):
    vial = ledger.vial(infusion.site, at=at)
    ledger.wasted(by=by, at=at, vial=vial, ml=Decimal("9.5"), reason="dropped")
    given = {"infusion": infusion, "parts": [(vial, DOSE_ML)], "by": by, "at": at, "key": uuid4()}
    assert refusal(actions.withdraw, **given) == ["LED-03"]


def test_led_06_an_expired_vial_gives_nothing_but_on_its_last_day_it_does(infusion, by, at):
    today = infusion.site.today(at)
    before = at - timedelta(days=3)
    old = ledger.vial(infusion.site, at=before, expires_on=today - timedelta(days=1))
    last = ledger.vial(infusion.site, at=before, expires_on=today)
    given = {"infusion": infusion, "by": by, "at": at, "key": uuid4()}
    assert refusal(actions.withdraw, **given, parts=[(old, DOSE_ML)]) == ["LED-06"]
    assert actions.withdraw(**given, parts=[(last, DOSE_ML)])


def test_led_10_nothing_is_drawn_after_the_start(site):
    chair = infusions.infusion(site=site, at_state="observing")
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at, "key": uuid4()}
    assert refusal(actions.withdraw, **given, parts=ledger.parts(chair.infusion, at=chair.at)) == ["LED-10"]


def test_led_11_after_a_spill_the_dose_is_drawn_anew_once_the_first_is_wasted(infusion, by, at, draw):
    given = {"infusion": infusion, "by": by, "at": at}
    again = ledger.parts(infusion, at=at)
    assert refusal(actions.withdraw, **given, parts=again, key=uuid4()) == ["LED-11"]
    ledger.wasted(by=by, at=at, draw=draw, ml=Decimal("0.8"), reason="syringe fell")
    assert refusal(actions.withdraw, **given, parts=again, key=uuid4()) == ["LED-11"]
    actions.declare_discrepancy(draw=draw, mg=Decimal("-1.5"), reason="spilled", by=by, at=at, key=uuid4())
    assert actions.withdraw(**given, parts=again, key=uuid4())
    hand = hand_of(infusion)
    assert (hand.withdrawn_mg, hand.wasted_mg, hand.discrepancy_mg, hand.left_mg) == (
        83,
        40,
        Decimal("-1.5"),
        DOSE_MG,
    )


def test_led_12_a_single_dose_vial_is_for_one_infusion_and_its_rest_shows_as_to_waste(site):
    single = ledger.product(site, is_multi_dose=False, vial_ml=Decimal(10))
    one, other = infusions.chair(site=site).arrive(), infusions.chair(site=site, minute=550).arrive()
    vial = ledger.vial(site, at=one.at, product=single)
    given = {"parts": [(vial, DOSE_ML)], "by": one.nurse, "at": other.at}
    (draw,) = actions.withdraw(infusion=one.infusion, **given, key=uuid4())
    assert [line.to_waste for line in vial_lines(site)] == [True]
    assert refusal(actions.withdraw, infusion=other.infusion, **given, key=uuid4()) == ["LED-12"]
    ledger.wasted(by=one.nurse, at=one.at, draw=draw, ml=DOSE_ML)
    assert actions.withdraw(infusion=one.infusion, **given, key=uuid4())  # a spill: the same patient again


def test_led_20_what_the_pump_gave_is_posted_and_the_rest_is_in_hand(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=40)
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at, "key": uuid4()}
    actions.complete_infusion(**given, delivered_mg=Decimal("41.25"))
    hand = hand_of(chair.infusion)
    assert (hand.administered_mg, hand.left_mg, hand.left_ml) == (
        Decimal("41.25"),
        Decimal("0.25"),
        Decimal("0.005"),
    )
    actions.complete_infusion(**given, delivered_mg=Decimal("41.25"))  # sent again: posted once
    assert hand_of(chair.infusion).administered_mg == Decimal("41.25")


def test_led_20_a_dose_out_of_two_vials_is_given_in_the_order_it_was_drawn(site):
    chair = infusions.chair(site=site).arrive()
    one, other = ledger.vial(site, at=chair.at), ledger.vial(site, at=chair.at)
    chair._do(actions.withdraw, parts=[(one, Decimal("0.5")), (other, Decimal("0.33"))])
    actions.administer(infusion=chair.infusion, mg=Decimal(30), by=chair.nurse, at=chair.at)
    assert [draw.left_mg for draw in hand_of(chair.infusion).draws] == [0, Decimal("11.5")]


def test_a_stop_without_a_volume_leaves_the_dose_in_hand_until_it_is_explained(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=12)
    chair._do(actions.stop_infusion)
    (draw,) = hand_of(chair.infusion).draws
    assert draw.left_mg == DOSE_MG
    rest = {"by": chair.nurse, "at": chair.at, "draw": draw.movement}
    assert refusal(ledger.wasted, **rest, ml=DOSE_ML) == ["LED-14"]
    explain = {"infusion": chair.infusion, "reason": "patient_choice", "by": chair.nurse, "at": chair.at}
    actions.explain_stop(**explain, delivered_mg=Decimal("12.45"))
    assert hand_of(chair.infusion).left_mg == Decimal("29.05")
    assert ledger.wasted(**rest, ml=Decimal("0.581"))


def test_led_20_a_delivered_amount_corrected_downwards_stays_as_an_open_discrepancy(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=12)
    chair._do(actions.stop_infusion, delivered_mg=Decimal(20))
    explain = {"infusion": chair.infusion, "reason": "patient_choice", "by": chair.nurse, "at": chair.at}
    actions.explain_stop(**explain, delivered_mg=Decimal(25))
    assert (hand_of(chair.infusion).administered_mg, open_discrepancies(site).count()) == (25, 0)
    actions.explain_stop(**explain, delivered_mg=Decimal(10))
    hand = hand_of(chair.infusion)
    assert (hand.administered_mg, hand.discrepancy_mg, hand.left_mg) == (25, 15, Decimal("31.5"))
    actions.explain_stop(**explain, delivered_mg=Decimal(10))  # the same again changes nothing
    actions.explain_stop(**explain, delivered_mg=Decimal(12))
    hand = hand_of(chair.infusion)
    assert (hand.administered_mg, hand.discrepancy_mg, hand.left_mg) == (27, 15, Decimal("29.5"))
    assert open_discrepancies(site).count() == 1


def test_a_stop_is_kept_even_with_more_delivered_than_was_in_the_bag(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=12)
    chair._do(actions.stop_infusion, delivered_mg=Decimal(4150))
    assert (chair.infusion.state, hand_of(chair.infusion).administered_mg) == ("observing", DOSE_MG)


def test_led_13_waste_is_signed_by_the_witness_over_its_text(infusion, by, second, at, draw):
    row = ledger.wasted(by=by, at=at, draw=draw, ml=DOSE_ML, witness=second, reason="syringe fell")
    assert (row.mg, row.witness, row.by) == (DOSE_MG, second, by)
    signature = row.signature
    assert (signature.signer, signature.meaning, verify(signature)) == (second, "witnessed", True)
    for words in ("41.5 mg", "0.83 mL", "syringe fell", by.name, second.name, infusion.patient.record_number):
        assert words in signature.text


def test_led_13_without_a_second_person_who_may_nothing_is_written(site, by, at, draw, other_site):
    rest = {"by": by, "at": at, "draw": draw, "ml": DOSE_ML}
    assert refusal(ledger.wasted, **rest, witness=by) == ["LED-13"]
    for person in (
        people.staff("scheduler", site=site),
        people.staff("clinic_lead", site=site),
        people.staff("nurse", site=site, is_active=False),
        people.staff("nurse", site=other_site),
    ):
        assert refusal(ledger.wasted, **rest, witness=person) == ["LED-13"]
    assert not Movement.objects.filter(kind="wasted").exists()
    assert not Signature.objects.filter(meaning="witnessed").exists()


def test_led_13_the_proof_is_the_witness_s_own_and_fresh(by, second, at, draw):
    rest = {"by": by, "at": at, "draw": draw, "ml": DOSE_ML, "witness": second}
    for proof in (
        Proof(user_id=by.pk, at=at, method="password"),
        Proof(user_id=second.pk, at=at - timedelta(seconds=61), method="password"),
        Proof(user_id=second.pk, at=at + timedelta(seconds=1), method="password"),
    ):
        assert refusal(ledger.wasted, **rest, proof=proof) == ["SIG-01"]
    assert not Movement.objects.filter(kind="wasted").exists()


def test_the_same_waste_sent_twice_is_one_and_another_under_its_key_is_a_conflict(by, second, at, draw):
    rest = {"by": by, "at": at, "draw": draw, "key": uuid4(), "witness": second}
    first = ledger.wasted(**rest, ml=Decimal("0.3"))
    assert ledger.wasted(**rest, ml=Decimal("0.3")).pk == first.pk
    for other in ({"ml": Decimal("0.2")}, {"ml": Decimal("0.3"), "reason": "spilled"}):
        with pytest.raises(Conflict):
            ledger.wasted(**rest | other)
    with pytest.raises(Conflict):
        ledger.wasted(**rest | {"draw": None, "vial": draw.vial, "ml": Decimal("0.3"), "reason": "x"})
    assert Movement.objects.filter(kind="wasted").count() == 1


def test_led_14_a_running_dose_is_neither_wasted_nor_missing(site):
    chair = infusions.infusion(site=site, at_state="infusing")
    (draw,) = hand_of(chair.infusion).draws
    rest = {"by": chair.nurse, "at": chair.at, "draw": draw.movement}
    assert refusal(ledger.wasted, **rest, ml=Decimal("0.1")) == ["LED-14"]
    missing = {"mg": Decimal(-1), "reason": "leaks", "key": uuid4()}
    assert refusal(actions.declare_discrepancy, **rest, **missing) == ["LED-14"]


def test_led_15_a_whole_dose_goes_back_into_its_vial(infusion, by, at, draw):
    row = actions.return_dose(draw=draw, reason="patient went home", by=by, at=at, key=(key := uuid4()))
    assert (row.mg, holds(draw.vial), hand_of(infusion).left_mg) == (DOSE_MG, 500, 0)
    again = actions.return_dose(draw=draw, reason="patient went home", by=by, at=at, key=key)
    assert again.pk == row.pk
    with pytest.raises(Conflict):
        actions.return_dose(draw=draw, reason="another reason", by=by, at=at, key=key)
    assert refusal(actions.return_dose, draw=draw, reason="again", by=by, at=at, key=uuid4()) == ["LED-15"]
    assert ledger.withdrawn(infusion, by=by, at=at)  # and is drawn anew


def test_led_15_a_dose_that_was_touched_does_not_go_back(by, at, draw):
    ledger.wasted(by=by, at=at, draw=draw, ml=Decimal("0.01"))
    assert refusal(actions.return_dose, draw=draw, reason="rest", by=by, at=at, key=uuid4()) == ["LED-15"]


def test_led_21_waste_out_of_a_vial_needs_its_reason(site, by, at):
    vial = ledger.vial(site, at=at)
    assert refusal(ledger.wasted, by=by, at=at, vial=vial, ml=Decimal(1)) == ["LED-21"]
    assert ledger.wasted(by=by, at=at, vial=vial, ml=Decimal(10), reason="expired")
    assert vial_lines(site) == []


def test_run_01_a_movement_is_not_dated_into_the_future(infusion, by, at):
    given = {"infusion": infusion, "by": by, "at": at, "parts": ledger.parts(infusion, at=at), "key": uuid4()}
    assert refusal(actions.withdraw, **given, occurred_at=at + timedelta(minutes=3)) == ["RUN-01"]


def test_dis_09_a_patient_leaves_when_nothing_is_in_hand(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=40)
    chair._do(actions.complete_infusion, delivered_mg=Decimal("41.25"))
    chair.observe()
    leaving = {
        "infusion": chair.infusion,
        "checks": infusions.ALL_CHECKS,
        "driver": infusions.seen_driver(),
        "language": "English",
        "by": chair.nurse,
        "at": chair.at,
    }
    assert refusal(actions.discharge, **leaving, key=uuid4()) == ["DIS-09"]
    chair.waste_rest().discharge()
    assert chair.infusion.state == "discharged"


def test_inf_23_a_drawn_dose_that_was_touched_or_is_for_another_version_starts_nothing(site):
    chair = infusions.infusion(site=site, at_state="ready")
    (draw,) = hand_of(chair.infusion).draws
    ledger.wasted(by=chair.nurse, at=chair.at, draw=draw.movement, ml=Decimal("0.01"))
    start = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at, "key": uuid4()}
    assert refusal(actions.start_infusion, **start) == ["INF-23"]
    chair.waste_rest()
    assert refusal(actions.start_infusion, **start) == ["INF-23"]
    chair.draw().start()
    assert chair.infusion.state == "infusing"


def test_a_dose_of_a_patient_who_goes_home_stands_as_open_until_it_is_settled(infusion, by, at, draw):
    assert open_hands(infusion.site) == []
    actions.do_not_start(infusion=infusion, reason="patient_choice", by=by, at=at, key=uuid4())
    assert [hand.infusion.pk for hand in open_hands(infusion.site)] == [infusion.pk]
    actions.return_dose(draw=draw, reason="went home", by=by, at=at, key=uuid4())
    assert open_hands(infusion.site) == []


def test_who_leaves_against_advice_leaves_the_rest_open(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=12)
    chair._do(actions.stop_infusion, delivered_mg=Decimal(10), reason="patient_choice")
    chair._do(actions.leave_against_advice, reason="in a hurry", provider_notified="Dr Imai")
    (hand,) = open_hands(site)
    assert hand.left_mg == Decimal("31.5")
