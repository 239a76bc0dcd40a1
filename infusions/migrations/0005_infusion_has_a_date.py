from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("infusions", "0004_registry_infusion_by_start")]
    operations = [
        migrations.AddField("infusion", "date", models.DateField(null=True)),
        migrations.RunSQL(
            "UPDATE infusions_infusion i SET date = v.date FROM scheduling_visit v WHERE v.id = i.visit_id;"
            " SET CONSTRAINTS ALL IMMEDIATE;",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField("infusion", "date", models.DateField()),
        migrations.RemoveConstraint("infusion", "infusion_chair_is_free"),
        migrations.AddConstraint(
            "infusion",
            models.UniqueConstraint(
                fields=["site", "date", "chair"],
                condition=models.Q(state__in=["arrived", "infusing", "observing", "paused"]),
                name="infusion_chair_is_free",
                violation_error_message="There is still a patient in this chair.",
            ),
        ),
    ]
