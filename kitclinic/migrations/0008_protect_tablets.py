"""Tries of a PIN are written once; tablets and PINs stay inside one site."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("kitclinic", "0007_tablets")]
    operations = [protect("kitclinic_pintry"), same_site("kitclinic")]
