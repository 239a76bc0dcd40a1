"""Test databases: migrated once for one state of the migrations, then copied, which takes a second."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from kitclinic import site_rows

ROOT = Path(__file__).resolve().parent.parent
MADE_BY = (  # everything that a migration runs
    "*/migrations/*.py",
    "kitclinic/append_only.py",
    "kitclinic/tenancy.py",
    "kitclinic/history.py",
    "kitclinic/retire.py",
    "kitclinic/retention.*",
    "kitclinic/db_functions.py",
    "kitclinic/management/commands/migrate.py",
    "kitclinic/site_policies.py",
)
LOCK = 5_303_117  # one process migrates; the others wait for it
MADE = "test_kitclinic_made_"
KEPT = 8  # databases of earlier states, which another process may be copying


def use(name: str) -> None:
    """Connect to this database. Outside requests, acts are called for every clinic, as background work does."""
    site_rows._outside.sites = site_rows.EVERY
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        connections.databases[alias]["NAME"] = name


WHO_AND_WHERE = re.compile(
    r'(?:FROM|JOIN) "kitclinic_(?:site|staffuser)".* FOR UPDATE(?: SKIP LOCKED| NOWAIT)?$', re.S
)


def locks_its_own_rows(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """FOR UPDATE of a query that joins the clinic or a person locks that row too, and all who name it wait."""
    if isinstance(sql, str) and "FOR UPDATE" in sql:
        assert not WHO_AND_WHERE.search(sql), f'select_for_update wants of=("self",): {sql}'
    return execute(sql, params, many, context)


@contextmanager
def owner_of(name: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the owner to one test database, outside Django."""
    wrapper = connections["owner"].copy()
    wrapper.settings_dict["NAME"] = name
    params = wrapper.get_connection_params()
    params.pop("cursor_factory", None)
    params.pop("context", None)
    with psycopg.connect(**params, autocommit=True) as connection:
        yield connection


@contextmanager
def admin() -> Iterator[psycopg.Connection[Any]]:
    """A connection of the owner, outside any test database, to create and drop databases."""
    with owner_of("postgres") as connection:
        yield connection


def create(name: str, template: str = "template0") -> None:
    """Create a database anew. A crash may cost it: it is only a test's."""
    drop(name)
    new = sql.Identifier(name)
    with admin() as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, sql.Identifier(template)))
        server.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit TO off").format(new))


def drop(name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    with admin() as server:
        try:
            server.execute(statement + sql.SQL(" WITH (FORCE)"))
        except psycopg.errors.InsufficientPrivilege:  # autovacuum is in it: not ours to end, but it makes way
            server.execute(statement)


@cache
def migrated() -> str:
    """The name of the database to copy: migrated from nothing by the code as it stands now, nobody in it."""
    name = MADE + _state()
    with admin() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        made = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC"
        known = [row[0] for row in server.execute(made, [MADE])]
        if name not in known:
            for old in known[KEPT:]:
                drop(old)
            _migrate(name, server)
    return name


def _migrate(name: str, server: psycopg.Connection[Any]) -> None:
    being_made, before = f"{MADE}now", connections["default"].settings_dict["NAME"]
    create(being_made)
    use(being_made)
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()
    use(before)
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")  # only what is whole bears the name
    server.execute(rename.format(sql.Identifier(being_made), sql.Identifier(name)))


def _state() -> str:
    """A digest of everything that a migration can read."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in MADE_BY for path in ROOT.glob(pattern)):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
