"""The view through which patients are searched by index, though the table keeps to the sites named (ROW-05).

A migration that changes the type of one of its columns drops the view first and makes it again.
"""

from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion

from kitclinic.site_policies import POLICY, define_sites

# It reads as the owner, whom policies do not bind, and says the policy itself. No security_barrier: that is what
# would keep the index from being asked. Statements are the application's own; a stranger's could name sites too.
VIEW = f"""
CREATE VIEW scheduling_searched_patient AS
SELECT id, site_id, record_number, family_name, given_name, birth_date, phone, search_text
FROM scheduling_patient WHERE {POLICY}
"""  # nosec


def install(apps, schema_editor):
    role = schema_editor.quote_name(settings.APP_DATABASE_ROLE)
    with schema_editor.connection.cursor() as cursor:
        define_sites(cursor)
        cursor.execute(VIEW)
        cursor.execute(f"REVOKE ALL ON scheduling_searched_patient FROM {role}")
        cursor.execute(f"GRANT SELECT ON scheduling_searched_patient TO {role}")


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0023_keeping")]
    operations = [
        migrations.CreateModel(
            name="SearchedPatient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record_number", models.CharField(max_length=40)),
                ("family_name", models.CharField(max_length=80)),
                ("given_name", models.CharField(max_length=80)),
                ("birth_date", models.DateField(null=True)),
                ("phone", models.CharField(max_length=40)),
                ("search_text", models.TextField()),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="kitclinic.site")),
            ],
            options={"db_table": "scheduling_searched_patient", "managed": False},
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
