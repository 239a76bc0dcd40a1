"""What a version of the protocol orders: days, dose, interval and threshold."""

from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kitclinic', '0005_cap_may_stay_open'),
        ('scheduling', '0019_asks_of_one_site'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='sequence',
            name='sequence_short_has_consent',
        ),
        migrations.AddField(
            model_name='protocolversion',
            name='change_percent',
            field=models.PositiveSmallIntegerField(default=20),
        ),
        migrations.AddField(
            model_name='protocolversion',
            name='days',
            field=models.PositiveSmallIntegerField(default=5),
        ),
        migrations.AddField(
            model_name='protocolversion',
            name='mg_per_kg',
            field=models.DecimalField(decimal_places=3, default=Decimal('0.5'), max_digits=4),
        ),
        migrations.AddField(
            model_name='protocolversion',
            name='protocol',
            field=models.SlugField(default='standard', max_length=40),
        ),
        migrations.AddField(
            model_name='protocolversion',
            name='vitals_minutes',
            field=models.PositiveSmallIntegerField(default=15),
        ),
        migrations.AddConstraint(
            model_name='protocolversion',
            constraint=models.CheckConstraint(condition=models.Q(('change_percent__gte', 1), ('days__gte', 1), ('days__lte', 5), ('mg_per_kg__gt', 0), ('vitals_minutes__gte', 1)), name='protocol_version_orders_something', violation_error_message='A protocol has 1 to 5 days, a dose, an interval and a threshold.'),
        ),
        migrations.AddConstraint(
            model_name='sequence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('mode', 'short'), ('planned_visits', 4), ('short_consent_at__isnull', False)), models.Q(models.Q(('mode', 'short'), _negated=True), ('planned_visits__gte', 1), ('planned_visits__lte', 5)), _connector='OR'), name='sequence_short_has_consent', violation_error_message="A course cut to four days needs the patient's recorded consent."),
        ),
    ]
