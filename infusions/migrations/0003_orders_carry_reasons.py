"""Reasons that stand in the signed text, and the affirmation of a held order."""

import django.db.models.deletion
from django.db import migrations, models

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [
        ("infusions", "0002_protect"),
        ("kitclinic", "0002_protect"),
        ("scheduling", "0002_protect"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="allergy_reason",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="order",
            name="preparation_reason",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="order",
            name="supersedes_reason",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="order",
            name="weight_reason",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.CreateModel(
            name="Affirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("reason", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="affirmations",
                        to="infusions.order",
                    ),
                ),
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="affirmation",
                        to="kitclinic.signature",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitclinic.site"
                    ),
                ),
                (
                    "weight",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="scheduling.weight"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="affirmation_has_reason",
                        violation_error_message="Affirming a held order needs a reason.",
                    )
                ],
            },
        ),
        protect("infusions_affirmation"),
        same_site("infusions"),
    ]
