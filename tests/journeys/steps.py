"""The steps of a patient's way through the clinic, each as the person who does it does it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import time_machine
from django.utils import timezone

from infusions.actions import begin_with_products
from kitclinic.models import Site, StaffUser
from outcomes.rules.links import OCCASIONS
from tests.factories import opening, people
from tests.journeys.person import Person, Staff

REFERRED = date(2026, 9, 21)  # a Monday
GROUP_DAY = date(2026, 9, 28)
DAY_1 = date(2026, 10, 5)
CALM = {"sbp": "128", "dbp": "78", "hr": "70", "spo2": "98", "rhythm": "sinus", "symptoms": ["none"]}
DELPHINE = {
    "record_number": "KT-20417",
    "family_name": "Marrin",
    "given_name": "Delphine",
    "birth_date": "1974-03-14",
    "sex": "female",
    "height_cm": "170",
    "phone": "216 555 0117",
    "consent_sms": "yes",
    "language": "English",
    "diagnosis": "Complex regional pain syndrome",
}
ANSWERS = {
    "pain_months": "40",
    "pain_categories": ["chronic primary: CRPS"],
    "inadequate_by_referrer": "yes",
    "inadequate_by_patient": "yes",
    "inadequate_by_pain_provider": "yes",
    "childbearing_potential": "no",
    "ketamine_misuse": "no",
    "substance_misuse": "no",
    "cautions_reviewed": True,
    "allergies_reviewed": True,
    "allergies": "Penicillin: hives",
}
DRIVER = {"name": "Paul Marrin", "relationship": "husband", "phone": "216 555 0118", "transport": "family"}
INTAKE = {
    "pain_now": "6",
    "pain_average": "5",
    "pain_worst": "8",
    "function": "some_help",
    "analgesics": "gabapentin 300 mg, last night",
}
LEAVING = ["alert_and_steady", "nausea_controlled", "iv_out"]


@dataclass
class Clinic:
    """A clinic with its people and its clock."""

    site: Site
    time: time_machine.Traveller
    staff: dict[str, StaffUser] = field(default_factory=dict)

    def clock(self, day: date, time: str) -> None:
        """Set the clock to this clinic time."""
        hour, minute = time.split(":")
        self.time.move_to(self.site.instant(day, int(hour) * 60 + int(minute)))

    def later(self, minutes: int) -> None:
        self.time.shift(timedelta(minutes=minutes))

    def sign_in(self, role: str) -> Staff:
        return Staff(self.staff[role])


@contextmanager
def a_clinic(**fields: Any) -> Iterator[Clinic]:
    """An empty clinic with its staff, on the Monday of the referral at 10:00."""
    site = people.site(**{"phone": "216 555 0100"} | fields)
    begin_with_products(site=site, at=people.OPENED)  # as every new clinic does
    staff = {role: people.staff(role, site=site) for role in people.NAMES}
    staff["second nurse"] = people.staff("nurse", site=site, name="Tomas Reyes")
    with time_machine.travel(site.instant(REFERRED, 600), tick=False) as time:
        yield Clinic(site, time, staff)


def open_the_suite(clinic: Clinic, *, first_day: date = DAY_1) -> None:
    """The scheduler opens the weeks to come and puts two nurses and a physician on the five days."""
    scheduler = clinic.sign_in("scheduler").at("scheduling:week").press("Open the coming 8 weeks")
    for day in clinic.site.week_of(first_day):
        scheduler.at("scheduling:suite_day", day.isoformat())
        for role in ("nurse", "second nurse", "physician"):
            scheduler.press("Put on the roster", within="add", person=clinic.staff[role].pk)
    assert "40 more fit" in scheduler.words or "more fit on this day" in scheduler.words


def register(clinic: Clinic, **fields: Any) -> Person:
    """The scheduler registers the patient from the referral and stays on the patient's page."""
    scheduler = clinic.sign_in("scheduler").at("scheduling:patient_new").press("Register", **DELPHINE | fields)
    assert "is registered. Next: eligibility." in scheduler.words
    return scheduler


def find_eligible(scheduler: Person, **answers: Any) -> None:
    scheduler.follow("Record eligibility").press("Save assessment", **ANSWERS | answers)
    assert "Saved: eligible." in scheduler.words


def plan_the_group(clinic: Clinic, *, day: date = GROUP_DAY) -> None:
    clinic.sign_in("scheduler").at("scheduling:group_new").press(
        "Plan it",
        date=day.isoformat(),
        start="13:00",
        capacity="12",
        physician=clinic.staff["physician"].pk,
        psychologist=clinic.staff["psychologist"].pk,
    )


