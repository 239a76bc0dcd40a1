"""The scheduler moves visits on the week board: with the mouse, by touch, by keys alone, on a phone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from scheduling.models import Sequence, Visit
from tests.browser.conftest import TABLET
from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import suite

pytestmark = pytest.mark.browser
OPENS = 450  # minute of the first tick


@dataclass(frozen=True)
class Board:
    """Next week of a clinic: one sequence at 09:00 in chair 1, one at 11:00 in chair 2. day: the second day."""

    noon: Noon
    mine: Sequence
    other: Sequence

    @property
    def day(self) -> date:
        return self.noon.next_week + timedelta(days=1)

    @property
    def visit(self) -> Visit:
        return suite.visits_of(self.mine)[1]

    @property
    def place(self) -> tuple[date, int, int]:
        visit = self.visit
        return visit.date, visit.start_minute, visit.chair

    @property
    def block(self) -> str:
        return f"[data-kc-block='{self.visit.pk}']"

    @property
    def address(self) -> str:
        return f"/week/?day={self.day}"


@pytest.fixture
def board(live: Live) -> Board:
    made = noon()
    at = made.now
    mine = suite.booked_sequence(made.site, made.next_week, start_minute=540, chair_wish=1, at=at)
    other = suite.booked_sequence(made.site, made.next_week, start_minute=660, chair_wish=2, at=at)
    return Board(made, mine, other)


@pytest.fixture
def desk(walk: Walk, board: Board) -> Walk:
    walk.page.set_viewport_size({"width": 1440, "height": 900})
    walk.sign_in(board.noon.staff("scheduler"))
    walk.open(board.address)
    walk.settle()
    return walk


def point(page: Page, chair: int, minute: int) -> tuple[float, float]:
    """Where this minute is in the lane of this chair, a little inside its tick."""
    box = page.locator(f"[data-kc-lane='{chair}']").bounding_box()
    ticks = page.locator("[data-kc-board]").get_attribute("data-kc-ticks")
    assert box
    assert ticks
    return box["x"] + box["width"] * ((minute - OPENS) / 5 + 0.5) / int(ticks), box["y"] + box["height"] / 2


def lift(page: Page, chair: int, minute: int) -> None:
    """Take the visit that starts at this minute at its first tick, and wait for the shading."""
    x, y = point(page, chair, minute)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y, steps=3)
    page.wait_for_selector(".spot")


def drop(page: Page, chair: int, minute: int) -> None:
    page.mouse.move(*point(page, chair, minute), steps=6)
    page.mouse.up()


def dialog(page: Page) -> Locator:
    return page.locator("#kc-move dialog[open]")


def test_a_drag_shows_where_it_may_go_asks_why_and_is_written_once(desk: Walk, board: Board) -> None:
    page = desk.page
    lift(page, 1, 540)
    expect(page.locator(".spot-start").first).to_be_visible()
    page.mouse.move(*point(page, 3, 660), steps=6)
    expect(page.locator(".ghost")).to_have_text("11:00")
    assert board.place == (board.day, 540, 1), "nothing is moved by holding it"
    page.mouse.up()
    desk.says("120 minutes apart", where="#kc-move dialog")
    expect(page.locator(board.block)).to_be_visible()
    assert board.place == (board.day, 540, 1), "a preview moves nothing"
    desk.fill(reason="The driver works until ten")
    desk.press("Move to 11:00", within="#kc-move")
    desk.says("day 2 moved, from", where="#kc-says")
    assert board.place == (board.day, 660, 3)
    expect(page.locator(board.block)).to_be_focused()
    expect(page.locator(f"[data-kc-lane='3'] {board.block}")).to_have_count(1)
    desk.press("Undo", within="#kc-says")
    desk.says("chair 3 to", where="#kc-says")
    expect(page.locator(f"[data-kc-lane='1'] {board.block}")).to_have_count(1)
    assert board.place == (board.day, 540, 1)


def test_a_refused_drop_says_rule_and_minute_where_it_was_dropped(desk: Walk, board: Board) -> None:
    page = desk.page
    lift(page, 1, 540)
    page.mouse.move(*point(page, 2, 630), steps=6)
    expect(page.locator(".ghost--no")).to_have_text("10:30 not free")
    page.mouse.up()
    note = page.locator("[data-kc-lane='2'] [data-kc-no]")
    expect(note).to_contain_text("chair 2 is taken from 11:00 to 12:25")
    expect(note).to_contain_text("SCH-16")
    expect(dialog(page)).to_have_count(0)
    expect(page.locator(".spot, .ghost")).to_have_count(0)
    assert board.place == (board.day, 540, 1)
    desk.inspect(widths=(1180, 1440))
    page.keyboard.press("Escape")
    expect(page.locator("[data-kc-no]")).to_have_count(0)


def test_escape_lets_go_and_the_visit_stays(desk: Walk, board: Board) -> None:
    page = desk.page
    lift(page, 1, 540)
    page.mouse.move(*point(page, 3, 660), steps=6)
    page.keyboard.press("Escape")
    expect(page.locator(".spot, .ghost, .is-lifted")).to_have_count(0)
    page.mouse.up()
    expect(dialog(page)).to_have_count(0)
    assert page.url.endswith(board.address)
    assert board.place == (board.day, 540, 1)


def test_the_whole_week_moves_with_one_drag(desk: Walk, board: Board) -> None:
    page = desk.page
    page.locator("[data-kc-scopes] label", has_text="Whole week").click()
    lift(page, 1, 540)
    drop(page, 1, 600)
    desk.says("Move to 10:00", where="#kc-move dialog")
    expect(dialog(page).locator("tr .is-then")).to_have_count(5)
    desk.press("Move to 10:00", within="#kc-move")
    desk.says("5 days moved", where="#kc-says")
    assert {one.start_minute for one in suite.visits_of(board.mine)} == {600}


def test_a_drop_on_a_day_that_cannot_take_it_says_why(desk: Walk, board: Board) -> None:
    page = desk.page
    lift(page, 1, 540)
    thursday = page.locator(f"[data-kc-day-tab='{board.day + timedelta(days=3)}']")
    box = thursday.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20, steps=8)
    expect(thursday).to_have_class("day is-hot")
    page.mouse.up()
    desk.says("Not moved.", where="#kc-move [data-kc-no]")
    desk.says("SCH-", where="#kc-move [data-kc-no]")
    expect(dialog(page)).to_have_count(0)
    assert board.place == (board.day, 540, 1)


def test_the_same_by_keys_alone(desk: Walk, board: Board) -> None:
    page, keys = desk.page, desk.page.keyboard
    desk.reach("[data-kc-block]")
    keys.press("ArrowDown")
    expect(page.locator("[data-kc-lane='2'] [data-kc-block]")).to_be_focused()
    keys.press("ArrowUp")
    expect(page.locator(board.block)).to_be_focused()
    keys.press("m")
    expect(dialog(page)).to_be_visible()
    desk.inspect()
    page.locator("#kc-scope-day").focus()
    keys.press("ArrowRight")
    expect(page.locator("#kc-scope-rest")).to_be_checked()
    desk.settle()
    page.locator("#kc-move-start").focus()
    page.locator("#kc-move-start").select_option("555")
    desk.says("Move to 09:15", where="#kc-move dialog")
    page.locator("#kc-move-start").focus()
    desk_to(page, "Move to 09:15")
    keys.press("Enter")
    desk.says("4 days moved", where="#kc-says")
    expect(page.locator(board.block)).to_be_focused()
    assert [one.start_minute for one in suite.visits_of(board.mine)] == [540, 555, 555, 555, 555]
    keys.press("n")
    expect(page.locator("#kc-day")).to_contain_text(f"{board.day + timedelta(days=1):%A}")
    keys.press("p")
    expect(page.locator("#kc-day")).to_contain_text(f"{board.day:%A}")
    keys.press("?")
    expect(page.locator("#kc-keys")).to_be_visible()
    keys.press("Escape")
    keys.press("t")
    expect(page.locator("#kc-day")).to_contain_text(f"{board.noon.today:%A}")


def desk_to(page: Page, words: str) -> None:
    """Tab on to the button of these words."""
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").strip() == words:
            return
    raise AssertionError(f"Tab does not reach {words}")


@pytest.fixture
def finger(chromium: Browser, live: Live, board: Board) -> Iterator[Callable[..., Any]]:
    """A tablet that is touched: finger(kind, x, y) sends one touch; finger.walk is the person."""
    walker = Walk(chromium, live.address, size=TABLET)
    walker.context.close()
    walker.context = chromium.new_context(viewport=TABLET, base_url=live.address, has_touch=True)
    walker.page = walker.context.new_page()
    walker.sign_in(board.noon.staff("scheduler"))
    walker.open(board.address)
    walker.settle()
    cdp = walker.context.new_cdp_session(walker.page)

    def touch(kind: str = "", *where: float) -> Walk:
        if not kind:
            return walker
        points = [{"x": where[0], "y": where[1]}] if where else []
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        return walker

    yield touch
    walker.close()


def carry(finger: Callable[..., Any], board: Board, start: tuple[float, float], to: tuple[float, float]) -> None:
    """Press until the visit is lifted and take it along, until the board shades where it may go.

    Chromium takes a touch away (pointercancel) when the page answers its first move late, as on a busy machine;
    then the visit is let go, and a person presses again.
    """
    page = finger().page
    for _ in range(4):
        finger("touchStart", *start)
        page.wait_for_selector(f"li.is-lifted {board.block}")
        finger("touchMove", *to)
        page.wait_for_selector(f".spot, li:not(.is-lifted) {board.block}")
        if page.locator(".spot").count():
            return
        finger("touchEnd")
    raise AssertionError("four presses of a finger did not lift the visit")


def test_a_long_press_lifts_a_visit_and_a_short_one_scrolls(finger: Callable[..., Walk], board: Board) -> None:
    walk = finger()
    page = walk.page
    x, y = point(page, 1, 540)
    finger("touchStart", x, y)
    finger("touchMove", x + 40, y + 4)
    expect(page.locator(".ghost")).to_have_count(0)
    finger("touchEnd")
    to = point(page, 3, 560)
    carry(finger, board, (x, y), ((x + to[0]) / 2, (y + to[1]) / 2))
    finger("touchMove", *to)
    expect(page.locator(".ghost")).to_have_text("09:20")
    finger("touchEnd")
    walk.says("Move to 09:20", where="#kc-move dialog")
    walk.press("Move to 09:20", within="#kc-move")
    walk.says("day 2 moved", where="#kc-says")
    assert board.place == (board.day, 560, 3)


def test_a_phone_shows_the_list_and_moves_with_the_same_dialog(desk: Walk, board: Board) -> None:
    page = desk.page
    page.set_viewport_size({"width": 390, "height": 820})
    expect(page.locator("[data-kc-board]")).to_be_hidden()
    page.locator(".day-list .dl-move").first.click()
    expect(dialog(page)).to_be_visible()
    desk.inspect(widths=(390,))
    page.set_viewport_size({"width": 390, "height": 820})
    page.locator("#kc-move-start").select_option("560")
    desk.says("Move to 09:20", where="#kc-move dialog")
    desk.press("Move to 09:20", within="#kc-move")
    desk.says("day 2 moved", where="#kc-says")
    assert board.place[1] == 560


def test_a_nurse_reads_the_board_by_keys_and_lifts_nothing(walk: Walk, board: Board) -> None:
    walk.sign_in(board.noon.staff("nurse"))
    walk.open(board.address)
    walk.settle()
    page = walk.page
    name = page.locator(board.block).get_attribute("aria-label")
    assert name
    assert name.endswith("day 2 of 5, chair 1, 09:00 to 10:20")
    x, y = point(page, 1, 540)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 200, y, steps=5)
    expect(page.locator(".ghost, .spot")).to_have_count(0)
    page.mouse.up()
