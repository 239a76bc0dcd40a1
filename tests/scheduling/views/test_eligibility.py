"""The assessment in the browser."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling.actions import record_weight
from scheduling.models import Eligibility, Patient
from scheduling.queries.assessments import versions_of
from tests.factories import people
from tests.factories import scheduling as make

AsUser = Callable[[StaffUser], Client]


def url(patient: Patient) -> str:
    return reverse("scheduling:eligibility", args=[patient.pk])


def answers(**changes: Any) -> dict[str, Any]:
    return {
        "version": "1",
        "pain_months": "40",
        "inadequate_by_referrer": "yes",
        "inadequate_by_patient": "yes",
        "inadequate_by_pain_provider": "yes",
        "childbearing_potential": "no",
        "pain_categories": ["chronic primary: CRPS"],
        "ketamine_misuse": "no",
        "substance_misuse": "no",
        "cautions_reviewed": "on",
        "allergies_reviewed": "on",
        "allergies": "Sulfonamides",
    } | changes


@pytest.fixture
def patient(site: Site) -> Patient:
    return make.patient(site=site)


@pytest.mark.parametrize("role", list(Role))
def test_only_scheduler_and_physician_assess(site: Site, patient: Patient, as_user: AsUser, role: Role) -> None:
    expected = 200 if role in (Role.SCHEDULER, Role.PHYSICIAN) else 403
    assert as_user(people.staff(role, site=site)).get(url(patient)).status_code == expected


def test_a_patient_of_another_site_is_not_there(other_site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    assert as_user(scheduler).get(url(make.patient(site=other_site))).status_code == 404


def test_complete_answers_lead_back_to_the_patient(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    answer = as_user(scheduler).post(url(patient), answers())
    assert answer.headers["Location"] == reverse("scheduling:patient", args=[patient.pk])
    row = Eligibility.objects.get()
    assert (row.eligible, row.allergies, row.childbearing_potential) == (True, "Sulfonamides", False)


def test_enr_52_everything_open_stands_on_top_with_a_link_to_its_field(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    page = as_user(scheduler).get(url(patient)).content.decode()
    assert "This makes the patient" in page
    assert "Not decided yet" in page
    targets = re.findall(r'<a href="#(id_\w+)">', page)
    assert targets == [
        "id_pain_months",
        "id_pain_categories",
        "id_inadequate_by_referrer",
        "id_inadequate_by_patient",
        "id_inadequate_by_pain_provider",
        "id_ketamine_misuse",
        "id_substance_misuse",
        "id_cautions_reviewed",
        "id_allergies_reviewed",
        "id_childbearing_potential",  # may follow
        "id_charlson_reviewed",
    ]
    for target in targets:
        assert page.count(f'id="{target}"') == 1, target


@pytest.mark.parametrize(
    ("changes", "result", "sentence"),
    [
        ({}, "Eligible", "Nothing is missing."),
        ({"pain_months": "6"}, "Eligible", "Nothing is missing."),
        ({"pain_months": "5"}, "Not eligible", "The pain has lasted 5 months"),
        ({"substance_misuse": "yes"}, "Eligible, decisions pending", "Another substance is misused now."),
        ({"allergies_reviewed": ""}, "Not decided yet", "Review the allergies"),
        ({"childbearing_potential": "yes", "pregnancy": "positive"}, "Not eligible", "without exception"),
        ({"pain_months": "long"}, "Not decided yet", "Months of pain: Enter a whole number."),
    ],
)
def test_enr_52_the_result_is_shown_before_anything_is_saved(
    patient: Patient,
    scheduler: StaffUser,
    as_user: AsUser,
    changes: dict[str, Any],
    result: str,
    sentence: str,
) -> None:
    address = reverse("scheduling:eligibility_result", args=[patient.pk])
    answer = as_user(scheduler).post(address, answers(**changes), headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert f"</svg>{result}</span>" in page
    assert f"<b>{result}</b>" in page  # beside Save
    assert sentence in page
    assert not Eligibility.objects.exists()


def test_the_result_needs_the_same_right_and_site(
    other_site: Site, patient: Patient, nurse: StaffUser, scheduler: StaffUser, as_user: AsUser
) -> None:
    def status(person: StaffUser, whose: Patient) -> int:
        return (
            as_user(person).post(reverse("scheduling:eligibility_result", args=[whose.pk]), answers()).status_code
        )

    assert status(nurse, patient) == 403
    assert status(scheduler, make.patient(site=other_site)) == 404
    assert status(scheduler, patient) == 200


def test_what_is_computed_is_shown_while_it_is_typed(
    patient: Patient, scheduler: StaffUser, as_user: AsUser, nurse: StaffUser
) -> None:
    record_weight(patient=patient, weight_kg=Decimal("82.5"), by=nurse, at=make.NOW)
    form = answers(
        pain_categories=["chronic primary: CRPS", "chronic primary: widespread"],
        charlson_conditions=["tumor", "metastatic", "aids"],
        height_cm="168",
    )
    address = reverse("scheduling:eligibility_result", args=[patient.pk])
    page = as_user(scheduler).post(address, form).content.decode()
    assert "Multiple categories" in page
    assert "12, age points" in page
    assert "Any tumor without metastasis is not counted beside metastatic solid tumor." in page
    assert "29.2 kg/m²" in page


def test_incomplete_answers_are_kept_and_move_nobody(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    answer = as_user(scheduler).post(url(patient), {"version": "1", "pain_months": "5"})
    assert answer.status_code == 302
    row = Eligibility.objects.get()
    assert (row.result, row.eligible, row.pain_months) == ("decline", False, 5)
    patient.refresh_from_db()
    assert patient.state == "referred"


def test_a_refusal_leads_to_its_field(patient: Patient, scheduler: StaffUser, as_user: AsUser) -> None:
    answer = as_user(scheduler).post(url(patient), answers(charlson_imported="4"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Eligibility.objects.exists()
    assert 'href="#id_charlson_imported_from"' in page
    assert "ENR-57" in page


def test_a_scheduler_records_a_caution_and_the_physician_acknowledges_it(
    patient: Patient, scheduler: StaffUser, physician: StaffUser, as_user: AsUser
) -> None:
    client = as_user(scheduler)
    assert 'name="ack_heart_failure"' not in client.get(url(patient)).content.decode()
    form = answers(caution_heart_failure="on", ack_heart_failure="on")  # slipped in: it is not read
    assert client.post(url(patient), form).status_code == 302
    assert Eligibility.objects.get().result == "pending"
    assert Eligibility.objects.get().acknowledged_cautions == []
    client = as_user(physician)
    assert 'href="#id_ack_heart_failure"' in client.get(url(patient)).content.decode()
    assert client.post(url(patient), form | {"version": "2"}).status_code == 302
    assert Eligibility.objects.get(version=2).result == "eligible"
    assert as_user(scheduler).post(url(patient), form | {"version": "3"}).status_code == 302
    assert Eligibility.objects.get(version=3).acknowledged_cautions == ["heart_failure"]


@pytest.mark.parametrize(("asked", "which"), [("ketamine_misuse", "misuse"), ("substance_misuse", "substance")])
def test_a_scheduler_cannot_slip_a_decision_in(
    patient: Patient, scheduler: StaffUser, as_user: AsUser, asked: str, which: str
) -> None:
    form = answers(**{asked: "yes", f"{which}_decision": "accept", f"{which}_rationale": "Trust me."})
    assert as_user(scheduler).post(url(patient), form).status_code == 302
    row = Eligibility.objects.get()
    assert (row.result, getattr(row, f"{which}_decision")) == ("pending", "")


@pytest.mark.parametrize(("asked", "which"), [("ketamine_misuse", "misuse"), ("substance_misuse", "substance")])
def test_the_physician_decides_and_the_scheduler_is_told(
    patient: Patient, scheduler: StaffUser, physician: StaffUser, as_user: AsUser, asked: str, which: str
) -> None:
    as_user(scheduler).post(url(patient), answers(**{asked: "yes"}))
    client = as_user(physician)
    page = client.get(url(patient)).content.decode()
    assert "Version 1 counts now" in page
    assert f'name="{which}_decision"' in page
    decided = {asked: "yes", f"{which}_decision": "accept", f"{which}_rationale": "None since 2009."}
    assert client.post(url(patient), answers(version="2", **decided)).status_code == 302
    row = Eligibility.objects.get(version=2)
    assert (row.result, getattr(row, f"{which}_decided_by")) == ("eligible", physician)
    told = as_user(scheduler).get(url(patient)).content.decode()
    assert "Only a prescriber changes this" in told
    assert f'name="{which}_decision"' not in told
    assert as_user(scheduler).post(url(patient), answers(version="3", **{asked: "yes"})).status_code == 302
    row = Eligibility.objects.get(version=3)
    assert (row.result, getattr(row, f"{which}_decided_by")) == ("eligible", physician)


def test_a_recorded_pregnancy_is_fixed_for_the_scheduler_and_corrected_by_the_physician(
    patient: Patient, scheduler: StaffUser, physician: StaffUser, as_user: AsUser
) -> None:
    client = as_user(scheduler)
    client.post(url(patient), answers(childbearing_potential="yes", pregnancy="positive"))
    page = client.get(url(patient)).content.decode()
    assert 'name="pregnancy"' not in page
    assert "Only a prescriber corrects this." in page
    client.post(url(patient), answers(version="2"))  # says "no", which is not asked of a scheduler any more
    assert Eligibility.objects.get(version=2).pregnancy == "positive"
    client = as_user(physician)
    assert client.post(url(patient), answers(version="3")).status_code == 422
    assert client.post(url(patient), answers(version="3", note="Another patient.")).status_code == 302
    assert Eligibility.objects.get(version=3).result == "eligible"


def test_declining_and_putting_off_are_acts_of_their_own(
    site: Site, patient: Patient, physician: StaffUser, as_user: AsUser
) -> None:
    client = as_user(physician)
    assert client.post(url(patient), answers(verdict="decline")).status_code == 422
    assert client.post(url(patient), answers(verdict="reassess")).status_code == 422
    past = {"verdict": "reassess", "reassess_on": "2020-01-01"}
    assert client.post(url(patient), answers(**past)).status_code == 422
    assert client.post(url(patient), answers(verdict="reassess", reassess_on="2099-01-04")).status_code == 302
    assert Eligibility.objects.get().result == "reassess"
    told = client.post(url(patient), answers(version="2", verdict="decline", note="Moved away."), follow=True)
    assert "Saved: declined." in told.content.decode()
    patient.refresh_from_db()
    assert patient.state == "declined"


def test_every_version_is_readable_with_what_changed(
    patient: Patient, scheduler: StaffUser, physician: StaffUser, as_user: AsUser
) -> None:
    as_user(scheduler).post(url(patient), answers(pain_months="5"))
    as_user(physician).post(url(patient), answers(version="2", pain_months="6", analgesics="gabapentin\ntramadol"))
    page = as_user(scheduler).get(url(patient)).content.decode()
    assert page.index("Version 2 counts now") < page.index("<b>Version 1</b>")
    assert "Changed since version 1" in page
    assert '<s>5 months</s></td><td data-label="Now">6 months</td>' in page
    assert '<s>none listed</s></td><td data-label="Now">gabapentin, tramadol</td>' in page
    assert physician.name in page
    versions = versions_of(patient)
    assert [version.result for version in versions] == ["Eligible", "Not eligible"]
    assert {change.label for change in versions[0].changes} == {"Result", "Pain", "Analgesics"}


def test_answers_to_questions_that_no_longer_apply_are_left_out(
    patient: Patient, physician: StaffUser, as_user: AsUser
) -> None:
    form = answers(pregnancy="negative", pregnancy_tested_on="2026-09-01", misuse_decision="accept")
    assert as_user(physician).post(url(patient), form).status_code == 302
    row = Eligibility.objects.get()
    assert (row.pregnancy, row.pregnancy_tested_on, row.misuse_decision) == ("", None, "")


def test_an_overtaken_form_is_refused_with_the_other_version_beside_it(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    client = as_user(scheduler)
    client.post(url(patient), answers())
    answer = client.post(url(patient), answers(pain_months="50"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "meanwhile" in page
    assert Eligibility.objects.count() == 1
    assert 'name="version" value="2"' in page  # compared and pressed again, it is saved


def test_a_shapeless_answer_is_refused_before_the_rules(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    assert as_user(scheduler).post(url(patient), answers(pain_months="long")).status_code == 422
    assert as_user(scheduler).post(url(patient), answers(verdict="whatever")).status_code == 422
