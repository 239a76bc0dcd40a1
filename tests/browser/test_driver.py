"""The patient's page about the driver on a phone, from the link in the message to "It is saved"."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from scheduling.models import Visit
from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Ward
from tests.browser.ward import ward as make_ward
from tests.factories.driver_links import Linked, linked

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def made(live: Live, tmp_path_factory: pytest.TempPathFactory) -> Linked:
    ward: Ward = make_ward(tmp_path_factory.mktemp("registry"))
    days = Visit.objects.filter(site=ward.noon.site, state="booked", date__gt=ward.noon.today)
    sequence = days.select_related("sequence__patient", "sequence__site").order_by("-date", "pk")[0].sequence
    return linked(ward.noon.site, sequence=sequence, at=timezone.now())


def test_a_patient_says_on_a_phone_who_drives_home(chromium: Browser, live: Live, made: Linked) -> None:
    phone = Walk(chromium, live.address, size=PHONE)  # type: ignore[arg-type]
    page = phone.page
    page.goto(f"{reverse('scheduling:driver')}#{made.token}")
    expect(page.get_by_role("heading")).to_have_text("What year were you born?")
    assert made.token not in page.url, "the code is gone from the address"
    phone.inspect(widths=(320, 390))
    page.get_by_label("This shows us").fill(str(made.year))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_have_text("Who drives you home?")
    expect(page.get_by_label("Full name")).to_be_hidden()
    phone.inspect(widths=(320, 390))
    phone.tap("who", "taxi")
    expect(page.locator(".drive-no")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#problem")).to_contain_text("somebody you know has to be with you")
    phone.tap("who", "friend")
    page.get_by_label("Full name").fill("Robin Ashdown")
    page.get_by_label("How do you know").fill("neighbor")
    page.get_by_label("Phone on that day").fill("216 555 0190")
    phone.inspect(widths=(320, 390))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading")).to_have_text(re.compile("It is saved"))
    expect(page.locator("main")).to_contain_text("Robin Ashdown drives you home")
    phone.inspect(widths=(320, 390))
    phone.close()
    assert phone.complaints == []
    assert set(made.sequence.visits.filter(state="booked").values_list("driver_name", flat=True)) == {
        "Robin Ashdown"
    }


def test_without_the_server_the_page_never_says_saved(chromium: Browser, live: Live, made: Linked) -> None:
    phone = Walk(chromium, live.address, size=PHONE)  # type: ignore[arg-type]
    page = phone.page
    page.goto(f"{reverse('scheduling:driver')}#{made.token}")
    page.get_by_label("This shows us").fill(str(made.year))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_have_text("Who drives you home?")
    page.route("**/d/days/", lambda route: route.abort("connectionreset"))
    phone.tap("who", "named-0")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("body")).to_contain_text("Not saved")
    expect(page.get_by_role("heading").first).to_have_text("Who drives you home?")
    phone.close()
