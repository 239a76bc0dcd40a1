"""Licences renew licences; official translations name their source; uploaded content is looked through first."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kitclinic.tenancy import same_site


def _to(model, related_name="+", **options):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=model, **options
    )


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0007_safety_steps")]
    operations = [
        migrations.AddField(
            "instrumentlicence", "renews", _to("outcomes.instrumentlicence", "renewals", null=True)
        ),
        migrations.AddField(
            "instrumentpiece",
            "translation_source",
            models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="PieceUpload",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("instrument", models.CharField(max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[("wording", "Wording"), ("bank", "Item bank"), ("table", "Score table")],
                        max_length=10,
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=10)),
                ("version", models.CharField(max_length=80)),
                ("translation_source", models.CharField(blank=True, max_length=200)),
                ("file_name", models.CharField(max_length=200)),
                ("data", models.BinaryField()),
                ("report", models.JSONField(default=dict)),
                ("uploaded_at", models.DateTimeField()),
                ("licence", _to("outcomes.instrumentlicence")),
                ("site", _to("kitclinic.site", "+")),
                ("uploaded_by", _to(settings.AUTH_USER_MODEL)),
            ],
            options={"verbose_name": "uploaded content"},
        ),
        same_site("outcomes"),
    ]
