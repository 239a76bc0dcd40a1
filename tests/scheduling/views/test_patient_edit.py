"""Changing a record in the browser."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.roles import Role
from scheduling import actions
from scheduling.models import Patient
from scheduling.queries.patients import record_version
from scheduling.states import PainCategory, Verdict
from tests.factories import people
from tests.factories import scheduling as make

AsUser = Callable[[StaffUser], Client]


def url(patient: Patient) -> str:
    return reverse("scheduling:patient_edit", args=[patient.pk])


def typed(patient: Patient, **fields: Any) -> dict[str, Any]:
    return {
        "version": record_version(patient),
        "record_number": patient.record_number,
        "family_name": patient.family_name,
        "given_name": patient.given_name,
        "birth_date": str(patient.birth_date),
        "sex": patient.sex,
        "height_cm": "170",
        "phone": patient.phone,
        "language": "English",
        "ethnic_group": "Declined",
        "marital_status": "Declined",
        "diagnosis": patient.diagnosis,
    } | fields


@pytest.mark.parametrize("role", list(Role))
def test_only_scheduler_and_physician_change_a_record(site: Site, as_user: AsUser, role: Role) -> None:
    patient = make.patient(site=site)
    expected = 200 if role in (Role.SCHEDULER, Role.PHYSICIAN) else 403
    assert as_user(people.staff(role, site=site)).get(url(patient)).status_code == expected


def test_another_clinics_patient_is_not_found(site: Site, other_site: Site, as_user: AsUser) -> None:
    patient = make.patient(site=other_site)
    assert as_user(people.staff("scheduler", site=site)).get(url(patient)).status_code == 404


def test_the_form_shows_the_record_and_saves_the_change(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    patient = make.patient(site=site, preferred_name="Della", email="d@example.org", consent_email=True)
    client = as_user(scheduler)
    page = client.get(url(patient)).content.decode()
    assert 'value="Della"' in page
    assert "Declined to say" in page
    fields = {"preferred_name": "Dee", "email": "d@example.org", "consent_email": "yes", "consent_sms": "no"}
    answer = client.post(url(patient), typed(patient, **fields))
    assert answer.headers["Location"] == reverse("scheduling:patient", args=[patient.pk])
    patient.refresh_from_db()
    assert (patient.preferred_name, patient.ethnic_group) == ("Dee", "Declined")
    assert (patient.consent_email, patient.consent_sms, patient.consent_phone) == (True, False, None)


def test_the_address_is_shown_changed_and_told_in_the_audit_without_its_words(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    patient = make.patient(site=site, address="4 Alder Court\nLakewood, OH")
    client = as_user(scheduler)
    page = client.get(url(patient)).content.decode()
    assert "4 Alder Court\nLakewood, OH</textarea>" in page
    same = typed(patient, address="4 Alder Court\r\nLakewood, OH", height_cm="170")
    assert client.post(url(patient), same | {"ethnic_group": patient.ethnic_group}).status_code == 302
    patient.refresh_from_db()
    answer = client.post(url(patient), typed(patient, address="9 Birch Lane\r\n\r\n Euclid, OH "))
    assert answer.status_code == 302
    patient.refresh_from_db()
    assert patient.address == "9 Birch Lane\nEuclid, OH"
    first, second = AuditEvent.objects.filter(event="patient changed").order_by("pk")
    assert "address" not in first.detail["changed"], "the browser's line ends are no change"
    assert second.detail["changed"]["address"] == []
    seen = client.get(reverse("scheduling:patient", args=[patient.pk])).content.decode()
    assert "9 Birch Lane<br>Euclid, OH" in seen
    stale = client.post(url(patient), typed(patient, version="0", address="Elsewhere"))
    assert "<dt>Postal address</dt><dd>9 Birch Lane\nEuclid, OH</dd>" in stale.content.decode()
    too_long = client.post(url(patient), typed(patient, address="x" * 301))
    assert too_long.status_code == 422


def test_what_somebody_else_changed_meanwhile_is_shown_and_the_second_save_counts(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    patient = make.patient(site=site)
    mine = typed(patient, language="Spanish")
    actions.change_patient(
        patient=patient,
        new=make.new_patient(record_number="KT-77", family_name="Other"),
        by=scheduler,
        at=make.NOW,
    )
    client = as_user(scheduler)
    answer = client.post(url(patient), mine)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "somebody else has changed this record" in page
    assert "<dt>Family name</dt><dd>Other</dd>" in page
    patient.refresh_from_db()
    assert f'value="{record_version(patient)}"' in page
    assert client.post(url(patient), mine | {"version": record_version(patient)}).status_code == 302
    patient.refresh_from_db()
    assert (patient.language, patient.family_name) == ("Spanish", mine["family_name"])


def test_the_referrals_words_can_be_changed_until_an_assessment_names_the_diagnosis(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    patient, client = make.patient(site=site), as_user(scheduler)
    unfinished = actions.Assessment(facts=make.facts(pain_categories=frozenset()))
    actions.assess_eligibility(
        patient=patient, assessment=unfinished, by=scheduler, at=make.NOW, verdict=Verdict.OPEN
    )
    assert 'name="diagnosis"' in client.get(url(patient)).content.decode()
    assert client.post(url(patient), typed(patient, diagnosis="CRPS, left arm")).status_code == 302
    patient.refresh_from_db()
    assert patient.diagnosis == "CRPS, left arm"
    before = typed(patient, diagnosis="Back pain", language="French")
    make.assess(patient, pain_categories=frozenset({PainCategory.CRPS}))
    patient.refresh_from_db()
    assessed = patient.diagnosis
    page = client.get(url(patient)).content.decode()
    assert 'name="diagnosis"' not in page
    assert "From the pain categories of the assessment" in page
    assert reverse("scheduling:eligibility", args=[patient.pk]) in page
    overtaken = client.post(url(patient), before)
    assert overtaken.status_code == 422
    assert "Back pain" not in overtaken.content.decode()
    assert client.post(url(patient), before | {"version": record_version(patient)}).status_code == 302
    patient.refresh_from_db()
    assert (patient.language, patient.diagnosis) == ("French", assessed)
    assert assessed == PainCategory.CRPS.value


def test_a_possible_duplicate_made_by_the_change_is_a_card_with_a_way_to_it(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    known = make.patient(site=site, family_name="Marrin", given_name="Delphine", birth_date=date(1974, 3, 12))
    other = make.patient(site=site, family_name="Marrin", given_name="Delphine", birth_date=date(1950, 1, 1))
    mine = typed(other, birth_date="1974-03-21")
    answer = as_user(scheduler).post(url(other), mine)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert reverse("scheduling:patient", args=[known.pk]) in page
    assert "Two digits of the birth date exchanged" in page
    said = mine | {"confirmed": "ENR-41", "reason_ENR-41": "Mother and daughter."}
    assert as_user(scheduler).post(url(other), said).status_code == 302


def test_a_bad_phone_and_a_consent_without_address_stand_at_their_fields(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    patient = make.patient(site=site)
    answer = as_user(scheduler).post(url(patient), typed(patient, phone="ask", consent_email="yes"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is not a phone number" in page
    assert "Yes needs an e-mail address" in page


def test_a_merged_record_is_refused_with_where_it_leads(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    kept, folded = make.patient(site=site, record_number="KT-1"), make.patient(site=site)
    actions.merge_patients(kept=kept, folded=folded, reason="The same.", by=scheduler, at=make.NOW)
    answer = as_user(scheduler).post(url(folded), typed(folded, language="French"))
    assert answer.status_code == 422
    assert "was merged into KT-1" in answer.content.decode()
