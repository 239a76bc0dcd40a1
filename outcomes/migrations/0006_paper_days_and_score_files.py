"""Why an old paper comes late; uploaded lists of scores, looked through before they are imported."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from kitclinic.tenancy import same_site


def _person(**options):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, **options
    )


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0005_protect_questionnaires")]
    operations = [
        migrations.AddField(
            "sitting", "late_because", models.CharField(blank=True, default="", max_length=200), False
        ),
        migrations.CreateModel(
            name="ScoreFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=120)),
                ("digest", models.CharField(max_length=64)),
                ("text", models.TextField(blank=True)),
                ("date_order", models.CharField(default="ask", max_length=12)),
                ("uploaded_at", models.DateTimeField()),
                ("imported_at", models.DateTimeField(null=True)),
                ("taken_in", models.PositiveIntegerField(default=0)),
                ("left_out", models.PositiveIntegerField(default=0)),
                ("imported_by", _person(null=True)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitclinic.site"
                    ),
                ),
                ("uploaded_by", _person()),
            ],
            options={
                "verbose_name": "file of scores",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["site", "digest", "date_order"],
                        name="score_file_once",
                        violation_error_message="This very file has been uploaded before.",
                    ),
                    models.CheckConstraint(
                        condition=Q(imported_at__isnull=True, imported_by__isnull=True)
                        | Q(imported_at__isnull=False, imported_by__isnull=False),
                        name="score_file_imported_by_and_at",
                        violation_error_message="An import needs who did it and when.",
                    ),
                ],
            },
        ),
        same_site("outcomes"),
    ]
