"""Somebody is invited, sets the password, signs in, and leaves: in the browser, each page looked at."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from kitclinic.models import OutboxMessage, Site, StaffUser
from tests.browser.live import noon_site
from tests.browser.walk import Walk
from tests.factories import people
from tests.factories.invited import invited

pytestmark = pytest.mark.browser


@pytest.fixture
def here(live: object) -> Site:
    site = noon_site()
    for role in ("nurse", "physician", "psychologist"):
        people.staff(role, site=site)
    return site


def test_a_person_comes_by_an_invitation_and_leaves(walk: Walk, here: Site) -> None:
    admin = people.staff("administrator", site=here)
    invited(here, at=timezone.now(), by=admin, token=f"waits-{here.pk}", role="physician")
    walk.sign_in(admin).open(reverse("people"))
    walk.inspect()
    walk.press("Invite somebody").says("Send the invitation")
    walk.inspect()
    name = f"wim{here.pk}"
    walk.fill(name="Wim Aarts", credentials="RN", username=name, to="nobody").press("Send the invitation")
    walk.says("Type an e-mail address")
    expect(walk.page.locator("[name=credentials]")).to_have_value("RN")
    walk.fill(to="wim@example.org").press("Send the invitation").says(
        "is invited. The link goes to wim@example.org"
    )
    walk.inspect()
    wim = StaffUser.objects.get(username=name)
    (code,) = re.findall(r"/welcome/#(\S+)", OutboxMessage.objects.get(site=here, to="wim@example.org").text)
    walk.fill(role="physician", reason="Licence seen").page.locator("[name=role]").press("Tab")
    walk.page.get_by_role("button", name="Change", exact=True).click()
    walk.says("since ").says("Licence seen")

    walk.context.clear_cookies()
    walk.open(f"{reverse('welcome')}#{code}")
    walk.says("Set your password")
    assert code not in walk.page.url
    walk.inspect()
    walk.fill(password="short", again="short").press("Set the password").says("too short")
    walk.fill(password=people.PASSWORD, again=people.PASSWORD).press("Set the password")
    walk.says("Sign in to the clinic").says(f"Sign in as {name}")
    walk.open("about:blank")
    walk.open(f"{reverse('welcome')}#{code}")
    walk.says("was used already")
    walk.sign_in(wim)

    walk.sign_in(admin).open(reverse("person", args=[wim.pk]))
    walk.page.locator("#close-reason").fill("Moved away")
    walk.press("Close the account")
    walk.press("Close it", within="dialog[open]").says("The account of Wim Aarts is closed")
    walk.inspect()
    wim.refresh_from_db()
    assert not wim.is_active
