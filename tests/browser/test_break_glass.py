"""A scheduler opens a record in an emergency; the lead sees who looked, and reviews it."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import people

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("PICTURES", "")  # a folder for looking at the pages


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    return noon()


def picture(walk: Walk, name: str) -> None:
    """The page at three widths, light and dark, where somebody wants to look at it."""
    walk.settle()
    for width, height in ((390, 844), (1180, 820), (1440, 900)) if PICTURES else ():
        walk.page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            walk.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            walk.page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
    walk.page.emulate_media(color_scheme="light")


def test_a_record_is_opened_in_an_emergency_said_on_each_page_ended_and_reviewed(walk: Walk, clinic: Noon) -> None:
    visit = clinic.chair(20).visit
    patient = visit.patient
    walk.sign_in(clinic.staff("scheduler")).open(reverse("scheduling:patient", args=[patient.pk]))
    walk.press("Emergency access to this record").says("Open one patient's record when you must")
    picture(walk, "ask")
    walk.inspect()
    walk.fill(reason="too short", password=people.PASSWORD).press("Open the record").says("at least 10 characters")
    walk.fill(reason="He is unwell in the hall", password=people.PASSWORD).press("Open the record")
    walk.says("this record is open to you until", where=".glass").says("60 min", where=".glass")
    walk.open(reverse("infusions:chart", args=[visit.pk]))
    walk.says("this record is open to you until", where=".glass")
    picture(walk, "chart")
    walk.open(reverse("scheduling:patient", args=[patient.pk]))
    picture(walk, "patient")
    walk.inspect()
    walk.press("End now", within=".glass")
    walk.open(reverse("scheduling:patient", args=[patient.pk]))
    assert walk.page.locator(".glass").count() == 0

    walk.sign_in(clinic.staff("clinic_lead")).open(reverse("clinic"))
    walk.says("1 to review")
    picture(walk, "clinic")
    walk.press("Emergency access: review").says("He is unwell in the hall")
    picture(walk, "queue")
    walk.inspect()
    walk.press("Review of").says("Chart opened: Infusion chart")
    picture(walk, "review")
    walk.inspect()
    walk.tap("in_order", "yes").fill(note="Asked him on the telephone").press("Record the review")
    walk.says("The review is recorded.").says("Nothing waits")
    walk.open(reverse("scheduling:who_looked", args=[patient.pk])).get_by_text("Break-glass reviewed").wait_for()
    picture(walk, "who_looked")
    walk.inspect()
    walk.press("Every act").says("Audit trail")
    picture(walk, "audit")
    walk.inspect()
    assert walk.complaints == []
