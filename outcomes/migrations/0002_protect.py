"""What the database holds for these tables, whoever writes."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0001_initial")]
    operations = [
        protect("outcomes_itemresponse", "outcomes_registryimport", "outcomes_score"),
        same_site("outcomes"),
    ]
