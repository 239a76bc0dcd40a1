"""Audit events are written by one function of the owner's, and linked into a chain for each site."""

from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site

# The bytes of an event. Pinned: what is hashed once must give the same bytes for ever, so this is never changed;
# another form of bytes would be another function and another column saying which.
BYTES = """
CREATE OR REPLACE FUNCTION kitclinic_audit_bytes(e kitclinic_auditevent) RETURNS bytea
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT convert_to(jsonb_build_array(
        e.id, e.site_id, e.event, e.by_id, e.actor,
        to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        to_char(e.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        e.subject, e.subject_id, e.patient_id, e.detail
    )::text, 'UTF8')
$$;
"""

# The one way in. The hour of receipt is the database's own; the row waits to be linked.
RECORD = """
CREATE OR REPLACE FUNCTION kitclinic_record_audit(
    event text, by_id bigint, actor text, at timestamptz, site bigint,
    subject text, subject_id bigint, patient_id bigint, detail jsonb
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE made bigint;
BEGIN
    INSERT INTO kitclinic_auditevent
        (event, by_id, actor, at, received_at, site_id, subject, subject_id, patient_id, detail)
    VALUES (event, by_id, actor, at, clock_timestamp(), site, subject, subject_id, patient_id, detail)
    RETURNING id INTO made;
    INSERT INTO kitclinic_auditwaiting (id, site_id) VALUES (made, site);
    RETURN made;
END $$;
"""

# Links what waits, in the order of its numbers. The lock is taken here and not with each event, so that clinical
# transactions never wait for one another. What commits later than its number is linked when it is seen.
SEAL = """
CREATE OR REPLACE FUNCTION kitclinic_seal_audit(of_site bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE counted bigint; head bytea; one kitclinic_auditevent; own bytea; linked bigint[] := '{}';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('kitclinic audit chain', of_site));
    SELECT number, hash INTO counted, head FROM kitclinic_auditlink
        WHERE site_id = of_site ORDER BY number DESC LIMIT 1;
    counted := coalesce(counted, 0);
    head := coalesce(head, kitclinic_audit_beginning(of_site));
    FOR one IN
        SELECT e.* FROM kitclinic_auditwaiting w JOIN kitclinic_auditevent e ON e.id = w.id
        WHERE w.site_id = of_site ORDER BY e.id
    LOOP
        own := sha256(kitclinic_audit_bytes(one));
        head := sha256(head || own);
        counted := counted + 1;
        INSERT INTO kitclinic_auditlink (event_id, site_id, number, own, hash)
            VALUES (one.id, of_site, counted, own, head);
        linked := linked || one.id;
    END LOOP;
    DELETE FROM kitclinic_auditwaiting WHERE id = ANY (linked);
    RETURN cardinality(linked);
END $$;
"""

BEGINNING = """
CREATE OR REPLACE FUNCTION kitclinic_audit_beginning(of_site bigint) RETURNS bytea
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT sha256(convert_to('kitclinic audit chain of site ' || of_site, 'UTF8'))
$$;
"""

CLOSED = ("kitclinic_auditevent", "kitclinic_auditlink", "kitclinic_auditwaiting")


def install(apps, schema_editor):
    quote = schema_editor.quote_name
    role = quote(settings.APP_DATABASE_ROLE)
    for function in (BYTES, BEGINNING, RECORD, SEAL):
        schema_editor.execute(function, params=None)
    schema_editor.execute("INSERT INTO kitclinic_auditwaiting (id, site_id) SELECT id, site_id FROM kitclinic_auditevent")
    for table in CLOSED:
        schema_editor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {quote(table)} FROM {role}")


class Migration(migrations.Migration):
    dependencies = [("kitclinic", "0011_tablet_tokens_by_site")]
    operations = [
        migrations.AddField("auditevent", "received_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="AuditWaiting",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitclinic.site")),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitclinic.auditevent")),
                ("number", models.BigIntegerField()),
                ("own", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitclinic.site")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("site", "number"), name="audit_link_number_once", violation_error_message="This place of the audit chain is taken."), models.UniqueConstraint(fields=("site", "event"), name="audit_event_linked_once", violation_error_message="This event is linked already.")]},
        ),
        same_site("kitclinic"),
        migrations.RunPython(install, migrations.RunPython.noop),
        protect("kitclinic_auditlink"),
    ]
