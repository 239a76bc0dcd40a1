"""Every table with a site, with a row of two sites, asked by the application's role with no filter of its own.

The rows are put there by the owner of the tables, in a copy of the database whose other constraints are dropped:
what refuses here is the policy and nothing else (ROW-01).
"""

from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, models
from psycopg import sql

from kitclinic.models import Site, SiteOwned
from kitclinic.site_policies import LEFT_OUT
from kitclinic.site_rows import of_site
from tests import databases
from tests.factories import people

VALUES = {  # SQL for a value of each type that a row cannot do without; {n} is the row's number
    "boolean": "false",
    "smallint": "{n}",
    "integer": "{n}",
    "bigint": "{n}",
    "numeric": "1",
    "double precision": "1",
    "daterange": "'empty'",
    "date": "date '2030-01-01'",
    "timestamp with time zone": "timestamptz '2030-01-01 12:00+00'",
    "interval": "interval '1 hour'",
    "jsonb": "'{{}}'",
    "uuid": "gen_random_uuid()",
    "bytea": "''",
    "inet": "'127.0.0.1'",
}
COLUMNS = """
SELECT a.attname, split_part(format_type(a.atttypid, NULL), '(', 1) FROM pg_attribute a
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  AND a.attnotnull AND a.attname <> 'site_id' ORDER BY a.attnum
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'c', 'x', 'u') AND conparentid = 0
"""


def owned() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, SiteOwned)]


def tables(owner: psycopg.Connection[Any]) -> list[str]:
    found = owner.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'site_id' "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname"
    )
    return [row[0] for row in found if row[0] not in LEFT_OUT]


def insert(owner: psycopg.Connection[Any], table: str, site: int, number: int) -> str:
    """The statement that writes one row of this site."""
    columns, values = ["site_id"], [str(site)]
    for name, kind in owner.execute(COLUMNS, [table]):
        columns.append(f'"{name}"')
        text = f"'{number % 1000}'" if kind.startswith(("character", "text")) else None
        array = "'{}'" if kind.endswith("[]") else None
        values.append(array or text or VALUES[kind].format(n=number))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(values)})"


@pytest.fixture
def two(committed_db: str) -> tuple[Site, Site, dict[str, tuple[str, str]]]:
    """Two sites with a row in every table, and by table the statements that would write another row of each."""
    here, there = people.site(), people.site(slug="elsewhere", name="Elsewhere")
    connection.close()
    more: dict[str, tuple[str, str]] = {}
    with databases.owner_of(committed_db) as owner:
        for table, name in owner.execute(CONSTRAINTS).fetchall():
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name} CASCADE")
        for table in tables(owner):
            owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
            for number, site in enumerate((here, there), start=7_001):
                owner.execute(insert(owner, table, site.pk, number))
            more[table] = (insert(owner, table, here.pk, 7_003), insert(owner, table, there.pk, 7_004))
    return here, there, more


def said(statement: str) -> str:
    """What the application is told: how many rows, or why it was refused."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return f"{cursor.rowcount} rows"
    except ProgrammingError as error:
        return "by policy" if "row-level security" in str(error) else "by grant"


def test_row_01_no_row_of_another_site_is_seen_changed_or_written(
    two: tuple[Site, Site, dict[str, tuple[str, str]]],
) -> None:
    here, there, more = two
    assert len(more) > 90
    assert {model._meta.db_table for model in owned()} - LEFT_OUT.keys() <= more.keys()
    wrong = []
    with of_site(here.pk):
        for model in (one for one in owned() if one._meta.db_table not in LEFT_OUT):
            if {row.site_id for row in model._default_manager.all()} != {here.pk}:
                wrong.append(f"seen through {model.__name__}")
        for table, (own, foreign) in more.items():
            tries = {
                "seen": (f"SELECT 1 FROM {table} WHERE site_id <> {here.pk}", {"0 rows"}),
                "changed": (f"UPDATE {table} SET site_id = {here.pk} WHERE site_id = {there.pk}", None),
                "moved": (f"UPDATE {table} SET site_id = {there.pk}", {"by policy", "by grant"}),
                "deleted": (f"DELETE FROM {table} WHERE site_id = {there.pk}", None),
                "written": (foreign, {"by policy", "by grant"}),
                "kept from its own": (own, {"1 rows", "by grant"}),
            }
            for what, (statement, right) in tries.items():
                answer = said(statement)
                if answer not in (right or {"0 rows", "by grant"}):
                    wrong.append(f"{table} {what}: {answer}")
    assert wrong == []


def test_row_01_without_a_site_no_table_shows_a_row(two: tuple[Site, Site, dict[str, tuple[str, str]]]) -> None:
    _, _, more = two
    with of_site(0):
        shown = [table for table in more if said(f"SELECT 1 FROM {table}") != "0 rows"]
        written = [table for table, (own, _) in more.items() if said(own) not in ("by policy", "by grant")]
    assert (shown, written) == ([], [])
