"""What a remote engine found at the end of a test, written once."""

import django.db.models.deletion
from django.db import migrations, models

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


def _to(model, related_name="+"):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=model)


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0008_uploaded_content")]
    operations = [
        migrations.CreateModel(
            name="RemoteResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("tenths", models.IntegerField(null=True)),
                ("theta", models.FloatField(null=True)),
                ("standard_error", models.FloatField(null=True)),
                ("at", models.DateTimeField()),
                ("part", _to("outcomes.assessmentpart", "remote_results")),
                ("site", _to("kitclinic.site")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("site", "part"),
                        name="remote_result_once",
                        violation_error_message="This test is over already.",
                    )
                ],
            },
        ),
        protect("outcomes_remoteresult"),
        same_site("outcomes"),
    ]
