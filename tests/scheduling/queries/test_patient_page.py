"""What the patient page holds, and for whom."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from kitclinic.models import Site, StaffUser
from scheduling import actions
from scheduling.actions import Assessment
from scheduling.models import Patient
from scheduling.queries.assessments import Line
from scheduling.queries.patient_page import PatientPage, patient_page
from scheduling.states import Caution, MissedReason, TransportKind, Verdict
from tests.factories import scheduling as make
from tests.factories import suite
from tests.factories.scheduling import NOW

RIGHT = ("order", "pregnancy", "baseline")  # answered by the apps to the right


def shown(patient: Patient, reader: StaffUser, at: Any = NOW) -> PatientPage:
    return patient_page(patient=patient, site=patient.site, reader=reader, at=at)


def acts(patient: Patient, reader: StaffUser, at: Any = NOW) -> list[tuple[str, bool]]:
    """The acts of enrolment and schedule by gate, and whether they are this reader's."""
    gates = [gate for gate in shown(patient, reader, at).acts if gate.key not in RIGHT]
    return [(gate.key, bool(gate.url_name)) for gate in gates]


def test_each_step_of_the_way_offers_its_likely_act(site: Site, scheduler: StaffUser, nurse: StaffUser) -> None:
    patient = make.patient(site=site)
    assert acts(patient, scheduler) == [("eligible", True)]
    assert acts(patient, nurse) == [("eligible", False)]
    make.assess(patient)
    assert acts(patient, scheduler) == [("group", True)]
    make.seat(patient, group=make.group_visit(site=site, day=date(2026, 9, 9)))
    assert acts(patient, scheduler) == [("group", True), ("sequence", True)]
    on_the_day = site.instant(date(2026, 9, 9), 780)
    assert acts(patient, nurse, on_the_day) == [("group", True), ("sequence", False)]
    assert acts(patient, scheduler, on_the_day) == [("group", False), ("sequence", True)]


def test_drivers_are_asked_for_by_day(site: Site, scheduler: StaffUser) -> None:
    sequence = suite.booked_sequence(site, patient=make.cleared_patient(site=site))
    actions.name_driver(
        visits=suite.visits_of(sequence)[:3],
        name="Paul Marrin",
        relationship="husband",
        phone="216 555 0142",
        transport=TransportKind.FAMILY,
        by=scheduler,
        at=NOW,
    )
    page = shown(sequence.patient, scheduler)
    driver = next(gate for gate in page.acts if gate.key == "driver")
    assert driver.todo is not None
    assert (driver.todo.title, driver.url_key) == ("Name drivers for Thu 17 Sep, Fri 18 Sep", sequence.pk)
    (course,) = page.courses
    assert [cell.tone for cell in course.cells] == ["na", "na", "na", "due", "due"]
    assert course.cells[0].note == "Paul Marrin drives"
    assert (page.chair, page.next_visit) == (1, "Mon 14 Sep, 09:00, in 7 days")


def test_a_missed_day_says_why_and_an_attended_one_is_done(site: Site, nurse: StaffUser) -> None:
    sequence = suite.booked_sequence(site)
    first, second, *_ = suite.visits_of(sequence)
    suite.attend(first, by=nurse)
    actions.mark_missed(visit=second, reason=MissedReason.TRANSPORT, by=nurse, at=second.starts_at)
    (course,) = shown(sequence.patient, nurse, second.starts_at).courses
    assert [(cell.tone, cell.note) for cell in course.cells[:2]] == [
        ("done", "Attended"),
        ("blocked", "Missed: transport"),
    ]


def test_who_only_books_gets_no_assessment(site: Site, scheduler: StaffUser, psychologist: StaffUser) -> None:
    patient = make.patient(site=site)
    make.assess(patient, cautions=frozenset({Caution.LIVER_FAILURE}), acknowledged=frozenset(Caution))
    page = shown(patient, scheduler)
    assert (page.clinical, page.assessment, page.assessment_lines) == (False, None, ())
    assert Line("Cautions", "Liver failure") in shown(patient, psychologist).assessment_lines


def test_an_open_caution_is_marked(site: Site, physician: StaffUser) -> None:
    patient = make.patient(site=site)
    assessment = Assessment(make.facts(cautions=frozenset({Caution.HEART_FAILURE})))
    actions.assess_eligibility(patient=patient, assessment=assessment, by=physician, at=NOW, verdict=Verdict.OPEN)
    assert Line("Cautions", "Heart failure, not acknowledged") in shown(patient, physician).assessment_lines


def test_a_declined_patient_can_only_be_reopened(site: Site, physician: StaffUser) -> None:
    patient = make.patient(site=site)
    declined = Assessment(make.facts(), note="Prefers physiotherapy.")
    actions.assess_eligibility(patient=patient, assessment=declined, by=physician, at=NOW, verdict=Verdict.DECLINE)
    patient.refresh_from_db()
    (gate,) = shown(patient, physician).acts
    assert gate.todo is not None
    assert gate.todo.title == "Reopen the referral"


def test_enr_26_a_lapsed_clearing_asks_for_a_new_course(site: Site, physician: StaffUser) -> None:
    patient = make.cleared_patient(site=site)
    assert acts(patient, physician) == [("sequence", False)]
    later = NOW + timedelta(days=10)
    assert acts(patient, physician, later) == [("eligible", True)]


def test_the_page_costs_the_same_however_long_the_history(
    site: Site, physician: StaffUser, django_assert_max_num_queries: Any
) -> None:
    patient = suite.booked_sequence(site, patient=make.cleared_patient(site=site)).patient
    for number in range(4):
        make.assess(patient, at=NOW + timedelta(minutes=number))
        actions.record_weight(
            patient=patient, weight_kg=Decimal("82.5"), by=physician, at=NOW + timedelta(minutes=number)
        )
    with django_assert_max_num_queries(49):
        shown(patient, physician)
