"""History of reference data: it comes whoever writes, names who did, and cannot be forged, changed or skipped."""

from datetime import UTC, date, datetime
from typing import Any

import pghistory
import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from kitclinic.celery import app
from kitclinic.models import Site, StaffUser, Tablet
from scheduling.models import Leave, SuiteDay
from tests.factories import people

NOW = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)


def labels(row: Any) -> list[str]:
    return [one.pgh_label for one in row.history.order_by("pgh_id")]


def test_rec_02_whoever_writes_leaves_a_row_also_without_a_context(site: Site, nurse: StaffUser) -> None:
    StaffUser.objects.filter(pk=nurse.pk).update(role="physician")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kitclinic_staffuser SET name = 'Ines Castellan' WHERE id = %s", [nurse.pk])
    made, changed, renamed = nurse.history.order_by("pgh_id")
    assert [made.role, changed.role, renamed.role] == ["nurse", "physician", "physician"]
    assert [made.name, renamed.name] == ["Ines Varga", "Ines Castellan"]
    assert {one.pgh_context for one in (made, changed, renamed)} == {None}
    assert made.site_id == site.pk


def test_rec_02_a_column_that_is_no_fact_of_the_clinic_leaves_no_row(nurse: StaffUser, site: Site) -> None:
    nurse.set_password("another one, longer")
    nurse.theme, nurse.last_login = "dark", NOW
    nurse.save()
    assert labels(nurse) == ["insert"]
    day = SuiteDay.objects.create(site=site, date=date(2026, 3, 9), opens_minute=450, closes_minute=1050, chairs=8)
    SuiteDay.objects.filter(pk=day.pk).update(version=7)
    assert labels(day) == ["insert"]


def test_rec_02_a_deleted_row_keeps_its_history(site: Site, nurse: StaffUser, lead: StaffUser) -> None:
    leave = Leave.objects.create(
        site=site, person=nurse, first_day=NOW, last_day=NOW, because="holiday", recorded_by=lead, recorded_at=NOW
    )
    events, key = Leave.history.rel.related_model, leave.pk  # type: ignore[attr-defined]
    leave.delete()
    assert [one.pgh_label for one in events.objects.filter(pgh_obj_id=key)] == ["insert", "delete"]


def test_rec_02_a_request_says_who_and_from_which_address(site: Site, lead: StaffUser, as_user: Any) -> None:
    page = as_user(lead)
    assert page.post(reverse("tablets"), {"name": "Chairside 1"}).status_code == 302
    (event,) = Tablet.objects.get(site=site).history.all()
    assert event.pgh_context == {"by": lead.pk, "view": "tablets"}


def test_rec_02_a_task_of_the_worker_says_its_name(nurse: StaffUser) -> None:
    @app.task(name="tests.rename")
    def rename() -> None:
        StaffUser.objects.filter(pk=nurse.pk).update(name="Ines C.")

    rename()
    assert nurse.history.order_by("pgh_id").last().pgh_context == {"task": "tests.rename"}


FORGED = """INSERT INTO kitclinic_staffuserevent (pgh_created_at, pgh_label, pgh_obj_id, id, username, name,
credentials, role, is_ketamine_trained, is_active, is_superuser, is_simulated)
VALUES (now(), 'update', 1, 1, 'x', 'x', '', 'nurse', true, true, false, false)"""


@pytest.mark.parametrize(
    "statement",
    [
        FORGED,
        "UPDATE kitclinic_staffuserevent SET role = 'administrator'",
        "DELETE FROM kitclinic_staffuserevent",
        "TRUNCATE kitclinic_staffuserevent",
        "DROP TABLE kitclinic_staffuserevent",
        "ALTER TABLE kitclinic_staffuser DISABLE TRIGGER ALL",
        "ALTER TABLE kitclinic_staffuser DISABLE TRIGGER USER",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean"
        " LANGUAGE sql AS $$ SELECT true $$",
        "DROP FUNCTION public._pgtrigger_should_ignore(name) CASCADE",
        "INSERT INTO pghistory_context (id, created_at, updated_at, metadata)"
        " VALUES (gen_random_uuid(), now(), now(), '{}')",
    ],
    ids=lambda statement: " ".join(statement.split()[:3]),
)
def test_rec_02_the_application_can_neither_forge_nor_change_nor_stop_a_history(
    nurse: StaffUser, statement: str
) -> None:
    refused = pytest.raises(DatabaseError, match=r"permission denied|must be owner")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert labels(nurse) == ["insert"]


def test_rec_02_a_trigger_cannot_be_skipped_by_the_librarys_own_setting(nurse: StaffUser) -> None:
    with pgtrigger.ignore():
        StaffUser.objects.filter(pk=nurse.pk).update(role="physician")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'kitclinic_staffuser'::regclass")
        names = ",".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{names}}}"])
        cursor.execute("UPDATE kitclinic_staffuser SET role = 'scheduler' WHERE id = %s", [nurse.pk])
    assert labels(nurse) == ["insert", "update", "update"]


def test_rec_02_a_table_of_ones_own_does_not_catch_the_history(nurse: StaffUser) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE kitclinic_staffuserevent (LIKE public.kitclinic_staffuserevent)")
        cursor.execute("UPDATE kitclinic_staffuser SET role = 'physician' WHERE id = %s", [nurse.pk])
        cursor.execute("SELECT count(*) FROM public.kitclinic_staffuserevent WHERE pgh_obj_id = %s", [nurse.pk])
        assert cursor.fetchone() == (2,)


def test_nobodys_request_has_no_name_and_keeps_its_address(site: Site) -> None:
    people.staff("nurse", site=site)
    with pghistory.context(by=None, view="login"):
        Site.objects.filter(pk=site.pk).update(phone="555 0100")
    assert site.history.order_by("pgh_id").last().pgh_context == {"by": None, "view": "login"}
    assert Client().post(reverse("login"), {"username": "no", "password": "no"}).status_code in {200, 422}
