"""Who looked at what is read by person, by event and by time; and when each chain was verified."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


CLOSED = ("kitclinic_auditevent_id_seq", "kitclinic_auditlink_id_seq")


def close_sequences(apps, schema_editor):
    """The numbers of events are given by the owner's functions only: nobody else moves their sequences."""
    quote = schema_editor.quote_name
    for sequence in CLOSED:
        schema_editor.execute(f"REVOKE ALL ON SEQUENCE {quote(sequence)} FROM {quote(settings.APP_DATABASE_ROLE)}")


class Migration(migrations.Migration):

    dependencies = [
        ("kitclinic", "0016_sign_in_tries"),
    ]

    operations = [
        migrations.CreateModel(
            name='ChainCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('number', models.BigIntegerField()),
                ('findings', models.PositiveIntegerField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name='auditevent',
            name='audit_newest',
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['site', 'at'], name='audit_by_time'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['site', 'by', 'at'], name='audit_by_person'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['site', 'event', 'at'], name='audit_by_event'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('event__in', ('chart opened', 'list opened', 'searched', 'exported', 'printed')), _negated=True), fields=['site', '-id'], name='audit_newest'),
        ),
        migrations.AddField(
            model_name='chaincheck',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddIndex(
            model_name='chaincheck',
            index=models.Index(fields=['site', '-at'], name='chain_check_newest'),
        ),
        same_site("kitclinic"),
        protect("kitclinic_chaincheck"),
        migrations.RunPython(close_sequences, migrations.RunPython.noop),
    ]
