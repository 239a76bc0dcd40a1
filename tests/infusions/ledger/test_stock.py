"""The vault: deliveries, counts, discrepancies and their answers."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import Count, Discrepancy, Movement, Receipt, Vial
from infusions.queries.ledger import (
    newest_movement,
    open_discrepancies,
    suggested_parts,
    usable_vials,
    vial_lines,
)
from kitclinic.models import AuditEvent
from kitclinic.problems import Conflict, Refused
from tests.factories import ledger, people
from tests.factories.scheduling import NOW

ML = Decimal("1")


def refusal(act, **given):
    with pytest.raises(Refused) as refused:
        act(**given)
    return [problem.rule for problem in refused.value.problems]


@pytest.fixture
def vault(site, nurse):
    return actions.ensure_vault(site=site, by=nurse, at=NOW)


def test_the_first_vault_is_made_once(site, nurse, vault):
    assert actions.ensure_vault(site=site, by=nurse, at=NOW) == vault
    assert (vault.name, AuditEvent.objects.filter(event="vault opened").count()) == ("Main vault", 1)


def test_a_delivery_numbers_its_vials_on_and_fills_them(site):
    ledger.stocked(site, vials=2)
    receipt = ledger.stocked(site, strength=100, vials=3)
    assert list(Vial.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert [line.mg for line in vial_lines(site)] == [500, 500, 500, 500, 500]
    assert [line.ml for line in vial_lines(site)] == [10, 10, 5, 5, 5]
    assert Movement.objects.filter(vial__receipt=receipt, kind="received").count() == 3


def test_each_clinic_numbers_its_own_vials(site, other_site):
    ledger.stocked(site, vials=2)
    ledger.stocked(other_site, vials=1)
    assert [line.vial.number for line in vial_lines(other_site)] == [1]


def test_the_same_delivery_sent_twice_is_one_and_another_under_its_key_is_a_conflict(site):
    first = ledger.stocked(site, key=(key := uuid4()), lot=" L7 ")
    assert ledger.stocked(site, key=key, lot="L7").pk == first.pk
    for other in ({"vials": 4}, {"lot": "L8"}, {"invoice": "12"}, {"supplier": "Another"}):
        with pytest.raises(Conflict):
            ledger.stocked(site, **{"key": key, "lot": "L7"} | other)
    assert (Receipt.objects.count(), Vial.objects.count()) == (1, 3)


def test_led_05_an_expired_lot_or_a_vial_out_of_use_is_not_received(site):
    today = site.today(NOW)
    given = {"site": site, "expires_on": today - timedelta(days=1)}
    assert refusal(ledger.stocked, **given) == ["LED-05"]
    retired = ledger.product(site, 10, in_use=False)
    assert refusal(ledger.stocked, site=site, product=retired) == ["LED-05"]
    assert Vial.objects.count() == 0


def test_led_22_nothing_is_received_into_a_vault_out_of_use(site, vault):
    vault.in_use = False
    vault.save()
    assert refusal(ledger.stocked, site=site, vault=vault) == ["LED-22"]


def test_opened_vials_come_first_then_the_first_to_expire_and_never_an_expired_one(site, nurse):
    today = site.today(NOW)
    late = ledger.vial(site, expires_on=today + timedelta(days=90))
    soon = ledger.vial(site, expires_on=today + timedelta(days=30))
    last = ledger.vial(site, expires_on=today)
    ledger.vial(site, 100)
    assert [line.vial for line in usable_vials(site, 50, today)] == [last, soon, late]
    assert [line.vial for line in usable_vials(site, 50, today + timedelta(days=1))] == [soon, late]
    parts = suggested_parts(site, strength=50, ml=Decimal("10.5"), today=today)
    assert parts == [(last, Decimal(10)), (soon, Decimal("0.5"))]
    assert suggested_parts(site, strength=50, ml=Decimal("30.1"), today=today) == []


def test_led_17_a_count_that_agrees_opens_nothing(site, nurse, vault):
    ledger.stocked(site)
    counted = {line.vial.pk: line.ml for line in vial_lines(site)}
    count = actions.count_vault(vault=vault, counted=counted, by=nurse, at=NOW, key=uuid4())
    assert [line.expected_mg == line.counted_mg for line in count.lines.all()] == [True] * 3
    assert not Discrepancy.objects.exists()


def test_led_17_each_difference_of_a_count_is_a_discrepancy_by_itself(site, nurse, vault):
    ledger.stocked(site)
    one, two, three = Vial.objects.order_by("number")
    ledger.wasted(by=nurse, at=NOW, vial=one, ml=Decimal(2), reason="dropped")
    counted = {one.pk: Decimal("8.4"), two.pk: Decimal(10)}  # more in the first, the third was not found
    count = actions.count_vault(
        vault=vault, counted=counted, by=nurse, at=NOW, key=(key := uuid4()), note="evening"
    )
    found = {row.movement.vial: row.movement.mg for row in open_discrepancies(site)}
    assert found == {one: 20, three: -500}
    assert {row.count_line.count for row in open_discrepancies(site)} == {count}
    assert [(line.vial, line.mg) for line in vial_lines(site)] == [(one, 420), (two, 500)]
    again = actions.count_vault(vault=vault, counted=counted, by=nurse, at=NOW, key=key, note="evening")
    assert (again.pk, Count.objects.count(), open_discrepancies(site).count()) == (count.pk, 1, 2)
    for other in ({one.pk: Decimal("8.5"), two.pk: Decimal(10)}, {two.pk: Decimal(10)}):
        with pytest.raises(Conflict):
            actions.count_vault(vault=vault, counted=other, by=nurse, at=NOW, key=key, note="evening")


def test_led_36_a_count_is_compared_with_what_its_page_had_seen(site, nurse, vault):
    vial = ledger.vial(site)
    given = {"vault": vault, "by": nurse, "at": NOW, "counted": {vial.pk: Decimal(10)}}
    seen = newest_movement(vault)
    ledger.wasted(by=nurse, at=NOW, vial=vial, ml=Decimal(2), reason="dropped")
    assert refusal(actions.count_vault, **given, key=uuid4(), seen=seen) == ["LED-36"]
    assert refusal(actions.count_vault, **given, key=uuid4(), seen=0) == ["LED-36"]
    assert not Count.objects.exists()
    given["counted"] = {vial.pk: Decimal(8)}
    count = actions.count_vault(**given, key=(key := uuid4()), seen=newest_movement(vault))
    ledger.wasted(by=nurse, at=NOW, vial=vial, ml=Decimal(1), reason="dropped")
    assert actions.count_vault(**given, key=key, seen=seen) == count, "sent twice, it stands once"
    assert not Discrepancy.objects.exists()


def test_a_vial_that_was_missing_is_found_at_the_next_count(site, nurse, vault):
    vial = ledger.vial(site)
    actions.count_vault(vault=vault, counted={}, by=nurse, at=NOW, key=uuid4())
    assert vial_lines(site) == []
    actions.count_vault(vault=vault, counted={vial.pk: Decimal(10)}, by=nurse, at=NOW, key=uuid4())
    assert [line.mg for line in vial_lines(site)] == [500]
    assert open_discrepancies(site).count() == 2


def test_led_17_and_led_04_a_count_names_vials_of_its_vault_within_their_label(site, other_site, nurse, vault):
    vial, foreign = ledger.vial(site), ledger.vial(other_site)
    given = {"vault": vault, "by": nurse, "at": NOW, "key": uuid4()}
    assert refusal(actions.count_vault, **given, counted={vial.pk: Decimal(10), foreign.pk: ML}) == ["LED-17"]
    assert refusal(actions.count_vault, **given, counted={vial.pk: Decimal("10.01")}) == ["LED-04"]
    assert refusal(actions.count_vault, **given, counted={vial.pk: Decimal("-1")}) == ["LED-17"]
    assert not Count.objects.exists()


def missing(vial, by, **fields):
    given = {"vial": vial, "mg": Decimal(-50), "reason": "vial was found cracked", "by": by, "at": NOW}
    return actions.declare_discrepancy(**{"key": uuid4()} | given | fields)


def test_led_16_a_discrepancy_is_posted_at_once_and_stays_open(site, nurse):
    vial = ledger.vial(site)
    row = missing(vial, nurse, key=(key := uuid4()))
    assert ([line.mg for line in vial_lines(site)], list(open_discrepancies(site))) == ([450], [row])
    assert missing(vial, nurse, key=key).pk == row.pk
    with pytest.raises(Conflict):
        missing(vial, nurse, key=key, mg=Decimal(-51))
    assert refusal(missing, vial=vial, by=nurse, reason=" ") == ["LED-16"]
    assert refusal(missing, vial=vial, by=nurse, mg=Decimal("-450.001")) == ["LED-03"]
    assert refusal(missing, vial=vial, by=nurse, mg=Decimal("50.001")) == ["LED-04"]


def answered(row, by, **fields):
    given = {"words": "Cracked in the drawer.", "reported_to": "", "proof": ledger.proof_of(by, NOW)}
    return actions.answer_discrepancy(**{"discrepancy": row, "by": by, "at": NOW} | given | fields)


def test_led_18_an_answer_is_signed_once_by_who_may_answer(site, nurse, lead):
    row = missing(ledger.vial(site), nurse)
    assert refusal(answered, row=row, by=nurse) == ["LED-18", "LED-19"]
    assert refusal(answered, row=row, by=people.staff("nurse", site=site)) == ["LED-18"]
    assert refusal(answered, row=row, by=lead, words=" ") == ["LED-18"]
    assert refusal(answered, row=row, by=lead, proof=ledger.proof_of(nurse, NOW)) == ["SIG-01"]
    assert list(open_discrepancies(site)) == [row]
    answer = answered(row, lead, reported_to="pharmacist, 7 Sep")
    for words in ("50 mg missing", "Cracked in the drawer.", "pharmacist, 7 Sep", nurse.name, lead.name):
        assert words in answer.signature.text
    assert list(open_discrepancies(site)) == []
    with pytest.raises(Conflict):
        answered(row, lead)


def test_led_18_nobody_of_another_clinic_answers(site, nurse, other_site):
    row = missing(ledger.vial(site), nurse)
    assert refusal(answered, row=row, by=people.staff("clinic_lead", site=other_site)) == ["LED-18"]


def test_led_19_a_physician_who_found_it_does_not_answer_alone(site, physician, lead):
    row = missing(ledger.vial(site), physician)
    assert refusal(answered, row=row, by=physician) == ["LED-19"]
    assert answered(row, lead)
