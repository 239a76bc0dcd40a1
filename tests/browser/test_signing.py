"""A physician works through the queue by keyboard; a verbal order goes from the chair to its co-signature."""

import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from infusions.models import CoSignature, Order, VerbalOrder
from kitclinic import signing
from kitclinic.models import Signature
from scheduling.actions import Assessment, assess_eligibility
from scheduling.actions.eligibility import Verdict
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import orders, people, scheduling, verbal

pytestmark = pytest.mark.browser
COUNT = """() => { window.kcPressed = 0; window.kcClicked = 0;
    document.addEventListener("keydown", () => (window.kcPressed += 1), true);
    document.addEventListener("pointerdown", () => (window.kcClicked += 1), true); }"""


def drafts(made: Noon, number: int) -> list[Order]:
    """Orders of next week that wait, the oldest first."""
    return [
        orders.draft(
            orders.sequence(made.site, made.next_week, start_minute=540 + 10 * turn),
            at=made.now - timedelta(hours=number - turn),
        )
        for turn in range(number)
    ]


def states(found: list[Order]) -> list[str]:
    return [Order.objects.get(pk=order.pk).state for order in found]


def signs(walk: Walk, found: list[Order]) -> list[tuple[float, int]]:
    """Sign these by the keyboard alone, as the queue opens them; seconds and key presses of each."""
    page, spent = walk.page, []
    for order in found:
        walk.says(f"Sign order {order.number}", where=".btn--sign")
        page.evaluate(f"({COUNT})()")
        began = time.monotonic()
        page.keyboard.press("p")
        page.keyboard.type(people.PASSWORD)
        presses = page.evaluate("window.kcPressed") + 1
        assert page.evaluate("window.kcClicked") == 0
        page.keyboard.press("Enter")
        walk.says(f"Order {order.number} is signed", where="#kc-toasts")
        spent.append((time.monotonic() - began, presses))
    return spent


def test_the_queue_is_signed_by_the_keyboard_and_the_next_one_opens_by_itself(walk: Walk, capsys: Any) -> None:
    made = noon()
    found = drafts(made, 3)
    page = walk.sign_in(made.staff("physician")).open("/signing/")
    expect(page.locator(".queue .q")).to_have_count(3)
    page.keyboard.press("j")
    walk.says(found[1].sequence.patient.name, where=".who-name")
    page.keyboard.press("k")
    walk.says(found[0].sequence.patient.name, where=".who-name")
    page.keyboard.press("Shift+?")
    walk.says("Keys of this page", where="dialog[open]")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    walk.says(f"Return order {found[0].number} unsigned", where="dialog[open]")
    page.keyboard.press("Escape")
    walk.inspect()
    spent = signs(walk, found)
    assert states(found) == ["signed"] * 3
    assert {presses for _, presses in spent} == {len(people.PASSWORD) + 2}  # P, the password, Enter
    assert all(signing.verify(one) for one in Signature.objects.filter(site=made.site))
    walk.says("Nothing waits for you")
    with capsys.disabled():
        for number, (seconds, presses) in enumerate(spent, 1):
            sys.stdout.write(f"\norder {number}: {presses} key presses, 0 taps, {seconds:.1f} s typed and waited")


def test_no_two_orders_are_signed_by_one_password(walk: Walk) -> None:
    made = noon()
    found = drafts(made, 2)
    page = walk.sign_in(made.staff("physician")).open("/signing/")
    signs(walk, found[:1])
    walk.says(found[1].sequence.patient.name, where=".who-name")
    assert page.locator("[name=password]").input_value() == ""
    page.locator("[name=password]").press("Enter")
    walk.says("Type your password", where="main")
    assert states(found) == ["signed", "draft"]


def test_an_order_with_open_decisions_leads_to_each_of_them(walk: Walk) -> None:
    made = noon()
    (order,) = drafts(made, 1)
    assess_eligibility(
        patient=order.sequence.patient,
        assessment=Assessment(facts=scheduling.facts(ketamine_misuse=True)),
        by=made.staff("physician"),
        at=made.now,
        verdict=Verdict.OPEN,
    )
    page = walk.sign_in(made.staff("physician")).open("/signing/")
    walk.says("Before this can be signed", where="main").inspect()
    expect(page.locator(".btn--sign")).to_be_disabled()
    page.locator(".settle .link").first.click()
    expect(page).to_have_url(f"{walk.home}/patients/{order.sequence.patient_id}/eligibility/")


def test_what_was_said_at_the_chair_is_co_signed_by_who_said_it(walk: Walk) -> None:
    made = noon()
    chair = made.chair(20).ready().start()
    doctor = made.staff("physician")
    page = walk.sign_in(chair.nurse).open(f"/chart/{chair.visit.pk}/")
    page.get_by_role("link", name="Verbal").click()
    walk.says("Verbal order", where="dialog[open]").inspect()
    walk.tap("kind", "hold", within="dialog[open]").tap("prescriber", str(doctor.pk), within="dialog[open]")
    walk.fill(said="No further infusion before I have seen the ECG.")
    page.locator("dialog[open] [name=read_back]").check()
    page.locator("dialog[open]").get_by_role("button", name="Save what was said").click()
    walk.says("Verbal: Hold", where="#chart-live").inspect()
    said = VerbalOrder.objects.get(site=made.site)
    walk.sign_in(doctor).open(f"/signing/?verbal={said.pk}")
    walk.says("Co-sign verbal hold", where=".queue").inspect()
    page.keyboard.press("p")
    page.keyboard.type(people.PASSWORD)
    page.keyboard.press("Enter")
    walk.says("is co-signed", where="#kc-toasts")
    assert CoSignature.objects.get(verbal=said).disputes == ""
    walk.open(f"/orders/{said.order_id}/")
    walk.says("Co-signed", where=".verbal").inspect()


def test_a_dispute_is_read_in_the_text_before_it_is_signed(walk: Walk) -> None:
    made = noon()
    doctor = made.staff("physician")
    (order,) = drafts(made, 1)
    said = verbal.said(orders.sign(order, at=made.now), at=made.now, prescriber=doctor)
    page = walk.sign_in(doctor).open(f"/signing/?verbal={said.pk}")
    page.keyboard.press("r")
    page.locator("[name=disputes]").fill("I said: wait for me.")
    page.get_by_role("button", name="Put it into the text").click()
    walk.says("I dispute this record", where=".sheet pre").inspect()
    page.locator("[name=password]").fill(people.PASSWORD)
    page.locator("[name=password]").press("Enter")
    walk.says("is disputed", where="#kc-toasts")
    assert CoSignature.objects.get(verbal=said).disputes == "I said: wait for me."


def test_a_nurse_holds_an_order_by_word_of_mouth_away_from_the_chair(walk: Walk) -> None:
    made = noon()
    (order,) = drafts(made, 1)
    orders.sign(order, at=made.now)
    page = walk.sign_in(made.staff("nurse")).open(f"/orders/{order.pk}/")
    walk.press("Hold by verbal order").says("A prescriber said", where="main").inspect()
    walk.tap("prescriber", str(made.staff("physician").pk)).fill(said="Wait for the ECG.")
    page.locator("[name=read_back]").check()
    walk.press("Save what was said").says("Co-signature due", where=".verbal")
    assert states([order]) == ["held"]
