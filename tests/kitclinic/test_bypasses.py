"""The ways around append-only rows and the audit trail, tried as the application's role: all refused.

Tables are discovered: a new append-only or history table is tried without being named here.
"""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from kitclinic import audit, chain
from kitclinic.append_only import AppendOnly
from kitclinic.models import AuditEvent, Site
from tests.factories.scheduling import NOW

pytestmark = pytest.mark.django_db
NOT_ALLOWED = ("permission denied", "must be owner", "must be superuser", "must be able to SET ROLE")
AUDIT = ("kitclinic_auditevent", "kitclinic_auditlink", "kitclinic_auditwaiting")


def append_only() -> list[str]:
    return sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnly))


def history() -> list[str]:
    """Tables of history that triggers write."""
    found = (model._meta for model in apps.get_models() if model._meta.managed and not model._meta.proxy)
    return sorted(one.db_table for one in found if any(field.name == "pgh_id" for field in one.fields))


def answer(*statements: str) -> str:
    """What the database says to these statements, one after the other; "" where it takes them all."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error).strip().split("\n")[0]
    return ""


def taken(attempts: Iterator[tuple[str, ...]]) -> list[tuple[str, str]]:
    """The attempts that were not refused for want of the right, each with the answer."""
    answers = ((attempt, answer(*attempt)) for attempt in attempts)
    return [(attempt[-1], said) for attempt, said in answers if not any(word in said for word in NOT_ALLOWED)]


def first_column(table: str) -> str:
    model = next(one for one in apps.get_models() if one._meta.db_table == table)
    return connection.ops.quote_name(model._meta.concrete_fields[0].column)


def changes(tables: list[str]) -> Iterator[tuple[str, ...]]:
    for table in tables:
        column = first_column(table)
        yield (f"UPDATE {table} SET {column} = {column}",)
        yield (f"DELETE FROM {table}",)
        yield (f"TRUNCATE {table} CASCADE",)
        yield (f"ALTER TABLE {table} DISABLE TRIGGER ALL",)
        yield (f"ALTER TABLE {table} DISABLE TRIGGER USER",)
        yield (f"DROP TABLE {table} CASCADE",)
        yield (f"CREATE RULE quiet AS ON INSERT TO {table} DO INSTEAD NOTHING",)
        yield (f"GRANT UPDATE ON {table} TO CURRENT_USER",)


def test_append_only_and_history_tables_are_many_and_none_is_changed() -> None:
    tables = [*append_only(), *history()]
    assert len(tables) > 30
    left = taken(changes(tables))
    # without the right to grant, GRANT says nothing and gives nothing: the UPDATE above stays refused
    assert [one for one in left if not one[0].startswith("GRANT")] == []
    for table in tables:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(%s, 'UPDATE, DELETE, TRUNCATE, TRIGGER')", [table])
            assert cursor.fetchone() == (False,), table


def test_each_of_them_has_its_trigger_too() -> None:
    """The owner, who holds the grants, meets the trigger."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only' AND tgenabled <> 'D'"
        )
        assert sorted(set(append_only()) - {table for (table,) in cursor.fetchall()}) == []


@pytest.mark.parametrize(
    "before",
    [
        "SELECT set_config('pgtrigger.ignore', '{append_only}', true)",
        "SELECT set_config('pgtrigger.ignore', '{kitclinic_auditevent:append_only}', true)",
        "SELECT set_config('pgtrigger.ignore', '{_all}', true)",
    ],
)
def test_a_setting_that_ignores_triggers_opens_nothing(before: str) -> None:
    """The setting may be set by anybody: that is why triggers alone hold nothing."""
    attempts = (
        (before, f"UPDATE {table} SET {first_column(table)} = 1") for table in [*append_only(), *history()]
    )
    assert taken(iter(attempts)) == []


def test_triggers_are_not_switched_off_for_the_session() -> None:
    attempts = [
        ("SET session_replication_role = replica",),
        ("SET LOCAL session_replication_role = replica",),
        ("SELECT set_config('session_replication_role', 'replica', true)",),
        (f"ALTER ROLE {settings.APP_DATABASE_ROLE} SET session_replication_role = replica",),
    ]
    assert taken(iter(attempts)) == []


def test_nobody_forges_an_event_a_link_or_a_piece_of_history() -> None:
    attempts = ((f"INSERT INTO {table} DEFAULT VALUES",) for table in [*AUDIT, *history()])
    assert taken(iter(attempts)) == []


def test_nobody_moves_the_numbers_of_the_events() -> None:
    attempts = [
        ("SELECT setval('kitclinic_auditevent_id_seq', 1)",),
        ("SELECT nextval('kitclinic_auditevent_id_seq')",),
        ("SELECT setval('kitclinic_auditlink_id_seq', 1)",),
    ]
    assert taken(iter(attempts)) == []


def test_nobody_puts_another_function_in_the_place_of_the_owners() -> None:
    bytes_of = "kitclinic_audit_bytes(e kitclinic_auditevent) RETURNS bytea LANGUAGE sql AS $$ SELECT ''::bytea $$"
    attempts = [
        (f"CREATE OR REPLACE FUNCTION {bytes_of}",),
        (f"CREATE FUNCTION public.shadow_{bytes_of}",),
        ("ALTER FUNCTION kitclinic_seal_audit(bigint) RESET search_path",),
        ("ALTER FUNCTION kitclinic_refuse_change() RENAME TO another",),
        ("DROP FUNCTION kitclinic_refuse_change() CASCADE",),
        ("CREATE SCHEMA mine",),
    ]
    assert taken(iter(attempts)) == []


def test_a_table_of_ones_own_does_not_stand_before_the_owners(site: Site) -> None:
    """The owner's functions look for temporary tables last."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kitclinic_auditevent (LIKE public.kitclinic_auditevent)")
        cursor.execute("CREATE TEMPORARY TABLE kitclinic_auditwaiting (LIKE public.kitclinic_auditwaiting)")
        made = audit.record(event="looked", by=None, at=NOW, site=site, subject=site)
        cursor.execute("SELECT count(*) FROM pg_temp.kitclinic_auditevent")
        assert cursor.fetchone() == (0,)
        cursor.execute("DROP TABLE pg_temp.kitclinic_auditevent, pg_temp.kitclinic_auditwaiting")
    assert AuditEvent.objects.filter(pk=made.pk).exists()
    assert chain.seal(site) >= 1
    assert list(chain.findings(site, [])) == []


def test_every_function_of_the_owners_that_runs_with_its_rights_names_where_it_looks() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE prosecdef "
            "AND nspname = 'public' AND NOT EXISTS (SELECT FROM unnest(proconfig) c WHERE c LIKE 'search_path=%')"
        )
        assert cursor.fetchall() == []


def test_the_application_is_nobody_special() -> None:
    """It owns nothing, belongs to nobody who does, and may not become somebody else."""
    owner = settings.DATABASES["owner"]["USER"]
    assert taken(iter([(f"SET ROLE {owner}",), (f"SET SESSION AUTHORIZATION {owner}",)])) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles "
            "WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,) * 5
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole AND relkind = 'r'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole")
        assert cursor.fetchone() == (0,)
