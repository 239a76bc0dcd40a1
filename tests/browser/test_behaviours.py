"""What the shared behaviours promise, in real Chromium."""

import pytest
from playwright.sync_api import Page, expect

from kitclinic.styleguide import KEYPAD
from tests.browser.pages import NOW, Clinic, status

pytestmark = pytest.mark.browser

PAD = """<form>{% include "components/_keypad.html" %}
<button class="btn" type="button" data-kc-unable>Unable</button>
{% include "components/_chips.html" with name="rhythm" legend="rhythm" choices=rhythms columns=5 %}
{% include "components/_chips.html" with name="symptoms" legend="symptoms" choices=all many=True none="none" %}
<button class="save" type="submit"><b>Save</b><span data-kc-togo="complete"></span></button></form>"""
CHOICES = {
    "fields": KEYPAD,
    "rhythms": [("sinus", "Sinus"), ("af", "AF")],
    "all": [("none", "None"), ("nausea", "Nausea"), ("dizzy", "Dizzy")],
}


def digits(page: Page, text: str) -> None:
    for digit in text:
        page.click(f"[data-kc-digit='{digit}']")


def values(page: Page) -> list[str]:
    return [page.locator(f"[name={name}]").input_value() for name in ("sbp", "dbp", "hr", "spo2")]


def test_eleven_digits_and_two_taps_complete_a_set(tab: Page) -> None:
    clinic = Clinic(tab, PAD, CHOICES).open()
    expect(tab.locator("[data-kc-togo]")).to_have_text("6 to go: SBP, DBP, HR, SpO₂, rhythm, symptoms")
    digits(tab, "148898197")
    assert values(tab) == ["148", "89", "81", "97"]
    tab.click("text=Sinus")
    tab.click("text=None")
    expect(tab.locator(".save")).to_have_class("save full")
    expect(tab.locator("[data-kc-togo]")).to_have_text("complete")
    assert clinic.complaints == []


def test_the_percent_from_baseline_is_exact_and_rounded_half_up(tab: Page) -> None:
    Clinic(tab, PAD, CHOICES).open()
    digits(tab, "156")
    expect(tab.locator(".fld", has_text="SBP").locator("[data-kc-diff]")).to_have_text("+21.9%")
    digits(tab, "62")
    expect(tab.locator(".fld", has_text="DBP").locator("[data-kc-diff]")).to_have_text("−20.5%")


def test_a_keyboard_types_into_the_same_fields_and_letters_are_refused(tab: Page) -> None:
    Clinic(tab, PAD, CHOICES).open()
    tab.focus("[name=sbp]")
    tab.keyboard.type("1a32")
    expect(tab.locator("[name=dbp]")).to_be_focused()
    assert values(tab)[0] == "132"


def test_delete_goes_back_and_next_goes_on(tab: Page) -> None:
    Clinic(tab, PAD, CHOICES).open()
    digits(tab, "132")
    tab.click("[data-kc-digit=delete]")
    tab.click("[data-kc-digit=delete]")
    assert values(tab)[0] == "13"
    tab.click("[data-kc-digit=next]")
    digits(tab, "80")
    assert values(tab)[:2] == ["13", "80"]


def test_unable_to_obtain_empties_the_field_and_posts_its_name(tab: Page) -> None:
    Clinic(tab, PAD, CHOICES).open()
    digits(tab, "132")
    tab.click("[data-kc-digit=delete]")
    tab.click("[data-kc-unable]")
    assert tab.locator("input[name=unable]").input_value() == "sbp"
    assert values(tab)[0] == ""
    expect(tab.locator("[data-kc-togo]")).not_to_contain_text("SBP")


def test_none_excludes_every_other_symptom(tab: Page) -> None:
    Clinic(tab, PAD, CHOICES).open()
    tab.click("text=Nausea")
    tab.click("text=None")
    assert tab.locator("[name=symptoms]:checked").evaluate_all("all => all.map(one => one.value)") == ["none"]
    tab.click("text=Dizzy")
    assert tab.locator("[name=symptoms]:checked").evaluate_all("all => all.map(one => one.value)") == ["dizzy"]


def test_a_device_clock_that_jumps_does_not_move_a_due_time(tab: Page) -> None:
    tab.add_init_script("Date.now = () => 0")
    due = f"""<p data-kc-due="{NOW + 4 * 60 + 50}">?</p>
    <p class="num" data-kc-due="{NOW - 7 * 60 - 10}"><b data-kc-number></b><span data-kc-unit></span></p>
    <p data-kc-due="{NOW - 75 * 3600}">?</p>"""
    Clinic(tab, due).open()
    expect(tab.locator("p[data-kc-due]").first).to_have_text("in 4 min")
    expect(tab.locator(".num")).to_have_text("7min late")
    expect(tab.locator("p[data-kc-due]").last).to_have_text("3 days late")
    expect(tab.locator(".num")).to_have_class("num is-late")


