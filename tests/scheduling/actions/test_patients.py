"""Registering and weighing: what is stored, what is refused, what is audited."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser, Transition
from kitclinic.problems import Refused
from scheduling import actions
from scheduling.models import Patient, Weight
from tests.factories import scheduling as make
from tests.factories import suite
from tests.factories.scheduling import NOW

D = Decimal


def test_registering_stores_a_referred_patient_with_transition_and_audit(site: Site, scheduler: StaffUser) -> None:
    new = make.new_patient(record_number=" kt-7 001", given_name="  Delphine ")
    patient = actions.register_patient(site=site, new=new, by=scheduler, at=NOW)
    assert (patient.state, patient.record_number, patient.given_name) == ("referred", "KT-7001", "Delphine")
    transition = Transition.objects.get(subject="scheduling_patient", subject_id=patient.pk)
    assert (transition.to_state, transition.by, transition.at) == ("referred", scheduler, NOW)
    event = AuditEvent.objects.get(event="patient registered")
    assert (event.subject_id, event.patient_id, event.by) == (patient.pk, patient.pk, scheduler)
    assert "Delphine" not in str(event.detail)


def test_every_problem_of_a_registration_is_named_at_once(site: Site, scheduler: StaffUser) -> None:
    new = make.new_patient(record_number="?", family_name="", birth_date=date(2027, 1, 1))
    with pytest.raises(Refused) as refused:
        actions.register_patient(site=site, new=new, by=scheduler, at=NOW)
    assert {problem.rule for problem in refused.value.problems} == {"ENR-01", "ENR-02", "ENR-03"}
    assert not Patient.objects.exists()
    assert not AuditEvent.objects.filter(patient_id__isnull=False).exists()
    assert not AuditEvent.objects.filter(event="patient registered").exists()


def test_a_possible_duplicate_asks_and_saves_once_it_is_somebody_else(site: Site, scheduler: StaffUser) -> None:
    known = make.patient(site=site, given_name="Delphine", family_name="Marrin")
    twin = make.new_patient(given_name="Delphina", family_name="Marrin", birth_date=known.birth_date)
    with pytest.raises(Refused) as refused:
        actions.register_patient(site=site, new=twin, by=scheduler, at=NOW)
    assert [problem.rule for problem in refused.value.problems] == ["ENR-06"]
    confirmed = {"ENR-06": "Twin sister, both were here."}
    patient = actions.register_patient(site=site, new=twin, by=scheduler, at=NOW, confirmed=confirmed)
    assert AuditEvent.objects.get(event="patient registered", patient_id=patient.pk).detail == {
        "confirmed": confirmed
    }


def test_a_confirmation_without_a_reason_does_not_count(site: Site, scheduler: StaffUser) -> None:
    known = make.patient(site=site, given_name="Delphine", family_name="Marrin")
    twin = make.new_patient(given_name="Delphina", family_name="Marrin", birth_date=known.birth_date)
    with pytest.raises(Refused):
        actions.register_patient(site=site, new=twin, by=scheduler, at=NOW, confirmed={"ENR-06": "  "})


def test_the_same_record_number_cannot_be_confirmed_away(site: Site, scheduler: StaffUser) -> None:
    known = make.patient(site=site)
    new = make.new_patient(record_number=known.record_number.lower())
    with pytest.raises(Refused) as refused:
        actions.register_patient(site=site, new=new, by=scheduler, at=NOW, confirmed={"ENR-05": "yes"})
    assert [(problem.rule, problem.field) for problem in refused.value.problems] == [("ENR-05", "record_number")]


def test_the_same_person_at_another_site_is_not_a_duplicate(site: Site, other_site: Site) -> None:
    known = make.patient(site=site)
    new = make.new_patient(
        record_number=known.record_number,
        given_name=known.given_name,
        family_name=known.family_name,
        birth_date=known.birth_date,
    )
    by = make.actor("scheduler", other_site)
    assert actions.register_patient(site=other_site, new=new, by=by, at=NOW).site == other_site


def test_a_weight_is_stored_as_typed_with_its_audit(site: Site, nurse: StaffUser) -> None:
    patient = make.patient(site=site)
    weight = actions.record_weight(patient=patient, weight_kg=D("82.5"), by=nurse, at=NOW)
    stored = Weight.objects.get(pk=weight.pk)
    assert (stored.weight_kg, stored.source, stored.confirmed_rules) == (D("82.5"), "measured", "")
    assert AuditEvent.objects.get(event="weight recorded").detail == {
        "kg": "82.5",
        "source": "measured",
        "confirmed": "",
    }


@pytest.mark.parametrize("typed", ["0", "82.55", "1000"])
def test_wgt_10_what_no_scale_shows_is_not_stored(site: Site, nurse: StaffUser, typed: str) -> None:
    with pytest.raises(Refused) as refused:
        actions.record_weight(patient=make.patient(site=site), weight_kg=D(typed), by=nurse, at=NOW)
    assert refused.value.problems[0].rule == "WGT-10"


def test_a_questioned_weight_is_stored_unchanged_once_typed_twice(site: Site, nurse: StaffUser) -> None:
    patient = make.patient(site=site)
    actions.record_weight(patient=patient, weight_kg=D("82.5"), by=nurse, at=NOW)
    pounds, later = D("181.9"), NOW + timedelta(minutes=5)
    with pytest.raises(Refused) as refused:
        actions.record_weight(patient=patient, weight_kg=pounds, by=nurse, at=later)
    assert "WGT-02" in {problem.rule for problem in refused.value.problems}
    with pytest.raises(Refused) as differs:
        actions.record_weight(
            patient=patient, weight_kg=pounds, again_kg=D("82.5"), reason="?", by=nurse, at=later
        )
    assert [problem.field for problem in differs.value.problems] == ["again_kg"]
    weight = actions.record_weight(
        patient=patient, weight_kg=pounds, again_kg=pounds, reason="Checked on a second scale.", by=nurse, at=later
    )
    assert weight.weight_kg == pounds
    assert "WGT-02" in weight.confirmed_rules
    assert weight.confirmed_reason == "Checked on a second scale."


def test_a_correction_is_compared_with_the_weight_before_the_wrong_one(site: Site, nurse: StaffUser) -> None:
    patient = make.patient(site=site)
    actions.record_weight(patient=patient, weight_kg=D("82.4"), by=nurse, at=NOW)
    slip = D("28.4")
    wrong = actions.record_weight(
        patient=patient, weight_kg=slip, again_kg=slip, reason="in a hurry", by=nurse, at=NOW
    )
    with pytest.raises(Refused) as refused:
        actions.record_weight(patient=patient, weight_kg=D("82.5"), corrects=wrong, by=nurse, at=NOW)
    assert [(problem.rule, problem.field) for problem in refused.value.problems] == [("WGT-10", "reason")]
    right = actions.record_weight(
        patient=patient, weight_kg=D("82.5"), corrects=wrong, reason="digits exchanged", by=nurse, at=NOW
    )
    assert right.corrects == wrong
    assert AuditEvent.objects.filter(event="weight corrected").count() == 1


def test_inside_a_sequence_four_percent_asks(site: Site, nurse: StaffUser) -> None:
    sequence = suite.booked_sequence(site)
    monday = site.instant(suite.MONDAY, 500)
    again = D("80.0")
    actions.record_weight(
        patient=sequence.patient, weight_kg=again, again_kg=again, reason="first day", by=nurse, at=monday
    )
    with pytest.raises(Refused) as refused:
        actions.record_weight(
            patient=sequence.patient, weight_kg=D("83.3"), by=nurse, at=monday + timedelta(days=1)
        )
    assert [problem.rule for problem in refused.value.problems] == ["WGT-01"]


def test_a_patient_of_another_site_is_not_weighed(site: Site, other_site: Site) -> None:
    with pytest.raises(Patient.DoesNotExist):
        actions.record_weight(
            patient=make.patient(site=site), weight_kg=D("82.5"), by=make.actor("nurse", other_site), at=NOW
        )
