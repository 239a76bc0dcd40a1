"""Assessing: versions, verdicts, who decides, and where the patient moves."""

from datetime import date, timedelta
from typing import Any

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser, Transition
from kitclinic.problems import Refused
from scheduling import actions
from scheduling.actions import Assessment
from scheduling.models import Eligibility, GroupSeat, Patient
from scheduling.states import Caution, EnrolmentState, MisuseDecision, PregnancyState, SeatState, Verdict
from tests.factories import scheduling as make
from tests.factories import suite
from tests.factories.scheduling import NOW

MISUSE: dict[str, Any] = {"ketamine_misuse": True}
ACCEPTED = MISUSE | {"misuse_decision": MisuseDecision.ACCEPT, "misuse_rationale": "None since 2009."}


def assess(patient: Patient, by: StaffUser, verdict: Verdict = Verdict.ELIGIBLE, **answers: Any) -> Eligibility:
    note = answers.pop("note", "")
    row = actions.assess_eligibility(
        patient=patient,
        assessment=Assessment(make.facts(**answers), allergies="Sulfonamides", note=note),
        by=by,
        at=answers.pop("at", NOW),
        verdict=verdict,
    )
    patient.refresh_from_db()
    return row


def test_complete_answers_make_the_patient_eligible(site: Site, physician: StaffUser) -> None:
    patient = make.patient(site=site)
    row = assess(patient, physician, cautions=frozenset({Caution.LIVER_FAILURE}), acknowledged=frozenset(Caution))
    assert patient.state == EnrolmentState.ELIGIBLE
    assert (row.version, row.eligible, row.allergies) == (1, True, "Sulfonamides")
    assert row.acknowledged_cautions == ["liver_failure"]  # only what applies
    event = AuditEvent.objects.get(event="eligibility assessed")
    assert (event.subject_id, event.detail["verdict"]) == (row.pk, "eligible")
    assert Transition.objects.filter(subject_id=patient.pk, to_state="eligible").count() == 1


def test_an_unanswered_question_refuses_and_stores_nothing(site: Site, scheduler: StaffUser) -> None:
    patient = make.patient(site=site)
    with pytest.raises(Refused) as refused:
        assess(patient, scheduler, pain_months=5, allergies_reviewed=False)
    assert {problem.rule for problem in refused.value.problems} == {"ENR-10", "ENR-16"}
    assert not Eligibility.objects.exists()


def test_a_caution_that_nobody_acknowledged_refuses(site: Site, scheduler: StaffUser) -> None:
    with pytest.raises(Refused) as refused:
        assess(make.patient(site=site), scheduler, cautions=frozenset({Caution.HEART_FAILURE}))
    assert [problem.rule for problem in refused.value.problems] == ["CAU-03"]


def test_pregnancy_refuses_every_verdict_but_not_the_fact(site: Site, physician: StaffUser) -> None:
    patient = make.patient(site=site)
    pregnant = {"childbearing_potential": True, "pregnancy": PregnancyState.POSITIVE}
    with pytest.raises(Refused) as refused:
        assess(patient, physician, **pregnant)
    assert [problem.rule for problem in refused.value.problems] == ["ENR-12"]
    row = assess(patient, physician, Verdict.OPEN, **pregnant)
    assert (row.pregnancy, row.eligible, patient.state) == ("positive", False, EnrolmentState.REFERRED)


def test_kept_open_moves_nobody_on(site: Site, scheduler: StaffUser) -> None:
    patient = make.patient(site=site)
    row = assess(patient, scheduler, Verdict.OPEN, pain_months=None)
    assert (row.eligible, row.pain_months, patient.state) == (False, None, EnrolmentState.REFERRED)


def test_a_scheduler_does_not_decide_about_misuse(site: Site, scheduler: StaffUser) -> None:
    patient = make.patient(site=site)
    for verdict in (Verdict.ELIGIBLE, Verdict.OPEN):
        with pytest.raises(Refused) as refused:
            assess(patient, scheduler, verdict, **ACCEPTED)
        assert "misuse_decision" in {problem.field for problem in refused.value.problems}


