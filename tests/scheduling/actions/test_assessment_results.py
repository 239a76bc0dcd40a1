"""The result that the answers make, who decides, and what a result means for the seat and the clearing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from scheduling import actions
from scheduling.actions import Assessment
from scheduling.models import Eligibility, GroupSeat, Patient
from scheduling.states import (
    Caution,
    CharlsonCondition,
    EnrolmentState,
    MisuseDecision,
    PainCategory,
    PregnancyState,
    SeatState,
    Verdict,
)
from tests.factories import scheduling as make
from tests.factories import suite
from tests.factories.scheduling import NOW

SUBSTANCE: dict[str, Any] = {"substance_misuse": True}
ACCEPTED = SUBSTANCE | {
    "substance_decision": MisuseDecision.ACCEPT,
    "substance_rationale": "Cannabis at night; agreement signed.",
}
PREGNANT: dict[str, Any] = {"childbearing_potential": True, "pregnancy": PregnancyState.POSITIVE}
HEART = frozenset({Caution.HEART_FAILURE})


def save(
    patient: Patient,
    by: StaffUser,
    verdict: Verdict | None = None,
    more: dict[str, Any] | None = None,
    **answers: Any,
) -> Eligibility:
    """One press on Save: the answers make the result."""
    assessment = replace(Assessment(make.facts(**answers)), **(more or {}))
    row = actions.assess_eligibility(patient=patient, assessment=assessment, by=by, at=NOW, verdict=verdict)
    patient.refresh_from_db()
    return row


def refused(
    patient: Patient, by: StaffUser, verdict: Verdict | None = None, **answers: Any
) -> list[tuple[str, str]]:
    before = Eligibility.objects.count()
    with pytest.raises(Refused) as error:
        save(patient, by, verdict, **answers)
    assert Eligibility.objects.count() == before
    return [(problem.rule, problem.field) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("answers", "result", "state"),
    [
        ({}, Verdict.ELIGIBLE, EnrolmentState.ELIGIBLE),
        ({"pain_months": 6}, Verdict.ELIGIBLE, EnrolmentState.ELIGIBLE),
        ({"pain_months": 5}, Verdict.DECLINE, EnrolmentState.REFERRED),
        ({"allergies_reviewed": False}, Verdict.OPEN, EnrolmentState.REFERRED),
        ({"ketamine_misuse": True}, Verdict.PENDING, EnrolmentState.ELIGIBLE),
        (SUBSTANCE, Verdict.PENDING, EnrolmentState.ELIGIBLE),
        ({"cautions": HEART}, Verdict.PENDING, EnrolmentState.ELIGIBLE),
        (PREGNANT, Verdict.DECLINE, EnrolmentState.REFERRED),
    ],
)
def test_enr_52_a_save_takes_the_result_the_answers_make(
    site: Site, scheduler: StaffUser, answers: dict[str, Any], result: str, state: str
) -> None:
    patient = make.patient(site=site)
    row = save(patient, scheduler, **answers)
    assert (row.result, row.eligible, patient.state) == (result, result in ("eligible", "pending"), state)


def test_enr_17_not_eligible_by_the_answers_keeps_seat_and_referral_until_somebody_declines(
    site: Site, physician: StaffUser
) -> None:
    patient = make.booked_patient(site=site)
    assert save(patient, physician, **PREGNANT).result == Verdict.DECLINE
    assert patient.state == EnrolmentState.GROUP_BOOKED
    save(patient, physician, Verdict.DECLINE, more={"note": "Pregnant."}, **PREGNANT)
    assert patient.state == EnrolmentState.DECLINED
    assert GroupSeat.objects.get(patient=patient).state == SeatState.CANCELLED
    assert save(patient, physician, **PREGNANT).result == Verdict.DECLINE
    assert patient.state == EnrolmentState.DECLINED  # not reopened by answers that still speak against it


def test_enr_12_pregnancy_is_recorded_even_while_five_infusions_are_booked(
    site: Site, physician: StaffUser
) -> None:
    patient = suite.booked_sequence(site).patient
    row = save(patient, physician, **PREGNANT)
    assert (row.result, row.eligible, patient.state) == (Verdict.DECLINE, False, EnrolmentState.CLEARED)


def test_enr_53_only_a_prescriber_takes_a_pregnancy_back_and_says_why(
    site: Site, scheduler: StaffUser, physician: StaffUser
) -> None:
    patient = make.patient(site=site)
    save(patient, scheduler, **PREGNANT)
    assert refused(patient, scheduler, more={"note": "Wrong patient."}) == [("ENR-53", "pregnancy")]
    assert refused(patient, physician) == [("ENR-53", "note")]
    assert save(patient, scheduler, **PREGNANT).version == 2  # left as it was
    row = save(patient, physician, more={"note": "Result of another patient."})
    assert (row.result, patient.state) == (Verdict.ELIGIBLE, EnrolmentState.ELIGIBLE)


def test_enr_51_a_scheduler_does_not_decide_about_substance_misuse(site: Site, scheduler: StaffUser) -> None:
    patient = make.patient(site=site)
    for verdict in (None, Verdict.ELIGIBLE, Verdict.PENDING, Verdict.OPEN):
        assert ("ENR-51", "substance_decision") in refused(patient, scheduler, verdict, **ACCEPTED)


def test_enr_51_a_decision_stays_with_the_physician_who_took_it(
    site: Site, scheduler: StaffUser, physician: StaffUser
) -> None:
    patient = make.patient(site=site)
    assert save(patient, scheduler, **SUBSTANCE).substance_decided_by is None
    assert save(patient, physician, **ACCEPTED).substance_decided_by == physician
    again = save(patient, scheduler, **ACCEPTED)
    assert (again.result, again.substance_decided_by) == (Verdict.ELIGIBLE, physician)
    changed = ACCEPTED | {"substance_rationale": "Something else."}
    assert refused(patient, scheduler, **changed) == [("ENR-51", "substance_decision")]
    no = ACCEPTED | {"substance_decision": MisuseDecision.DECLINE, "substance_rationale": "Heroin, daily."}
    assert save(patient, physician, **no).result == Verdict.DECLINE


def test_enr_15_a_caution_is_acknowledged_by_a_prescriber_and_stays_acknowledged(
    site: Site, scheduler: StaffUser, physician: StaffUser
) -> None:
    patient = make.patient(site=site)
    both = {"cautions": HEART, "acknowledged": HEART}
    assert refused(patient, scheduler, **both) == [("ENR-15", "caution_heart_failure")]
    assert save(patient, scheduler, cautions=HEART).result == Verdict.PENDING
    assert save(patient, physician, **both).result == Verdict.ELIGIBLE
    assert save(patient, scheduler, **both).result == Verdict.ELIGIBLE


@pytest.mark.parametrize(
    "pending",
    [{"ketamine_misuse": True}, SUBSTANCE, *({"cautions": frozenset({caution})} for caution in Caution)],
)
def test_enr_52_with_decisions_pending_there_is_a_seat_and_no_clearing(
    site: Site, scheduler: StaffUser, physician: StaffUser, pending: dict[str, Any]
) -> None:
    patient = make.patient(site=site)
    save(patient, scheduler, **pending)
    seat = make.ready_seat(make.seat(patient))
    with pytest.raises(Refused) as error:
        actions.clear_seat(seat=seat, by=physician, at=NOW)
    assert {problem.rule for problem in error.value.problems} <= {
        "ENR-14",
        "ENR-51",
        *(f"CAU-0{n}" for n in range(1, 10)),
    }
    cautions = pending.get("cautions", frozenset())
    taken = {
        "misuse_decision": MisuseDecision.ACCEPT if "ketamine_misuse" in pending else "",
        "misuse_rationale": "None since 2009." if "ketamine_misuse" in pending else "",
    }
    decided = ACCEPTED if pending == SUBSTANCE else pending | taken | {"acknowledged": cautions}
    save(patient, physician, **decided)
    assert actions.clear_seat(seat=seat, by=physician, at=NOW).state == SeatState.CLEARED


def test_enr_58_put_off_the_patient_gives_the_seat_back(site: Site, physician: StaffUser) -> None:
    patient = make.booked_patient(site=site)
    assert refused(patient, physician, Verdict.REASSESS) == [("ENR-58", "reassess_on")]
    day = site.today(NOW) + timedelta(days=30)
    row = save(patient, physician, Verdict.REASSESS, more={"reassess_on": day}, pain_months=5)
    assert (row.reassess_on, row.eligible, patient.state) == (day, False, EnrolmentState.ELIGIBLE)
    assert GroupSeat.objects.get(patient=patient).state == SeatState.CANCELLED
    with pytest.raises(Refused):
        make.seat(patient)


def test_enr_58_a_day_is_kept_with_that_result_only(site: Site, physician: StaffUser) -> None:
    row = save(make.patient(site=site), physician, more={"reassess_on": date(2027, 1, 4)})
    assert (row.result, row.reassess_on) == (Verdict.ELIGIBLE, None)


def test_diagnosis_height_and_index_go_to_the_patient(site: Site, scheduler: StaffUser) -> None:
    patient = make.patient(site=site, height_cm=None, birth_date=date(1960, 1, 1))
    conditions = frozenset({CharlsonCondition.TUMOR, CharlsonCondition.METASTATIC})
    more = {"charlson_reviewed": True, "charlson_conditions": conditions, "height_cm": 168}
    more |= {"analgesics": " gabapentin 900 mg \n\ntramadol", "psychotropics": "sertraline"}
    row = save(
        patient, scheduler, more=more, pain_categories=frozenset({PainCategory.CRPS, PainCategory.WIDESPREAD})
    )
    assert (patient.diagnosis, patient.height_cm, patient.charlson_index) == ("multiple categories", 168, 6)
    assert (row.charlson_index, row.charlson_age_points) == (6, 2)  # aged 66; never added
    assert row.analgesics == "gabapentin 900 mg\ntramadol"
    save(patient, scheduler, Verdict.OPEN, pain_categories=frozenset())
    assert (patient.diagnosis, patient.height_cm, patient.charlson_index) == ("multiple categories", 168, 6)


def test_enr_57_a_total_from_elsewhere_is_the_index_and_names_its_source(site: Site, scheduler: StaffUser) -> None:
    patient = make.patient(site=site)
    assert refused(patient, scheduler, more={"charlson_imported": 4}) == [("ENR-57", "charlson_imported_from")]
    row = save(patient, scheduler, more={"charlson_imported": 4, "charlson_imported_from": "Referral"})
    assert (row.charlson_index, row.charlson_conditions, patient.charlson_index) == (4, [], 4)


def test_an_index_that_nobody_went_through_is_not_nought(site: Site, scheduler: StaffUser) -> None:
    patient = make.patient(site=site)
    assert save(patient, scheduler).charlson_index is None
    assert save(patient, scheduler, more={"charlson_reviewed": True}).charlson_index == 0


def _broken(patient: Patient, by: StaffUser, **columns: Any) -> str:
    values = {"version": 9, "eligible": False, "result": Verdict.OPEN} | columns
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Eligibility.objects.create(site=patient.site, patient=patient, assessed_by=by, assessed_at=NOW, **values)
    return str(error.value)


def test_the_database_refuses_a_result_that_disagrees(site: Site, physician: StaffUser) -> None:
    patient = make.patient(site=site)
    assert "eligibility_result_agrees" in _broken(patient, physician, result=Verdict.PENDING)
    assert "eligibility_reassess_has_date" in _broken(patient, physician, result=Verdict.REASSESS)
    assert "eligibility_reassess_has_date" in _broken(patient, physician, reassess_on=date(2027, 1, 4))
    taken = {"substance_decision": "accept", "substance_decided_by": physician}
    assert "eligibility_substance_decision_is_whole" in _broken(patient, physician, **taken)


def test_a_merged_record_is_not_assessed(site: Site, scheduler: StaffUser) -> None:
    kept, folded = make.patient(site=site), make.patient(site=site)
    Patient.objects.filter(pk=folded.pk).update(state=EnrolmentState.MERGED, merged_into=kept)
    assert refused(folded, scheduler) == [("STA-01", "")]


def test_a_nurse_who_weighs_after_the_assessment_changes_no_result(site: Site, nurse: StaffUser) -> None:
    patient = make.eligible_patient(site=site)
    actions.record_weight(patient=patient, weight_kg=Decimal("82.5"), by=nurse, at=NOW)
    assert Eligibility.objects.get(patient=patient).result == Verdict.ELIGIBLE