def seat_in_the_group(scheduler: Person) -> None:
    """From the patient's page."""
    scheduler.follow("Choose")
    (group,) = scheduler.page.forms_with("Book both seats")[0][0].controls["group"].options
    scheduler.press("Book both seats", group=group, support_person="Paul Marrin", support_relationship="husband")
    assert "Seats booked for Delphine Marrin and the support person." in scheduler.words


def book_five_days(clinic: Clinic, patient_address: str, *, time: str = "09:00") -> Person:
    """The scheduler asks for a time, reads the offers and confirms the first."""
    offers = clinic.sign_in("scheduler").open(patient_address).follow("Offers")
    scheduler = offers.press("Keep the wish", time=time)
    assert f"The wish fits: {time} on all five days." in scheduler.words
    return scheduler.press("Confirm option")


def name_the_driver(scheduler: Person) -> None:
    """From the patient's page; all five days are ticked already."""
    scheduler.follow("Name driver").press("Name this driver", **DRIVER)
    assert "Paul Marrin drives home on 5 days." in scheduler.words


def sign_the_order(clinic: Clinic) -> Person:
    """The physician drafts from the queue, reads the text and signs it with the password."""
    physician = clinic.sign_in("physician").at("infusions:signing").follow("Marrin, Delphine")
    write_the_draft(physician)
    return physician.press("Sign order", password=people.PASSWORD)


def write_the_draft(physician: Person, **fields: Any) -> Person:
    """From the queue: the composer, as it stands, with the medication read."""
    physician.follow("Write the order")
    physician.press("Write the draft", **{"medication_noted": True} | fields)
    assert "The draft is written." in physician.words
    return physician


def receive(nurse: Person, *, lot: str = "6J0417") -> None:
    """Three vials of the formulary, from the page of a delivery."""
    (form, _), *_ = nurse.page.forms_with("Receive into the vault")
    product = next(option for option in form.controls["product"].options if option)
    delivery = {"lot": lot, "expires_on": "2029-12-31", "vials": "3", "supplier": "Lakeside"}
    nurse.press("Receive into the vault", product=product, **delivery)
    assert lot in nurse.words


def visit_of(person: Person, day: int) -> str:
    """The address of one day's chart, from the patient's page."""
    return person.link(f"{day}, {DAY_1 + timedelta(days=day - 1):%a} ")


def open_for_today(nurse: Person) -> None:
    """The opening list of the suite, line by line, where nobody has gone through it today."""
    if "The suite is open." in nurse.at("infusions:opening").words:
        return
    opening.counted(nurse.user.site, at=timezone.now())
    for item in ("Resuscitation equipment", "Oxygen and suction", "Monitors"):
        nurse.at("infusions:opening").press(f"In order {item}")
    physician = StaffUser.objects.get(site=nurse.user.site, role="physician")
    nurse.at("infusions:opening").press(f"{physician.name} seen")
    assert "The suite is open." in nurse.at("infusions:opening").words


def seat(nurse: Person, chart: str) -> None:
    """The patient has arrived: to the booked chair, with the nurse who is signed in."""
    open_for_today(nurse)
    nurse.open(chart).press("Arrived")
    assert "Seated in chair" in nurse.words


def sheet(nurse: Person, which: str, button: str, /, **fields: Any) -> None:
    """Open one of the chart's sheets by the link that leads there, and send it."""
    chart = chart_of(nurse)
    found = [link.address for link in nurse.open(chart).page.links if f"/sheet/{which}/" in link.address]
    assert found, f"nothing on the chart leads to {which}"
    nurse.open(found[0]).press(button, **fields)


def ask_and_place(nurse: Person) -> None:
    """The questions before the first infusion, and the IV line."""
    if "functional status and analgesics are not asked" in nurse.open(chart_of(nurse)).words:
        sheet(nurse, "intake", "Save answers", **INTAKE)
    sheet(nurse, "iv", "Save", placed="yes", side="left", site_of_line="forearm", gauge="22", attempts="1")


def prepare(nurse: Person, *, weight_kg: str | None = None) -> None:
    """Identity, weight, IV line, ondansetron, the drug, pump; the baseline set comes last."""
    sheet(nurse, "identity", "Both agree with the chart", identifiers=["name", "birth_date"])
    if weight_kg is not None:
        sheet(nurse, "weigh", "Save weight", weight_kg=weight_kg)
    ask_and_place(nurse)
    sheet(nurse, "premed", "Save", given="yes")
    draw(nurse)
    rate, volume = pump_numbers(nurse)
    sheet(nurse, "pump", "Compare with the order", rate_ml_per_h=rate, volume_ml=volume)
    read_pump_again(nurse, rate=rate, volume=volume)
    chart_vitals(nurse)


