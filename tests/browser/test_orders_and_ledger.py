"""The drug in real Chromium: composed, signed by keyboard, drawn, reconciled, wasted before a witness, counted.

The browser cannot travel in time: the infusion of today is at its chair now.
"""

from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from infusions.models import Discrepancy, Infusion, InfusionEvent, Movement, Order
from infusions.queries.ledger import hand_of
from kitclinic import signing
from kitclinic.models import Signature
from tests.browser.live import Live
from tests.browser.test_journey import CALM, gate, keypad, send, sheet
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import infusions, ledger, orders, scheduling
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    return noon()


def test_an_order_is_composed_with_the_servers_arithmetic(walk: Walk, clinic: Noon) -> None:
    sequence = orders.sequence(clinic.site, clinic.next_week, start_minute=600, weight_kg="82.5")
    walk.sign_in(clinic.staff("physician")).open(reverse("infusions:order_new", args=[sequence.pk]))
    walk.says("41.25", where=".cmp-live").says("75 mL/h", where=".cmp-live")
    walk.says("missing for a signature", where=".cmp-live")
    walk.inspect()
    walk.tap("bag_ml", "100").says("150 mL/h", where=".cmp-live")  # told by the server; nothing is computed here
    walk.tap("fill", "added_to").says("151.2 mL/h", where=".cmp-live")
    walk.tap("bag_ml", "50").tap("fill", "made_up_to").says("75 mL/h", where=".cmp-live")
    walk.tap("weight_source", "stated").fill(weight_kg="635.0", weight_reason="too heavy for the scale here")
    walk.says("317.5", where=".cmp-live")  # ordered like 70 kg: no ceiling
    walk.inspect()
    walk.fill(weight_kg="82,5").page.wait_for_timeout(600)
    assert "41.25" not in walk.page.locator(".cmp-live").inner_text()  # nothing typed is converted
    walk.tap("weight_source", "measured").says("41.25", where=".cmp-live")
    assert not Order.objects.filter(sequence=sequence).exists()  # all that was shown, and nothing was written
    walk.fill(psychotropics="Sertraline 50 mg", driver_plan="The sister drives.")
    walk.page.locator("[name=medication_noted]").check()
    walk.says("Nothing is missing for a signature", where=".cmp-live")
    walk.press("Write the draft").says("The draft is written.")
    walk.says("Sertraline 50 mg", where="aside.sheet pre")
    order = Order.objects.get(sequence=sequence)
    assert (order.state, order.dose_mg, order.bag_ml) == ("draft", Decimal("41.25"), 50)
    walk.inspect()


def test_the_queue_is_signed_by_the_keyboard_alone(walk: Walk, clinic: Noon) -> None:
    waiting = [
        orders.draft(orders.sequence(clinic.site, clinic.next_week, start_minute=minute), at=clinic.now)
        for minute in (480, 660, 720)
    ]
    walk.sign_in(clinic.staff("physician")).open(reverse("infusions:signing"))
    walk.inspect()
    press, signed = walk.page.keyboard.press, []
    names = {order.sequence.patient.list_name: order.number for order in waiting}
    for _ in range(20):  # J leads through the queue; only what is a draft is signed
        here = walk.page.locator(".queue a[aria-current=true] b").inner_text()
        if here in names and here not in signed:
            if not signed:
                by_keys(walk, "not the password").says("That is not your password. Nothing", where=".auth")
            by_keys(walk, PASSWORD).says(f"Order {names[here]} is signed: 41.25 mg on each day.")
            signed.append(here)
            if len(signed) == len(names):
                break
            continue
        before = walk.page.url
        walk.settle()
        press("j")
        walk.page.wait_for_url(lambda address, before=before: address != before)
    assert sorted(signed) == sorted(names)
    for order in waiting:
        order.refresh_from_db()
        assert (order.state, signing.verify(order.signature)) == ("signed", True)


def by_keys(walk: Walk, password: str) -> Walk:
    """P leads to the password, unless a refusal has led there already; Enter signs."""
    walk.settle()
    if not walk.page.evaluate("document.activeElement.matches('[name=password]')"):
        walk.page.keyboard.press("p")
    expect(walk.page.locator("[name=password]")).to_be_focused()
    walk.page.keyboard.type(password)
    walk.page.keyboard.press("Enter")
    return walk


def test_a_dose_is_drawn_reconciled_stopped_and_its_rest_wasted_on_one_screen(walk: Walk, clinic: Noon) -> None:
    ledger.stocked(clinic.site, at=clinic.now)
    second = scheduling.people.staff("nurse", site=clinic.site, name="Tomas Reyes")
    chair = clinic.chair(0, minute=700, chair=6).arrive().weigh().identify()
    chair.event(infusions.Kind.IV_PLACED)
    chair.premed()
    walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))
    walk.inspect()
    the_dose_is_drawn(walk)
    the_pump_is_two_percent_off(walk, chair.visit.pk, second.username)
    keypad(walk, CALM)
    walk.says("Everything is done", where=".gates-head")
    walk.page.locator("form.start .save").click()
    walk.says("Started. The next set is due in 15 min.")
    walk.page.locator(".act.stop").click()
    walk.says("STOP recorded.")
    sheet(walk, ".strip--urgent a.btn")
    walk.tap("reason", "patient_choice", within="dialog[open]").fill(infused_ml="20")
    send(walk, "Save")
    infusion = Infusion.objects.get(visit=chair.visit)
    assert (infusion.delivered_mg, hand_of(infusion).left_mg) == (Decimal("16.6"), Decimal("24.9"))
    the_rest_is_wasted_before_a_witness(walk, infusion, second.username)


