"""A clinic tablet goes round: the nurse hands it over, the patient answers, it wipes itself, a PIN leads back."""

from dataclasses import dataclass

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from kitclinic.models import StaffUser
from outcomes.actions import withdraw_questionnaire
from outcomes.models import Assessment, ItemResponse, Sitting
from outcomes.opened import COOKIE
from outcomes.states import AssessmentState, SittingMode
from scheduling.models import Patient
from tests.browser.live import Live, noon_site
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import people, scheduling, tablets
from tests.factories.infusions import STEPS
from tests.factories.tablets import PIN

pytestmark = pytest.mark.browser

KEPT = "JSON.stringify([localStorage['kc-size'] ?? null, localStorage['kc-calm'] ?? null])"
LOOK = "[document.documentElement.dataset.size ?? '', document.documentElement.dataset.theme ?? '']"


@dataclass(frozen=True)
class Round:
    """A tablet, the nurse who has a PIN on it, and the patient on the chair."""

    token: str
    nurse: StaffUser
    patient: Patient

    @property
    def page(self) -> str:
        return reverse("outcomes:send", args=[self.patient.pk])

    @property
    def form(self) -> Assessment:
        return Assessment.objects.get(patient=self.patient)

    def begin(self, walk: Walk) -> None:
        """The nurse, signed in on the tablet, at the patient's send page."""
        walk.expected |= {423}
        cookie = {"name": settings.TABLET_COOKIE_NAME, "value": self.token, "url": walk.home}
        walk.context.add_cookies([cookie | {"httpOnly": True, "sameSite": "Strict"}])  # type: ignore[list-item]
        walk.open("/sign-in/")
        walk.page.get_by_label("Username").fill(self.nurse.username)
        walk.page.get_by_label("Password").fill(people.PASSWORD)
        walk.page.keyboard.press("Enter")
        expect(walk.page.locator(".bar-user")).to_contain_text(self.nurse.short_name)
        walk.open(self.page)

    def hand_over(self, walk: Walk, *instruments: str) -> None:
        """The way "on this tablet", with these questions."""
        boxes = walk.page.locator("input[name=instruments]")
        for number in range(boxes.count()):
            box = boxes.nth(number)
            box.set_checked(box.get_attribute("value") in instruments)
        walk.page.get_by_role("button", name="On this tablet").click()
        expect(walk.page).to_have_url(f"{walk.home}/q/kiosk/")
        walk.says("Some questions for you")

    def come_back(self, walk: Walk, pin: str = PIN) -> None:
        """Tap the name, type the PIN."""
        walk.page.locator(f"[data-kc-face='{self.nurse.pk}']").click()
        walk.page.keyboard.type(pin)
        walk.page.keyboard.press("Enter")


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    return noon()


@pytest.fixture
def clinic_round(live: Live) -> Round:
    site, at = noon_site(), timezone.now()
    nurse = scheduling.actor("nurse", site)
    made, token = tablets.tablet(site, at)
    tablets.knows(made, nurse, at)
    return Round(token, nurse, scheduling.patient(site=site, at=at))


def answer(walk: Walk, number: int, place: int = 0) -> None:
    """Question ``number``, with the choice of this place."""
    walk.says(f"Question {number} of 9")
    walk.page.locator("[data-kc-question] .answers label").nth(place).click()
    walk.page.locator("[data-kc-question] .go").click()


def has_form(walk: Walk) -> bool:
    return any(cookie.get("name") == COOKIE for cookie in walk.page.context.cookies())


def test_pro_72_a_tablet_goes_round_from_the_nurse_to_the_patient_and_back(
    walk: Walk, clinic_round: Round
) -> None:
    it, page = clinic_round, walk.page
    it.begin(walk)
    walk.inspect()
    it.hand_over(walk, "PHQ-9")
    walk.inspect()
    assert it.patient.name not in page.content()
    assert has_form(walk)
    walk.press("Start")
    answer(walk, 1, 1)  # no year of birth is asked: the nurse knows who sits here
    walk.says("Question 2 of 9")
    page.locator("[data-kc-sizes] label").nth(2).click()
    page.locator("[data-kc-calm]").click()
    assert page.evaluate(LOOK) == ["largest", "calm"]
    answer(walk, 2, 2)
    walk.says("Question 3 of 9")
    assert page.evaluate(LOOK) == ["largest", "calm"]
    walk.inspect()
    walk.open(reverse("scheduling:patient", args=[it.patient.pk]))  # the patient tries a page of the staff
    walk.says("Who is here?")
    assert it.patient.name not in page.content()
    walk.open("/q/kiosk/")
    walk.press("Start")
    for number in range(3, 10):
        answer(walk, number)
    walk.says("Thank you. You are done")
    walk.inspect()
    walk.press("Done: clear this screen").says("give the tablet back")
    assert (page.evaluate(LOOK), page.evaluate(KEPT), has_form(walk)) == (["", ""], "[null,null]", False)
    walk.inspect()
    for _ in range(3):
        page.go_back()
        expect(page.locator("[data-kc-question], .thanks form.add")).to_have_count(0)
        assert "Question" not in page.locator("body").inner_text()
    for address in ("/q/questions/2/", "/q/thanks/"):
        walk.open(address)
        expect(page).to_have_url(f"{walk.home}/q/kiosk/")

    walk.press("Staff: unlock").says("Who is here?")
    walk.open(it.page)
    expect(page).to_have_url(f"{walk.home}/lock/?next={it.page.replace('/', '%2F')}")
    it.come_back(walk, "0007")
    walk.says("That is not your PIN. 4 tries are left")
    walk.inspect()
    it.come_back(walk)
    expect(page).to_have_url(f"{walk.home}{it.page}")
    expect(page.locator(".bar-user")).to_contain_text(it.nurse.short_name)

    sitting = Sitting.objects.get(assessment=it.form)
    assert (sitting.mode, sitting.by, it.form.state) == (SittingMode.TABLET, it.nurse, AssessmentState.COMPLETED)
    given = ItemResponse.objects.filter(assessment=it.form).order_by("item").values_list("value", flat=True)
    assert list(given) == [1, 2, 0, 0, 0, 0, 0, 0, 0]


