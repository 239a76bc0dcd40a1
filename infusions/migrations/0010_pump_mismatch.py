"""A reading of the pump that does not match the order is an event of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("infusions", "0009_ledger_balances")]
    operations = [
        migrations.AlterField(
            "infusionevent",
            "kind",
            models.CharField(
                choices=[
                    ("arrived", "Arrived"),
                    ("identity_checked", "Identity checked"),
                    ("pregnancy_test", "Pregnancy test"),
                    ("provider_cleared", "Cleared by provider"),
                    ("iv_placed", "IV placed"),
                    ("premedication", "Ondansetron 8 mg before start"),
                    ("no_premedication", "Ondansetron not given"),
                    ("pump_checked", "Pump checked"),
                    ("pump_mismatch", "Pump did not match"),
                    ("started", "Started"),
                    ("paused", "Paused"),
                    ("resumed", "Resumed"),
                    ("side_effect", "Side effect"),
                    ("ondansetron_prn", "Ondansetron 8 mg as needed"),
                    ("provider_called", "Provider called"),
                    ("emergency_team", "Emergency team called"),
                    ("stopped", "Stopped"),
                    ("completed", "Completed"),
                    ("driver_seen", "Driver seen"),
                    ("discharged", "Discharged"),
                    ("not_started", "Not started"),
                    ("handed_over", "Handed over"),
                ],
                max_length=20,
            ),
        )
    ]
