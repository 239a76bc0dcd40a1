"""De-identified research exports are on record, once written never changed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


def _to(model):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model)


class Migration(migrations.Migration):
    dependencies = [
        ("kitclinic", "0011_tablet_tokens_by_site"),
        ("outcomes", "0010_model_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="ResearchExport",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("source", models.CharField(max_length=60)),
                ("as_of", models.DateField()),
                ("asked_digest", models.CharField(max_length=64)),
                ("definitions_digest", models.CharField(max_length=64)),
                ("cut_digest", models.CharField(max_length=64)),
                ("narrowed_to", models.CharField(blank=True, max_length=300)),
                ("patients", models.PositiveIntegerField()),
                ("infusions", models.PositiveIntegerField()),
                ("scores", models.PositiveIntegerField()),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("refused_for", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(max_length=500)),
                ("approval", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("by", _to(settings.AUTH_USER_MODEL)),
                ("site", _to("kitclinic.site")),
            ],
            options={
                "indexes": [models.Index(fields=["site", "-at"], name="research_export_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(refused_for="") & ~Q(sha256="") | ~Q(refused_for="") & Q(sha256=""),
                        name="research_export_made_or_refused",
                        violation_error_message=(
                            "An export has the digest of its file, or the rules it was refused for."
                        ),
                    ),
                    models.CheckConstraint(
                        condition=~Q(reason="") & ~Q(approval=""),
                        name="research_export_has_reason_and_approval",
                        violation_error_message="An export needs a reason and the number of its approval.",
                    ),
                ],
            },
        ),
        protect("outcomes_researchexport"),
        same_site("outcomes"),
    ]