def test_pro_72_a_form_taken_back_in_the_patient_s_hands_wipes_the_tablet(walk: Walk, clinic_round: Round) -> None:
    it, page = clinic_round, walk.page
    it.begin(walk)
    it.hand_over(walk, "PHQ-9")
    walk.press("Start")
    page.locator("[data-kc-sizes] label").nth(1).click()
    page.locator("[data-kc-calm]").click()
    answer(walk, 1)
    walk.says("Question 2 of 9")
    withdraw_questionnaire(assessment=it.form, reason="Not today", by=it.nurse, at=timezone.now())
    answer(walk, 2)
    walk.says("give the tablet back")
    assert (page.evaluate(LOOK), has_form(walk)) == (["large", "calm"], False)  # still read by the patient
    walk.inspect()
    walk.press("Staff: unlock").says("Who is here?")
    assert page.evaluate(KEPT) == "[null,null]"
    it.come_back(walk)
    expect(page.locator(".bar-user")).to_contain_text(it.nurse.short_name)
    assert ItemResponse.objects.filter(assessment=it.form).count() == 1


def test_pro_72_what_is_written_for_long_is_kept_by_touches_and_a_rest_clears(
    walk: Walk, clinic_round: Round
) -> None:
    it, page = clinic_round, walk.page
    it.begin(walk)
    it.hand_over(walk, "PHQ-9")
    page.clock.install()
    walk.press("Start")
    walk.says("Question 1 of 9")
    told: list[int] = []
    page.on("response", lambda one: told.append(one.status) if one.url.endswith("/q/kiosk/touched/") else None)
    page.clock.fast_forward(590_000)
    assert told == []  # nobody has touched it
    page.keyboard.press("Shift")
    with page.expect_response("**/q/kiosk/touched/"):
        page.clock.fast_forward(2_000)
    page.clock.fast_forward(590_000)
    walk.says("Question 1 of 9")  # 10 minutes after the last touch are not over
    assert told == [204]
    page.clock.fast_forward(20_000)
    walk.says("give the tablet back")
    assert not has_form(walk)


def test_pro_72_the_page_that_says_why_it_closed_clears_itself_after_three_minutes(
    walk: Walk, clinic_round: Round
) -> None:
    it, page = clinic_round, walk.page
    it.begin(walk)
    it.hand_over(walk, "PHQ-9")
    page.clock.install()
    walk.press("Start")
    walk.says("Question 1 of 9")
    page.locator("[data-kc-calm]").click()
    withdraw_questionnaire(assessment=it.form, reason="Not today", by=it.nurse, at=timezone.now())
    answer(walk, 1)
    walk.says("clears itself after 3 minutes")
    page.clock.fast_forward(185_000)
    expect(page).to_have_url(f"{walk.home}/q/kiosk/")
    walk.says("Nothing of yours is left on it")
    assert page.evaluate(KEPT) == "[null,null]"


def test_the_chart_leads_to_the_questions_before_and_after_the_infusion(walk: Walk, clinic: Noon) -> None:
    over = STEPS["discharged"](clinic.chair(170, minute=550))
    booked, seated = clinic.chair(0), clinic.chair(20).arrive()
    walk.sign_in(clinic.staff("nurse"))
    for chair, note in ((booked, ""), (seated, ""), (over, ", locked today")):
        walk.open(reverse("infusions:chart", args=[chair.visit.pk]))
        way = walk.page.get_by_role("link", name="Questions")
        expect(way).to_have_text(f"Questions{note}")
        walk.inspect()
        way.click()
        expect(walk.page).to_have_url(f"{walk.home}{reverse('outcomes:send', args=[chair.visit.patient_id])}")
        walk.says("Send a questionnaire")
