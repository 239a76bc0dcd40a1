"""Lists of scores and pieces of instruments that were uploaded and never taken in are thrown away in time."""

from django.db import migrations

from kitclinic.retire import retire


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0014_weigh_imported"), ("scheduling", "0023_keeping")]
    operations = [
        retire(
            name="score_files",
            table="outcomes_scorefile",
            which="r.site_id = of_site AND r.imported_at IS NULL AND r.uploaded_at < before",
            floor="7 days",
        ),
        retire(
            name="piece_uploads",
            table="outcomes_pieceupload",
            which="r.site_id = of_site AND r.uploaded_at < before",
            floor="7 days",
        ),
    ]
