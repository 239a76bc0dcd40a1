"""Who reads what in enrolment: the schedulers no clinical word, the psychologist's note the treating team only."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from kitclinic.models import OutboxMessage
from scheduling.models import GroupSeat, Patient
from tests.journeys import enrolling, steps
from tests.journeys.steps import DELPHINE, GROUP_DAY, Clinic

pytestmark = pytest.mark.django_db

CLINICAL = (
    "regional pain",
    "Penicillin",
    "82.5",
    "128/78",
    "128 / 78",
    "misuse",
    "pregnan",
    "schizophrenia",
    "Tapentadol",
    "sleep apnea",
    "cpap",
    "liver",
    "eat before",
    "diary until",
    "Charlson",
    "garden",
    "kg",
    "mmHg",
)
NOTE = {"note": "Fears of losing control under ketamine.", "goals": "Walk to the garden\nSleep six hours"}
ANSWERS = {"caution_schizophrenia": True, "analgesics": "Tapentadol 100 mg", "substance_misuse": "no"}


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    with steps.a_clinic() as made:
        yield made


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    """Somebody about whom everything clinical is recorded, checked in, with a note of the psychologist."""
    enrolling.plan_group(clinic)
    scheduler = steps.register(clinic, email="delphine@example.org", consent_email="yes", **DELPHINE)
    address = scheduler.address
    physician = clinic.sign_in("physician").at("scheduling:eligibility", Patient.objects.get().pk)
    physician.press("Save assessment", **steps.ANSWERS | ANSWERS | {"ack_schizophrenia": True})
    enrolling.take_seat(scheduler.open(address))
    clinic.clock(GROUP_DAY, "13:05")
    nurse = enrolling.open_seat(clinic.sign_in("nurse"))
    enrolling.check_in(nurse)
    enrolling.weigh(nurse)
    enrolling.measure(nurse, ecg_note="Sinus rhythm")
    enrolling.screen(nurse, "airway", note="CPAP since June")
    nurse.press("Save questions", questions="May I eat before the infusion?")
    enrolling.sign_consent(nurse)
    psychologist = enrolling.open_seat(clinic.sign_in("psychologist"))
    psychologist.press("Keep this version", **NOTE)
    return Patient.objects.get()


def test_a_scheduler_reads_no_clinical_word_and_no_note(clinic: Clinic, patient: Patient) -> None:
    enrolling.decide(clinic, "Clear", note="With CPAP.", conditions="Blood pressure diary until day 1")
    seat = GroupSeat.objects.get()
    scheduler = clinic.sign_in("scheduler")
    pages = {
        name: scheduler.at(f"scheduling:{name}", *args).words.lower()
        for name, args in (
            ("patient", [patient.pk]),
            ("patient_events", [patient.pk]),
            ("patients", []),
            ("week", []),
            ("groups", []),
            ("group", [seat.group_id]),
            ("seat", [seat.pk]),
            ("group_messages", [seat.group_id]),
            ("seat_new", [patient.pk]),
            ("offers", [patient.pk]),
        )
    }
    read = {
        name: [
            word for word in CLINICAL if word.lower() in words.split() or (len(word) > 4 and word.lower() in words)
        ]
        for name, words in pages.items()
    }
    assert {name: found for name, found in read.items() if found} == {}
    assert all("losing control" not in words for words in pages.values())
    for name, pk in (("seat_note", patient.pk), ("health_screen", patient.pk), ("consent", patient.pk)):
        scheduler.at(f"scheduling:{name}", pk, status=403)


def test_the_note_is_read_by_nurse_and_physician_and_written_by_the_psychologist_only(
    clinic: Clinic, patient: Patient
) -> None:
    for role in ("nurse", "physician", "psychologist"):
        reader = clinic.sign_in(role)
        for place in (enrolling.open_seat(reader), reader.at("scheduling:seat_note", patient.pk)):
            assert "Fears of losing control under ketamine." in place.words
            assert "Walk to the garden" in place.words
            assert place.can_press("Keep this version") is (role == "psychologist")
    psychologist = clinic.sign_in("psychologist").at("scheduling:seat_note", patient.pk)
    psychologist.press("Keep this version", note="Calmer after the relaxation exercise.", goals=NOTE["goals"])
    assert "Calmer after" in psychologist.words
    assert "Earlier versions (1)" in psychologist.words  # the first one is kept
    for role in ("scheduler", "clinic_lead", "administrator"):
        clinic.sign_in(role).at("scheduling:seat_note", patient.pk, status=403)
    lead = clinic.sign_in("clinic_lead").at("scheduling:patient", patient.pk)
    group = lead.at("scheduling:group", GroupSeat.objects.get().group_id)
    assert "losing control" not in lead.words + group.words


def test_no_invitation_says_what_it_is_about_in_its_subject(clinic: Clinic, patient: Patient) -> None:
    letters = list(OutboxMessage.objects.all())
    assert letters
    for letter in letters:
        subject = str(getattr(letter, "subject", "")).lower()
        for word in ("ketamine", "pain", "infusion", "medical", "regional", "clinic visit"):
            assert word not in subject
        for word in ("regional pain", "Penicillin", "Tapentadol", "schizophrenia"):
            assert word.lower() not in letter.text.lower()


def test_nobody_but_a_physician_is_offered_a_decision(clinic: Clinic, patient: Patient) -> None:
    seat = GroupSeat.objects.get()
    for role in ("nurse", "psychologist", "scheduler"):
        person = enrolling.open_seat(clinic.sign_in(role))
        for button in ("Clear", "Needs review", "Not suitable", "Not today, another group visit"):
            assert not person.page.forms_with(button), f"{role}: {button}"
        token = {"csrfmiddlewaretoken": person.client.cookies["kitclinic_csrf"].value, "note": "x", "final": "yes"}
        for act in ("seat_clear", "seat_review", "seat_decline"):
            assert person.client.post(reverse(f"scheduling:{act}", args=[seat.pk]), token).status_code == 403
    seat.refresh_from_db()
    assert seat.state == "attended"
