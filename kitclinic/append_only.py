"""Rows that are written once: no UPDATE and no DELETE, by grant and by trigger.

A model that derives from ``AppendOnly`` also names its table in a ``protect(...)``
operation of a migration; a project test fails if it does not.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.migrations.operations.special import RunPython

REFUSE = """
CREATE OR REPLACE FUNCTION kitclinic_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are written once; record a correction instead.', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
END $$;
"""


class AppendOnly(models.Model):
    """A fact. A correction is a new row; nothing here is ever changed."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are written once.")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{type(self).__name__} rows are never deleted.")


def protect(*tables: str) -> RunPython:
    """Migration operation: trigger and grants that keep these tables append-only."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        quote = schema_editor.quote_name
        role = quote(settings.APP_DATABASE_ROLE)
        schema_editor.execute(REFUSE, params=None)
        for table in tables:
            schema_editor.execute(
                f"CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON {quote(table)} "
                f"FOR EACH ROW EXECUTE FUNCTION kitclinic_refuse_change()"
            )
            schema_editor.execute(
                f"CREATE OR REPLACE TRIGGER append_only_truncate BEFORE TRUNCATE ON {quote(table)} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION kitclinic_refuse_change()"
            )
            schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {quote(table)} FROM {role}")

    return RunPython(forwards, RunPython.noop)
