"""Where letters to a patient go."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0011_patients_by_search_text")]
    operations = [
        migrations.AddField(
            model_name="patient",
            name="address",
            field=models.TextField(blank=True, default="", max_length=300),
            preserve_default=False,
        ),
    ]
