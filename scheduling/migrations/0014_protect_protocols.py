"""A protocol version is written once; rows of one site refer to rows of the same site."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0013_suite_staff_places")]
    operations = [protect("scheduling_protocolversion"), same_site("scheduling")]
