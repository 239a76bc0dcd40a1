"""A stop of what did not run is kept, and leaves room for the real one."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('infusions', '0010_pump_mismatch'),
        ('kitclinic', '0006_one_rounding'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='infusionevent',
            name='infusion_event_kind_once',
        ),
        migrations.AddConstraint(
            model_name='infusionevent',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['arrived', 'premedication', 'no_premedication', 'started', 'ondansetron_prn', 'stopped', 'completed', 'discharged', 'not_started']), models.Q(('detail__has_key', 'unmatched'), ('kind', 'stopped'), _negated=True)), fields=('site', 'infusion', 'kind'), name='infusion_event_kind_once', violation_error_message="This has already been recorded for today's infusion; it happens once."),
        ),
    ]