def test_a_confirmation_starts_on_no_and_asks_every_time(tab: Page) -> None:
    button = """<button class="btn" type="button" hx-post="/act" hx-swap="none"
    data-kc-confirm="Discontinue the course?">Discontinue</button>"""
    clinic = Clinic(tab, button, answer=status(204)).open()
    tab.click("main button")
    expect(tab.locator("#kc-confirm [data-kc-close]")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator("#kc-confirm")).to_be_hidden()
    assert clinic.acts == []
    tab.click("main button")
    with tab.expect_response("**/act"):
        tab.click("[data-kc-confirm-yes]")
    assert len(clinic.acts) == 1


def test_keys_work_outside_fields_only_and_can_be_switched_off(tab: Page) -> None:
    content = """<input aria-label="note">
    <ul data-kc-list><li><a href="#a" data-kc-item>One</a></li><li><a href="#b" data-kc-item>Two</a></li></ul>
    <a href="#offer" data-kc-key="o">Offer</a><button type="button" data-kc-keys-toggle>?</button>"""
    Clinic(tab, content).open()
    tab.focus("main input")
    tab.keyboard.type("jo")
    assert tab.locator("main input").input_value() == "jo"
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    expect(tab.locator("text=Two")).to_be_focused()
    tab.keyboard.press("o")
    assert tab.url.endswith("#offer")
    tab.click("[data-kc-keys-toggle]")
    tab.goto(tab.url.partition("#")[0])
    tab.keyboard.press("o")
    assert not tab.url.endswith("#offer")


def test_a_message_from_the_server_shows_and_can_be_closed(tab: Page) -> None:
    button = '<button class="btn" type="button" hx-post="/act" hx-swap="none">Sign</button>'
    told = status(204, HX_Trigger='{"kc:toast": {"text": "The order is signed.", "tone": "success"}}')
    Clinic(tab, button, answer=told).open()
    tab.click("main button")
    expect(tab.locator("#kc-toasts")).to_contain_text("The order is signed.")
    tab.click("[data-kc-dismiss]")
    expect(tab.locator("[data-kc-toast]")).to_have_count(0)


def test_a_dialog_gives_the_focus_back(tab: Page) -> None:
    content = """<button class="btn" type="button" data-kc-open="kc-dialog">Pause</button>
    {% include "components/dialog.html" %}"""
    Clinic(tab, content).open()
    tab.click("[data-kc-open]")
    expect(tab.locator("#kc-dialog")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator("[data-kc-open]")).to_be_focused()


def test_the_focus_stays_with_the_control_when_its_piece_of_page_is_replaced(tab: Page) -> None:
    button = (
        '<button class="btn" name="pause" hx-post="/act" hx-target="#piece" hx-swap="outerHTML">Pause</button>'
    )
    piece = f'<div id="piece">{button}</div>'
    clinic = Clinic(tab, piece, answer=status(200, piece)).open()
    tab.click("[name=pause]")
    expect(tab.locator("[name=pause]")).to_be_focused()
    clinic.answer = status(200, '<div id="piece">Paused.</div>')
    tab.click("[name=pause]")
    expect(tab.locator("#kc-main")).to_be_focused()


def test_on_a_phone_the_place_where_one_is_stands_in_sight(tab: Page) -> None:
    rows = """{% include "components/_tabs.html" with label="Rooms" %}"""
    tabs = [{"label": f"Room number {n}", "url": f"/{n}/", "current": n == 7, "count": None} for n in range(1, 10)]
    tab.set_viewport_size({"width": 390, "height": 800})
    Clinic(tab, rows, {"tabs": tabs}).open()
    expect(tab.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)
    expect(tab.locator(".tabs a").first).not_to_be_in_viewport()


def test_a_first_place_leaves_the_row_as_it_is(tab: Page) -> None:
    tabs = [{"label": f"Room number {n}", "url": f"/{n}/", "current": n == 1, "count": None} for n in range(1, 10)]
    tab.set_viewport_size({"width": 390, "height": 800})
    Clinic(tab, """{% include "components/_tabs.html" with label="Rooms" %}""", {"tabs": tabs}).open()
    expect(tab.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)
    assert tab.locator(".tabs").evaluate("(row) => row.scrollLeft") == 0
