"""Family names by their beginning, read in order, for a search that many records match.

A search ends after a few hundred rows; starting a parallel worker for it takes longer than the search.
"""

from django.db import migrations, models
from django.db.models.functions import Collate


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0010_reason_fits_the_order")]
    operations = [
        migrations.AddIndex(
            model_name="patient",
            index=models.Index("site", Collate("search_text", "C"), name="patient_by_search_text"),
        ),
        migrations.RunSQL(
            "ALTER TABLE scheduling_patient SET (parallel_workers = 0)",
            "ALTER TABLE scheduling_patient RESET (parallel_workers)",
        ),
    ]
