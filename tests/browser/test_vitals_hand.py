"""A scripted hand takes sets at the chair: how many inputs, how long; and tablets whose clock is wrong."""

import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from infusions.models import Infusion, VitalSet
from tests.browser.conftest import TABLET
from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import suite
from tests.factories.infusions import CALM, Chair

pytestmark = pytest.mark.browser

MOST_INPUTS = 14
SETS = ("131797198", "136827398", "142847697", "9864" + "8898", "1187269" + "99")
BETWEEN = 0.9  # s, of a person between two taps: find the key, move, tap (KLM: point 1.1, tap 0.2, learned)

# The clock of the tablet is off by so much; it may jump while the page is open.
WRONG_CLOCK = """
    window.skewed = %d;
    const RealDate = Date, real = Date.now.bind(Date);
    Date = class extends RealDate {
        constructor(...given) { given.length ? super(...given) : super(real() + window.skewed); }
        static now() { return real() + window.skewed; }
    };
"""
AHEAD, BEHIND = 47 * 60_000, -3 * 3_600_000


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    return noon()


def started(clinic: Noon) -> Chair:
    """An infusion that runs: each begun after the one before, in a chair of its own, a nurse for every two."""
    turn = Infusion.objects.filter(site=clinic.site).count()
    chair = clinic.chair(16 - 2 * turn, minute=640 + 20 * turn, chair=turn + 1)
    chair.nurse = suite.staffed(clinic.site, "nurse", 1 + turn // 2)[turn // 2]
    return chair.ready().start()


@pytest.fixture(scope="module")
def chair(clinic: Noon) -> Chair:
    return started(clinic)


def open_chart(walk: Walk, chair: Chair) -> None:
    walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))


def take(walk: Walk, digits: str) -> tuple[int, float]:
    """One set by the hand: (inputs, seconds from the first tap to what the server kept)."""
    key = walk.page.locator("#chart-pad input[name=key]").input_value()
    taps = [f"#chart-pad [data-kc-digit='{digit}']" for digit in digits]
    taps += [
        f"#chart-pad label:has(input[name={n}][value={v}])" for n, v in (("rhythm", "sinus"), ("symptoms", "none"))
    ]
    taps.append("#chart-pad .save")
    began = perf_counter()
    for tap in taps:
        walk.page.locator(tap).click()
    expect(walk.page.locator("#chart-pad input[name=key]")).not_to_have_value(key)
    seconds = perf_counter() - began
    expect(walk.page.locator("#sbp-note")).to_contain_text("last")  # and the chart shows it
    return len(taps), seconds


def test_a_plain_set_takes_at_most_14_inputs_and_what_was_typed_is_what_is_kept(
    walk: Walk, chair: Chair, capsys: pytest.CaptureFixture[str]
) -> None:
    open_chart(walk, chair)
    taken = [take(walk, digits) for digits in SETS]
    assert all(inputs <= MOST_INPUTS for inputs, _ in taken), taken
    kept = list(
        VitalSet.objects.filter(infusion=chair.infusion).order_by("pk").values_list("sbp", "dbp", "hr", "spo2")
    )
    assert ["".join(map(str, row)) for row in kept[-len(SETS) :]] == list(SETS)
    machine = median(seconds for _, seconds in taken)
    hand = median(seconds + BETWEEN * inputs for inputs, seconds in taken)
    counts = [inputs for inputs, _ in taken]
    with capsys.disabled():
        sys.stdout.write(f"\nvitals set: {counts} inputs; median {machine:.1f} s, by a hand {hand:.1f} s\n")


def test_a_flag_is_seen_and_told_when_its_set_is_saved_and_told_once(walk: Walk, clinic: Noon) -> None:
    chair = started(clinic)
    open_chart(walk, chair)
    take(walk, "160787098")
    expect(walk.page.locator(".strips")).to_contain_text("SBP high +25%")
    expect(walk.page.locator("[data-kc-say=polite]")).to_contain_text("SBP high +25%")
    expect(walk.page.locator("[data-kc-say=now]")).to_be_empty()
    walk.page.evaluate("document.querySelector('[data-kc-say=polite]').textContent = ''")
    take(walk, "128787088")  # SpO₂ 88: at once
    expect(walk.page.locator("[data-kc-say=now]")).to_contain_text("Urgent: SpO₂ low below 90%")
    expect(walk.page.locator("[data-kc-say=polite]")).to_be_empty()
    assert walk.page.locator("dialog[open]").count() == 0  # in line, never in the way
    walk.inspect(small_ok=(".flow-scroll",))


def test_more_opens_what_a_plain_set_does_without(walk: Walk, chair: Chair) -> None:
    open_chart(walk, chair)
    walk.enter("128787098")
    walk.page.locator("#chart-pad .taken summary").click()
    for digit in "14":
        walk.page.locator(f"#chart-pad [data-kc-digit='{digit}']").click()
    walk.tap("pain", "3", within="#chart-pad").tap("sedation", "alert", within="#chart-pad")
    walk.tap("sedation", "alert", within="#chart-pad").tap("sedation", "drowsy", within="#chart-pad")
    walk.tap("pain", "3", within="#chart-pad")  # taken back
    walk.inspect()
    key = walk.page.locator("#chart-pad input[name=key]").input_value()
    walk.page.locator("#chart-pad .save").click()
    expect(walk.page.locator("#chart-pad input[name=key]")).not_to_have_value(key)
    row = VitalSet.objects.filter(infusion=chair.infusion).latest("pk")
    assert (row.spo2, row.rr, row.pain, row.sedation) == (98, 14, None, "drowsy")
    expect(walk.page.locator(".flow")).to_contain_text("RR 14; drowsy, wakes to voice")


