"""From a letter to cleared and booked, with the readiness strip read at every step. Read this first."""

from datetime import timedelta
from decimal import Decimal

import pytest

from scheduling.models import Consent, EducationGiven, GroupSeat, HealthScreen, Patient, Visit
from tests.journeys import enrolling, steps
from tests.journeys.enrolling import strip
from tests.journeys.person import Person
from tests.journeys.steps import GROUP_DAY, Clinic

pytestmark = pytest.mark.django_db

LATER = "Due later"


def test_from_the_letter_to_five_booked_days() -> None:
    with steps.a_clinic() as clinic:
        address = the_letter_is_accepted(clinic)
        the_assessment_finds_the_patient_eligible(clinic, address)
        two_seats_are_booked(clinic, address)
        the_roster_is_worked_through(clinic, address)
        the_physician_clears(clinic, address)
        five_days_are_booked(clinic, address)
        the_list_says_the_same(clinic)


def seen_by(clinic: Clinic, role: str, address: str) -> Person:
    return clinic.sign_in(role).open(address)


def the_letter_is_accepted(clinic: Clinic) -> str:
    scheduler = enrolling.refer(clinic.sign_in("scheduler"))
    assert "Nobody here looks like the same person" in scheduler.words
    address = enrolling.accept(scheduler)
    assert strip(seen_by(clinic, "physician", address)) == {
        "Referral accepted": "Done",
        "Eligible": "Due",
        "Group visit (SMA)": LATER,
        "Cleared": LATER,
        "Consent": LATER,
        "Sequence booked": LATER,
        "Order signed": LATER,
        "Pregnancy test": LATER,
        "Driver named": LATER,
        "Baseline questions": LATER,
    }
    return address


def the_assessment_finds_the_patient_eligible(clinic: Clinic, address: str) -> None:
    scheduler = seen_by(clinic, "scheduler", address)
    assert strip(scheduler)["Medical check"] == LATER
    steps.find_eligible(scheduler)
    gates = strip(seen_by(clinic, "physician", address))
    assert (gates["Eligible"], gates["Group visit (SMA)"], gates["Cleared"]) == ("Done", "Due", LATER)
    assert gates["Pregnancy test"] == "Not applicable"
    assert strip(scheduler.open(address))["Medical check"] == "Done"  # who books reads no reason


def two_seats_are_booked(clinic: Clinic, address: str) -> None:
    enrolling.plan_group(clinic)
    scheduler = seen_by(clinic, "scheduler", address)
    enrolling.take_seat(scheduler)
    gates = strip(scheduler.open(address))
    assert (gates["Group visit (SMA)"], gates["Cleared"], gates["Consent"]) == ("Due", LATER, LATER)
    assert gates["Sequence booked"] == "Due"  # five days may be held from now on
    assert "Mon 28 Sep, 13:00" in scheduler.words


def the_roster_is_worked_through(clinic: Clinic, address: str) -> None:
    """What the day asks for, and what is left in the way of clearing after each of it."""
    clinic.clock(GROUP_DAY, "13:05")
    nurse = enrolling.open_seat(clinic.sign_in("nurse"))
    enrolling.check_in(nurse)
    assert "Drives on infusion days." in nurse.words
    assert "3 open before clearing" in nurse.words
    refused = enrolling.decide(clinic, "Clear", status=422)
    for sentence in ("record the weight in kg", "The health screen is not recorded", "The consent is not signed"):
        assert sentence in refused.words
    assert GroupSeat.objects.get().state == "attended"
    enrolling.weigh(nurse)
    enrolling.measure(nurse)
    enrolling.screen(nurse)
    assert "1 open before clearing" in nurse.words
    enrolling.teach(nurse)
    assert "missing" not in nurse.words.partition("Teaching")[2].partition("Consent")[0]
    gates = strip(seen_by(clinic, "nurse", address))
    assert (gates["Group visit (SMA)"], gates["Cleared"], gates["Consent"]) == ("Done", "Due", "Due")
    enrolling.sign_consent(nurse)
    assert "Nothing is missing." in nurse.words
    nurse.press("Save questions", questions="May I eat before the infusion?")
    gates = strip(seen_by(clinic, "nurse", address))
    assert (gates["Consent"], gates["Cleared"]) == ("Done", "Due")
    seat = GroupSeat.objects.get()
    assert (seat.weight.weight_kg, seat.support_drives) == (Decimal("82.5"), True)
    assert (seat.support_phone, seat.questions) == ("216 555 0118", "May I eat before the infusion?")
    assert (HealthScreen.objects.count(), EducationGiven.objects.count(), Consent.objects.count()) == (1, 4, 1)


def the_physician_clears(clinic: Clinic, address: str) -> None:
    clinic.clock(GROUP_DAY, "14:20")
    nurse = enrolling.open_seat(clinic.sign_in("nurse"))
    assert not nurse.can_press("Clear")
    physician = enrolling.decide(clinic, "Clear", note="Goals set.", conditions="Blood pressure diary until day 1")
    assert "Cleared, conditions" in physician.words
    assert "Blood pressure diary until day 1" in physician.words
    gates = strip(physician.open(address))
    assert [gates[name] for name in ("Group visit (SMA)", "Cleared", "Consent")] == ["Done"] * 3
    assert "with conditions: Blood pressure diary until day 1" in physician.words
    assert "Blood pressure diary" not in seen_by(clinic, "scheduler", address).words


def five_days_are_booked(clinic: Clinic, address: str) -> None:
    clinic.clock(GROUP_DAY, "15:00")
    steps.open_the_suite(clinic)
    scheduler = steps.book_five_days(clinic, address)
    assert Visit.objects.count() == 5
    gates = strip(scheduler.open(address))
    assert (gates["Sequence booked"], gates["Order signed"], gates["Driver named"]) == ("Done", "Due", "Due")
    steps.name_the_driver(scheduler)
    assert strip(scheduler.open(address))["Driver named"] == "Done"
    steps.sign_the_order(clinic)
    gates = strip(scheduler.open(address))
    assert {name for name, word in gates.items() if word not in ("Done", "Not applicable")} == {
        "Baseline questions"
    }
    assert gates["Baseline questions"] == "Due"
    clinic.later(60)
    link = steps.send_questionnaire(clinic, address, role="scheduler", occasion="baseline")
    steps.answer(steps.open_link(link), [1] * 8 + [0] + [1] * 7)
    scheduler.open(address)
    assert set(strip(scheduler).values()) == {"Done"}
    assert f"Ready for {GROUP_DAY + timedelta(days=7):%A} 5 October" in scheduler.words


def the_list_says_the_same(clinic: Clinic) -> None:
    assert Patient.objects.get().state == "cleared"
    assert "Ready, 10 of 10" in clinic.sign_in("scheduler").at("scheduling:patients").words
    roster = enrolling.open_seat(clinic.sign_in("nurse"))
    assert "Ready, 10 of 10" in roster.words
