"""One referral in the browser: triage, possible duplicates, acceptance."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from scheduling import actions
from scheduling.models import Patient, Referral
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

AsUser = Callable[[StaffUser], Client]


def url(name: str, referral: Referral) -> str:
    return reverse(f"scheduling:{name}", args=[referral.pk])


def words(client: Client, referral: Referral) -> str:
    return " ".join(client.get(url("referral", referral)).content.decode().split())


def registered(referral: Referral, **fields: Any) -> dict[str, Any]:
    return {
        "record_number": "KT-1001",
        "family_name": referral.family_name,
        "given_name": referral.given_name,
        "birth_date": f"{referral.birth_date:%Y-%m-%d}",
        "sex": "female",
        "language": "English",
        "ethnic_group": "White",
        "marital_status": "Married",
    } | fields


def test_the_page_shows_the_letter_the_age_and_who_acts(site: Site, physician: StaffUser, as_user: AsUser) -> None:
    page = words(as_user(physician), make.referral(site=site, source_phone="216 555 0100"))
    for said in (
        "Lakeside Pain Center, 216 555 0100",
        "Gabapentin, duloxetine",
        "Scheduler or physician",
        "Received",
    ):
        assert said in page
    assert "Nobody here looks like the same person" in page


def test_a_nurse_looks_and_does_not_act(site: Site, nurse: StaffUser, as_user: AsUser) -> None:
    referral, client = make.referral(site=site), as_user(nurse)
    page = words(client, referral)
    assert "Schedulers and physicians decide on referrals." in page
    assert "Accept as a new patient" not in page
    for name in ("ask", "answered", "decline", "withdraw", "reopen", "link"):
        assert client.post(url(f"referral_{name}", referral), {"reason": "x"}).status_code == 403
    referral.refresh_from_db()
    assert referral.state == "received"


def test_the_whole_triage_by_its_forms(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    referral, client = make.referral(site=site), as_user(scheduler)

    def act(name: str, **fields: str) -> str:
        answer = client.post(url(f"referral_{name}", referral), fields)
        assert answer.status_code == 302, answer.content.decode()
        referral.refresh_from_db()
        return referral.state

    assert act("ask", asked_for="MRI, Dr. Amsel") == "needs_information"
    assert "MRI, Dr. Amsel" in words(client, referral)
    assert act("answered", note="Nothing new.") == "received"
    assert act("decline", reason="Lives too far away.") == "declined"
    assert act("reopen", reason="Moved here.") == "received"
    assert act("withdraw", reason="The patient changed her mind.") == "withdrawn"
    page = words(client, referral)
    for said in ("Information arrived", "Taken up again", "Lives too far away.", "Moved here.", "Nothing new."):
        assert said in page


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ask", "Say which information is missing"),
        ("decline", "Say why the referral is declined"),
        ("withdraw", "Say who withdrew the referral"),
    ],
)
def test_a_missing_reason_is_told_at_its_form(
    site: Site, scheduler: StaffUser, as_user: AsUser, name: str, sentence: str
) -> None:
    referral = make.referral(site=site)
    answer = as_user(scheduler).post(url(f"referral_{name}", referral), {})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(sentence) == 1
    assert page.count('<details class="act-fold" open>') == 1


def test_what_was_typed_stays_when_somebody_else_was_faster(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    referral = make.referral(site=site)
    actions.decline_referral(referral=referral, reason="Too far.", by=scheduler, at=NOW)
    answer = as_user(scheduler).post(url("referral_withdraw", referral), {"reason": "Patient called."})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This referral is declined and cannot become withdrawn" in page
    assert "Patient called." in page


def test_a_step_on_a_referral_that_was_accepted_meanwhile_leads_to_the_patient(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    referral, patient = make.referral(site=site), make.patient(site=site)
    actions.accept_referral(
        referral=referral, patient=patient, by=scheduler, at=NOW, confirmed={"ENR-37": "Asked by phone."}
    )
    answer = as_user(scheduler).post(url("referral_decline", referral), {"reason": "Too far away."})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This referral is accepted and cannot become declined" in page
    assert "Too far away." in page
    assert reverse("scheduling:patient", args=[patient.pk]) in page


def test_possible_duplicates_stand_there_before_accepting(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    known = make.patient(site=site, family_name="Marrin", given_name="Delphine")
    referral = make.referral(
        site=site, family_name="Marin", given_name="Delphine", birth_date=known.birth_date, phone=""
    )
    client = as_user(scheduler)
    page = words(client, referral)
    assert "1 patient here may be the same person" in page
    assert "same birth date and a similar name" in page
    answer = client.post(url("referral_link", referral), {"patient": known.pk})
    assert answer.headers["Location"] == reverse("scheduling:patient", args=[known.pk])
    assert Patient.objects.count() == 1


def test_without_a_birth_date_names_are_compared(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    known = make.patient(site=site, family_name="Marrin", given_name="Delphine")
    referral = make.referral(site=site, family_name="marrin", given_name="D.", birth_date=None)
    page = words(as_user(scheduler), referral)
    assert known.record_number in page
    assert "the referral gives no birth date" in page


def test_another_birth_date_asks_at_the_patient_and_takes_a_reason(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    known = make.patient(site=site, family_name="Marrin", given_name="Delphine", phone="216 555 0199")
    referral = make.referral(site=site, family_name="Marrin", given_name="Delphine", phone="216 555 0199")
    client, fields = as_user(scheduler), {"patient": known.pk}
    answer = client.post(url("referral_link", referral), fields)
    assert answer.status_code == 422
    assert "reason_ENR-37" in answer.content.decode()
    said = {"confirmed": "ENR-37", "reason_ENR-37": "Asked by phone."}
    assert client.post(url("referral_link", referral), fields | said).status_code == 302


def test_the_registration_form_is_filled_from_the_letter(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    referral = make.referral(site=site, email="d@example.org", language="Spanish")
    page = as_user(scheduler).get(url("referral_accept", referral)).content.decode()
    for value in (referral.family_name, referral.given_name, f"{referral.birth_date}", "d@example.org", "Spanish"):
        assert f'value="{value}"' in page
    assert '<option value="female" selected>' in page


def test_accepting_registers_and_leads_to_the_patient(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    referral = make.referral(site=site)
    typed = registered(referral) | {"address": "4 Alder Court"}
    answer = as_user(scheduler).post(url("referral_accept", referral), typed)
    patient = Patient.objects.get()
    assert answer.headers["Location"] == reverse("scheduling:patient", args=[patient.pk])
    referral.refresh_from_db()
    assert (referral.state, referral.patient) == ("accepted", patient)
    assert patient.address == "4 Alder Court"
    again = as_user(scheduler).get(url("referral_accept", referral))
    assert again.headers["Location"] == url("referral", referral)


def test_an_acceptance_is_asked_about_a_possible_duplicate(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    known = make.patient(site=site, family_name="Marrin", given_name="Delphine", phone="")
    referral = make.referral(site=site, family_name="Marin", given_name="Delphine", birth_date=known.birth_date)
    client, form = as_user(scheduler), registered(referral)
    answer = client.post(url("referral_accept", referral), form)
    assert answer.status_code == 422
    assert "This is somebody else" in answer.content.decode()
    said = {"confirmed": "ENR-06", "reason_ENR-06": "Twins, both were here."}
    assert client.post(url("referral_accept", referral), form | said).status_code == 302
    assert Patient.objects.count() == 2


def test_what_is_wrong_with_a_registration_stands_at_its_fields(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    referral = make.referral(site=site)
    answer = as_user(scheduler).post(
        url("referral_accept", referral), registered(referral, record_number="?", birth_date="2026-09-08")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "3 to 20 letters, digits and hyphens" in page
    referral.refresh_from_db()
    assert referral.state == "received"
