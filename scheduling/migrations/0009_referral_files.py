"""Uploaded lists of referrals, looked through before they are imported."""

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
    dependencies = [("scheduling", "0008_first_consent_text")]
    operations = [
        migrations.CreateModel(
            name="ReferralFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=120)),
                ("digest", models.CharField(max_length=64)),
                ("text", models.TextField(blank=True)),
                (
                    "date_order",
                    models.CharField(
                        choices=[
                            ("ask", "Refuse a date that can be read in two ways"),
                            ("month_first", "Month first: 03/14/1974"),
                            ("day_first", "Day first: 14/03/1974"),
                        ],
                        default="ask",
                        max_length=12,
                    ),
                ),
                ("with_patients", models.BooleanField(default=False)),
                ("referrals", models.PositiveIntegerField(default=0)),
                ("uploaded_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("imported_at", models.DateTimeField(null=True)),
                ("taken_in", models.PositiveIntegerField(default=0)),
                ("left_out", models.PositiveIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("asked_by", _person(null=True)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitclinic.site"
                    ),
                ),
                ("uploaded_by", _person()),
            ],
            options={
                "verbose_name": "referral file",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("site", "digest"),
                        name="referral_file_once",
                        violation_error_message="This very file has been uploaded before.",
                    ),
                    models.CheckConstraint(
                        condition=Q(asked_at__isnull=True, asked_by__isnull=True, imported_at__isnull=True)
                        | Q(asked_at__isnull=False, asked_by__isnull=False),
                        name="referral_file_asked_by_and_at",
                        violation_error_message="An import needs who asked for it and when.",
                    ),
                ],
            },
        ),
        same_site("scheduling"),
    ]
