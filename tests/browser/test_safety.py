"""A patient answers question 9 on the phone; a nurse sees it, is on it, says what was done; the start is free."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from infusions.models import Infusion
from outcomes.models import SafetyStep, SafetyTask
from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import outcomes

pytestmark = pytest.mark.browser
FIRST = "An answer of the patient asks for a talk before the start"


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    return noon()


@pytest.fixture
def phone(chromium: Browser, live: Live) -> Iterator[Walk]:
    """A patient's phone."""
    holder = Walk(chromium, live.address, size={"width": 390, "height": 780})
    yield holder
    holder.close()
    assert holder.complaints == []


def answer(phone: Walk, value: str) -> None:
    before = phone.page.url
    phone.tap("answer", value)
    phone.page.locator("[data-kc-question] .go").click()
    phone.page.wait_for_url(lambda url: url != before)


def test_pro_18_from_the_answer_on_the_phone_to_the_start_at_the_chair(
    walk: Walk, phone: Walk, clinic: Noon
) -> None:
    chair = clinic.chair(10, minute=720).ready()
    patient, chart = chair.visit.patient, reverse("infusions:chart", args=[chair.visit.pk])
    sent = outcomes.sent(site=clinic.site, patient=patient, instruments=("PHQ-9",), at=clinic.now)
    walk.sign_in(clinic.staff("nurse")).open(reverse("outcomes:safety"))
    walk.says("Nobody waits")

    phone.open(f"/q/#{sent.token}")
    phone.fill(birth_year=str(sent.year)).press("Next")
    for value in "00000000" + "2":
        answer(phone, value)
    phone.says("Thank you for telling us").says("988 is free and private, day and night.")

    task = SafetyTask.objects.get(patient=patient)
    line = walk.page.locator("#safety-list .task")  # nobody loads the page again
    expect(line).to_contain_text(patient.list_name)
    expect(line).to_contain_text("High")
    expect(line).to_contain_text(f"Chair {chair.visit.chair}, here today")
    walk.inspect()
    walk.open(chart)
    walk.says(FIRST, where="body")
    expect(walk.page.locator("#kc-safety")).to_contain_text(f"High safety task: Chair {chair.visit.chair}")
    walk.inspect()
    walk.page.locator("#kc-safety a.btn").click()
    walk.press("I am on it").says("You are on it")
    walk.inspect()
    walk.tap("done", "Spoke with the patient in person", "No plan, no intent, safe now")
    walk.fill(action="Wants to go on; sees the psychologist after it.").press("Acknowledge")
    walk.says("the safety task is acknowledged.", where="body").says("Nobody waits")
    task.refresh_from_db()
    assert task.action.startswith("Spoke with the patient in person; No plan, no intent, safe now. Wants to go on")
    assert list(SafetyStep.objects.filter(task=task).values_list("kind", flat=True)) == ["told", "taken"]

    walk.open(chart)
    expect(walk.page.locator("body")).not_to_contain_text(FIRST)
    expect(walk.page.locator("#kc-safety.is-open")).to_have_count(0)
    walk.page.locator("form.start .save").click()
    expect(walk.page.locator("form.start")).to_have_count(0)
    assert Infusion.objects.get(visit=chair.visit).state == "infusing"
