"""What the clinic says after an act stands in a place of its own: it covers nothing, on any page, at any width."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.live import Live
from tests.browser.walk import WIDTHS, Walk, resize
from tests.browser.ward import Noon, noon
from tests.factories import ledger, opening, orders, scheduling
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.browser
LONG = "Withdrawn: 0.83 mL out of vial 1. What is left of it stands in the ledger; label the syringe now."

# What lies under the messages besides the page itself, in words.
COVERED = """() => {
    const found = new Set();
    for (const toast of document.querySelectorAll(".note-toast")) {
        const box = toast.getBoundingClientRect();
        for (let x = box.left + 3; x < box.right; x += 12) for (let y = box.top + 3; y < box.bottom; y += 8)
            for (const one of document.elementsFromPoint(x, y))
                if (!one.closest("#kc-toasts") && one !== document.body && one !== document.documentElement)
                    found.add(`${one.tagName.toLowerCase()}.${one.className} ${one.innerText?.slice(0, 30)}`);
    }
    return [...found];
}"""
# Who has the focus and where the page stands, after more frames than anything looks at the focus.
AFTER_FRAMES = """async () => {
    for (let frame = 0; frame < 40; frame += 1) await new Promise((seen) => requestAnimationFrame(seen));
    return [document.activeElement.id, scrollY];
}"""
SAY = """([text, tone]) => {  // as _toast.html writes it into a page that opens
    const home = document.getElementById("kc-toasts");
    home.insertAdjacentHTML("beforeend", `<div class="note-toast note-toast--${tone}" data-kc-toast="${tone}">
        <span>${text}</span><button class="btn btn--text" type="button" data-kc-dismiss>Close</button></div>`);
}"""


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    made = noon()
    opening.suite_open(made.site, at=made.now - timedelta(hours=3))
    return made


def looked_at(walk: Walk, name: str, folder: Path) -> None:
    """Nothing is covered at any width, in light and in dark; pictures of it are kept for a person to look at."""
    page = walk.page
    for width in WIDTHS:
        resize(page, width, walk.size["height"])
        page.evaluate("scrollTo(0, 0)")
        expect(page.locator(".note-toast").first).to_be_in_viewport(ratio=1)
        assert page.evaluate(COVERED) == [], f"{name} at {width} px"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(walk.size)


def test_on_the_preparation_card_dose_and_vial_stay_to_be_read(walk: Walk, clinic: Noon, tmp_path: Path) -> None:
    ledger.stocked(clinic.site, at=clinic.now)
    chair = clinic.chair(0, minute=700, chair=6).arrive().weigh().identify()
    walk.sign_in(chair.nurse).open(reverse("infusions:preparation", args=[chair.visit.pk]))
    walk.page.locator("label.vial").first.click()
    walk.press("Withdraw 0.83 mL")
    walk.says("Withdrawn", where="#kc-toasts")
    looked_at(walk, "preparation", tmp_path)
    walk.inspect()
    assert walk.page.locator("#kc-toasts").get_attribute("aria-live") == "polite"


def test_on_the_signing_page_the_order_and_its_button_stay(walk: Walk, clinic: Noon, tmp_path: Path) -> None:
    for minute in (480, 660):
        orders.draft(orders.sequence(clinic.site, clinic.next_week, start_minute=minute), at=clinic.now)
    walk.sign_in(clinic.staff("physician")).open(reverse("infusions:signing"))
    walk.page.keyboard.press("p")
    walk.page.keyboard.type(PASSWORD)
    walk.page.keyboard.press("Enter")
    walk.says("is signed", where="#kc-toasts")
    looked_at(walk, "signing", tmp_path)
    expect(walk.page.locator(".btn--sign")).to_be_in_viewport(ratio=1)
    walk.inspect()


@pytest.mark.parametrize(("tone", "minute"), [("success", 480), ("warning", 660)])
def test_on_the_patients_page_the_strip_stays_and_the_keyboard_closes_the_message(
    walk: Walk, clinic: Noon, tmp_path: Path, tone: str, minute: int
) -> None:
    patient = scheduling.cleared_patient(site=clinic.site, group=clinic.group(start_minute=minute), at=clinic.now)
    walk.sign_in(clinic.staff("scheduler")).open(reverse("scheduling:patient", args=[patient.pk]))
    walk.settle()
    for _ in range(2):
        walk.page.evaluate(SAY, [LONG, tone])
    looked_at(walk, f"patient-{tone}", tmp_path)
    for left in (1, 0):
        walk.reach("[data-kc-dismiss]")
        walk.page.keyboard.press("Enter")
        expect(walk.page.locator(".note-toast")).to_have_count(left)
        assert walk.page.evaluate("document.activeElement.id") == "kc-main", "the keys go on in the page"


def test_what_is_said_later_floats_over_a_margin_and_never_over_the_focus(walk: Walk, clinic: Noon) -> None:
    patient = scheduling.patient(site=clinic.site, at=clinic.now)
    page = walk.sign_in(clinic.staff("scheduler")).open(reverse("scheduling:patient", args=[patient.pk]))
    walk.settle()
    for width in WIDTHS:
        resize(page, width, 600)
        page.evaluate(f"kc.toast({LONG!r}, 'warning')")
        assert covered_at_the_end(page) == [], width
        assert hidden_focus(page) == [], width
        page.locator("[data-kc-dismiss]").click()


def test_what_is_larger_than_the_room_over_a_message_does_not_move_the_page(walk: Walk, clinic: Noon) -> None:
    """Closing one of two messages gives the keys back to the page, which stays where it was being read."""
    patient = scheduling.patient(site=clinic.site, at=clinic.now)
    page = walk.sign_in(clinic.staff("scheduler")).open(reverse("scheduling:patient", args=[patient.pk]))
    walk.settle()
    resize(page, 390, 600)
    for _ in range(2):
        page.evaluate(f"kc.toast({LONG!r}, 'warning')")
    page.evaluate("scrollTo(0, 200)")
    page.locator("[data-kc-dismiss]").last.press("Enter")
    expect(page.locator(".note-toast")).to_have_count(1)
    assert page.evaluate(AFTER_FRAMES) == ["kc-main", 200]


def covered_at_the_end(page: Page) -> list[str]:
    """What a message covers once a reader came to the page's end; a page that is still being laid out moves it."""
    found: list[str] = []
    for _ in range(20):
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        found = page.evaluate(COVERED)
        if not found:
            break
        page.wait_for_timeout(250)
    return found


