"""Ledger, verbal orders and escalations are written once, inside one site."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("infusions", "0006_ledger_and_verbal_orders")]
    operations = [
        protect(
            "infusions_cosignature",
            "infusions_count",
            "infusions_countline",
            "infusions_discrepancy",
            "infusions_discrepancyanswer",
            "infusions_escalation",
            "infusions_movement",
            "infusions_receipt",
            "infusions_verbalorder",
            "infusions_vial",
        ),
        same_site("infusions"),
    ]
