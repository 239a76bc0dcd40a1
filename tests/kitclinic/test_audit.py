"""Every act leaves who did what to which row, in the same transaction as the change."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from kitclinic import audit
from kitclinic.models import AuditEvent, Site, StaffUser
from scheduling import actions
from scheduling.models import Patient
from tests.factories.scheduling import actor, new_patient, patient

AT = datetime(2026, 9, 8, 14, 42, tzinfo=UTC)


def test_an_event_names_person_row_and_patient(site: Site, nurse: StaffUser) -> None:
    someone = patient(site=site)
    event = audit.record(
        event="patient looked at", by=nurse, at=AT, site=site, subject=someone, patient_id=someone.pk
    )
    event.refresh_from_db()
    assert (event.event, event.by, event.actor, event.at) == ("patient looked at", nurse, "Ines Varga", AT)
    assert (event.subject, event.subject_id) == ("scheduling_patient", someone.pk)
    assert (event.site, event.patient_id, event.detail) == (site, someone.pk, {})


def test_the_printed_name_stays_when_the_person_is_renamed(site: Site, nurse: StaffUser) -> None:
    event = audit.record(event="looked", by=nurse, at=AT, site=site, subject=site)
    StaffUser.objects.filter(pk=nurse.pk).update(name="Ines Castellan")
    event.refresh_from_db()
    assert event.actor == "Ines Varga"


@pytest.mark.parametrize(("actor_name", "kept"), [("patient", "patient"), ("", "unknown")])
def test_an_act_without_a_sign_in_says_who_acted(site: Site, actor_name: str, kept: str) -> None:
    event = audit.record(event="answered", by=None, actor=actor_name, at=AT, site=site, subject=site)
    assert (event.by, event.actor) == (None, kept)


def test_the_detail_is_json_and_comes_back_as_it_went(site: Site, nurse: StaffUser) -> None:
    detail = {"visits": [1, 2], "from": "booked", "late": True, "weight_kg": "82.5"}
    event = audit.record(event="booked", by=nurse, at=AT, site=site, subject=site, detail=detail)
    event.refresh_from_db()
    assert event.detail == detail


def test_a_change_that_is_taken_back_takes_its_event_with_it(site: Site) -> None:
    scheduler = actor("scheduler", site)
    before = set(AuditEvent.objects.values_list("pk", flat=True))

    @transaction.atomic
    def act_that_fails() -> None:
        actions.register_patient(site=site, new=new_patient(), by=scheduler, at=AT)
        assert set(AuditEvent.objects.values_list("pk", flat=True)) > before
        raise RuntimeError("later in the same act")

    with pytest.raises(RuntimeError):
        act_that_fails()
    assert set(AuditEvent.objects.values_list("pk", flat=True)) == before
    assert not Patient.objects.exists()


def test_a_real_act_leaves_one_event_without_name_or_birth_date(site: Site) -> None:
    new = new_patient()
    someone = actions.register_patient(site=site, new=new, by=actor("scheduler", site), at=AT)
    event = AuditEvent.objects.get(patient_id=someone.pk)
    assert event.at == AT
    written = str(event.detail)
    for private in (new.family_name, new.given_name, str(new.birth_date), new.phone):
        assert private not in written


def test_an_event_about_another_sites_row_cannot_be_mistaken_for_ours(site: Site, other_site: Site) -> None:
    theirs = patient(site=other_site)
    about = AuditEvent.objects.filter(patient_id=theirs.pk)
    assert set(about.values_list("site", flat=True)) == {other_site.pk}
    assert not AuditEvent.objects.filter(site=site, patient_id=theirs.pk).exists()


def test_the_table_named_in_an_event_is_the_rows_own(site: Site, nurse: StaffUser) -> None:
    tables: Any = {model._meta.db_table for model in apps.get_models()}
    patient(site=site)
    audit.record(event="looked", by=nurse, at=AT, site=site, subject=site)
    assert set(AuditEvent.objects.values_list("subject", flat=True)) <= tables
