"""A consent text may come with the software (published by nobody); every clinic known before gets it."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

from scheduling import consent_text


def give_first_text(apps: Any, schema_editor: Any) -> None:
    text = apps.get_model("scheduling", "ConsentText")
    for site in apps.get_model("kitclinic", "Site").objects.filter(registry_of__isnull=True):
        if not text.objects.filter(site=site).exists():
            text.objects.create(
                site=site,
                language="English",
                version=1,
                title=consent_text.TITLE,
                body=consent_text.BODY + "\n",
                published_at=timezone.now(),
                published_by=None,
            )


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0007_patient_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterField(
            model_name="consenttext",
            name="published_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(give_first_text, migrations.RunPython.noop),
    ]