def test_a_physician_decides_and_a_scheduler_keeps_that_decision(
    site: Site, scheduler: StaffUser, physician: StaffUser
) -> None:
    patient = make.patient(site=site)
    assert assess(patient, scheduler, Verdict.OPEN, **MISUSE).misuse_decided_by is None
    assert assess(patient, physician, **ACCEPTED).misuse_decided_by == physician
    again = assess(patient, scheduler, **ACCEPTED)
    assert (again.version, again.misuse_decided_by) == (3, physician)
    changed = ACCEPTED | {"misuse_rationale": "Something else."}
    with pytest.raises(Refused):
        assess(patient, scheduler, **changed)


def test_a_form_that_another_one_overtook_is_refused(site: Site, scheduler: StaffUser) -> None:
    patient = make.patient(site=site)
    assess(patient, scheduler)
    with pytest.raises(Refused, match="meanwhile"):
        actions.assess_eligibility(
            patient=patient, assessment=Assessment(make.facts()), by=scheduler, at=NOW, version=1
        )


def test_declining_gives_the_booked_seat_back(site: Site, physician: StaffUser) -> None:
    patient = make.booked_patient(site=site)
    with pytest.raises(Refused):
        assess(patient, physician, Verdict.DECLINE)
    assess(patient, physician, Verdict.DECLINE, note="Prefers physiotherapy.")
    assert patient.state == EnrolmentState.DECLINED
    assert GroupSeat.objects.get(patient=patient).state == SeatState.CANCELLED


def test_declining_at_the_group_visit_decides_the_seat(site: Site, physician: StaffUser) -> None:
    patient = make.booked_patient(site=site)
    seat = GroupSeat.objects.get(patient=patient)
    actions.check_in_seat(seat=seat, support_attended=True, by=physician, at=NOW)
    assess(patient, physician, Verdict.DECLINE, note="Not now.")
    seat.refresh_from_db()
    assert (seat.state, seat.decided_by) == (SeatState.NOT_CLEARED, physician)


def test_a_patient_with_booked_infusions_is_not_declined(site: Site, physician: StaffUser) -> None:
    patient = suite.booked_sequence(site).patient
    with pytest.raises(Refused) as refused:
        assess(patient, physician, Verdict.DECLINE, note="Moved away.")
    assert [problem.rule for problem in refused.value.problems] == ["ENR-17"]


def test_a_declined_patient_is_reopened_by_a_new_assessment(site: Site, physician: StaffUser) -> None:
    patient = make.patient(site=site)
    assess(patient, physician, Verdict.DECLINE, note="Three months of pain only.")
    assess(patient, physician, Verdict.DECLINE, note="Still so.")
    assert patient.state == EnrolmentState.DECLINED
    assess(patient, physician, Verdict.OPEN)
    assert patient.state == EnrolmentState.REFERRED
    assess(patient, physician)
    assert patient.state == EnrolmentState.ELIGIBLE


@pytest.mark.parametrize(("days", "state"), [(9, "cleared"), (10, "eligible")])
def test_enr_26_a_cleared_patient_begins_anew_only_after_nine_days(site: Site, days: int, state: str) -> None:
    patient = make.cleared_patient(site=site)
    make.assess(patient, at=NOW + timedelta(days=days))
    assert patient.state == state


def test_enr_26_nobody_with_booked_infusions_begins_anew(site: Site) -> None:
    patient = suite.booked_sequence(site).patient
    make.assess(patient, at=site.instant(suite.MONDAY + timedelta(days=20), 600))
    assert patient.state == EnrolmentState.CLEARED


@pytest.mark.parametrize(("days", "state"), [(9, "cleared"), (179, "cleared"), (180, "eligible")])
def test_enr_60_after_a_course_the_clearing_holds_until_no_day_within_180_is_left(
    site: Site, nurse: StaffUser, days: int, state: str
) -> None:
    patient = make.cleared_patient(site=site, at=NOW + timedelta(days=2))  # Wednesday, 9 days before Friday
    sequence = suite.booked_sequence(site, patient=patient)
    for visit in suite.visits_of(sequence):
        suite.attend(visit, by=nurse)
    make.assess(patient, at=site.instant(date(2026, 9, 9) + timedelta(days=days), 900))
    assert patient.state == state
