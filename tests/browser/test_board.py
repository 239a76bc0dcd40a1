"""The suite board in a real browser: current without a reload, honest when it is not, one tap from every act."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import infusions, suite
from tests.factories.infusions import Chair

pytestmark = pytest.mark.browser

LOW = replace(infusions.CALM, spo2=88)
AGE = "[data-kc-age]"
SPOKEN = """() => {
    window.spoken = [];
    for (const place of document.querySelectorAll("[data-kc-say]"))
        new MutationObserver(() => window.spoken.push([place.dataset.kcSay, place.textContent]))
            .observe(place, { childList: true });
}"""


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    return noon()


@pytest.fixture(scope="module")
def chairs(clinic: Noon) -> list[Chair]:
    """Two patients of one nurse and one of another: one has just started, one is due, one is late."""
    mine, other = suite.staffed(clinic.site, "nurse", 2)
    found = []
    for nurse, ago, minute in ((other, 30, 660), (mine, 24, 670), (mine, 10, 680)):
        chair = clinic.chair(ago, minute=minute)
        chair.nurse = nurse
        found.append(chair.ready().start())
    return found


@pytest.fixture
def board(walk: Walk, clinic: Noon, chairs: list[Chair]) -> Page:
    walk.sign_in(chairs[1].nurse)
    walk.open(reverse("infusions:board"))
    return walk.page


def tile(chair: Chair) -> str:
    return f"#chair-{chair.infusion.chair}"


@contextmanager
def nothing_answers(page: Page) -> Iterator[None]:
    page.route("**/board/**", lambda route: route.abort("connectionrefused"))
    yield
    page.unroute("**/board/**")


def test_a_change_comes_by_itself_and_is_spoken_once(board: Page, clinic: Noon, chairs: list[Chair]) -> None:
    board.evaluate(SPOKEN)
    board.evaluate("window.same = true")
    expect(board.locator(f"{tile(chairs[2])} .word")).to_have_text("Infusing")
    chairs[2].at = timezone.now()
    chairs[2].vitals(LOW)
    expect(board.locator(f"{tile(chairs[2])} .word")).to_have_text("Flag open")
    assert board.evaluate("window.same")  # nothing was reloaded
    board.wait_for_timeout(9_000)  # two more polls
    spoken = [words for manner, words in board.evaluate("window.spoken") if manner == "now"]
    assert len(spoken) == 1
    assert f"Chair {chairs[2].infusion.chair}: Flag open" in spoken[0]


def test_a_board_that_is_not_current_says_how_old_it_is_and_comes_back_by_itself(board: Page) -> None:
    with nothing_answers(board):
        expect(board.locator(AGE)).to_be_visible()
        expect(board.locator(AGE)).to_contain_text("No connection. This is from 1")
        expect(board.locator(AGE)).to_contain_text("ago.")
    expect(board.locator(AGE)).to_be_hidden()


def test_offline_is_said_at_once(board: Page) -> None:
    board.context.set_offline(True)
    expect(board.locator(AGE)).to_be_visible()
    board.context.set_offline(False)
    expect(board.locator(AGE)).to_be_hidden()


def test_my_patients_come_first_and_it_is_remembered(board: Page, chairs: list[Chair]) -> None:
    first = "[...document.querySelectorAll('[data-kc-tile]')].slice(0, 4).map((tile) => tile.id)"
    board.get_by_role("button", name="My patients first").click()
    mine = {f"chair-{chair.infusion.chair}" for chair in chairs[1:]}
    assert mine <= set(board.evaluate(first))
    board.reload()
    expect(board.get_by_role("button", name="My patients first")).to_have_attribute("aria-pressed", "true")
    assert mine <= set(board.evaluate(first))
    board.get_by_role("button", name="My patients first").click()


def test_the_set_that_is_due_is_one_tap_from_the_board(board: Page, chairs: list[Chair]) -> None:
    board.locator(f"{tile(chairs[1])} .tile-act").click()
    expect(board.locator("#chart-pad input[name=sbp]")).to_be_focused()


def test_the_sound_is_off_until_it_is_switched_on(board: Page) -> None:
    button = board.locator("[data-kc-sound]")
    expect(button).to_have_text("Sound: off")
    button.click()
    expect(button).to_have_text("Sound: on")
    board.reload()
    expect(button).to_have_text("Sound: on, tap once on this page")
