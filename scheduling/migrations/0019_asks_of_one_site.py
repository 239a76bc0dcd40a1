"""Rows of one site refer to rows of the same site, the asks for plans too."""

from django.db import migrations

from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0018_plan_asks_and_tokens")]
    operations = [same_site("scheduling")]
