"""Changes of settings are written once; further places stay inside one site."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("kitclinic", "0019_places_and_settings")]
    operations = [protect("kitclinic_settingchange"), same_site("kitclinic")]
