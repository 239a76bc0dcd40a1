"""Views of outcomes are kept under a name."""

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
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("outcomes", "0011_research_exports"),
    ]
    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=80)),
                ("page", models.CharField(max_length=40)),
                ("query", models.JSONField()),
                ("always_today", models.BooleanField()),
                ("is_shared", models.BooleanField()),
                ("token", models.CharField(max_length=43)),
                ("made_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("made_by", _person()),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitclinic.site"
                    ),
                ),
                ("withdrawn_by", _person(null=True)),
            ],
            options={
                "verbose_name": "saved view",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["site", "token"],
                        name="saved_view_token_once",
                        violation_error_message="This view has been saved already.",
                    ),
                    models.CheckConstraint(
                        condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                        | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                        name="saved_view_withdrawn_by_and_at",
                        violation_error_message="A withdrawn view has who did it and when.",
                    ),
                    models.CheckConstraint(
                        condition=Q(is_shared=False) | Q(page__in=["dashboard", "completion"]),
                        name="saved_view_shared_hides_small_cells",
                        violation_error_message="Only views of improvement and completion can be shared.",
                    ),
                ],
            },
        ),
        same_site("outcomes"),
    ]
