"""After an import the planner is told how many rows there are, in the same transaction; autovacuum comes a minute later."""

from django.conf import settings
from django.db import migrations

# The application owns no table and may not ANALYZE one; it may call this.
FUNCTION = """
CREATE OR REPLACE FUNCTION outcomes_weigh_imported() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    ANALYZE public.scheduling_patient, public.infusions_registryinfusion, public.outcomes_score;
END $$;
"""


def install(apps, schema_editor):
    schema_editor.execute(FUNCTION, params=None)
    role = schema_editor.quote_name(settings.APP_DATABASE_ROLE)
    schema_editor.execute("REVOKE EXECUTE ON FUNCTION outcomes_weigh_imported() FROM PUBLIC")
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION outcomes_weigh_imported() TO {role}")


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0013_history")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
