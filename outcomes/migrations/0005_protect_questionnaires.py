"""Contents, links, sittings and choices are written once; everything stays inside one site."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0004_parts_and_links")]
    operations = [
        migrations.RemoveField(model_name="assessment", name="instruments"),
        migrations.RemoveField(model_name="assessment", name="token_digest"),
        protect(
            "outcomes_answerdayoverride",
            "outcomes_askcall",
            "outcomes_askstep",
            "outcomes_assessmentcomment",
            "outcomes_assessmentlink",
            "outcomes_assessmentplan",
            "outcomes_instrumentlicence",
            "outcomes_instrumentpiece",
            "outcomes_piecedecision",
            "outcomes_reminderchoice",
            "outcomes_remoteitem",
            "outcomes_safetysettings",
            "outcomes_sitting",
        ),
        same_site("outcomes"),
    ]