def hidden_focus(page: Page) -> list[str]:
    """Tab through the page from its top: what has the focus while the message lies over it."""
    page.evaluate("scrollTo(0, 0); document.getElementById('kc-main').focus()")
    found = []
    for _ in range(60):
        page.keyboard.press("Tab")
        found += page.evaluate("""async () => {
            const frame = () => new Promise((seen) => requestAnimationFrame(seen));
            const here = document.activeElement, toast = document.querySelector(".note-toast");
            if (!here || here === document.body || toast.contains(here)) return [];
            for (let frames = 0; ; frames += 1) {
                const [a, b] = [here.getBoundingClientRect(), toast.getBoundingClientRect()];
                const over = a.bottom > b.top && a.top < b.bottom && a.right > b.left && a.left < b.right;
                if (!over) return [];
                if (frames === 60) return [`${here.outerHTML.slice(0, 90)} ${a.top} ${a.bottom} ${b.top}`];
                await frame();
            }
        }""")
    return found


def test_on_a_phone_a_saved_set_is_said_above_stop(walk: Walk, clinic: Noon) -> None:
    chair = clinic.chair(10, minute=640, chair=5).ready().start()
    page = walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))
    for width in WIDTHS:
        resize(page, width, 820)
        page.evaluate("kc.toast('Saved: 118/74.', 'success')")
        stop, said = page.locator(".act.stop").bounding_box(), page.locator(".note-toast").last.bounding_box()
        assert stop
        assert said
        assert said["y"] + said["height"] <= stop["y"], width
        page.locator("[data-kc-dismiss]").last.click()
