"""Licensed content on a screen: the lead imports it, the administrator activates it, a patient is asked it."""

from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from kitclinic.models import Site
from outcomes.models import AssessmentPart, InstrumentPiece
from tests.browser.live import noon_site
from tests.browser.walk import Walk
from tests.factories import licensed, people, scheduling
from tests.factories.licensed import CAT, as_bytes, bank, bank_csv, coded, questionnaire

pytestmark = pytest.mark.browser
IDS = [item.id for item in bank().items]


def choose(walk: Walk, kind: str, path: Path) -> None:
    """Choose a file on the import page and have it looked through."""
    walk.open(reverse("outcomes:instrument_import", args=[CAT]))
    walk.page.locator(f"input[name=kind][value={kind}]").check()
    walk.page.locator("input[type=file]").set_input_files(path)
    walk.press("Look through the file")


def test_the_lead_imports_the_administrator_activates_and_a_patient_is_asked(walk: Walk, tmp_path: Path) -> None:
    site: Site = noon_site()
    lead, admin = people.staff("clinic_lead", site=site), people.staff("administrator", site=site)
    patient = scheduling.patient(site=site, at=timezone.now())
    walk.sign_in(lead).open(reverse("scheduling:settings"))
    walk.press("Instruments", within="main .tabs")
    walk.says("No licence is on record yet")
    walk.inspect()
    walk.press("Record a licence")
    walk.inspect()
    walk.fill(holder="Invented Licences", identifier="INV-1", scope="Everything invented", valid_from="2026-01-01")
    walk.page.get_by_label("I have the letter or contract in hand").check()
    walk.press("Put it on record")
    walk.says("is on record. Content can be imported under it.")

    files = {"wrong": tmp_path / "wrong.json", "wording": tmp_path / "wording.json", "bank": tmp_path / "bank.csv"}
    data = questionnaire(IDS)
    data["item"][3]["answerOption"] = list(reversed(coded()))
    files["wording"].write_bytes(as_bytes(data))
    wrong = questionnaire([*IDS[:-2], "X"], version="3.0")
    wrong["item"][0]["text"] = "<b>Is it?</b>"
    wrong["item"][1]["answerOption"] = coded(first=0)
    files["wrong"].write_bytes(as_bytes(wrong))
    files["bank"].write_text(bank_csv())

    walk.open(reverse("outcomes:instrument", args=[CAT]))
    walk.inspect()
    choose(walk, "bank", files["bank"])
    walk.says("Dry run, adult rule: 100 patterns, none failed")
    walk.inspect()
    walk.press("Import this version")
    walk.says("You imported it, so somebody else activates it")
    walk.inspect()

    choose(walk, "wording", files["wrong"])
    walk.says("Items Q10, Q11 stand in the bank but not in the wording")
    walk.inspect()
    choose(walk, "wording", files["wording"])
    walk.says("Item Q03 lists its answers from 5 to 1.")
    walk.inspect()
    walk.press("Import this version").says("Not saved: Item Q03")
    walk.page.get_by_label("I have checked this; it is right").check()
    walk.press("Import this version")
    walk.says("Confirmed at the import.")
    assert InstrumentPiece.objects.filter(site=site).count() == 2

    walk.sign_in(admin).open(reverse("outcomes:instruments"))
    walk.says("Waiting for a second person")
    walk.inspect()
    for kind in ("Item bank", "Wording (en)"):
        walk.open(reverse("outcomes:instruments"))
        walk.press(f"{CAT}: {kind}, v1.0").says("You are the second person")
        if kind == "Item bank":
            walk.inspect()
        walk.press("Activate")
        walk.says("It is in use.")
    walk.open(reverse("outcomes:instrument", args=[CAT])).get_by_text("Simulation").first.wait_for()
    walk.inspect()

    walk.sign_in(people.staff("nurse", site=site)).open(reverse("outcomes:send", args=[patient.pk]))
    walk.page.locator(f"input[name=instruments][value={CAT}]").check()
    walk.page.locator("main form .btn--go").last.click()
    walk.page.locator(".qr, .link-shown, [data-kc-copied]").first.wait_for()
    part = AssessmentPart.objects.get(site=site, instrument=CAT)
    assert {part.bank, part.wording} == set(InstrumentPiece.objects.filter(site=site))


def test_a_wrong_file_of_fifty_megabytes_is_refused_on_the_page(walk: Walk, tmp_path: Path) -> None:
    site = noon_site()
    lead = people.staff("clinic_lead", site=site)
    licensed.licence(site=site, at=timezone.now())
    large = tmp_path / "large.json"
    large.write_bytes(b"[" + b"1," * 25_000_000 + b"1]")
    walk.sign_in(lead)
    walk.expected.add(413)
    choose(walk, "wording", large)
    walk.says("What was sent is longer than 2 MB. It has 50 MB. Nothing was saved")
    assert not InstrumentPiece.objects.filter(site=site).exists()
