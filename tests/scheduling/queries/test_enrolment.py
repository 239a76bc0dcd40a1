"""What a list says about patients, and who may be the same person."""

from datetime import date, timedelta
from typing import Any

import pytest

from kitclinic.models import Site
from scheduling import actions
from scheduling.actions import Assessment
from scheduling.models import Patient
from scheduling.queries.enrolment import enrolment_facts
from scheduling.queries.patient_list import patient_rows
from scheduling.queries.patients import latest_weight, people_like, person_of
from scheduling.queries.search import everybody
from scheduling.states import EnrolmentState, Verdict
from tests.factories import scheduling as make
from tests.factories import suite
from tests.factories.scheduling import NOW


def test_a_page_of_patients_costs_the_same_however_many(site: Site, django_assert_num_queries: Any) -> None:
    suite.booked_sequence(site, patient=make.cleared_patient(site=site))
    make.booked_patient(site=site, group=make.group_visit(site=site, day=date(2026, 9, 9)))
    for _ in range(8):
        make.patient(site=site)
    patients = list(everybody(site=site))
    with django_assert_num_queries(20):  # seven of enrolment, thirteen of the strips
        rows = patient_rows(patients, site=site, at=NOW, reader=make.actor("scheduler", site))
    words = {row.words for row in rows}
    assert {"Eligibility not recorded", "5 days without a driver", "Group visit Wed 9 Sep"} <= words
    booked = next(row for row in rows if row.next_day)
    assert booked.next_day is not None
    assert booked.next_day.day == suite.MONDAY


def test_the_last_assessment_and_the_last_seat_count(site: Site) -> None:
    patient = make.cleared_patient(site=site)
    later = NOW + timedelta(days=30)
    make.assess(patient, at=later)
    actions.assess_eligibility(
        patient=patient,
        assessment=Assessment(make.facts(ketamine_misuse=True)),
        by=make.actor("scheduler", site),
        at=later,
        verdict=Verdict.OPEN,
    )
    facts = enrolment_facts([patient], site=site)[patient.pk]
    assert (facts.eligible, facts.decision_open) == (False, True)
    assert facts.state == EnrolmentState.ELIGIBLE
    assert facts.seat is not None
    assert facts.seat.decided_by == "Anneke Vantongeren"


def test_the_referral_that_was_accepted_last_is_the_one_to_open(site: Site) -> None:
    patient, other = make.patient(site=site), make.patient(site=site)
    by = make.actor("physician", site)
    first = patient.referrals.get()
    assert enrolment_facts([patient, other], site=site)[patient.pk].referral == first.pk
    assert enrolment_facts([patient, other], site=site)[other.pk].referral == other.referrals.get().pk
    again = make.referral(
        site=site,
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
        at=NOW + timedelta(days=30),
    )
    assert enrolment_facts([patient], site=site)[patient.pk].referral == first.pk, "an open one is not accepted"
    actions.accept_referral(referral=again, patient=patient, by=by, at=NOW + timedelta(days=31))
    assert enrolment_facts([patient], site=site)[patient.pk].referral == again.pk


def test_a_reopened_referral_shows_its_second_day(site: Site) -> None:
    patient = make.patient(site=site)
    by, later = make.actor("physician", site), NOW + timedelta(days=40)
    for verdict, at in ((Verdict.DECLINE, NOW), (Verdict.OPEN, later)):
        actions.assess_eligibility(
            patient=patient, assessment=Assessment(make.facts(), note="x"), by=by, at=at, verdict=verdict
        )
    patient.refresh_from_db()
    assert enrolment_facts([patient], site=site)[patient.pk].referred_on == site.today(later)


def test_people_alike_are_looked_up_by_date_number_and_phone(site: Site, django_assert_num_queries: Any) -> None:
    known = make.patient(
        site=site,
        family_name="Marrin",
        given_name="Delphine",
        birth_date=date(1974, 3, 12),
        record_number="KT-4071",
        phone="(216) 555-0142",
    )
    for _ in range(5):
        make.patient(site=site)
    swapped_date = make.new_patient(family_name="Marrin", given_name="Delphine", birth_date=date(1974, 12, 3))
    swapped_number = make.new_patient(family_name="Marin", given_name="Delphine", record_number="KT-4701")
    same_phone = make.new_patient(family_name="Marrin", given_name="Delfine", phone="216 555 0142")
    for new, rule in ((swapped_date, "ENR-09"), (swapped_number, "ENR-07"), (same_phone, "ENR-08")):
        with django_assert_num_queries(1):
            (match,) = people_like(site=site, person=new.person)
        assert (match.person.key, match.rules) == (known.pk, (rule,))


def test_a_birth_date_without_a_swapped_twin_is_looked_up_all_the_same(site: Site) -> None:
    known = make.patient(site=site, birth_date=date(1974, 1, 31))
    new = make.new_patient(birth_date=known.birth_date, given_name=known.given_name, family_name="Else")
    assert [match.rules for match in people_like(site=site, person=new.person)] == [("ENR-06",)]


def test_a_patient_without_a_birth_date_cannot_be_compared(site: Site) -> None:
    patient = Patient(site=site, record_number="R-1", is_registry=True)
    with pytest.raises(ValueError, match="birth date"):
        person_of(patient)


def test_the_latest_weight_leaves_out_what_was_corrected(site: Site) -> None:
    patient = make.cleared_patient(site=site, weight_kg="82.5")
    wrong = latest_weight(patient)
    assert wrong is not None
    actions.record_weight(
        patient=patient,
        weight_kg=wrong.weight_kg + 1,
        by=make.actor("nurse", site),
        at=wrong.measured_at,
        corrects=wrong,
        reason="read wrongly",
    )
    newest = latest_weight(patient)
    assert newest is not None
    assert newest.corrects == wrong
