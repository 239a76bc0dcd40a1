"""Several clinics in a browser: one is opened by the guided form, changed to and from, and set on one page."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from kitclinic.actions import give_place
from kitclinic.models import Site
from tests.browser.live import Live, noon_site
from tests.browser.walk import Walk
from tests.factories import people
from tests.factories.scheduling import NOW

pytestmark = pytest.mark.browser


@dataclass
class Hand:
    """Somebody who fills and taps, and counts both."""

    page: Page
    fields: int = 0
    taps: int = 0
    asked: list[str] = field(default_factory=list)

    def fill(self, label: str, text: str, *, part: str = "body") -> None:
        self.page.locator(part).get_by_label(label, exact=False).first.fill(text)
        self.fields += 1

    def tap(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).or_(
            self.page.get_by_role("link", name=name, exact=True)
        ).first.click()
        self.taps += 1


def test_acc_37_a_clinic_is_opened_with_few_fields_and_taps(
    walk: Walk, live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    site = noon_site()
    walk.sign_in(people.staff("administrator", site=site))
    hand = Hand(walk.page)
    walk.open("/clinic/")
    hand.tap("Open another clinic")
    walk.inspect()
    hand.fill("Name of the clinic", "Linden Street Infusion")
    hand.fill("Address", "4 Linden Street\nSpringfield")
    hand.fill("Telephone", "555 0199")
    hand.tap("Make the clinic")
    expect(walk.page.get_by_label("Opens")).to_be_visible()
    walk.inspect()
    hand.fill("Chairs", "4")
    hand.tap("Keep and go on")
    expect(walk.page.get_by_role("group", name="Scheduler")).to_be_visible()
    walk.inspect()
    for role, name in (("scheduler", "Nkem Osei"), ("physician", "Anneke Vantongeren"), ("nurse", "Ines Varga")):
        line = f"fieldset:has([name={role}-name])"
        hand.fill("Name", name, part=line)
        hand.fill("User name", f"linden-{role}", part=line)
        hand.fill("E-mail", f"{role}@example.org", part=line)
    hand.tap("Invite and go on")
    expect(walk.page.get_by_role("heading", level=1)).to_have_text("Linden Street Infusion: not ready yet")
    walk.inspect()
    walk.says("invited, and has not set a password yet")
    expect(walk.page.locator(".bar-clinic")).to_have_text("Linden Street Infusion")
    assert Site.objects.filter(name="Linden Street Infusion").exists()
    with capsys.disabled():
        print(f"\na clinic with three people: {hand.fields} fields, {hand.taps} taps")  # noqa: T201
    assert (hand.fields, hand.taps) == (13, 4)


def test_acc_32_changing_the_clinic_asks_about_what_is_not_saved_and_keeps_the_page(
    walk: Walk, live: Live
) -> None:
    here, there = noon_site(), noon_site()
    person = people.staff("scheduler", site=here)
    lead = people.staff("administrator", site=there)
    give_place(site=there, username=person.username, role="scheduler", is_ketamine_trained=False, by=lead, at=NOW)
    walk.sign_in(person)
    walk.open("/patients/")
    walk.page.locator(".bar-user > summary").click()
    walk.inspect()
    walk.page.get_by_role("button", name=re.compile(there.name)).click()
    expect(walk.page.locator(".bar-clinic")).to_have_text(there.name)
    assert walk.page.url.endswith("/patients/")
    walk.open("/pin/")
    walk.page.get_by_label("New PIN").press_sequentially("58")
    asked: list[str] = []
    walk.page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    walk.page.locator(".bar-user > summary").click()
    walk.page.get_by_role("button", name=re.compile(here.name)).click()
    expect(walk.page.locator(".bar-clinic")).to_have_text(there.name)
    assert asked == ["beforeunload"]


def test_acc_33_a_tab_of_the_clinic_left_writes_nothing_and_keeps_what_was_typed(walk: Walk, live: Live) -> None:
    here, there = noon_site(), noon_site()
    person = people.staff("administrator", site=here)
    lead = people.staff("administrator", site=there)
    give_place(
        site=there, username=person.username, role="administrator", is_ketamine_trained=False, by=lead, at=NOW
    )
    walk.sign_in(person)
    walk.open("/clinic/settings/")
    row = walk.page.locator("#set-hold_minutes")
    row.locator("summary").click()
    row.get_by_label("A hold lasts").fill("25")
    row.get_by_label("Why").fill("Long calls.")
    other = walk.context.new_page()
    other.goto("/clinic/")
    other.locator(".bar-user > summary").click()
    other.get_by_role("button", name=re.compile(there.name)).click()
    expect(other.locator(".bar-clinic")).to_have_text(there.name)
    row.get_by_role("button", name="Change", exact=True).click()
    walk.says(f"This page was opened at {here.name}")
    expect(row.get_by_label("A hold lasts")).to_have_value("25")
    assert set(Site.objects.filter(pk__in=[here.pk, there.pk]).values_list("hold_minutes", flat=True)) == {15}
    other.close()


def test_acc_36_a_setting_is_changed_with_a_reason_and_back(walk: Walk, live: Live) -> None:
    site = noon_site()
    walk.sign_in(people.staff("administrator", site=site))
    walk.open("/clinic/settings/")
    walk.inspect()
    row = walk.page.locator("#set-hold_minutes")
    row.locator("summary").click()
    row.get_by_label("A hold lasts").fill("121")
    row.get_by_label("Why").fill("Long calls.")
    row.get_by_role("button", name="Change", exact=True).click()
    walk.says("A hold lasts 1 to 120 minutes.")
    row.get_by_label("A hold lasts").fill("25")
    row.get_by_role("button", name="Change", exact=True).click()
    expect(row.locator(".set-now")).to_contain_text("25 min")
    expect(row).to_contain_text("Long calls.")
    row.locator("summary").click()
    row.get_by_label("Why").fill("Short again.")
    row.get_by_role("button", name="Back to 15 min").click()
    expect(row.locator(".set-now")).to_have_text("15 min")
    walk.inspect()
