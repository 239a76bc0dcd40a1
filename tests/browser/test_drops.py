"""Sets saved over a connection that loses answers, hangs and refuses: each is stored once, and nothing lies."""

from random import Random

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from infusions.models import VitalSet
from tests.browser.conftest import TABLET
from tests.browser.live import Live
from tests.browser.proxy import Fate, proxy
from tests.browser.walk import Walk
from tests.browser.ward import noon

pytestmark = pytest.mark.browser

ENTRIES = 62
DROPS, REFUSES = 0.30, 0.08
FORCED: dict[int, Fate] = {2: "hang", 4: "drop", 5: "drop", 7: "refuse", 40: "hang"}  # by number of the request
COUNTING = """addEventListener("DOMContentLoaded", () => { window.saidSaved = 0; new MutationObserver((changes) =>
    changes.forEach((change) => change.addedNodes.forEach((node) => {
        if (node.textContent?.startsWith("Saved:")) window.saidSaved += 1; })))
    .observe(document.querySelector("#kc-toasts"), { childList: true }); });"""
DONE = "() => !('kcBusy' in document.querySelector('#chart-pad form').dataset)"


def test_no_set_is_lost_or_doubled_and_saved_is_never_said_without_an_answer(
    chromium: Browser, live: Live
) -> None:
    chance, posts = Random(6), iter(range(10_000))

    def fate(line: str) -> Fate:
        if not (line.startswith("POST") and "/vitals/" in line):
            return "pass"
        number, throw = next(posts), chance.random()
        return FORCED.get(number) or ("drop" if throw < DROPS else "refuse" if throw < DROPS + REFUSES else "pass")

    chair = noon().chair(15).ready().start()
    before = set(VitalSet.objects.filter(infusion=chair.infusion).values_list("pk", flat=True))
    with proxy(live.address, fate) as lossy:
        walk = Walk(chromium, lossy.address, size=TABLET)
        walk.page.add_init_script(COUNTING)
        walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))
        entries = [(str(118 + number % 9), str(70 + number // 9), "71", "98") for number in range(ENTRIES)]
        retries = sum(_enter(walk, entry) for entry in entries)
        said = walk.page.evaluate("window.saidSaved")
        walk.close()
    rows = VitalSet.objects.filter(infusion=chair.infusion).exclude(pk__in=before)
    stored = [(str(row.sbp), str(row.dbp), str(row.hr), str(row.spo2)) for row in rows.order_by("pk")]
    assert stored == entries  # once each, in order
    fates = [fate for line, fate in lossy.fates if "/vitals/" in line]
    acknowledged = [status for line, status in lossy.answered if "/vitals/" in line]
    assert acknowledged == [200] * ENTRIES
    assert said == ENTRIES
    assert len(fates) == ENTRIES + retries
    assert {"drop", "hang", "refuse"} <= set(fates)
    assert fates.count("drop") >= ENTRIES // 5


def _enter(walk: Walk, entry: tuple[str, ...]) -> int:
    """One set, tried until the server has answered; how often it had to be tried again."""
    pad = walk.page.locator("#chart-pad")
    for name, digits in zip(("sbp", "dbp", "hr", "spo2"), entry, strict=True):
        pad.locator(f"[name={name}]").fill(digits)
    walk.tap("rhythm", "sinus", within="#chart-pad").tap("symptoms", "none", within="#chart-pad")
    said = walk.page.evaluate("window.saidSaved")
    pad.locator(".save").click()
    for again in range(30):
        walk.page.wait_for_function(DONE, timeout=60_000)
        if not pad.locator("[data-kc-unsaved]").count():
            expect(pad.locator("[name=sbp]")).to_have_value("")
            return again
        assert walk.page.evaluate("window.saidSaved") == said
        expect(pad.locator("[data-kc-unsaved]")).to_contain_text("Not saved: no answer from the server")
        expect(pad.locator("[data-kc-unsaved]")).to_contain_text("Your entry is still here.")
        for name, digits in zip(("sbp", "dbp", "hr", "spo2"), entry, strict=True):
            expect(pad.locator(f"[name={name}]")).to_have_value(digits)
        pad.get_by_role("button", name="Try again").click()
    raise AssertionError("thirty tries were not enough")
