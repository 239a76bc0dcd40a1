"""A referral from the letter to the patient's page, and one that the clinic does not take."""

import pytest

from scheduling.models import Patient, Referral
from tests.journeys import steps
from tests.journeys.person import Person

pytestmark = pytest.mark.django_db

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
}


def the_letter_is_entered(scheduler: Person) -> Person:
    scheduler.follow("Referrals").follow("Enter a referral")
    return scheduler.press("Put into the inbox", **LETTER)


def test_a_letter_becomes_a_patient() -> None:
    with steps.a_clinic() as clinic:
        scheduler = clinic.sign_in("scheduler")
        scheduler.follow("Referrals").follow("Enter a referral")
        scheduler.press("Put into the inbox", status=422, **LETTER | {"birth_date": "2026-09-19"})
        assert "Born 2026-09-19 is after the referral of 2026-09-18" in scheduler.words
        the_letter_is_entered(scheduler)
        assert "Nobody here looks like the same person" in scheduler.words
        scheduler.press("Note that it was asked for", asked_for="Last MRI, from Dr. Amsel")
        clinic.later(60 * 24 * 8)
        scheduler = clinic.sign_in("scheduler")
        scheduler.follow("Referrals").follow("Waiting for information").follow("Enter the answer")
        assert "Scheduler asks again: Last MRI, from Dr. Amsel" in scheduler.words
        scheduler.press("It arrived", note="Nothing new")
        scheduler.follow("Accept as a new patient").press("Accept and register", record_number="KT-20417")
        patient = Patient.objects.get()
        assert scheduler.path == f"/patients/{patient.pk}/"
        assert "Delphine Marrin is registered. Next: eligibility." in scheduler.words
        assert (patient.state, patient.phone, patient.sex) == ("referred", "216 555 0117", "female")
        scheduler.follow("Referrals").follow("Accepted").follow("Open the patient")
        assert scheduler.path == f"/patients/{patient.pk}/"


def test_a_declined_letter_keeps_its_reason_and_can_come_back_for_a_known_patient() -> None:
    with steps.a_clinic() as clinic:
        known = steps.register(clinic).path
        physician = clinic.sign_in("physician")
        the_letter_is_entered(physician)
        assert "1 patient here may be the same person" in physician.words
        physician.press("Decline the referral", status=422)
        assert "Say why the referral is declined" in physician.words
        physician.press("Decline the referral", reason="In treatment elsewhere.")
        assert "The referral is declined. It can be taken up again." in physician.words
        physician.follow("Referrals").follow("Declined").follow("Marrin, Delphine")
        assert "In treatment elsewhere." in physician.words
        physician.press("Take up again", reason="Treatment elsewhere has ended.")
        physician.press("Same person: accept for this patient")
        assert physician.path == known
        assert Patient.objects.count() == 1
        assert Referral.objects.filter(patient=Patient.objects.get(), state="accepted").count() == 2
