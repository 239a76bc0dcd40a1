"""What the database holds of its own accord."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from kitclinic import audit
from kitclinic.models import AuditEvent, Site, StaffUser

AT = datetime(2026, 3, 11, 14, 42, tzinfo=UTC)


@pytest.fixture
def event(site: Site, nurse: StaffUser) -> AuditEvent:
    return audit.record(event="looked", by=nurse, at=AT, site=site, subject=site)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kitclinic_auditevent SET event = 'nothing'",
        "DELETE FROM kitclinic_auditevent",
        "TRUNCATE kitclinic_auditevent",
        "ALTER TABLE kitclinic_auditevent DISABLE TRIGGER append_only",
        "DROP TABLE kitclinic_auditevent",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_role_cannot_change_what_was_written(event: AuditEvent, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.get(pk=event.pk).event == "looked"


def test_the_application_role_cannot_create_tables(db: None) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (id int)")


def test_an_append_only_row_refuses_save_and_delete_in_python_too(event: AuditEvent) -> None:
    with pytest.raises(TypeError, match="written once"):
        event.save()
    with pytest.raises(TypeError, match="never deleted"):
        event.delete()


def test_staff_without_role_or_site_cannot_be_stored(site: Site) -> None:
    with pytest.raises(IntegrityError, match="staff_has_role"):
        StaffUser.objects.create_user("nobody", "x", name="Nobody", site=site)


def test_a_site_keeps_local_dates_and_minutes(site: Site) -> None:
    assert site.today(AT).isoformat() == "2026-03-11"
    assert site.minute(AT) == 10 * 60 + 42
    assert site.instant(site.today(AT), 10 * 60 + 42) == AT


def test_a_week_has_its_five_clinic_days_also_on_a_weekend(site: Site) -> None:
    saturday = datetime(2026, 3, 14, 15, tzinfo=UTC)
    assert [day.isoformat() for day in site.week_of(site.today(saturday))] == [
        "2026-03-09",
        "2026-03-10",
        "2026-03-11",
        "2026-03-12",
        "2026-03-13",
    ]
