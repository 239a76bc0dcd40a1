"""The staff's ways into questions, by keyboard in real Chromium: an interview by telephone, a form from paper."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from outcomes.models import ItemResponse, SafetyTask, Score
from scheduling.models import Patient
from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import outcomes as factory
from tests.factories import scheduling

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    return noon()


def somebody(clinic: Noon, name: str) -> Patient:
    return scheduling.patient(site=clinic.site, at=clinic.now - timedelta(days=1), family_name=name)


def heading(walk: Walk, number: int) -> None:
    """The question of this number is on the screen."""
    expect(walk.page.locator(".asked-now b")).to_contain_text(f"Question {number} of 16")


def test_an_interview_is_held_by_keyboard_with_two_keys_a_question(walk: Walk, clinic: Noon) -> None:
    patient = somebody(clinic, "Ashdown")
    made = factory.sent(site=clinic.site, patient=patient, at=clinic.now)
    walk.sign_in(clinic.staff("scheduler")).open(reverse("outcomes:interview", args=[made.assessment.pk]))
    walk.inspect()
    keys = walk.page.keyboard
    for key in ("Space", "Tab", "Space", "Tab", "Tab", "Enter"):  # two ticks, who answers, begin
        keys.press(key)
    heading(walk, 1)
    walk.inspect()
    pressed = 0
    for number, place in enumerate((1, 2, 3, 4, 1, 1, 1, 1), start=1):
        heading(walk, number)
        keys.press(str(place))
        keys.press("Enter")
        pressed += 2
    heading(walk, 9)
    assert pressed == 2 * 8
    keys.press("2")  # "several days"
    keys.press("Enter")
    expect(walk.page.locator("#act-now")).to_have_text("Stay on the line")
    walk.says("Safety task")
    walk.inspect()
    walk.press("The patient is safe: go on")
    heading(walk, 10)
    keys.press("b")
    heading(walk, 9)
    assert walk.page.locator("input[name=answer][value='1']").is_checked()
    keys.press("Enter")  # as it stands: nothing new is written
    expect(walk.page.locator("#act-now")).to_be_visible()
    walk.press("The patient is safe: go on")
    heading(walk, 10)
    keys.press("p")
    heading(walk, 11)
    walk.press("Pause or end the call")
    walk.says("10 of 16 answered; all of them are saved.")
    walk.inspect()
    values = list(
        ItemResponse.objects.filter(assessment=made.assessment).order_by("pk").values_list("value", flat=True)
    )
    assert values == [0, 1, 2, 3, 0, 0, 0, 0, 1, None]
    assert SafetyTask.objects.filter(patient=patient).count() == 1
    assert [(one.measure, one.source) for one in Score.objects.filter(patient=patient)] == [("PHQ-9", "phone")]


def test_a_paper_phq_9_is_entered_with_eleven_keys(walk: Walk, clinic: Noon) -> None:
    patient = somebody(clinic, "Penrose")
    walk.sign_in(clinic.staff("nurse")).open(reverse("outcomes:paper", args=[patient.pk, "PHQ-9"]))
    walk.inspect()
    walk.press("Today")  # the day of the paper; the first question has the focus
    keys = walk.page.keyboard
    for code in "221222110":
        keys.press(code)
    expect(walk.page.get_by_role("button", name="Save the form")).to_be_focused()
    keys.press("Enter")
    expect(walk.page.locator("#kc-toasts")).to_contain_text("is saved")
    score = Score.objects.get(patient=patient)
    assert (int(score.value), score.source, score.date) == (13, "paper", clinic.site.today(clinic.now))


def test_arrows_backspace_and_the_mark_for_blank_work_on_paper(walk: Walk, clinic: Noon) -> None:
    patient = somebody(clinic, "Quill")
    walk.sign_in(clinic.staff("nurse")).open(reverse("outcomes:paper", args=[patient.pk, "GAD-7"]))
    walk.press("Today")
    keys = walk.page.keyboard
    for key in ("1", "2", "Backspace", "3", "ArrowDown", "ArrowUp", "-", "0", "0", "0"):
        keys.press(key)
    keys.press("Enter")  # the last question is empty
    walk.says("Question 7 has no answer")
    chosen = "all => all.filter(one => one.checked).map(one => one.value)"
    assert walk.page.locator("[data-kc-row] input").evaluate_all(chosen) == ["1", "3", "-", "0", "0", "0"]
    walk.inspect()
    walk.page.locator("input[name=item_7][value='1']").check()
    walk.press("Save the form")
    expect(walk.page.locator("#kc-toasts")).to_contain_text("is saved")
    assert not Score.objects.filter(patient=patient).exists()  # a question was left blank: no total


def test_the_burden_follows_what_is_ticked(walk: Walk, clinic: Noon) -> None:
    patient = somebody(clinic, "Rowe")
    walk.sign_in(clinic.staff("nurse")).open(reverse("outcomes:send", args=[patient.pk]))
    walk.inspect()
    boxes = walk.page.locator("input[name=instruments]")
    for number in range(boxes.count()):
        boxes.nth(number).set_checked(False)
    total = walk.page.locator("[data-kc-burden-total]")
    expect(total).to_have_text("Nothing chosen")
    walk.page.locator("input[name=instruments][value='PHQ-9']").check()
    expect(total).to_contain_text("9 questions")
