"""The newest audit events of a site by one short index scan: the boards ask for them every few seconds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kitclinic", "0009_tablet_sign_ins")]

    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["site", "-id"], name="audit_newest"),
        ),
    ]
