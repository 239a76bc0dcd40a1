"""Whose entries the timeline holds, and what each reader gets of them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES, Permission, Role
from scheduling import actions
from scheduling.models import Patient
from scheduling.queries.patients import family_keys
from scheduling.queries.readiness import strips
from scheduling.queries.timeline import timeline
from scheduling.rules.timeline import TimelineEvent
from tests.factories import infusions, outcomes, people, suite
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

LATER = NOW + timedelta(days=90)


def entries(patient: Patient, reader: StaffUser, at: Any = LATER) -> tuple[TimelineEvent, ...]:
    return timeline(family_keys(patient), site=patient.site, reader=reader, at=at)


@pytest.fixture
def treated(site: Site) -> Patient:
    """A patient with one infusion given, a questionnaire answered and a note for the team."""
    chair = infusions.infusion(site=site, at_state="discharged")
    patient = chair.infusion.patient
    outcomes.completed(site=site, patient=patient, at=chair.at + timedelta(days=3))
    actions.write_team_note(
        patient=patient,
        note="Fears needles.",
        goals="Walk the dog",
        by=make.actor("psychologist", site),
        at=chair.at,
    )
    return patient


def test_a_new_patient_has_the_referral_and_nothing_planned(site: Site, scheduler: StaffUser) -> None:
    found = entries(make.patient(site=site), scheduler)
    assert {event.kind for event in found} == {"referral"}
    assert not any(event.planned for event in found)


def test_a_referral_received_leads_to_its_page_for_who_may_open_it(site: Site, nurse: StaffUser) -> None:
    patient = make.patient(site=site)
    (received,) = [event for event in entries(patient, nurse) if event.title == "Referral received"]
    assert (received.url_name, received.url_key) == ("scheduling:referral", patient.referrals.get().pk)
    administrator = people.staff(Role.ADMINISTRATOR, site=site)
    (received,) = [event for event in entries(patient, administrator) if event.title == "Referral received"]
    assert received.url_name == ""


def test_everything_of_all_apps_is_there_for_the_nurse_once(treated: Patient, nurse: StaffUser) -> None:
    found = entries(treated, nurse)
    kinds = {event.kind for event in found}
    assert {
        "referral",
        "assessment",
        "group",
        "consent",
        "sequence",
        "order",
        "infusion",
        "questionnaire",
    } <= kinds
    assert {"weight", "note"} <= kinds
    visits = [event.subject for event in found if event.subject]
    assert len(visits) == len(set(visits)) == 5
    assert list(found) == sorted(found, key=lambda event: event.at)


@pytest.mark.parametrize("role", [role for role in Role if Permission.FIND_PATIENTS in ROLES[role]])
def test_enr_81_each_role_reads_what_it_may(treated: Patient, site: Site, role: Role) -> None:
    reader = people.staff(role, site=site)
    found = entries(treated, reader)
    kinds = {event.kind for event in found}
    charts = reader.may(Permission.SEE_CHARTS)
    assert ({"order", "infusion"} <= kinds) is charts
    assert ("note" in kinds) is reader.may(Permission.SEE_TEAM_NOTES)
    words = " ".join(f"{event.title} {event.detail}" for event in found)
    assert ("PHQ-9 14" in words) is reader.may(Permission.SEE_SCORES)
    assert (" kg" in words) is (charts or reader.may(Permission.SEE_SCORES))
    assert "needles" not in words or reader.may(Permission.SEE_TEAM_NOTES)


def test_a_record_merged_into_this_one_shows_its_history(site: Site, physician: StaffUser) -> None:
    kept, folded = make.patient(site=site), make.patient(site=site)
    actions.record_weight(patient=folded, weight_kg=Decimal("71.5"), by=physician, at=NOW)
    actions.merge_patients(
        kept=kept, folded=folded, reason="Same person.", by=make.actor("scheduler", site), at=NOW
    )
    found = entries(kept, physician)
    assert any("71.5 kg" in event.detail for event in found)
    assert any(event.kind == "record" and folded.record_number in event.title for event in found)
    assert sum(event.title == "Referral received" for event in found) == 2


def test_the_history_of_another_clinic_is_not_read(site: Site, other_site: Site, physician: StaffUser) -> None:
    stranger = make.patient(site=other_site)
    assert timeline([stranger.pk], site=site, reader=physician, at=LATER) == ()


def test_strips_cost_the_same_for_one_and_for_many(
    site: Site, physician: StaffUser, django_assert_num_queries: Any
) -> None:
    people_here = [suite.booked_sequence(site, start_minute=540 + 85 * n).patient for n in range(3)]
    people_here += [make.patient(site=site) for _ in range(5)]
    with django_assert_num_queries(19):
        many = strips(people_here, site=site, at=NOW, reader=physician)
    with django_assert_num_queries(19):
        strips(people_here[:1], site=site, at=NOW, reader=physician)
    assert {len(strip.gates) for strip in many.values()} == {10}
    assert strips([], site=site, at=NOW, reader=physician) == {}


def test_an_address_is_given_only_to_who_may_act_there(site: Site, scheduler: StaffUser, nurse: StaffUser) -> None:
    patient = make.booked_patient(site=site, group=make.group_visit(site=site, day=date(2026, 9, 9)))
    for reader, expected in ((scheduler, "scheduling:offers"), (nurse, "")):
        strip = strips([patient], site=site, at=NOW, reader=reader)[patient.pk]
        assert {gate.key: gate.url_name for gate in strip.gates}["sequence"] == expected
