"""Who signed in with the password on which tablet, and when: a PIN opens it for a shift after that."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("kitclinic", "0008_protect_tablets")]

    operations = [
        migrations.CreateModel(
            name="TabletSignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("at", models.DateTimeField()),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitclinic.site"
                    ),
                ),
                (
                    "tablet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_ins",
                        to="kitclinic.tablet",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["site", "tablet", "user", "at"], name="tablet_sign_in_by_user")
                ],
            },
        ),
        protect("kitclinic_tabletsignin"),
        same_site("kitclinic"),
    ]
