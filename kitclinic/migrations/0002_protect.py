"""What the database holds for these tables, whoever writes."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("kitclinic", "0001_initial")]
    operations = [
        protect("kitclinic_auditevent", "kitclinic_signature", "kitclinic_transition"),
        same_site("kitclinic"),
    ]
