"""What stood in one row of a questionnaire becomes its parts and its link."""

from typing import Any

from django.db import migrations


def carry(apps: Any, schema_editor: Any) -> None:
    """One part for each instrument, in the order it was asked; one link with the digest of its token."""
    alias = schema_editor.connection.alias
    rows = apps.get_model("outcomes", "Assessment").objects.using(alias)
    parts = apps.get_model("outcomes", "AssessmentPart").objects.using(alias)
    links = apps.get_model("outcomes", "AssessmentLink").objects.using(alias)
    for row in rows.order_by("pk"):
        for position, name in enumerate(row.instruments.split(), start=1):
            parts.create(
                site_id=row.site_id,
                assessment_id=row.pk,
                position=position,
                instrument=name,
                content_sha256="",  # sent before contents were pinned
                closed_at=row.completed_at,
            )
        links.create(
            site_id=row.site_id,
            assessment_id=row.pk,
            token_digest=row.token_digest,
            channel="hand",
            issued_at=row.sent_at,
            expires_at=row.expires_at,
        )


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0003_questionnaires")]
    operations = [migrations.RunPython(carry, migrations.RunPython.noop)]
