"""Charts in real Chromium: drawn without script, drawn again with it under the strict policy, in every theme."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from outcomes.actions import import_registry
from tests.browser.conftest import TABLET
from tests.browser.live import Live
from tests.browser.walk import Walk, resize
from tests.browser.ward import Noon, noon
from tests.factories import registry

pytestmark = pytest.mark.browser

BESIDE = ".fig-with .drawn"
ROWS = """() => {
    const chart = document.querySelector(".fig-with svg.marks").getBoundingClientRect();
    const units = chart.height / 516;  // px of the screen to one of the drawing
    return [...document.querySelectorAll(".fig--two tbody tr")].map((row, number) =>
        row.getBoundingClientRect().top - (chart.top + units * (20 + 45 * number)));
}"""
FILL = """() => getComputedStyle(
    document.querySelector('.fig-with svg.marks path[fill="var(--w1)"]')).fill"""


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    return noon()


@pytest.fixture(scope="module")
def address(clinic: Noon, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = registry.export(tmp_path_factory.mktemp("registry"))
    record = import_registry(site=clinic.site, directory=folder, label="Old", by=None, at=timezone.now()).record
    return f"/outcomes/?source={record.site.slug}&as_of={registry.AS_OF}&measure=phq-9"


@pytest.fixture
def page(walk: Walk, clinic: Noon, address: str) -> Any:
    return walk.sign_in(clinic.staff("clinic_lead")).open(address)


def test_charts_answer_to_the_pointer_under_the_strict_policy(walk: Walk, page: Any) -> None:
    expect(page.locator(BESIDE)).to_have_attribute("data-kc-chart", "drawn")
    page.locator(f"{BESIDE} svg.marks path[fill='var(--w1)']").first.hover(position={"x": 40, "y": 1})
    expect(page.locator("#kc-chart-tip")).to_contain_text(
        "Depression, last infusion: 1 of 3, 33.3%, 95% interval 0.8 to 90.6; published 21.2%"
    )
    page.locator(".strip-with .drawn--beside").scroll_into_view_if_needed()
    expect(page.locator(".strip-with .drawn--beside")).to_have_attribute("data-kc-chart", "drawn")
    page.locator("#measure").select_option("promis-fatigue")
    expect(page.locator("#strip-says")).to_contain_text("For Fatigue")
    expect(page.locator(BESIDE)).to_have_attribute("data-kc-chart", "drawn")
    assert walk.complaints == []


@pytest.mark.parametrize("width", [1180, 1440])
def test_the_rows_of_the_chart_are_those_of_the_table(page: Any, width: int) -> None:
    resize(page, width, 900)
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(BESIDE)).to_have_attribute("data-kc-chart", "drawn")
    assert [round(off) for off in page.evaluate(ROWS) if abs(off) > 1.5] == []


def test_a_narrow_screen_has_the_chart_above_with_its_own_names(walk: Walk, page: Any) -> None:
    resize(page, 390, 844)
    expect(page.locator(BESIDE)).to_be_hidden()
    above = page.locator(".fig-narrow .drawn")
    above.scroll_into_view_if_needed()
    expect(above).to_have_attribute("data-kc-chart", "drawn")
    expect(above.locator("svg")).to_contain_text("Depression, PHQ-9, 5 lower")
    box = above.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_colours_follow_the_theme_without_drawing_again(page: Any) -> None:
    expect(page.locator(BESIDE)).to_have_attribute("data-kc-chart", "drawn")
    seen = set()
    for theme in ("light", "dark", "calm"):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
        seen.add(page.evaluate(FILL))
    assert seen == {"rgb(11, 92, 107)", "rgb(127, 219, 232)", "rgb(140, 197, 205)"}


def test_the_numbers_of_a_chart_are_reached_by_keyboard(walk: Walk, page: Any) -> None:
    walk.reach(".drawn-foot summary")
    page.keyboard.press("Enter")
    expect(page.locator(".drawn-numbers table").first).to_be_visible()
    walk.inspect()
    walk.reach(".drawn-files a")


def test_without_script_the_charts_stand_there(
    chromium: Browser, live: Live, clinic: Noon, walk: Walk, address: str
) -> None:
    walk.sign_in(clinic.staff("clinic_lead"))
    context = chromium.new_context(viewport=TABLET, base_url=live.address, java_script_enabled=False)
    context.add_cookies(walk.context.cookies())
    page = context.new_page()
    page.goto(address)
    assert page.locator(f"{BESIDE} svg.marks").is_visible()
    assert page.locator(f"{BESIDE}[data-kc-chart='']").count() == 1
    context.close()


def test_when_the_script_fails_the_first_drawing_stays(walk: Walk, clinic: Noon, address: str) -> None:
    walk.page.route("**/vendor/charts*.js", lambda route: route.abort())
    page = walk.sign_in(clinic.staff("clinic_lead")).open(address)
    expect(page.locator(BESIDE)).to_have_attribute("data-kc-chart", "still")
    assert page.locator(f"{BESIDE} svg.marks").is_visible()
