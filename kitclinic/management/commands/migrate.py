"""``migrate`` runs as the owner role, and keeps the application's role to what it needs."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections
from psycopg import sql

from kitclinic.history import seal
from kitclinic.retention import keep_rows
from kitclinic.site_policies import keep_to_sites

BEFORE = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "REVOKE CREATE ON SCHEMA public FROM {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)
AFTER = ("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",)


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if "owner" not in settings.DATABASES:
            raise CommandError("Set OWNER_DATABASE_URL: migrations run as the owner of the tables.")
        self._grant(BEFORE)
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            self._grant(AFTER)
            seal(connections["owner"], settings.APP_DATABASE_ROLE)
            keep_rows(connections["owner"], settings.APP_DATABASE_ROLE)
            with connections["owner"].cursor() as cursor:
                keep_to_sites(cursor)

    def _grant(self, statements: tuple[str, ...]) -> None:
        with connections["owner"].cursor() as cursor:
            for statement in statements:
                cursor.execute(sql.SQL(statement).format(role=sql.Identifier(settings.APP_DATABASE_ROLE)))
