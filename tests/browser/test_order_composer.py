"""The composer in Chromium: the numbers follow what is typed, by the server; the order page tells its story."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from infusions.models import Order
from kitclinic.models import Site, StaffUser
from scheduling.models import Sequence, Weight
from tests.browser.live import noon_site
from tests.browser.walk import Walk
from tests.factories import orders as factory
from tests.factories import people, suite

pytestmark = pytest.mark.browser


def course(site: Site) -> tuple[Sequence, StaffUser]:
    """A sequence that began today, nothing of it ordered yet."""
    doctor, today = people.staff("physician", site=site), site.today(timezone.now())
    suite.open_week(site, today)
    return factory.sequence(site, today), doctor


def compose(walk: Walk, of: Sequence) -> Page:
    return walk.open(reverse("infusions:order_new", args=[of.pk]))


def test_the_arithmetic_follows_what_is_chosen_and_nothing_is_written(walk: Walk) -> None:
    sequence, doctor = course(noon_site())
    walk.sign_in(doctor)
    page = compose(walk, sequence)
    dose = page.locator(".sum-dose b")
    expect(dose).to_have_text("41.25mg")
    expect(page.get_by_label("Missing for a signature")).to_contain_text("2 things missing")
    walk.inspect()
    page.get_by_text("100 mL", exact=True).click()
    expect(page.locator(".cmp-now")).to_contain_text("150 mL/h")
    page.get_by_text("Stated by the patient", exact=True).click()
    expect(page.locator(".cmp-now")).to_contain_text("No weight yet")
    page.get_by_label("Weight in kg").fill("250.0")
    expect(dose).to_have_text("125mg")
    expect(page.locator(".cmp-asks")).to_contain_text("250 kg")
    expect(page.get_by_label("The same weight, typed once more")).to_be_visible()
    walk.inspect()
    page.get_by_label("Weight in kg").fill("82,5")
    expect(page.locator(".cmp-now")).to_contain_text("A comma can mean two things.")
    page.get_by_text("Measured", exact=True).click()
    expect(dose).to_have_text("41.25mg")
    page.get_by_label("I have read both lists").check()
    expect(page.get_by_label("Missing for a signature")).to_contain_text("1 thing missing")
    page.get_by_label("Plan for the way home").fill("The sister, to be called")
    expect(page.get_by_label("Missing for a signature")).to_contain_text("Nothing is missing")
    assert not Order.objects.filter(sequence=sequence).exists()
    assert Weight.objects.filter(patient=sequence.patient).count() == 1
    page.get_by_role("button", name="Write the draft").click()
    expect(page.locator(".sheet pre")).to_contain_text("Way home: The sister, to be called.")


def test_the_order_page_tells_what_a_version_changed(walk: Walk) -> None:
    site = noon_site()
    sequence, doctor = course(site)
    at = site.instant(sequence.first_day - timedelta(days=2), 600)
    order = factory.sign(factory.draft(sequence, at=at), at=at + timedelta(minutes=3))
    later = at + timedelta(hours=4)
    factory.weighed(sequence, "77.9", at=later)
    factory.actions.hold_order(
        order=order, reason="77.9 kg is −5.6% from the 82.5 kg of the order.", by=doctor, at=later
    )
    new = factory.supersede(
        order, at=later + timedelta(minutes=20), reason="Weight fell after a stomach flu.", bag_ml=100
    )
    walk.sign_in(doctor)
    page = walk.open(reverse("infusions:order", args=[new.pk]))
    expect(page.locator(".diff")).to_contain_text("82.5 kg, measured")
    expect(page.locator(".story-of li", has_text="Superseded").first).to_be_visible()
    walk.inspect()
