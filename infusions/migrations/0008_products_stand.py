"""A vial of the formulary is never edited or deleted; every clinic known before gets the usual one."""

from decimal import Decimal
from typing import Any

from django.db import migrations

PRODUCTS_STAND = """
CREATE OR REPLACE FUNCTION kitclinic_product_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
       OR to_jsonb(OLD) - 'in_use' IS DISTINCT FROM to_jsonb(NEW) - 'in_use' THEN
        RAISE EXCEPTION 'A vial of the formulary is never edited or deleted; take it out of use and add another.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'product_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER product_stands BEFORE UPDATE OR DELETE ON infusions_product
    FOR EACH ROW EXECUTE FUNCTION kitclinic_product_stands();
"""


def give_first_product(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    product = apps.get_model("infusions", "Product").objects.using(using)
    formularies = apps.get_model("infusions", "Formulary").objects.using(using)
    usual = dict(formularies.values_list("site_id", "strength_mg_per_ml"))
    volumes = {10: Decimal("20"), 50: Decimal("10"), 100: Decimal("5")}
    for site in apps.get_model("kitclinic", "Site").objects.using(using).filter(registry_of__isnull=True):
        if not product.filter(site=site).exists():
            strength = usual.get(site.pk, 50)
            product.create(site=site, strength_mg_per_ml=strength, vial_ml=volumes[strength])


class Migration(migrations.Migration):
    dependencies = [("infusions", "0007_protect_ledger")]
    operations = [
        migrations.RunSQL(PRODUCTS_STAND, migrations.RunSQL.noop),
        migrations.RunPython(give_first_product, migrations.RunPython.noop),
    ]
