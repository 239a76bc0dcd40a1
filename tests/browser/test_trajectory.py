"""Scores over time in real Chromium: by keyboard, in both themes, at every width; and the patient's own view."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.outcomes.stories import put, treated

pytestmark = pytest.mark.browser
WEEKS = 30  # since the infusion


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    return noon()


def test_scores_over_time_are_read_by_keyboard_in_both_themes(walk: Walk, clinic: Noon) -> None:
    patient, day = treated(clinic.site, monday=clinic.today - timedelta(weeks=WEEKS))
    put(patient, "PHQ-9", day - timedelta(days=3), "14", band="moderate")
    put(patient, "PHQ-9", day + timedelta(days=8), "6", band="mild")
    walk.sign_in(clinic.staff("physician")).open(reverse("scheduling:patient", args=[patient.pk]))
    expect(walk.page.locator("#kc-scores-chart")).to_contain_text(
        "7.1 better at 3 months, meaningful and reliable"
    )
    walk.inspect()
    walk.press("Every score of pain interference")
    expect(walk.page.locator(".traj-rows tbody tr")).to_have_count(5)
    expect(walk.page.locator("svg.traj-chart [data-score]")).to_have_count(5)
    walk.reach(".story-scroll")
    walk.reach(".traj-measures a")
    walk.inspect()
    walk.page.keyboard.press("Enter")
    expect(walk.page).to_have_url(re.compile("measure=phq-9"))
    walk.says("Depression is 8 better after the last infusion, meaningful")
    walk.press("Evidence")
    expect(walk.page).to_have_url(re.compile("measure=phq-9&mcid=evidence"))
    walk.press("All measures")
    expect(walk.page.locator(".strips tbody tr")).to_have_count(2)
    walk.reach(".strips tbody a")
    walk.inspect()
    assert walk.page.request.get(reverse("outcomes:trajectory_pdf", args=[patient.pk])).ok
