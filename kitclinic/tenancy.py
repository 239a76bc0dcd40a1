"""Rows of one site refer only to rows of the same site: the database holds it.

For every foreign key between two site-owned tables, ``same_site`` adds a composite
foreign key on (site, id). It is also the shape a distribution by site needs later.
"""

from typing import Any

from django.db.migrations.operations.special import RunPython

from kitclinic.history import is_history


def same_site(app_label: str) -> RunPython:
    """Migration operation: composite foreign keys for all site-owned tables of one app."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        for model in apps.get_app_config(app_label).get_models():
            if not _has_site(model):
                continue
            for field in model._meta.local_fields:
                if (
                    (field.many_to_one or field.one_to_one)
                    and field.name != "site"
                    and _has_site(field.related_model)
                ):
                    _bind(schema_editor, model, field)

    return RunPython(forwards, RunPython.noop)


def _has_site(model: Any) -> bool:
    fields = {field.name for field in model._meta.local_fields}
    if is_history(model):  # a copy of what was: its row may be gone
        return False
    return "site" in fields and model._meta.model_name != "staffuser"


def _bind(schema_editor: Any, model: Any, field: Any) -> None:
    """Add (site, id) as a key of the parent and a composite foreign key on the child, once."""
    parent, child = field.related_model._meta.db_table, model._meta.db_table
    key, link = f"{parent}_site_key"[:63], f"{child}_{field.name}_same_site"[:63]
    quote = schema_editor.quote_name
    _add(schema_editor, parent, key, f"UNIQUE (site_id, {quote(field.target_field.column)})")
    _add(
        schema_editor,
        child,
        link,
        f"FOREIGN KEY (site_id, {quote(field.column)}) REFERENCES {quote(parent)} "
        f"(site_id, {quote(field.target_field.column)}) DEFERRABLE INITIALLY DEFERRED",
    )


def _add(schema_editor: Any, table: str, name: str, definition: str) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [name])
        if cursor.fetchone():
            return
    quote = schema_editor.quote_name
    schema_editor.execute(f"ALTER TABLE {quote(table)} ADD CONSTRAINT {quote(name)} {definition}")
