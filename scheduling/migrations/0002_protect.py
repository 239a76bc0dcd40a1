"""What the database holds for these tables, whoever writes."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial")]
    operations = [
        protect("scheduling_eligibility", "scheduling_weight"),
        same_site("scheduling"),
    ]
