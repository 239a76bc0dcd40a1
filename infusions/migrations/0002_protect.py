"""What the database holds for these tables, whoever writes."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site

SIGNED_ORDERS_STAND = """
CREATE OR REPLACE FUNCTION kitclinic_signed_order_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signature_id IS NOT NULL
       AND to_jsonb(OLD) - '{state,held_because}'::text[] IS DISTINCT FROM to_jsonb(NEW) - '{state,held_because}'::text[] THEN
        RAISE EXCEPTION 'A signed order is never edited; write a new version instead.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'signed_order_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION kitclinic_orders_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Orders are kept; discontinue the order instead.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_stay';
END $$;
CREATE TRIGGER signed_order_stands BEFORE UPDATE ON infusions_order
    FOR EACH ROW EXECUTE FUNCTION kitclinic_signed_order_stands();
CREATE TRIGGER orders_stay BEFORE DELETE ON infusions_order
    FOR EACH ROW EXECUTE FUNCTION kitclinic_orders_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("infusions", "0001_initial")]
    operations = [
        protect(
            "infusions_flag",
            "infusions_flagacknowledgement",
            "infusions_infusionevent",
            "infusions_registryinfusion",
            "infusions_vitalset",
        ),
        same_site("infusions"),
        migrations.RunSQL(SIGNED_ORDERS_STAND, migrations.RunSQL.noop),
    ]
