"""A full battery on a phone, gone on with on another after the first was killed; a tablet that clears itself."""

import sys
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from kitclinic.actions import enrol_tablet
from outcomes import actions
from outcomes.models import Assessment, ItemResponse, Score
from outcomes.opened import COOKIE, remember
from outcomes.queries.questionnaires import parts_of
from outcomes.states import AssessmentState
from tests.browser.live import SECRET, Live, noon_site
from tests.browser.walk import Walk
from tests.factories import outcomes, people, scheduling

pytestmark = pytest.mark.browser

BATTERY = (
    "PHQ-9",
    "PGIC",
    "DEMO-PainInterference-CAT",
    "DEMO-Fatigue-CAT",
    "DEMO-Function-CAT",
    "DEMO-Sleep-CAT",
    "GAD-7",
    "DEMO-SocialRoles-CAT",
    "DEMO-SelfEfficacy-CAT",
    "DEMO-Global",
    "DEMO-PainThoughts",
)
WORD_S, CHOOSE_S, TAP_S = 60 / 180, 2.0, 0.9  # seconds: slow reading at 180 words a minute, choosing, one tap


@pytest.fixture
def phone(chromium: Browser, live: Live) -> Iterator[Walk]:
    holder = Walk(chromium, live.address, size={"width": 390, "height": 844})
    yield holder
    holder.close()
    assert holder.complaints == []


