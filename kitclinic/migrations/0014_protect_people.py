"""Changes of accounts are written once; invitations stay inside one site."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("kitclinic", "0013_people")]
    operations = [protect("kitclinic_staffchange"), same_site("kitclinic")]