def the_dose_is_drawn(walk: Walk) -> None:
    walk.page.locator("a[href$='/preparation/']").first.click()
    walk.says("0.83", where=".prep-draw").says("75 mL/h", where=".prep-bag")
    walk.inspect()
    walk.page.locator("label.vial").first.click()
    walk.press("Withdraw 0.83 mL").says("In hand: 41.5 mg")
    walk.inspect()
    labels = walk.page.request.get(walk.page.locator("a[href$='/label/']").first.get_attribute("href") or "")
    assert (labels.status, labels.headers["content-type"]) == (200, "application/pdf")
    assert labels.body().startswith(b"%PDF")


def the_pump_is_two_percent_off(walk: Walk, visit_pk: int, second: str) -> None:
    walk.open(reverse("infusions:chart", args=[visit_pk]))
    sheet(walk, gate("Pump"))
    walk.fill(rate_ml_per_h="76.5", volume_ml="50")
    walk.page.locator("dialog[open] .btn--go").click()
    walk.says("Stop and reconcile", where="dialog[open]")
    walk.says("76.5 mL/h", where="dialog[open]").says("+2%", where="dialog[open]")
    walk.inspect()
    walk.fill(rate_ml_per_h="75", volume_ml="50")
    walk.page.locator("dialog[open] .btn--go").click()
    walk.says("Second reading of the pump", where="dialog[open]")
    signs = {"witness_username": second, "witness_password": PASSWORD}
    walk.fill(rate_ml_per_h="75", volume_ml="50", **signs)
    send(walk, "Compare with the order")
    kinds = InfusionEvent.objects.filter(infusion__visit=visit_pk, kind__startswith="pump").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["pump_mismatch", "pump_checked", "pump_checked"]


def the_rest_is_wasted_before_a_witness(walk: Walk, infusion: Infusion, witness: str) -> None:
    sheet(walk, "a[href*='/sheet/waste/']")
    walk.says("24.9 mg", where="dialog[open]").says("30 mL", where="dialog[open]")
    walk.inspect()
    before = Movement.objects.count()
    for name, password, said in (
        (infusion.nurse.username, PASSWORD, "The witness is a second person."),
        (witness, "wrong", "User name or password of the witness is wrong."),
    ):
        walk.fill(ml="30", witness_username=name, witness_password=password)
        walk.page.locator("dialog[open] .dlg-foot .btn--go").click()
        walk.says(said, where="dialog[open]")
        assert Movement.objects.count() == before
    walk.inspect()
    walk.fill(ml="30", witness_username=witness, witness_password=PASSWORD)
    send(walk, "Wasted, and witnessed")
    expect(walk.page.locator(".bar-user").or_(walk.page.locator("body")).first).not_to_contain_text(
        "Reyes, signed in"
    )
    wasted = Movement.objects.get(infusion=infusion, kind="wasted")
    assert (wasted.by, wasted.witness.username) == (infusion.nurse, witness)  # the screen stays the nurse's
    assert Signature.objects.get(movement=wasted).meaning == "witnessed"
    hand = hand_of(infusion)
    assert (hand.withdrawn_mg, hand.left_mg) == (hand.administered_mg + hand.wasted_mg, 0)
    walk.says("Waste reconciled", where=".left")
    walk.inspect()


def test_a_shift_is_counted_and_the_lead_answers_the_difference(walk: Walk) -> None:
    clinic = noon()  # a vault of its own
    ledger.stocked(clinic.site, vials=3, at=clinic.now)
    ledger.stocked(clinic.site, vials=2, lot="7K1188", at=clinic.now)
    clinic.chair(0, minute=700).arrive().weigh().draw()
    walk.sign_in(clinic.staff("nurse")).page.locator(".bar-more summary").click()
    walk.press("Ledger", within=".bar").says("Main vault")
    walk.inspect()
    walk.press("Count")
    walk.inspect()
    for lot in walk.page.locator("input[name^=lot_][value=all]").all():
        walk.tap(lot.get_attribute("name") or "", "all")
    walk.page.locator(".count-opened input[name^=ml_]").fill("9.07")
    walk.press("Save the count").says("1 of 5 vials differed")
    walk.inspect()
    gap = Discrepancy.objects.get(site=clinic.site)
    assert gap.movement.mg == Decimal("-5")
    walk.sign_in(clinic.staff("clinic_lead"))
    link = walk.page.locator("a[href*='discrepanc']").first
    expect(link).to_be_visible()  # on the lead's home
    walk.inspect()
    walk.open(reverse("infusions:discrepancy", args=[gap.pk]))
    walk.inspect()
    walk.fill(words="It stayed in the needle of the second dose.", password=PASSWORD).press("Sign the answer")
    walk.says("Answered")
    assert Discrepancy.objects.get(pk=gap.pk).answer.by == clinic.staff("clinic_lead")
    walk.open(reverse("infusions:ledger_report"))
    walk.inspect()
    walk.open(reverse("infusions:ledger_movements"))
    walk.says("Discrepancy", where="main table")
    walk.inspect()
