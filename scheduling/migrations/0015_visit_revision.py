"""A visit counts the changes of its time and state, whoever makes them; only a named driver is confirmed."""

from django.db import migrations, models

COUNT = """
CREATE OR REPLACE FUNCTION scheduling_count_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := OLD.revision;
    IF (NEW.date, NEW.day_index, NEW.start_minute, NEW.iv_minutes, NEW.infusion_minutes, NEW.observation_minutes,
            NEW.state)
        IS DISTINCT FROM
        (OLD.date, OLD.day_index, OLD.start_minute, OLD.iv_minutes, OLD.infusion_minutes, OLD.observation_minutes,
            OLD.state)
    THEN
        NEW.revision := OLD.revision + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER count_revision BEFORE UPDATE ON scheduling_visit
FOR EACH ROW EXECUTE FUNCTION scheduling_count_revision();
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0014_protect_protocols")]
    operations = [
        migrations.AddField(model_name="visit", name="revision", field=models.PositiveIntegerField(default=0)),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(driver_confirmed_at__isnull=True, driver_confirmed_via="")
                | models.Q(driver_confirmed_at__isnull=False)
                & ~models.Q(driver_confirmed_via="")
                & ~models.Q(driver_name=""),
                name="visit_driver_confirmed_is_named",
                violation_error_message="Only a named driver can be confirmed, with who confirmed it and when.",
            ),
        ),
        migrations.RunSQL(
            COUNT,
            "DROP TRIGGER count_revision ON scheduling_visit; DROP FUNCTION scheduling_count_revision();",
        ),
    ]
