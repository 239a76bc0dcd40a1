"""The main path in real Chromium at a tablet's size: every act of the clinic's day pressed once.

The browser cannot travel in time: states that need hours or days are reached through the real actions first.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from infusions.models import Infusion, InfusionEvent, Movement, Order, VitalSet
from infusions.queries.ledger import hand_of
from outcomes.actions import import_registry
from outcomes.models import SafetyTask, Score
from scheduling.models import Visit
from tests.browser.bedside import gate, keypad, send, sheet
from tests.browser.live import Live
from tests.browser.walk import Walk
from tests.browser.ward import Noon, noon
from tests.factories import infusions, ledger, opening, registry, scheduling
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.browser

CALM = "128787098"  # what is tapped for SBP, DBP, HR and SpO₂; each field gives way to the next
HIGH = "154788498"  # SBP 20.3% above the baseline, HR exactly 20%


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


def test_a_referral_becomes_five_days_and_a_signed_order(walk: Walk, clinic: Noon) -> None:
    walk.sign_in(clinic.staff("scheduler"))
    register(walk)
    address = walk.page.url
    walk.press("Record eligibility")
    find_eligible(walk)
    walk.press("Groups", within=".bar-nav").press("Plan a group visit")
    plan_the_group(walk, clinic)
    walk.open(address)
    walk.press("Choose")
    walk.inspect()
    walk.tap(
        "group", *walk.page.locator("[name=group]").evaluate_all("all => all.slice(0, 1).map(one => one.value)")
    )
    walk.fill(support_person="Paul Marrin", support_relationship="husband").press("Book both seats")
    walk.says("Seats booked for Delphine Marrin and the support person.")

    walk.sign_in(clinic.staff("nurse")).press("Groups", within=".bar-nav").press("Open the roster")
    roster = hold_the_group(walk)
    walk.sign_in(clinic.staff("physician")).open(roster)
    walk.press("Clear", within=".part--decision").says("Cleared", where=".part--decision")

    walk.sign_in(clinic.staff("scheduler")).open(address)
    walk.press("Offers")
    book_by_keyboard(walk, clinic)
    walk.press("Name driver")
    walk.fill(name="Paul Marrin", relationship="husband", phone="216 555 0118", transport="rideshare")
    walk.press("Name this driver").says("A rideshare is not a known driver.", where="main form")
    walk.inspect()
    walk.fill(transport="family").press("Name this driver").says("Paul Marrin drives home on 5 days.")
    walk.sign_in(clinic.staff("physician"))
    sign_by_keyboard(walk)


def register(walk: Walk) -> None:
    walk.press("Patients", within=".bar-nav").press("Register a patient")
    walk.fill(family_name="Marrin", given_name="Delphine", birth_date="1974-03-14", sex="female")
    walk.press("Register").says("Not saved")  # no record number yet; what was typed stays
    expect(walk.page.locator("[name=family_name]")).to_have_value("Marrin")
    walk.inspect()
    walk.fill(record_number="KT-30417", height_cm="170", phone="216 555 0117", diagnosis="CRPS").press("Register")
    walk.says("Delphine Marrin is registered. Next: eligibility.")
    walk.inspect()


def find_eligible(walk: Walk) -> None:
    walk.says("Not decided yet", where="#kc-makes-short")  # everything that is open stands beside the form
    walk.press("Record how many months the pain has lasted.", within="#kc-result")
    expect(walk.page.locator("[name=pain_months]")).to_be_focused()
    walk.fill(pain_months="40", allergies="Penicillin: hives")
    for who in ("referrer", "patient", "pain_provider"):
        walk.tap(f"inadequate_by_{who}", "yes")
    walk.page.get_by_label("Complex regional pain syndrome (CRPS)").check()
    walk.tap("childbearing_potential", "no").tap("ketamine_misuse", "no").tap("substance_misuse", "no")
    walk.page.locator("[name=cautions_reviewed]").check()
    walk.page.locator("[name=allergies_reviewed]").check()
    walk.says("Nothing is missing.", where="#kc-result")
    walk.inspect()
    walk.press("Save assessment").says("Saved: eligible.")


def plan_the_group(walk: Walk, clinic: Noon) -> None:
    leads = {role: str(clinic.staff(role).pk) for role in ("physician", "psychologist")}
    walk.fill(date=clinic.today.isoformat(), start="13:00", **leads)
    walk.press("Plan it").says("is the provider on site")  # asked, because the physician is on the roster then
    walk.inspect()
    walk.page.get_by_label("I have checked this; it is right").check()
    walk.page.locator("[name='reason_ENR-64']").fill("A colleague covers the suite.")
    walk.press("Plan it").says("The group visit is planned.")


def hold_the_group(walk: Walk) -> str:
    """Everything the nurse records before the decision; the address of the open patient on the roster."""
    walk.page.locator(".rr-open", has_text="Marrin").click()
    walk.press("Both are here").says("Came, with support person", where=".seat")
    walk.fill(weight_kg="82.5").press("Save", within="form.weigh").says("82.5 kg", where=".seat .reading")
    walk.press("Asked all of them: the rest is no").press("Save the health screen").says("No to all questions")
    walk.press("Read and sign the consent").fill(signed_name="Delphine Marrin").draw()
    walk.press("Signed", within="dialog[open] .dlg-foot").says("Nothing is missing.", where=".missing")
    walk.inspect()
    return walk.page.url


def book_by_keyboard(walk: Walk, clinic: Noon) -> None:
    """1 to 5 choose, C confirms; nothing is booked before."""
    walk.inspect()
    walk.page.keyboard.press("2")
    expect(walk.page.locator("#kc-o2")).to_be_checked()
    walk.says("Read to the patient: option 2", where=".say-2")
    walk.page.keyboard.press("1")
    expect(walk.page.locator("#kc-o1")).to_be_checked()
    assert not Visit.objects.filter(site=clinic.site, patient__family_name="Marrin").exists()
    walk.page.keyboard.press("c")
    walk.says("Name who drives home next.")
    days = Visit.objects.filter(site=clinic.site, patient__family_name="Marrin").values_list("date", flat=True)
    assert sorted(days) == clinic.site.week_of(clinic.next_week)


def sign_by_keyboard(walk: Walk) -> None:
    walk.page.locator(".queue a", has_text="Marrin").first.click()
    walk.says("41.25", where=".sum-dose")
    walk.inspect()
    walk.page.keyboard.press("d")
    walk.says("1 thing missing for a signature")
    walk.page.locator("[name=medication_noted]").check()
    walk.press("Write the draft")
    walk.says("You will sign exactly this text")
    walk.page.keyboard.press("p")
    walk.page.keyboard.type("not the password")
    walk.page.keyboard.press("Enter")
    walk.says("That is not your password. Nothing was signed", where=".auth")
    walk.inspect()
    assert Order.objects.get(sequence__patient__family_name="Marrin").state == "draft"
    walk.fill(password=PASSWORD)
    walk.page.keyboard.press("Enter")
    walk.says("is signed: 41.25 mg on each day.")
    assert Order.objects.get(sequence__patient__family_name="Marrin").state == "signed"


def test_a_nurse_prepares_a_chair_and_starts(walk: Walk, clinic: Noon) -> None:
    visit = infusions.visit(site=clinic.site, monday=clinic.today, minute=720, chair=2)
    ledger.stocked(clinic.site, at=clinic.now)
    opening.suite_open(clinic.site, at=clinic.now - timedelta(hours=3))
    walk.sign_in(clinic.staff("nurse"))
    walk.page.locator(f"a[href='{reverse('infusions:chart', args=[visit.pk])}']").first.click()
    walk.inspect()
    walk.tap("nurse", str(clinic.staff("nurse").pk)).press("Arrived").says("Before the start")

    walk.page.locator("form.start .save").click()
    for sentence in (
        "Verify the patient by two of",
        "Ondansetron is open.",
        "The drug is not drawn.",
        "The pump is not checked.",
    ):
        walk.says(sentence, where="form.start [data-kc-problems]")
    walk.inspect()

    sheet(walk, gate("Identity"))
    walk.inspect()
    walk.tap("identifiers", "name", "birth_date", within="dialog[open]")
    send(walk, "Both agree with the chart")
    sheet(walk, gate("Weight"))
    walk.fill(weight_kg="82.5")
    send(walk, "Save weight")
    sheet(walk, gate("Intake"))
    for name, value in (("pain_now", "6"), ("pain_average", "5"), ("pain_worst", "8"), ("function", "some_help")):
        walk.tap(name, value, within="dialog[open]")
    walk.fill(analgesics="gabapentin 300 mg")
    send(walk, "Save answers")
    sheet(walk, gate("IV line"))
    line = (("placed", "yes"), ("side", "left"), ("site_of_line", "forearm"), ("gauge", "22"), ("attempts", "1"))
    for name, value in line:
        walk.tap(name, value, within="dialog[open]")
    send(walk, "Save")
    sheet(walk, gate("Premedication"))
    walk.tap("given", "yes", within="dialog[open]")
    send(walk, "Save")
    draw_the_dose(walk)
    sheet(walk, gate("Pump"))
    walk.fill(rate_ml_per_h="750", volume_ml="50")  # ten times too fast
    walk.page.locator("dialog[open] .btn--go").click()
    walk.says("Correct the pump, then read it again.", where="dialog.dlg--stop[open]")
    walk.says("+900%", where="dialog.dlg--stop[open]")
    walk.inspect()
    walk.fill(rate_ml_per_h="75", volume_ml="50")
    walk.page.locator("dialog[open] .btn--go").click()
    walk.says("Second reading of the pump", where="dialog[open]")
    signs = {"witness_username": clinic.staff("physician").username, "witness_password": PASSWORD}
    walk.fill(rate_ml_per_h="75", volume_ml="50", **signs)
    send(walk, "Compare with the order")
    keypad(walk, CALM)
    walk.says("Everything is done", where=".gates-head")
    walk.page.locator("form.start .save").click()
    walk.says("Started. The next set is due in 15 min.")
    infusion = Infusion.objects.get(visit=visit)
    assert (infusion.state, infusion.baseline.sbp) == ("infusing", 128)
    walk.inspect()


def draw_the_dose(walk: Walk) -> None:
    """From the gate to the card, one tap on a vial, the labels offered, and back to the chart."""
    walk.page.locator(gate("Drug")).click()
    walk.says("0.83", where=".prep-n").says("41.25 mg", where=".prep-sum")
    walk.inspect()
    walk.press("Withdraw 0.83 mL")  # nothing is chosen yet
    assert not Movement.objects.filter(kind="withdrawn", infusion__visit__chair=2).exists()
    walk.page.locator("label.vial").first.click()
    walk.press("Withdraw 0.83 mL").says("In hand: 41.5 mg", where=".prep-act")
    expect(walk.page.get_by_role("link", name="Print labels")).to_be_visible()
    walk.inspect()
    walk.press("Back to the chart").says("0.83 mL of vial", where=".gate-list")


def test_a_flag_is_answered_and_a_stop_is_explained(walk: Walk, clinic: Noon) -> None:
    chair = clinic.chair(15, minute=690, chair=3)
    chair.nurse = scheduling.people.staff("nurse", site=clinic.site, name="Tomas Reyes")
    chair.ready().start()
    walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))
    keypad(walk, HIGH, symptoms=("nausea",))
    walk.says("+20.3%", where=".strips")
    assert [flag.rule for flag in VitalSet.objects.latest("pk").flags.all()] == ["VIT-01"]
    walk.inspect()
    walk.press("No symptoms").says("The flag is answered.")
    expect(walk.page.locator(".strips .strip")).to_have_count(0)

    sheet(walk, "nav.ev a:has-text('Ondansetron')")
    walk.fill(assessment="Nausea 6 of 10")
    send(walk, "Given, 8 mg IV")
    expect(walk.page.locator("nav.ev button:has-text('Ondansetron')")).to_be_disabled()

    walk.page.locator(".act.stop").click()  # one press, no question before
    walk.says("STOP recorded.")
    sheet(walk, ".strip--urgent a.btn")
    walk.inspect()
    walk.tap("reason", "side_effect", within="dialog[open]").fill(infused_ml="20")
    send(walk, "Save")
    walk.says("The reason is on the chart.")
    infusion = Infusion.objects.get(visit=chair.visit)
    assert (infusion.outcome, infusion.stop_reason) == ("stopped", "side_effect")


def test_the_end_of_an_infusion_begins_the_observation(walk: Walk, clinic: Noon) -> None:
    chair = clinic.chair(40, minute=660, chair=4).ready().start()
    chair.later(minutes=15).vitals()
    chair.later(minutes=15).vitals()
    walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))
    walk.inspect()
    sheet(walk, "nav.ev a.go")
    walk.fill(infused_ml="48.2")
    send(walk, "The infusion has ended")
    waste_the_rest(walk, clinic)
    assert hand_of(Infusion.objects.get(visit=chair.visit)).left_mg == 0  # the pump gave all of it
    keypad(walk, CALM)
    walk.says("End +15", where=".left")
    assert list(VitalSet.objects.filter(infusion__visit=chair.visit).values_list("slot", flat=True))[-1] == "end"


def waste_the_rest(walk: Walk, clinic: Noon) -> None:
    """What the pump left, before a witness on the same screen; a wrong password leaves nothing written."""
    witness = scheduling.people.staff("nurse", site=clinic.site, name="Dana Okafor")
    sheet(walk, "nav.ev a:has-text('Waste')")
    walk.says("1.494 mg", where="dialog[open] .left-in").says(
        "1.8 mL of 0.83 mg/mL", where="dialog[open] .left-in"
    )
    walk.fill(ml="1.8", witness_username=witness.username, witness_password="not the password")
    walk.page.locator("dialog[open] .btn--go").click()
    walk.says("User name or password of the witness is wrong.", where="dialog[open] [data-kc-problems]")
    walk.inspect()
    assert not Movement.objects.filter(kind="wasted", infusion__visit__chair=4).exists()
    walk.fill(witness_password=PASSWORD)
    send(walk, "Wasted, and witnessed")
    walk.says("Waste reconciled", where=".left")
    assert Movement.objects.get(kind="wasted", infusion__visit__chair=4).witness == witness


def test_the_way_home_is_with_a_known_driver(walk: Walk, clinic: Noon) -> None:
    chair = clinic.chair(80, minute=610, chair=5)
    chair.nurse = scheduling.people.staff("nurse", site=clinic.site, name="Mina Bao")
    chair.ready().start().run().observe()
    walk.sign_in(chair.nurse).open(reverse("infusions:chart", args=[chair.visit.pk]))
    sheet(walk, "nav.ev a:has-text('Driver')")
    walk.tap("transport", "rideshare", within="dialog[open]")
    walk.page.locator("dialog[open] .btn--go").click()
    walk.says("A rideshare is not a known driver.", where="dialog[open] [data-kc-problems]")
    walk.inspect()
    walk.tap("transport", "family", within="dialog[open]")
    send(walk, "I have seen this driver")
    sheet(walk, "nav.ev a:has-text('Discharge')")
    walk.tap("checks", *sorted(infusions.ALL_CHECKS - {"instructions_given"}), within="dialog[open]")
    walk.tap("instructions", "English", within="dialog[open]")
    walk.page.locator("dialog[open] [name=seen]").check()
    walk.inspect()
    send(walk, "Discharge")
    walk.says("Discharged. The chair is being cleaned.")
    walk.inspect()
    assert Infusion.objects.get(visit=chair.visit).state == "discharged"
    assert InfusionEvent.objects.filter(infusion__visit=chair.visit, kind="driver_seen").count() == 1


def test_a_patient_answers_on_a_phone_and_is_called(walk: Walk, phone: Walk, clinic: Noon) -> None:
    patient = scheduling.patient(site=clinic.site, at=clinic.now, family_name="Ashdown")
    walk.sign_in(clinic.staff("nurse")).open(reverse("scheduling:patient", args=[patient.pk]))
    walk.press("Send a questionnaire").press("Show a code").says("The link is ready")
    walk.inspect()
    link = walk.page.locator(".link-text").inner_text()

    phone.open(link)
    phone.says("What year were you born?")
    assert "#" not in phone.page.url  # the code is not in the address any more
    phone.inspect()
    phone.fill(birth_year=str(patient.birth_date.year)).press("Next")
    answer(phone, 1, "2")
    phone.says("Question 2 of 16")
    phone.inspect()
    for number in range(2, 9):
        answer(phone, number, "2")
    answer(phone, 9, "1")
    phone.says("Thank you for telling us").says("988 is free and private, day and night.")
    phone.inspect()
    task = SafetyTask.objects.get(patient=patient)
    phone.press("Continue")
    for number in range(10, 17):
        answer(phone, number, "1")
    phone.says("All 16 answers are saved.")
    phone.inspect()
    assert dict(Score.objects.filter(patient=patient).values_list("measure", "value")) == {"PHQ-9": 17, "GAD-7": 7}

    walk.sign_in(clinic.staff("psychologist")).press("Safety", within=".bar-nav").press("I am on it")
    walk.says("You are on it")
    walk.fill(action="Spoke with the patient: no plan, safe tonight.").press("Acknowledge")
    walk.says("the safety task is acknowledged.")
    task.refresh_from_db()
    assert task.state == "acknowledged"


def answer(phone: Walk, number: int, value: str) -> None:
    phone.says(f"Question {number} of 16")
    phone.tap("answer", value)
    phone.page.locator("[data-kc-question] .go").click()


def test_a_figure_opens_the_patients_behind_it(
    walk: Walk, clinic: Noon, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = registry.simulated(tmp_path_factory.mktemp("export"))
    made = import_registry(site=clinic.site, directory=folder, label="Made up", by=None, at=clinic.now)
    walk.sign_in(clinic.staff("clinic_lead"))
    walk.page.get_by_role("link", name="Improvement", exact=True).click()
    walk.fill(source=made.record.site.slug).says("Made up", where="#source")
    walk.fill(as_of=registry.AS_OF.isoformat())
    walk.page.locator(".show-day").click()
    figure = walk.page.locator("a.pair[href*='phq-9/last']")
    expect(figure).to_contain_text("1/3")
    walk.inspect()
    figure.click()
    expect(walk.page.get_by_role("heading", level=1)).to_have_text(re.compile("1 of 3 improved"))
    expect(walk.page.locator("table.behind tbody tr")).to_have_count(3)
    walk.inspect()
