"""Emergency access to one patient's record, and its review: written once."""

import datetime
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):

    dependencies = [
        ('kitclinic', '0017_who_looked'),
        ('scheduling', '0021_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BreakGlass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20)),
                ('reason', models.TextField(max_length=500)),
                ('opened_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.patient')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site')),
            ],
        ),
        migrations.CreateModel(
            name='BreakGlassEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('glass', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='end', to='scheduling.breakglass')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BreakGlassReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('in_order', models.BooleanField()),
                ('note', models.TextField(max_length=1000)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('glass', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='scheduling.breakglass')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site')),
            ],
        ),
        migrations.AddIndex(
            model_name='breakglass',
            index=models.Index(fields=['site', 'by', 'patient', 'until'], name='break_glass_open'),
        ),
        migrations.AddConstraint(
            model_name='breakglass',
            constraint=models.CheckConstraint(condition=models.Q(('until', django.db.models.expressions.CombinedExpression(models.F('opened_at'), '+', models.Value(datetime.timedelta(seconds=3600))))), name='break_glass_lasts_an_hour', violation_error_message='Emergency access lasts 60 minutes.'),
        ),
        migrations.AddConstraint(
            model_name='breakglass',
            constraint=models.CheckConstraint(condition=models.Q(('reason__regex', '\\S.{8,}\\S')), name='break_glass_has_a_reason', violation_error_message='Say in at least 10 characters why.'),
        ),
        migrations.AddConstraint(
            model_name='breakglassreview',
            constraint=models.CheckConstraint(condition=models.Q(('by', models.F('opened_by')), _negated=True), name='break_glass_reviewed_by_another', violation_error_message='Somebody else reviews your emergency access.'),
        ),
        same_site("scheduling"),
        protect("scheduling_breakglass", "scheduling_breakglassend", "scheduling_breakglassreview"),
    ]
