"""Each sign that could not be obtained has its own reason: five of them need more room."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("infusions", "0016_readings_are_given")]
    operations = [
        migrations.AlterField(
            model_name="vitalset",
            name="not_obtained_because",
            field=models.CharField(blank=True, max_length=300),
        ),
    ]
