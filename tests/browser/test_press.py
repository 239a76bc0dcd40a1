"""A press reaches what it was meant for, also where the part under the finger renews itself in that moment."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon

pytestmark = pytest.mark.browser
PUMP = ".gate-list li:has(b:text-is('Pump')) a.btn"
SHEET = "dialog#chart-sheet[open]"


@pytest.fixture(scope="module")
def clinic(live: object) -> Noon:
    return noon()


def finger_down(page: Page, selector: str) -> None:
    box = page.locator(selector).first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()


def test_news_of_the_chart_wait_for_the_finger_to_leave(walk: Walk, clinic: Noon) -> None:
    chair = clinic.chair(20).arrive().weigh()
    page = walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))
    walk.settle()
    page.locator(PUMP).first.scroll_into_view_if_needed()
    finger_down(page, PUMP)
    chair.identify()
    with page.expect_response(lambda answer: "?v=" in answer.url):
        page.evaluate("htmx.trigger('#chart-live', 'kc:news')")
    page.wait_for_timeout(300)
    expect(page.locator(".gate-list li:has(b:text-is('Identity'))")).to_contain_text("to do")
    page.mouse.up()
    expect(page.locator(SHEET)).to_be_visible()
    expect(page.locator(".gate-list li:has(b:text-is('Identity'))")).to_contain_text("done")


def test_an_answer_that_is_waited_for_comes_though_its_button_was_renewed(walk: Walk, clinic: Noon) -> None:
    chair = clinic.chair(25).arrive().weigh()
    page = walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))
    walk.settle()
    page.route("**/sheet/pump/", lambda route: (page.wait_for_timeout(700), route.continue_()))
    page.locator(PUMP).first.click(no_wait_after=True)
    chair.identify()
    page.evaluate("htmx.trigger('#chart-live', 'kc:news')")
    expect(page.locator(".gate-list li:has(b:text-is('Identity'))")).to_contain_text("done")
    expect(page.locator(SHEET)).to_be_visible()


def test_the_board_is_not_renewed_under_a_finger(walk: Walk, clinic: Noon) -> None:
    chair = clinic.chair(30).arrive()
    page = walk.sign_in(chair.nurse).open(reverse("infusions:board"))
    walk.settle()
    tile = f"article[data-kc-tile$='|{chair.visit.pk}'] .who"
    finger_down(page, tile)
    chair.weigh().identify().premed()
    page.evaluate("window.pressedOn = document.querySelector('[data-kc-board]')")
    with page.expect_response(lambda answer: "/board/" in answer.url and answer.status == 200):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(300)
    assert page.evaluate("window.pressedOn.isConnected")
    page.mouse.up()
    page.wait_for_url(f"**/chart/{chair.visit.pk}/")
