"""A reading off the review list may be given to a chart; readings are found by their monitor and time."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [
        ("infusions", "0015_protect_looks"),
        ("kitclinic", "0008_protect_tablets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReadingGiven",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "infusion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given_readings",
                        to="infusions.infusion",
                    ),
                ),
                (
                    "reading",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given",
                        to="infusions.monitorreading",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitclinic.site"
                    ),
                ),
            ],
            options={"verbose_name": "reading given to a chart"},
        ),
        migrations.AddIndex(
            model_name="monitorreading",
            index=models.Index(fields=["site", "monitor", "received_at"], name="reading_by_monitor"),
        ),
        protect("infusions_readinggiven"),
        same_site("infusions"),
    ]
