"""A monitor sends over HTTP; the nurse at the chart sees it come, takes it with four taps, and it is flagged."""

import json
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from infusions.models import MonitorReading, VitalSet
from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import noon
from tests.factories import monitors

pytestmark = pytest.mark.browser


def send(live: Live, token: str, body: dict[str, Any]) -> int:
    """Post as a device does: no cookie, no page."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
    request = urllib.request.Request(live.address + monitors.ADDRESS, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_a_reading_comes_up_beside_the_fields_and_is_taken_with_four_taps(live: Live, walk: Walk) -> None:
    made = noon()
    chair = made.chair(15).ready().start()
    _, token = monitors.monitor(site=made.site, at=made.now, chair=chair.infusion.chair, name="Monitor 1")
    page = walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))
    expect(page.locator("#chart-pad")).to_be_visible()
    assert page.get_by_text("Take these").count() == 0
    page.locator("#chart-pad input[name=sbp]").fill("15")

    measured = timezone.now().replace(microsecond=0)
    body = monitors.full(measured)
    body["entry"][0]["resource"]["component"][0]["valueQuantity"]["value"] = 160  # 25% above the baseline
    assert send(live, token, body) == 201
    assert send(live, token, body) == 200
    assert send(live, token + "x", body) == 401

    offered = page.locator(".strip--reading")  # comes with the chart's own polling: nothing was touched
    expect(offered).to_contain_text("160/84, HR 78, SpO₂ 97%")
    expect(offered).to_contain_text(f"from Monitor 1 {made.site.local(measured):%H:%M:%S}")
    assert (
        page.locator("#chart-pad input[name=sbp]").input_value() == "15"
    )  # what is typed stays, nothing is filled
    assert page.locator("#chart-pad input[name=hr]").input_value() == ""

    offered.get_by_text("Take these").click()
    sheet = page.locator("#chart-sheet")
    expect(sheet).to_contain_text("+25%")
    sheet.get_by_text("Sinus").click()
    sheet.get_by_text("None", exact=True).click()
    sheet.get_by_text("Save the set").click()

    expect(page.locator(".strip", has_text="SBP high")).to_contain_text("+25%")
    expect(page.locator(".strip--reading")).to_have_count(0)
    made_of_it = VitalSet.objects.get(from_reading__reading__monitor__name="Monitor 1", infusion=chair.infusion)
    assert (made_of_it.sbp, made_of_it.rr, made_of_it.occurred_at) == (160, 14, measured)


def test_the_lead_adds_a_monitor_and_a_nurse_settles_what_it_sent_for_nobody(live: Live, walk: Walk) -> None:
    made = noon()
    chair = made.chair(15).ready().start()
    page = walk.sign_in(made.staff("clinic_lead")).open(reverse("infusions:monitors"))
    page.get_by_label("Name").fill("Gateway")
    page.get_by_role("button", name="Add the monitor").click()
    expect(page.locator("#kc-token")).to_be_visible()
    token = page.locator("#kc-token").inner_text().strip()
    walk.inspect()
    page.goto(reverse("infusions:monitors"))
    expect(page.locator("main")).not_to_contain_text(token)

    sent = monitors.observation(timezone.now() - timedelta(seconds=5), "hr", 77, record="KC-0")
    assert send(live, token, sent) == 201
    page = walk.sign_in(chair.nurse).open(reverse("infusions:readings"))
    expect(page.locator(".review")).to_contain_text("No patient here has the record number KC-0")
    page.locator(".review select").select_option(label=f"Chair {chair.infusion.chair}, {chair.visit.patient.name}")
    page.get_by_role("button", name="Give it to this chart").click()
    offered = page.locator(".strip--reading")
    expect(offered).to_contain_text("HR 77")
    offered.get_by_text("Put away").click()
    page.locator("#chart-sheet").get_by_text("Test of the monitor").click()
    page.locator("#chart-sheet").get_by_text("Put it away").click()
    expect(page.locator(".strip--reading")).to_have_count(0)
    assert MonitorReading.objects.get(site=made.site).answer.because == "test of the monitor"
