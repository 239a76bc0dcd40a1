"""What the database holds about enrolment, whoever writes. Each constraint is broken once, by its name."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kitclinic.db import explain
from kitclinic.models import Site, StaffUser
from scheduling.models import Eligibility, GroupSeat, GroupVisit, Patient, Weight
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW


def broken(act: Any) -> str:
    """The name of the constraint that refuses this write."""

    def write() -> None:
        with transaction.atomic():
            act()
            connection.check_constraints()  # the deferred ones too

    with pytest.raises(IntegrityError) as error:
        write()
    assert explain(error.value).sentence, "every constraint speaks"
    return str(error.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


def assessment(patient: Patient, by: StaffUser, **fields: Any) -> Any:
    complete = {
        "pain_months": 12,
        "refractory_by_referrer": True,
        "refractory_by_patient": True,
        "refractory_by_pain_provider": True,
        "misuse_history": False,
        "cautions_reviewed": True,
        "allergies_reviewed": True,
        "eligible": True,
        "version": 1,
    }
    answers = complete | {"result": "eligible" if fields.get("eligible", True) else "open"} | fields
    return lambda: Eligibility.objects.create(
        site=patient.site, patient=patient, assessed_by=by, assessed_at=NOW, **answers
    )


def group(site: Site, **fields: Any) -> Any:
    leads = {"physician": make.actor("physician", site), "psychologist": make.actor("psychologist", site)}
    given = {"date": date(2026, 9, 8), "start_minute": 780, "capacity": 12} | leads | fields
    return lambda: GroupVisit.objects.create(site=site, **given)


@pytest.fixture
def patient(site: Site) -> Patient:
    return make.patient(site=site)


def test_a_record_number_belongs_to_one_patient_of_a_site(patient: Patient, other_site: Site) -> None:
    copy = {
        "record_number": patient.record_number,
        "family_name": "Else",
        "birth_date": date(1970, 1, 1),
        "created_at": NOW,
    }
    assert broken(lambda: Patient.objects.create(site=patient.site, **copy)) == "patient_record_number_once"
    assert Patient.objects.create(site=other_site, **copy).pk


def test_only_a_registry_import_lacks_the_birth_date(site: Site) -> None:
    fields = {"site": site, "record_number": "R-1", "family_name": "", "created_at": NOW}
    assert broken(lambda: Patient.objects.create(**fields)) == "patient_has_birth_date"
    assert Patient.objects.create(**fields, is_registry=True).pk


def test_a_version_of_an_assessment_exists_once(patient: Patient, physician: StaffUser) -> None:
    assessment(patient, physician)()
    assert broken(assessment(patient, physician)) == "eligibility_version_once"


def test_a_misuse_decision_has_its_rationale(patient: Patient, physician: StaffUser) -> None:
    decided = assessment(
        patient, physician, misuse_history=True, misuse_decision="accept", misuse_decided_by=physician
    )
    assert broken(decided) == "eligibility_decision_has_rationale"


def test_a_misuse_decision_has_its_prescriber(patient: Patient, physician: StaffUser) -> None:
    nobody = assessment(patient, physician, misuse_decision="accept", misuse_rationale="Long ago.")
    assert broken(nobody) == "eligibility_decision_has_prescriber"
    assert broken(assessment(patient, physician, misuse_decided_by=physician)) == (
        "eligibility_decision_has_prescriber"
    )


@pytest.mark.parametrize(
    "missing",
    [
        {"pain_months": None},
        {"refractory_by_referrer": None},
        {"refractory_by_patient": False},
        {"refractory_by_pain_provider": None},
        {"misuse_history": None},
        {"cautions_reviewed": False},
        {"allergies_reviewed": False},
        {"pregnancy": "positive"},
    ],
)
def test_nobody_is_eligible_with_an_answer_missing(
    patient: Patient, physician: StaffUser, missing: dict[str, Any]
) -> None:
    assert broken(assessment(patient, physician, **missing)) == "eligibility_eligible_has_answers"
    assert assessment(patient, physician, **missing, eligible=False)().pk


def test_an_assessment_is_written_once(patient: Patient, physician: StaffUser) -> None:
    row = assessment(patient, physician)()
    with pytest.raises(Exception, match=r"permission denied|written once"), transaction.atomic():
        Eligibility.objects.filter(pk=row.pk).update(eligible=False)


def test_a_weight_is_positive_and_corrected_once(patient: Patient, nurse: StaffUser) -> None:
    def weigh(kg: str, corrects: Weight | None = None) -> Weight:
        return Weight.objects.create(
            site=patient.site,
            patient=patient,
            weight_kg=Decimal(kg),
            measured_at=NOW,
            measured_by=nurse,
            corrects=corrects,
            received_at=NOW,
        )

    assert broken(lambda: weigh("0.0")) == "weight_is_positive"
    wrong = weigh("28.4")
    weigh("82.4", wrong)
    assert "corrects" in broken(lambda: weigh("82.5", wrong))


def test_one_group_visit_at_a_time(site: Site) -> None:
    group(site)()
    assert broken(group(site)) == "group_visit_once"


def test_a_group_visit_has_two_leads_and_room_for_a_patient(site: Site, physician: StaffUser) -> None:
    assert broken(group(site, psychologist=physician, physician=physician)) == "group_visit_has_two_leads"
    assert broken(group(site, capacity=1)) == "group_visit_seats_somebody"


def test_a_seat_in_a_group_visit_exists_once_and_one_is_open_at_a_time(site: Site, patient: Patient) -> None:
    first, second = group(site)(), group(site, start_minute=900)()
    GroupSeat.objects.create(site=site, group=first, patient=patient, state="absent")
    assert broken(lambda: GroupSeat.objects.create(site=site, group=first, patient=patient, state="absent")) == (
        "group_seat_once"
    )
    GroupSeat.objects.create(site=site, group=second, patient=patient)
    third = group(site, start_minute=1000)()
    assert broken(lambda: GroupSeat.objects.create(site=site, group=third, patient=patient)) == (
        "group_seat_one_open_at_a_time"
    )


def test_a_decided_seat_says_who_and_when(site: Site, patient: Patient, physician: StaffUser) -> None:
    fields: dict[str, Any] = {"site": site, "group": group(site)(), "patient": patient}
    assert broken(lambda: GroupSeat.objects.create(**fields, state="not_cleared", decided_at=NOW)) == (
        "group_seat_decided_by_and_at"
    )
    assert broken(lambda: GroupSeat.objects.create(**fields, state="not_cleared")) == (
        "group_seat_state_agrees_with_decision"
    )
    assert broken(
        lambda: GroupSeat.objects.create(**fields, state="booked", decided_at=NOW, decided_by=physician)
    ) == ("group_seat_state_agrees_with_decision")


@pytest.mark.parametrize("support", [None, False, True])
def test_nobody_is_cleared_without_support_person_and_weight(
    site: Site, patient: Patient, physician: StaffUser, support: bool | None
) -> None:
    assert (
        broken(
            lambda: GroupSeat.objects.create(
                site=site,
                group=group(site)(),
                patient=patient,
                state="cleared",
                support_attended=support,
                decided_at=NOW,
                decided_by=physician,
            )
        )
        == "group_seat_cleared_was_complete"
    )


def test_a_seat_never_joins_two_sites(patient: Patient, other_site: Site) -> None:
    elsewhere = group(other_site, physician=people.staff("physician", site=other_site))()
    name = broken(lambda: GroupSeat.objects.create(site=other_site, group=elsewhere, patient=patient))
    assert "same_site" in name