def test_each_sign_that_cannot_be_obtained_asks_for_its_own_reason(walk: Walk, chair: Chair) -> None:
    open_chart(walk, chair)
    pad = walk.page.locator("#chart-pad")
    expect(pad.locator(".unable-why:visible")).to_have_count(0)
    pad.locator("[data-kc-unable]").click()
    expect(pad.locator(".unable-why:visible")).to_have_count(1)
    expect(pad.locator(".unable-why:visible")).to_contain_text("Why no SBP")
    pad.locator("input[name=dbp]").focus()
    pad.locator("[data-kc-unable]").click()
    walk.tap("unable_sbp", "patient declined", within="#chart-pad")
    walk.tap("unable_dbp", "patient moving", within="#chart-pad")
    pad.locator("input[name=hr]").focus()
    for digit in "7098":
        pad.locator(f"[data-kc-digit='{digit}']").click()
    walk.tap("rhythm", "unable", within="#chart-pad").tap("unable_rhythm", "other", within="#chart-pad")
    walk.tap("symptoms", "none", within="#chart-pad")
    walk.inspect()
    pad.locator(".save").click()
    walk.says("SBP: patient declined; DBP: patient moving; Rhythm: other", where=".flow")


# -- a tablet whose clock is wrong


@pytest.fixture(params=[AHEAD, -AHEAD, BEHIND, None], ids=["47 min ahead", "47 min behind", "3 h behind", "1969"])
def wrong(request: pytest.FixtureRequest, chromium: Browser, live: Live) -> Iterator[Walk]:
    by = request.param
    if by is None:
        by = int(-timezone.now().timestamp() * 1000) - 3_600_000  # the last hour of 1969
    walker = Walk(chromium, live.address, size=TABLET)
    walker.page.add_init_script(WRONG_CLOCK % by)
    yield walker
    walker.close()
    assert walker.complaints == []


def newest(chair: Chair) -> VitalSet:
    return VitalSet.objects.filter(infusion=chair.infusion).latest("pk")


def next_due(walk: Walk) -> str:
    """ "due 12:24", by the clinic's clock."""
    return walk.page.locator(".left section").first.locator("p.m").last.inner_text()


def test_vit_21_a_wrong_clock_moves_no_reading_and_no_due_time_and_says_so(wrong: Walk, clinic: Noon) -> None:
    chair = started(clinic)
    open_chart(wrong, chair)
    expect(wrong.page.locator(".skew")).to_contain_text("This tablet's clock is")
    left = 15 - int((timezone.now() - chair.infusion.started_at) / timedelta(minutes=1))
    shown = int(wrong.page.locator(".left [data-kc-number]").inner_text())
    assert abs(shown - abs(left)) <= 1  # past its time it counts up
    now, clock = chair.infusion.site.local(timezone.now()), wrong.page.locator("[data-kc-clock]").first
    expect(clock).to_have_text(re.compile(f"{now:%H:%M}|{now + timedelta(minutes=1):%H:%M}"))
    take(wrong, "128787098")
    row = newest(chair)
    assert abs(timezone.now() - row.occurred_at) < timedelta(seconds=60)
    assert abs(row.received_at - row.occurred_at) < timedelta(seconds=2)
    assert abs(row.device_at - row.received_at) > timedelta(minutes=40)
    # the clock jumps while the infusion runs
    wrong.page.evaluate("window.skewed += 5 * 3600 * 1000")
    before = next_due(wrong)
    take(wrong, "131787098")
    assert abs(newest(chair).received_at - newest(chair).occurred_at) < timedelta(seconds=2)
    assert next_due(wrong) == before
    wrong.page.evaluate("window.skewed = 0")
    expect(wrong.page.locator(".skew")).to_have_count(0)


def test_vit_21_a_set_that_hung_is_dated_by_the_first_press_of_save(walk: Walk, chair: Chair) -> None:
    open_chart(walk, chair)
    walk.expected |= {500}
    walk.enter("129787098")
    walk.page.route("**/vitals/", lambda route: route.fulfill(status=500))
    walk.page.locator("#chart-pad .save").click()
    expect(walk.page.locator("#chart-pad [data-kc-unsaved]")).to_contain_text("Not saved:")
    pressed = timezone.now()
    walk.page.evaluate("window.skewed = 1")
    walk.page.wait_for_timeout(4000)
    walk.page.unroute("**/vitals/")
    walk.page.locator("#chart-pad .save").click()
    expect(walk.page.locator("#chart-pad [name=sbp]")).to_have_value("")
    row = newest(chair)
    assert (row.sbp, row.dbp) == (129, CALM.dbp)
    assert abs(row.occurred_at - pressed) < timedelta(seconds=2.5)
    assert row.received_at - row.occurred_at > timedelta(seconds=3)