class Hand:
    """Somebody who reads slowly, chooses the middle and taps Next; no waiting, the time is modelled.

    A stem and a list of answers that were on the screen before are seen again, not read again.
    all_over: seconds of somebody who reads every word of every screen, for the report only.
    """

    def __init__(self) -> None:
        self.taps, self.seconds, self.all_over, self.asked = 0, 0.0, 0.0, 0
        self.known: set[str] = set()

    def answer(self, page: Page) -> None:
        """One question; PHQ-9 item 9 with "not at all"."""
        options = page.locator("[data-kc-question] label:has(input[name=answer])")
        texts = page.locator("#stem, #item, [data-kc-question] .answers label").all_inner_texts()
        act = CHOOSE_S + 2 * TAP_S
        self.seconds += sum(len(text.split()) for text in texts if text not in self.known) * WORD_S + act
        self.all_over += sum(len(text.split()) for text in texts) * WORD_S + act
        self.known = set(texts)
        self.taps, self.asked = self.taps + 2, self.asked + 1
        of = page.locator("input[name=of]").get_attribute("value") or ""
        options.nth(0 if of.endswith(" PHQ-9 9") else options.count() // 2).click()
        before = page.url
        page.locator("[data-kc-question] .go").click()
        page.wait_for_url(lambda url: url != before)


def enter(walk: Walk, sent: outcomes.Sent) -> None:
    walk.open(f"/q/#{sent.token}")
    walk.fill(birth_year=str(sent.year)).press("Next")
    walk.page.wait_for_url("**/q/questions/*/")


def test_a_full_battery_on_a_phone_goes_on_on_another_device(
    phone: Walk, chromium: Browser, live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    site = noon_site(is_demo=True)
    sent = outcomes.sent(site=site, instruments=BATTERY, occasion="3m", at=timezone.now())
    hand = Hand()
    enter(phone, sent)
    for _ in range(30):
        hand.answer(phone.page)
    phone.page.locator("[data-kc-question] .answers label").first.click()  # chosen, not sent: what may be lost
    phone.page.context.close()
    assert ItemResponse.objects.filter(assessment=sent.assessment).count() == 30

    other = Walk(chromium, live.address, size={"width": 320, "height": 640})
    enter(other, sent)
    other.page.wait_for_url("**/q/questions/31/")
    while "/q/questions/" in other.page.url:
        assert other.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        hand.answer(other.page)
    other.says("Thank you. You are done")
    other.fill(comment="Gracias 🙂").press("Send to my team").says("Gracias 🙂")
    other.close()
    assert other.complaints == []
    form = Assessment.objects.get(pk=sent.assessment.pk)
    assert form.state == AssessmentState.COMPLETED
    assert Score.objects.filter(assessment=form).count() >= len(BATTERY)
    with capsys.disabled():
        minutes = f"{hand.seconds / 60:.1f} min, {hand.all_over / 60:.1f} min reading every word again"
        sys.stdout.write(f"\n{hand.asked} questions, {hand.taps} taps, modelled {minutes}\n")
    assert hand.seconds <= 12 * 60
    assert hand.asked == sum(len(part.course.asked) for part in parts_of(form))


def test_the_first_pages_pass_inspection_in_both_languages(phone: Walk) -> None:
    site = noon_site(is_demo=True)
    sent = outcomes.sent(site=site, instruments=("PHQ-9", "DEMO-Sleep-CAT"), at=timezone.now())
    phone.open(f"/q/#{sent.token}")
    phone.fill(birth_year=str(sent.year)).inspect()
    phone.press("Next").says("Question 1 of about 14").inspect()
    phone.press("Español").says("Pregunta 1 de unas 14").inspect()
    phone.page.keyboard.press("2")
    expect(phone.page.locator("input[name=answer]").nth(1)).to_be_checked()
    phone.page.keyboard.press("Enter")
    phone.says("Pregunta 2 de unas 14")
    phone.page.set_viewport_size({"width": 320, "height": 640})
    assert phone.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_page_that_a_patient_meets_passes_inspection(phone: Walk) -> None:
    """From a wrong year to the link that is used up, with the page for dark thoughts between."""
    widths = (320, 390)
    sent = outcomes.sent(site=noon_site(is_demo=True), instruments=("PHQ-9", "PGIC"), at=timezone.now())
    phone.expected |= {404, 410}
    phone.open(f"/q/#{sent.token}")
    phone.fill(birth_year=str(sent.year - 1)).press("Next")
    phone.says("That is not the year we have").inspect(widths=widths)
    phone.fill(birth_year=str(sent.year)).press("Next")
    for number, answer in enumerate("00000000" + "2", start=1):
        phone.says(f"Question {number} of")
        phone.tap("answer", answer)
        phone.page.locator("[data-kc-question] .go").click()
    phone.says("Thank you for telling us").inspect(widths=widths)
    phone.page.get_by_role("link", name="Stop").click()
    phone.says("saved").inspect(widths=widths)
    phone.page.locator(".q-foot a.go").first.click()
    phone.says("Question 10 of").inspect(widths=widths)
    phone.page.locator("input[name=answer]").first.check(force=True)
    phone.page.locator("[data-kc-question] .go").click()
    phone.says("Thank you. You are done").inspect(widths=widths)
    phone.page.context.clear_cookies()
    phone.open("/")  # a fragment alone would load nothing
    phone.open(f"/q/#{sent.token}")
    phone.says("216 555 0100").inspect(widths=widths)


def test_pro_72_a_tablet_clears_itself_and_back_shows_nothing(phone: Walk, live: Live) -> None:
    site = noon_site()
    at = timezone.now()
    sent = outcomes.sent(site=site, at=at)
    tablet = enrol_tablet(
        site=site, name="Chairside 1", token="k" * 43, by=people.staff("clinic_lead", site=site), at=at
    )
    nurse = scheduling.actor("nurse", site)
    sitting = actions.start_kiosk(assessment=sent.assessment, tablet=tablet, by=nurse, at=at)
    with override_settings(SECRET_KEY=SECRET):
        value = remember(HttpResponse(), sitting).cookies[COOKIE].value
    phone.page.context.add_cookies([{"name": COOKIE, "value": value, "domain": "localhost", "path": "/"}])
    phone.page.clock.install()
    phone.open("/q/kiosk/")
    phone.page.get_by_role("link", name="Start").click()
    phone.says("Question 1 of 16")
    phone.page.clock.fast_forward(601_000)
    phone.says("give the tablet back")
    phone.page.go_back()
    expect(phone.page.locator("[data-kc-question]")).to_have_count(0)
    assert not any(cookie.get("name") == COOKIE for cookie in phone.page.context.cookies())
