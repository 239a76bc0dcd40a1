"""Changing, merging and taking apart records, on the real database."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kitclinic.models import AuditEvent, Site, StaffUser, Transition
from kitclinic.problems import Conflict, Refused
from outcomes.actions import send_questionnaire
from scheduling import actions
from scheduling.actions import NewPatient
from scheduling.models import Patient, PatientMerge
from scheduling.queries.enrolment import enrolment_facts
from scheduling.queries.merging import assess_again
from scheduling.queries.patients import family_keys, person_of, record_version
from scheduling.states import EnrolmentState
from tests.factories import scheduling as make
from tests.factories import suite
from tests.factories.scheduling import NOW

WHY = "Same insurance number; the patient confirms both."
LATER = NOW + timedelta(hours=1)


def rules(act: Any) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {problem.rule for problem in refused.value.problems}


def as_typed(patient: Patient, **fields: Any) -> NewPatient:
    names = NewPatient.__dataclass_fields__
    return NewPatient(**{name: getattr(patient, name) for name in names} | fields)


def merge(kept: Patient, folded: Patient, by: StaffUser, reason: str = WHY) -> PatientMerge:
    made = actions.merge_patients(kept=kept, folded=folded, reason=reason, by=by, at=NOW)
    for patient in (kept, folded):
        patient.refresh_from_db()
    return made


@pytest.fixture
def kept(site: Site) -> Patient:
    return make.patient(site=site, record_number="KT-1")


@pytest.fixture
def folded(site: Site) -> Patient:
    return make.patient(site=site, record_number="KT-2")


def test_a_registration_keeps_every_new_field_tidied(site: Site, scheduler: StaffUser) -> None:
    new = make.new_patient(
        preferred_name="  Della ",
        gender="woman",
        ethnic_group="Declined",
        marital_status="Declined",
        needs_interpreter=True,
        phone=" 216  555 0142",
        email="D@Example.ORG",
        address=" 4  Alder Court\r\n\r\nLakewood, OH 44107 ",
        consent_email=True,
        consent_sms=False,
    )
    made = actions.register_patient(site=site, new=new, by=scheduler, at=NOW)
    made.refresh_from_db()
    assert (made.preferred_name, made.gender, made.needs_interpreter) == ("Della", "woman", True)
    assert (made.ethnic_group, made.marital_status) == ("Declined", "Declined")
    assert (made.phone, made.email) == ("216 555 0142", "D@example.org")
    assert made.address_lines == ("4 Alder Court", "Lakewood, OH 44107")
    assert (made.consent_email, made.consent_sms, made.consent_phone) == (True, False, None)


def test_a_change_is_saved_and_audited_without_what_identifies(kept: Patient, scheduler: StaffUser) -> None:
    new = as_typed(kept, family_name="Newname", language="Spanish", consent_sms=True)
    actions.change_patient(patient=kept, new=new, by=scheduler, at=LATER)
    kept.refresh_from_db()
    assert (kept.family_name, kept.language, kept.consent_sms) == ("Newname", "Spanish", True)
    event = AuditEvent.objects.get(event="patient changed")
    assert event.detail["changed"] == {
        "consent_sms": [None, True],
        "family_name": [],
        "language": ["English", "Spanish"],
    }
    assert (event.patient_id, event.by, event.at) == (kept.pk, scheduler, LATER)


def test_a_change_of_nothing_writes_nothing(kept: Patient, scheduler: StaffUser) -> None:
    actions.change_patient(patient=kept, new=as_typed(kept), by=scheduler, at=LATER)
    assert not AuditEvent.objects.filter(event="patient changed").exists()


def test_a_form_that_another_change_overtook_is_refused(kept: Patient, scheduler: StaffUser) -> None:
    version = record_version(kept)
    actions.change_patient(
        patient=kept, new=as_typed(kept, language="French"), by=scheduler, at=NOW, version=version
    )
    with pytest.raises(Conflict):
        actions.change_patient(
            patient=kept, new=as_typed(kept, phone="216 555 9999"), by=scheduler, at=NOW, version=version
        )
    kept.refresh_from_db()
    assert (kept.language, kept.phone == "216 555 9999") == ("French", False)


def test_enr_05_a_change_to_a_number_that_is_taken_is_refused(
    kept: Patient, folded: Patient, scheduler: StaffUser
) -> None:
    new = as_typed(kept, record_number="kt-2")
    assert rules(lambda: actions.change_patient(patient=kept, new=new, by=scheduler, at=NOW)) == {"ENR-05"}


def test_enr_40_a_merged_number_is_used_neither_for_somebody_new_nor_for_the_kept_patient(
    site: Site, kept: Patient, folded: Patient, scheduler: StaffUser
) -> None:
    merge(kept, folded, scheduler)
    new = make.new_patient(record_number="KT-2")
    with pytest.raises(Refused) as refused:
        actions.register_patient(site=site, new=new, by=scheduler, at=NOW)
    assert "KT-2 was merged into KT-1" in str(refused.value)
    mine = as_typed(kept, record_number="KT-2")
    assert rules(lambda: actions.change_patient(patient=kept, new=mine, by=scheduler, at=NOW)) == {"ENR-40"}


def test_only_what_a_change_makes_alike_is_asked_about(site: Site, scheduler: StaffUser) -> None:
    born = date(1974, 3, 12)
    make.patient(site=site, family_name="Marrin", given_name="Delphine", birth_date=born)
    new = make.new_patient(family_name="Marin", given_name="Delphine", birth_date=born)
    twin = actions.register_patient(
        site=site, new=new, by=scheduler, at=NOW, confirmed={"ENR-06": "Cousins, both known."}
    )
    actions.change_patient(patient=twin, new=as_typed(twin, language="French"), by=scheduler, at=NOW)
    other = make.patient(site=site, family_name="Marrin", given_name="Delphine", birth_date=date(1950, 1, 1))
    change = as_typed(other, birth_date=date(1974, 3, 21))
    assert rules(lambda: actions.change_patient(patient=other, new=change, by=scheduler, at=NOW)) == {"ENR-41"}
    said = {"ENR-41": "Her mother."}
    actions.change_patient(patient=other, new=change, by=scheduler, at=NOW, confirmed=said)
    assert AuditEvent.objects.filter(event="patient changed").latest("pk").detail["confirmed"] == said


def test_a_minor_confirmed_once_is_not_asked_about_again(site: Site, scheduler: StaffUser) -> None:
    new = make.new_patient(birth_date=date(2010, 1, 1))
    young = actions.register_patient(site=site, new=new, by=scheduler, at=NOW, confirmed={"ENR-04": "Trial."})
    actions.change_patient(patient=young, new=as_typed(young, language="French"), by=scheduler, at=NOW)
    young.refresh_from_db()
    assert young.language == "French"


def test_a_patient_of_another_clinic_is_not_changed(kept: Patient, other_site: Site) -> None:
    by = make.actor("scheduler", other_site)
    with pytest.raises(Patient.DoesNotExist):
        actions.change_patient(patient=kept, new=as_typed(kept), by=by, at=NOW)


def test_a_merge_leads_one_record_to_the_other_and_keeps_both(
    kept: Patient, folded: Patient, scheduler: StaffUser
) -> None:
    made = merge(kept, folded, scheduler)
    assert (folded.state, folded.merged_into, kept.state) == (EnrolmentState.MERGED, kept, EnrolmentState.REFERRED)
    assert (made.reason, made.merged_by, made.merged_at) == (WHY, scheduler, NOW)
    assert family_keys(kept) == [kept.pk, folded.pk]
    assert family_keys(folded) == [folded.pk]
    events = AuditEvent.objects.filter(event="patients merged")
    assert {event.patient_id for event in events} == {kept.pk, folded.pk}
    step = Transition.objects.filter(subject_id=folded.pk, to_state="merged").get()
    assert step.reason == WHY


def test_enr_43_a_chain_of_merges_is_refused(
    site: Site, kept: Patient, folded: Patient, scheduler: StaffUser
) -> None:
    third = make.patient(site=site, record_number="KT-3")
    merge(kept, folded, scheduler)
    assert rules(lambda: merge(third, kept, scheduler)) == {"ENR-43"}
    assert rules(lambda: merge(folded, third, scheduler)) == {"ENR-43"}
    assert rules(lambda: merge(third, folded, scheduler)) == {"ENR-43"}
    merge(kept, third, scheduler)
    assert family_keys(kept) == [kept.pk, folded.pk, third.pk]


def test_enr_44_open_seats_and_sequences_stop_a_merge_of_that_record_only(
    site: Site, scheduler: StaffUser
) -> None:
    booked = make.booked_patient(site=site)
    plain = make.patient(site=site)
    assert rules(lambda: merge(plain, booked, scheduler)) == {"ENR-44"}
    in_course = suite.booked_sequence(site).patient
    assert rules(lambda: merge(plain, in_course, scheduler)) == {"ENR-44"}
    merge(in_course, plain, scheduler)


def test_enr_44_a_place_on_the_waiting_list_stops_a_merge(site: Site, kept: Patient, scheduler: StaffUser) -> None:
    waiting = make.eligible_patient(site=site)
    actions.wait_for_seat(patient=waiting, by=scheduler, at=NOW)
    assert rules(lambda: merge(kept, waiting, scheduler)) == {"ENR-44"}


def test_enr_44_nothing_is_recorded_for_a_merged_record(
    site: Site, kept: Patient, folded: Patient, scheduler: StaffUser, nurse: StaffUser
) -> None:
    merge(kept, folded, scheduler)
    with pytest.raises(Refused, match="merged"):
        make.assess(folded)
    with pytest.raises(Refused, match="KT-1"):
        actions.record_weight(patient=folded, weight_kg=make.Decimal("82.5"), by=nurse, at=NOW)
    with pytest.raises(Refused, match="KT-1"):
        actions.change_patient(patient=folded, new=as_typed(folded, language="French"), by=scheduler, at=NOW)
    with pytest.raises(Refused, match="KT-1"):
        send_questionnaire(patient=folded, instruments=["PHQ-9"], occasion="baseline", by=nurse, at=NOW)
    assert rules(lambda: make.seat(folded, group=make.group_visit(site=site))) >= {"ENR-25"}


def test_enr_45_a_folded_assessment_makes_the_kept_one_due_before_a_seat(site: Site, scheduler: StaffUser) -> None:
    kept, folded = make.eligible_patient(site=site), make.eligible_patient(site=site)
    merge(kept, folded, scheduler)
    assert assess_again([kept.pk], site=site) == {kept.pk}
    assert enrolment_facts([kept], site=site)[kept.pk].eligible is None
    group = make.group_visit(site=site)
    assert rules(lambda: make.seat(kept, group=group)) == {"ENR-45"}
    make.assess(kept, at=LATER)
    assert assess_again([kept.pk], site=site) == set()
    make.seat(kept, group=group)


def test_enr_45_also_before_a_clearance_and_a_sequence(site: Site, scheduler: StaffUser) -> None:
    kept, folded = make.booked_patient(site=site), make.eligible_patient(site=site)
    seat = make.ready_seat(kept.seats.get())
    merge(kept, folded, scheduler)
    physician = make.actor("physician", site)
    assert "ENR-45" in rules(lambda: actions.clear_seat(seat=seat, by=physician, at=NOW))
    suite.open_week(site, suite.MONDAY)
    cleared = suite.patient_for(site, suite.MONDAY)
    merge(cleared, make.eligible_patient(site=site), scheduler)
    asked = rules(
        lambda: actions.book_sequence(
            patient=cleared,
            first_day=suite.MONDAY,
            start_minute=480,
            by=scheduler,
            at=suite.before(site, suite.MONDAY),
        )
    )
    assert "ENR-45" in asked


def test_enr_45_a_folded_record_without_an_assessment_asks_for_nothing(
    site: Site, folded: Patient, scheduler: StaffUser
) -> None:
    kept = make.eligible_patient(site=site)
    merge(kept, folded, scheduler)
    assert assess_again([kept.pk], site=site) == set()
    make.seat(kept, group=make.group_visit(site=site))


def test_enr_46_an_undone_merge_brings_the_record_back_as_a_referral(site: Site, scheduler: StaffUser) -> None:
    kept, folded = make.patient(site=site), make.eligible_patient(site=site)
    made = merge(kept, folded, scheduler)
    undone = actions.undo_merge(merge=made, reason="Two sisters.", by=scheduler, at=LATER)
    folded.refresh_from_db()
    assert (folded.state, folded.merged_into, undone.undone_by) == (EnrolmentState.REFERRED, None, scheduler)
    assert family_keys(kept) == [kept.pk]
    assert assess_again([kept.pk], site=site) == set()
    assert rules(lambda: actions.undo_merge(merge=made, reason="again", by=scheduler, at=LATER)) == {"ENR-46"}
    make.assess(folded, at=LATER)
    assert folded.state == EnrolmentState.ELIGIBLE
    merge(kept, folded, scheduler)  # and can be merged once more


def test_enr_46_undoing_needs_a_reason_and_the_same_clinic(
    kept: Patient, folded: Patient, scheduler: StaffUser, other_site: Site
) -> None:
    made = merge(kept, folded, scheduler)
    assert rules(lambda: actions.undo_merge(merge=made, reason=" ", by=scheduler, at=NOW)) == {"ENR-46"}
    stranger = make.actor("scheduler", other_site)
    with pytest.raises(Patient.DoesNotExist):
        actions.undo_merge(merge=made, reason="x", by=stranger, at=NOW)
    with pytest.raises(Patient.DoesNotExist):
        actions.merge_patients(kept=kept, folded=folded, reason="x", by=stranger, at=NOW)


def test_the_database_knows_that_a_merged_record_leads_somewhere(kept: Patient, folded: Patient) -> None:
    for fields in ({"state": "merged"}, {"merged_into": kept}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Patient.objects.filter(pk=folded.pk).update(**fields)


def test_the_search_text_follows_the_names(kept: Patient, scheduler: StaffUser) -> None:
    new = as_typed(kept, family_name="Müller-Lüdenscheidt", given_name="Jörg", preferred_name="Jo")
    actions.change_patient(patient=kept, new=new, by=scheduler, at=NOW)
    kept.refresh_from_db()
    assert kept.search_text == " mullerludenscheidt jorg jo kt1 muller ludenscheidt"


def test_a_record_is_never_its_own_duplicate(kept: Patient, scheduler: StaffUser) -> None:
    assert replace(person_of(kept), phone="").key == kept.pk
    actions.change_patient(patient=kept, new=as_typed(kept, phone="216 555 4444"), by=scheduler, at=NOW)


@pytest.mark.parametrize(("later", "due"), [(timedelta(0), True), (timedelta(microseconds=1), False)])
def test_enr_45_only_an_assessment_after_the_merge_saw_both_records(
    site: Site, scheduler: StaffUser, later: timedelta, due: bool
) -> None:
    kept, folded = make.eligible_patient(site=site), make.eligible_patient(site=site)
    actions.merge_patients(kept=kept, folded=folded, reason=WHY, by=scheduler, at=LATER)
    make.assess(kept, at=LATER + later)
    assert bool(assess_again([kept.pk], site=site)) is due
