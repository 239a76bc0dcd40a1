"""Before the first start of a day: a nurse opens the suite, asks the patient, and two people read the pump."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from infusions.models import InfusionEvent, Intake, OpeningCheck
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import infusions, ledger, people, suite
from tests.factories.infusions import Chair

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def clinic(live: object) -> Noon:
    return noon()


@pytest.fixture(scope="module")
def chair(clinic: Noon) -> Chair:
    """Weighed and identified, the dose drawn; the suite is closed and nothing was asked."""
    seated = clinic.chair(20).arrive(opens=False, asks=False).weigh().identify().premed().draw()
    seated.later(minutes=15).vitals()
    return seated


def look(walk: Walk, name: str) -> None:
    """A place where a person may take a picture."""


def test_the_suite_is_opened_by_one_tap_a_line_and_closed_again_in_words(walk: Walk, chair: Chair) -> None:
    page = walk.sign_in(chair.nurse).open(reverse("infusions:board"))
    expect(page.locator(".opening-strip")).to_contain_text("Closed for starts")
    look(walk, "board")
    walk.expected.add(422)
    page.locator(".opening-strip a").click()
    look(walk, "opening")
    for item in ("Resuscitation equipment", "Oxygen and suction", "Monitors"):
        page.locator("li.opening-line", has_text=item).locator("button[value=yes]").click()
        expect(page.locator("li.opening-line", has_text=item)).to_contain_text("In order, ")
    page.get_by_role("button", name="seen").click()
    expect(page.locator(".opening-state")).to_contain_text("The suite is open")
    look(walk, "opening-open")
    page.locator("li.opening-line", has_text="Oxygen").locator("summary").click()
    page.get_by_label("What is not in order").locator("visible=true").fill("wall suction 3 is dead")
    look(walk, "opening-note")
    page.get_by_role("button", name="Close the suite").locator("visible=true").click()
    expect(page.locator(".opening-state")).to_contain_text("closed for starts")
    look(walk, "opening-wrong")
    page.locator("li.opening-line", has_text="Oxygen").locator("button[value=yes]").click()
    expect(page.locator(".opening-state")).to_contain_text("The suite is open")
    assert OpeningCheck.objects.filter(site=chair.visit.site).count() == 6


def test_intake_line_and_two_readings_of_the_pump_open_their_gates(walk: Walk, chair: Chair) -> None:
    page = walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))
    look(walk, "chart")

    def gate(word: str) -> None:
        page.locator(".gate-list li", has=page.locator("b", has_text=word)).locator("a.btn").first.click()

    gate("Intake")
    for name, value in (("pain_now", "6"), ("pain_average", "5"), ("pain_worst", "8"), ("function", "some_help")):
        page.locator(f"dialog input[name={name}][value='{value}']").check(force=True)
    page.get_by_label("Analgesics, one a line").fill("gabapentin 300 mg, last night")
    look(walk, "intake")
    page.get_by_role("button", name="Save answers").click()
    expect(page.locator(".gate-list")).to_contain_text("Pain 6 now, 5 on average, 8 at worst")
    gate("IV line")
    line = (("placed", "yes"), ("side", "left"), ("site_of_line", "forearm"), ("gauge", "22"), ("attempts", "2"))
    for name, value in line:
        page.locator(f"dialog input[name={name}][value='{value}']").check(force=True)
    look(walk, "iv")
    page.locator("dialog button[type=submit]").click()
    expect(page.locator(".gate-list")).to_contain_text("left forearm, 22 G, 2 attempts")
    gate("Pump")
    page.get_by_label("Rate on the pump").fill("75")
    page.get_by_label("Volume to be infused").fill("50")
    page.locator("dialog button[type=submit]").click()
    expect(page.locator("dialog h2")).to_have_text("Second reading of the pump")
    second = ledger.other(chair.nurse)
    page.get_by_label("Rate on the pump").fill("75")
    page.get_by_label("Volume to be infused").fill("50")
    page.get_by_label("Own user name").fill(second.username)
    page.get_by_label("Own password").fill(people.PASSWORD)
    look(walk, "second")
    page.locator("dialog button[type=submit]").click()
    expect(page.locator(".gate-list")).to_contain_text(f"read by {chair.nurse.name} and {second.name}")
    look(walk, "chart-ready")
    stored = InfusionEvent.objects.filter(infusion=chair.infusion, kind__in=["iv_placed", "pump_checked"])
    assert {event.by for event in stored.filter(kind="pump_checked")} == {chair.nurse, second}
    assert all(event.device_at and event.clock_offset_ms is not None for event in stored)
    assert Intake.objects.get(infusion=chair.infusion).pain_worst == 8


def test_a_nurse_goes_on_a_break_and_comes_back(walk: Walk, chair: Chair, clinic: Noon) -> None:
    infusions.chair(
        site=clinic.site,
        visit=infusions.visit(site=clinic.site, monday=clinic.today, minute=670),
        nurse=chair.nurse,
        at=chair.at,
    ).arrive()
    page = walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))
    page.get_by_role("link", name="Hand over").first.click()
    expect(page.locator("dialog input[name=nurse]").first).not_to_be_checked()
    look(walk, "hand-over")
    page = walk.open(reverse("infusions:nurse_break"))
    look(walk, "break")
    for section, nth in ((0, 0), (1, 1)):
        page.locator("form.break section").nth(section).locator("input[type=radio]").nth(nth).check(force=True)
    page.get_by_label("What the next nurse needs to know").fill("both calm, sets are due at the half hour")
    page.get_by_role("button", name="Hand both over").click()
    expect(page.get_by_role("button", name="I am back")).to_be_visible()
    look(walk, "away")
    page.get_by_role("button", name="I am back").click()
    expect(page.locator(".board")).to_be_visible()
    chair.infusion.refresh_from_db()
    assert chair.infusion.nurse == chair.nurse


def test_seated_by_a_colleague_the_page_with_the_seats_becomes_the_chart(walk: Walk, clinic: Noon) -> None:
    visit = infusions.visit(site=clinic.site, monday=clinic.today, minute=770)
    nurse = suite.staffed(clinic.site, "nurse", 2)[1]
    page = walk.sign_in(nurse).open(reverse("infusions:chart", args=[visit.pk]))
    walk.tap("chair", "7")  # touched, and all the same nobody is asked whether to leave
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    infusions.chair(site=clinic.site, visit=visit, nurse=nurse, at=timezone.now()).arrive(chair=6)
    expect(page.locator(".gates-head")).to_contain_text("Before the start")
    expect(page.locator("#chart-pad [data-kc-keypad]")).to_be_visible()
    expect(page.locator("#chart-pad input[name=chair]")).to_have_count(0)
    assert asked == []
