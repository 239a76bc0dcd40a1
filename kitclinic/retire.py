"""Throwing away short-lived rows: functions of the database's owner, which refuse what is too young or on hold.

``retire(...)`` in a migration makes ``retire_<name>(site, before, dry)``: it counts the rows (dry), deletes
them, or empties some of their columns, by the very same condition. The application may only call it.
"""

from typing import Any

from django.db.migrations.operations.special import RunPython

FUNCTION = """
CREATE OR REPLACE FUNCTION retire_{name}(of_site bigint, before timestamptz, dry boolean) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE counted bigint;
BEGIN
    IF before > clock_timestamp() - interval '{floor}' THEN
        RAISE EXCEPTION 'Rows of {table} are kept at least {floor}.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'retention_floor';
    END IF;
    IF dry THEN
        SELECT count(*) INTO counted FROM {table} r WHERE {which};
        RETURN counted;
    END IF;
    {act};
    GET DIAGNOSTICS counted = ROW_COUNT;
    RETURN counted;
END $$;
"""


def retire(*, name: str, table: str, which: str, floor: str, blank: str = "") -> RunPython:
    """Migration operation: the function that throws away rows of one table.

    which: SQL condition on the row ``r``, the site ``of_site`` and the time ``before``. floor: an interval; the
    function refuses any later ``before``. blank: columns that are emptied ("text = ''") where the row stays.
    """
    verb = "UPDATE {table} r SET {blank}" if blank else "DELETE FROM {table} r"
    act = f"{verb.format(table=table, blank=blank)} WHERE {which}"
    text = FUNCTION.format(name=name, table=table, which=which, floor=floor, act=act)

    def forwards(apps: Any, schema_editor: Any) -> None:
        schema_editor.execute(text, params=None)

    return RunPython(forwards, RunPython.noop)