def read_pump_again(nurse: Person, *, rate: str, volume: str) -> None:
    """The physician reads the pump too, and signs in on the nurse's screen."""
    chart, second = chart_of(nurse), StaffUser.objects.get(site=nurse.user.site, role="physician")
    numbers = {"rate_ml_per_h": rate, "volume_ml": volume}
    signs = {"witness_username": second.username, "witness_password": people.PASSWORD}
    nurse.open(f"{chart}sheet/pump_second/").press("Compare with the order", **numbers, **signs)
    assert f"read by {second.name} too" in nurse.words
    nurse.open(chart)


def chart_of(nurse: Person) -> str:
    """The chart whose page, sheet or card is open."""
    chart = re.match(r".*/chart/\d+/", nurse.address)
    assert chart is not None, nurse.address
    return chart[0]


def draw(nurse: Person) -> str:
    """By the preparation card, out of the first vial; the vault is stocked first when it holds too little.

    Returns what the card said.
    """
    chart = chart_of(nurse)
    (card,) = [link.address for link in nurse.open(chart).page.links if link.address.endswith("/preparation/")]
    if "The vault holds too little" in nurse.open(card).words:
        receive(nurse.follow("Receive vials"))
        nurse.open(card)
    said = nurse.words
    (form, button), *_ = nurse.page.forms_with("Withdraw")
    nurse.press(" ".join(button.words.split()), parts=form.controls["parts"].options[0])
    assert "Withdrawn:" in nurse.words
    nurse.open(chart)
    return said


def pump_numbers(nurse: Person) -> tuple[str, str]:
    """Rate and volume as the chart prints them from the order."""
    rate = re.search(r"Rate ([\d.]+) mL/h", nurse.words)
    volume = re.search(r"To infuse ([\d.]+) mL", nurse.words)
    assert rate, nurse.words
    assert volume, nurse.words
    return rate[1], volume[1]


def chart_vitals(nurse: Person, **changes: Any) -> None:
    nurse.press("Save", within="vitals", **CALM | changes)
    assert "Saved:" in nurse.words, nurse.words


def start(nurse: Person) -> None:
    nurse.press("Start")
    assert "Started. The next set is due in 15 min." in nurse.words


def run_to_the_end(clinic: Clinic, nurse: Person) -> None:
    """The sets at +15 and +30, then the end with the pump's volume and its set."""
    clinic.later(15)
    chart_vitals(nurse)
    clinic.later(15)
    chart_vitals(nurse)
    end(clinic, nurse, minutes=10)


def end(clinic: Clinic, nurse: Person, *, minutes: int) -> None:
    """The pump has run dry; its volume gives the dose, and observation begins with a set."""
    clinic.later(minutes)
    _, volume = pump_numbers(nurse)
    sheet(nurse, "complete", "The infusion has ended", infused_ml=volume)
    assert "30 min of observation begin" in nurse.words
    chart_vitals(nurse)


def observe(clinic: Clinic, nurse: Person) -> None:
    for _ in range(2):
        clinic.later(15)
        nurse.open(nurse.address)
        chart_vitals(nurse)


def go_home(nurse: Person) -> None:
    sheet(nurse, "discharge", "Discharge", checks=LEAVING, instructions="English", **DRIVER, seen=True)
    assert "Discharged. The chair is being cleaned." in nurse.words


def whole_day(clinic: Clinic, chart: str, day: int) -> None:
    """One calm infusion from arrival to the way home."""
    clinic.clock(DAY_1 + timedelta(days=day - 1), "09:00")
    nurse = clinic.sign_in("nurse")
    seat(nurse, chart)
    prepare(nurse)
    start(nurse)
    run_to_the_end(clinic, nurse)
    observe(clinic, nurse)
    go_home(nurse)


def send_questionnaire(clinic: Clinic, patient_address: str, *, role: str, occasion: str) -> str:
    """Send PHQ-9 and GAD-7; return the link as the patient gets it."""
    sender = clinic.sign_in(role).open(patient_address).follow("Send a questionnaire").follow(OCCASIONS[occasion])
    way = "Send link" if sender.can_press("Send link") else "Show a code"
    sender.press(way, instruments=["PHQ-9", "GAD-7"])
    link = re.search(r"\S+/q/#\S+", sender.words)
    assert link, sender.words
    return link[0]


def open_link(link: str, *, year: str = "1974") -> Person:
    """Somebody without an account pastes the link and types the year of birth."""
    patient = Person().at("outcomes:link").press("Open", token=link)
    assert "What year were you born?" in patient.words
    return patient.press("Next", birth_year=year)


def answer(patient: Person, values: list[int], *, of: int = 16) -> None:
    """One question a screen, from the one that is shown."""
    for value in values:
        number = re.search(rf"Question (\d+) of {of}", patient.words)
        assert number, patient.words
        patient.press("Finish" if int(number[1]) == of else "Next", answer=str(value))
