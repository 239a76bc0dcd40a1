"""Referrals in real Chromium: a letter by hand to a patient, a list with wrong lines, the list imported."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from scheduling import actions
from scheduling.models import Patient, Referral
from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import scheduling as make

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def clinic(live: Live) -> Noon:
    return noon()


def test_a_letter_by_hand_becomes_a_patient(walk: Walk, clinic: Noon) -> None:
    site, now = clinic.site, timezone.now()
    by = clinic.staff("scheduler")
    known = make.patient(site=site, family_name="Marrin", given_name="Delphine", phone="", at=now)
    old = make.referral(site=site, at=now - timedelta(days=9), family_name="Ashdown", given_name="Perpetua")
    asked = make.referral(site=site, at=now - timedelta(days=12), given_name="Casimir")
    actions.ask_for_information(
        referral=asked, asked_for="Last MRI report, Dr. Amsel", by=by, at=now - timedelta(days=9)
    )
    closed = make.referral(site=site, at=now - timedelta(days=5), given_name="Yolanda")
    actions.decline_referral(referral=closed, reason="Lives too far away.", by=by, at=now)
    walk.sign_in(by).press("Referrals", within=".bar-nav")
    walk.says(old.list_name).inspect()
    shot(walk, "inbox")
    walk.press("Waiting for information").says("Scheduler asks again").inspect()
    shot(walk, "waiting")
    walk.press("Declined").says("Lives too far away.").inspect()
    shot(walk, "declined")
    walk.page.locator("#kc-referrals-q").fill("Casim")
    walk.says("Casimir", where="#kc-referrals")
    walk.press("Enter a referral").inspect()
    shot(walk, "new")
    born = f"{known.birth_date:%Y-%m-%d}"
    today = f"{site.today(now):%Y-%m-%d}"
    walk.fill(family_name="Marin", given_name="Delphine", source="", received_on=today, birth_date=born)
    walk.press("Put into the inbox").says("Say who refers")
    shot(walk, "new-refused")
    walk.fill(source="Dr. H. Amsel, Lakeside Pain Center", phone="216 555 0142", pain_months="40")
    walk.fill(reason="Complex regional pain syndrome of the left arm", treatments_tried="Gabapentin, duloxetine")
    walk.press("Put into the inbox").says("1 patient here may be the same person").inspect()
    shot(walk, "referral")
    walk.page.locator("summary", has_text="Ask for information").click()
    walk.press("Note that it was asked for").says("Say which information is missing")
    walk.inspect()
    shot(walk, "referral-refused")
    walk.fill(asked_for="Last MRI report, Dr. Amsel").press("Note that it was asked for")
    walk.says("now waits for information").inspect()
    shot(walk, "referral-waiting")
    walk.press("It arrived").says("to be decided again")
    walk.press("Accept as a new patient").says("Compare first").inspect()
    shot(walk, "accept")
    walk.fill(record_number="KT-1001", sex="female").press("Accept and register")
    walk.says("may be the same person").inspect()
    shot(walk, "accept-asked")
    walk.page.get_by_label("This is somebody else").check()
    walk.fill(**{"reason_ENR-06": "Twins, both were here."}).press("Accept and register")
    walk.says("is registered. Next: eligibility.")
    assert Patient.objects.get(record_number="KT-1001").family_name == "Marin"
    walk.open(reverse("scheduling:referral", args=[closed.pk]))
    walk.inspect()
    shot(walk, "referral-declined")


def test_a_list_is_looked_through_corrected_and_imported(walk: Walk, clinic: Noon, tmp_path: Path) -> None:
    header = "Received on;Source;Family name;Given name;Birth date;Fax"
    file = tmp_path / "september.csv"
    walk.sign_in(clinic.staff("scheduler")).press("Referrals", within=".bar-nav").press("Import a list").inspect()
    shot(walk, "import")
    file.write_text(
        f"{header}\n2026-03-02;;Müller;Jörg;1974-02-30;\n2026-03-03;self;Ng;Ida;03/04/1974;\n", "utf-8-sig"
    )
    walk.page.locator("input[type=file]").set_input_files(file)
    walk.press("Look through the file").says("Nothing is taken in: 3 things to correct").inspect()
    shot(walk, "file-wrong")
    file.write_text("Müller", "latin-1")
    walk.press("upload it again").page.locator("input[type=file]").set_input_files(file)
    walk.press("Look through the file").says("not written in UTF-8").inspect()
    shot(walk, "import-refused")
    twice = "2026-03-02;Dr. Amsel;Müller;Jörg;1974-02-28;1"
    file.write_text(f"{header}\n{twice}\n2026-03-03;self;Ng;Ida;03/04/1974;\n{twice}\n", "utf-8-sig")
    walk.page.locator("input[type=file]").set_input_files(file)
    walk.fill(date_order="day_first").press("Look through the file").says("2 new referrals").inspect()
    shot(walk, "file")
    walk.press("Import 2 referrals").says("2 referrals taken in, 1 left out").inspect()
    shot(walk, "file-done")
    expect(walk.page.get_by_role("link", name="Open the inbox")).to_be_visible()
    assert Referral.objects.filter(import_file="september.csv").count() == 2


def shot(walk: Walk, name: str) -> None:
    folder = os.environ.get("A_SHOTS")
    if not folder:
        return
    for width, height, scheme in ((390, 844, "light"), (1180, 820, "light"), (1440, 900, "dark")):
        walk.page.set_viewport_size({"width": width, "height": height})
        walk.page.emulate_media(color_scheme=scheme)
        walk.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=width == 390)
    walk.page.set_viewport_size(walk.size)
    walk.page.emulate_media(color_scheme="light")
