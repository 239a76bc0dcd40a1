"""Mixed models are fitted by the worker, once for the same scores."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("outcomes", "0009_remote_results"),
    ]
    operations = [
        migrations.CreateModel(
            name="ModelRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("digest", models.CharField(max_length=64)),
                ("question", models.CharField(max_length=64)),
                ("asked", models.JSONField()),
                ("as_of", models.DateField()),
                ("cut", models.CharField(max_length=64)),
                ("results", models.JSONField(default=dict)),
                ("asked_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("problem", models.CharField(blank=True, max_length=300)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitclinic.site"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("site", "digest"),
                        name="model_run_once",
                        violation_error_message="These models are asked for already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True),
                            models.Q(("finished_at__gte", models.F("started_at")), ("started_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="model_run_starts_before_it_ends",
                        violation_error_message="A model run ends after it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("problem", ""), ("finished_at__isnull", False), _connector="OR"),
                        name="model_run_with_a_problem_has_ended",
                        violation_error_message="A model run with a problem has ended.",
                    ),
                ],
            },
        ),
        same_site("outcomes"),
    ]
