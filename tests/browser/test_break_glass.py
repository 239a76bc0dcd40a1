"""A scheduler opens a record in an emergency; the lead sees who looked, and reviews it."""

import pytest
from django.urls import reverse

from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import people

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    return noon()


def test_a_record_is_opened_in_an_emergency_said_on_each_page_ended_and_reviewed(walk: Walk, clinic: Noon) -> None:
    visit = clinic.chair(20).visit
    patient = visit.patient
    walk.sign_in(clinic.staff("scheduler")).open(reverse("scheduling:patient", args=[patient.pk]))
    walk.press("Emergency access to this record").says("Open one patient's record when you must")
    walk.inspect()
    walk.fill(reason="too short", password=people.PASSWORD).press("Open the record").says("at least 10 characters")
    walk.fill(reason="He is unwell in the hall", password=people.PASSWORD).press("Open the record")
    walk.says("this record is open to you until", where=".glass").says("It closes in", where=".glass")
    walk.open(reverse("infusions:chart", args=[visit.pk]))
    walk.says("this record is open to you until", where=".glass")
    walk.open(reverse("scheduling:patient", args=[patient.pk]))
    walk.inspect()
    walk.press("End now", within=".glass")
    walk.open(reverse("scheduling:patient", args=[patient.pk]))
    assert walk.page.locator(".glass").count() == 0

    walk.sign_in(clinic.staff("clinic_lead")).open(reverse("clinic"))
    walk.says("1 to review")
    walk.press("Emergency access: review").says("He is unwell in the hall")
    walk.inspect()
    walk.press("Review of").says("Chart opened: Infusion chart")
    walk.inspect()
    walk.page.get_by_label("It was in order").check()
    walk.fill(note="Asked him on the telephone").press("Record the review")
    walk.says("The review is recorded.").says("Nothing waits")
    walk.open(reverse("scheduling:who_looked", args=[patient.pk])).get_by_text("Break-glass reviewed").wait_for()
    walk.inspect()
    walk.press("Every act").says("Audit trail")
    walk.inspect()
