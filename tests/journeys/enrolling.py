"""The steps of enrolment, each as the person who does it does it; and what the readiness strip says meanwhile."""

import re
from datetime import date
from typing import Any

from django.apps import apps

from infusions.models import Order
from kitclinic.models import LongTask, OutboxMessage, Signature, Transition
from scheduling.models import ReferralFile
from tests.factories.scheduling import SIGNATURE
from tests.journeys import steps
from tests.journeys.person import Person
from tests.journeys.steps import GROUP_DAY, Clinic

LETTER = {
    "received_on": "2026-09-18",
    "source": "Dr. H. Amsel, Lakeside Pain Center",
    "source_phone": "216 555 0100",
    "family_name": "Marrin",
    "given_name": "Delphine",
    "birth_date": "1974-03-14",
    "sex": "female",
    "phone": "216 555 0117",
    "reason": "Complex regional pain syndrome",
    "pain_months": "40",
    "treatments_tried": "Gabapentin, duloxetine, physical therapy",
}
SUPPORT = {"support_person": "Paul Marrin", "support_relationship": "husband"}
CALM = {"sbp": "128", "dbp": "78", "hr": "70", "spo2": "98", "height_cm": "171"}
TEACHING = (
    "Ketamine: effects, side effects, safety",
    "Pain neuroscience",
    "Relaxation strategies",
    "What happens on infusion days",
)
GATES = (
    "Referral accepted",
    "Eligible",
    "Group visit (SMA)",
    "Cleared",
    "Consent",
    "Sequence booked",
    "Order signed",
    "Pregnancy test",
    "Medical check",  # the pregnancy test, as who only books reads it
    "Driver named",
    "Baseline questions",
)
STANDING = re.compile(
    rf"\b(Done|Due later|Due|Blocked|Not applicable) ({'|'.join(map(re.escape, GATES))}|Referral)(?= )"
)


def strip(person: Person) -> dict[str, str]:
    """The readiness strip of the page that is open: gate -> what stands before it, in the order shown."""
    found: dict[str, str] = {}
    for word, name in STANDING.findall(person.words):
        found.setdefault(name, word)
    return found


def rows() -> dict[str, int]:
    """How many rows there are of everything that an act of enrolment may write; an uploaded file is no row yet."""
    models = [*apps.get_app_config("scheduling").get_models(), Order]
    models += [Transition, OutboxMessage, Signature, LongTask]
    return {one.__name__: one._default_manager.count() for one in models if one is not ReferralFile}


def refer(person: Person, **fields: Any) -> Person:
    """Type a letter into the inbox and stay on the referral's page."""
    person.follow("Referrals").follow("Enter a referral").press("Put into the inbox", **LETTER | fields)
    assert "is in the inbox" in person.words
    return person


def accept(person: Person, record_number: str = "KT-20417", **fields: Any) -> str:
    """From the referral's page to the patient's, whose address is returned."""
    person.follow("Accept as a new patient").press(
        "Accept and register", record_number=record_number, height_cm="170", **fields
    )
    assert "Next: eligibility." in person.words
    return person.address


def plan_group(clinic: Clinic, *, day: date = GROUP_DAY, **fields: Any) -> Person:
    leads = {role: clinic.staff[role].pk for role in ("physician", "psychologist")}
    meeting = {"date": day.isoformat(), "start": "13:00", "capacity": "12"} | leads | fields
    scheduler = clinic.sign_in("scheduler").at("scheduling:group_new").press("Plan it", **meeting)
    assert "The group visit is planned." in scheduler.words
    return scheduler


def take_seat(scheduler: Person, *, day: date = GROUP_DAY, **fields: Any) -> None:
    """From the patient's page; the group visit is chosen by its day."""
    scheduler.follow("Choose")
    groups = scheduler.page.forms_with("Book both seats")[0][0].controls["group"].options
    assert groups, scheduler.words
    scheduler.press("Book both seats", **{"group": groups[0]} | SUPPORT | fields)
    assert "and the support person." in scheduler.words


def open_seat(person: Person, name: str = "Marrin, Delphine", *, day: date = GROUP_DAY) -> Person:
    """From the list of group visits to this patient on the roster."""
    person.at("scheduling:groups")
    link = "Open the roster" if "Open the roster" in person.words else f"{day:%a}"
    return person.follow(link).follow(name)


def check_in(nurse: Person, **fields: Any) -> None:
    nurse.press("Both are here", **{"support_phone": "216 555 0118", "support_drives": "yes"} | fields)
    assert "Came, with support person" in nurse.words


def weigh(nurse: Person, weight_kg: str = "82.5") -> None:
    nurse.press("Save", within="weigh", weight_kg=weight_kg)
    assert f"{weight_kg} kg" in nurse.words


def measure(nurse: Person, **fields: str) -> None:
    nurse.press("Save measurements", **CALM | fields)
    assert "128 / 78" in nurse.words or "128/78" in nurse.words


def screen(nurse: Person, *yes: str, note: str = "") -> None:
    """Every question with no, besides these."""
    form = nurse.page.forms_with("Save the health screen")[0][0]
    questions = [name for name in form.controls if name.startswith("q_")]
    assert len(questions) == 9
    answers = {name: "yes" if name.removeprefix("q_") in yes else "no" for name in questions}
    nurse.press("Save the health screen", note=note, **answers)
    assert ("Yes, for the physician" if yes else "No to all questions") in nurse.words


def teach(nurse: Person) -> None:
    """Tick every item for this patient alone."""
    for item in TEACHING:
        nurse.touch(f"Tick “{item}”")


def sign_consent(nurse: Person, *, name: str = "Delphine Marrin", **fields: Any) -> None:
    """In the box on the tablet; then back to the patient on the roster."""
    seat = nurse.address
    nurse.touch("Read and sign the consent")
    nurse.press("Signed", **{"signed_name": name, "signature": SIGNATURE, "method": "tablet"} | fields)
    assert "The consent is signed and kept." in nurse.words
    nurse.open(seat)


def everything_before_the_decision(clinic: Clinic, *, name: str = "Marrin, Delphine") -> Person:
    """The nurse's part on the day of the group visit."""
    clinic.clock(GROUP_DAY, "13:05")
    nurse = open_seat(clinic.sign_in("nurse"), name)
    check_in(nurse)
    weigh(nurse)
    measure(nurse)
    screen(nurse)
    teach(nurse)
    family, given = name.split(", ")
    sign_consent(nurse, name=f"{given} {family}")
    return nurse


def decide(
    clinic: Clinic, button: str, *, name: str = "Marrin, Delphine", status: int = 200, **fields: Any
) -> Person:
    """The physician presses one of the four outcomes."""
    physician = open_seat(clinic.sign_in("physician"), name)
    return physician.press(button, status=status, **fields)


def hold_the_group(clinic: Clinic) -> None:
    """On the day: the nurse does what is done before the decision, the physician clears at 14:20."""
    everything_before_the_decision(clinic)
    clinic.clock(GROUP_DAY, "14:20")
    assert "Cleared" in decide(clinic, "Clear", note="Goals set.").words


def enrolled(clinic: Clinic, **fields: Any) -> str:
    """Register and assess somebody as eligible; the address of the patient's page."""
    scheduler = steps.register(clinic, **fields)
    address = scheduler.address
    steps.find_eligible(scheduler)
    return address
