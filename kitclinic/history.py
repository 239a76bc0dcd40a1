"""History of what is looked up, not charted: staff, settings, formulary, schedule, registry.

``@keep_history(Kind.SETTINGS)`` on a model gives it a table of events, one row for each insert, update and delete,
written by a trigger whoever writes. ``seal`` puts those tables beyond the application's reach, at the end of every
migration: its role may read them and nothing else, the triggers run with the owner's rights, and the setting by
which the trigger library lets a session skip its triggers is dead.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import pghistory
from celery import Task
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.special import RunPython
from django.http import HttpRequest, HttpResponse
from psycopg import sql

from kitclinic.register import Rule
from kitclinic.site_rows import every_site

REC_01 = Rule(
    "REC-01",
    "Every row is written once, or keeps its history, or is in a list that says why it needs none.",
    source="21 CFR 11.10(e): a change does not hide what was entered before",
)
REC_02 = Rule(
    "REC-02",
    "History comes by the database's own triggers, whoever writes; the application can read it, and can neither "
    "write, change, empty nor skip it.",
    source="21 CFR 11.10(e); 45 CFR 164.312(b)",
)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SECRETS = ("password", "token_digest", "token", "credential")  # never in a history
Model = TypeVar("Model", bound=type[models.Model])


class Kind(StrEnum):
    """What a history is of, in the words of the page Changes."""

    STAFF = "Staff"
    SETTINGS = "Settings"
    FORMULARY = "Formulary"
    SCHEDULE = "Schedule"
    PATIENT = "Patient registry"  # not on the page: a patient's chart shows it


KINDS: dict[type[models.Model], Kind] = {}


def keep_history(kind: Kind, *, besides: tuple[str, ...] = ()) -> Callable[[Model], Model]:
    """Keep every state of a model's rows. besides: columns that are no fact of the clinic, such as a theme.

    Columns that hold a secret are left out by themselves.
    """

    def decorate(model: Model) -> Model:
        names = {field.name for field in model._meta.local_fields}
        left_out = sorted(names & {*besides, *SECRETS})
        if missing := set(besides) - names:
            raise ValueError(f"{model.__name__} has no column {', '.join(sorted(missing))}")
        tracked = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=left_out,
            context_field=pghistory.ContextJSONField(),
            context_id_field=None,  # type: ignore[arg-type]
            obj_field=pghistory.ObjForeignKey(related_name="history"),
        )(model)
        KINDS[model] = kind
        return tracked

    return decorate


def is_history(model: Any) -> bool:
    """Whether a model, also one of a migration's state, is a table of events."""
    return any(field.name == "pgh_obj" for field in model._meta.local_fields)


# -- who, and from which address -----------------------------------------------------------------------


class HistoryMiddleware:
    """What a request changes carries the key of who sent it and the name of its address (REC-02)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE_METHODS:
            return self.get_response(request)
        with pghistory.context():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        if request.method not in SAFE_METHODS and request.resolver_match:
            by = request.user.pk if request.user.is_authenticated else None
            pghistory.context(by=by, view=request.resolver_match.view_name)


class ClinicTask(Task):
    """A task of the worker: it goes through all clinics, and what it changes carries its name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with every_site("the worker's tasks look after every clinic in turn"), pghistory.context(task=self.name):
            return super().__call__(*args, **kwargs)


# -- beyond the application's reach --------------------------------------------------------------------

NEVER_IGNORE = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT false $$
"""
TRIGGER_FUNCTIONS = """
SELECT DISTINCT p.oid::regprocedure::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgname LIKE 'pgtrigger\\_%'
"""
EVENT_TABLES = """
SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'pgh_label'
UNION SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = 'pghistory_context'
"""
DEFINER = "ALTER FUNCTION {} SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"


def seal(owner: BaseDatabaseWrapper, role: str) -> None:
    """Close the tables of events to the application's role; runs as the owner after every migration (REC-02)."""
    with owner.cursor() as cursor:
        cursor.execute(TRIGGER_FUNCTIONS)
        functions = [row[0] for row in cursor.fetchall()]
        if functions:
            cursor.execute(NEVER_IGNORE)
        for function in functions:
            cursor.execute(sql.SQL(DEFINER).format(sql.SQL(function)))
        cursor.execute(EVENT_TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(
                sql.SQL("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(
                    sql.Identifier(table), sql.Identifier(role)
                )
            )


BEGIN = """
INSERT INTO {events} (pgh_created_at, pgh_label, pgh_obj_id, {kept})
SELECT clock_timestamp(), 'begin', r.{key}, {read} FROM {table} r
WHERE NOT EXISTS (SELECT 1 FROM {events} e WHERE e.pgh_obj_id = r.{key})
"""


def begin_history(app_label: str) -> RunPython:
    """Migration operation: rows that were there before their history begin it as they stand."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        for model in filter(is_history, apps.get_app_config(app_label).get_models()):
            of = model._meta.get_field("pgh_obj").related_model
            kept = [sql.Identifier(f.column) for f in model._meta.local_fields if not f.name.startswith("pgh_")]
            statement = sql.SQL(BEGIN).format(
                events=sql.Identifier(model._meta.db_table),
                table=sql.Identifier(of._meta.db_table),
                key=sql.Identifier(of._meta.pk.column),
                kept=sql.SQL(", ").join(kept),
                read=sql.SQL(", ").join(sql.SQL("r.{}").format(column) for column in kept),
            )
            with schema_editor.connection.cursor() as cursor:
                cursor.execute(statement)

    return RunPython(forwards, RunPython.noop)
