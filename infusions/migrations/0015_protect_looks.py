"""A look at a late fact is written once, inside one site."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("infusions", "0014_struck_events_and_looks")]
    operations = [protect("infusions_factreview"), same_site("infusions")]
