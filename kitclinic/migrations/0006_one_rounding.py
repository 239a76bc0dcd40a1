"""The database shows a number as ``kitclinic.display`` does: one rounding, half up; one notation."""

from django.db import migrations

HALF_UP = r"""
CREATE FUNCTION kitclinic_half_up(value numeric, step numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $body$
BEGIN
    IF step <= 0 OR step IN ('NaN', 'Infinity') THEN
        RAISE EXCEPTION 'a rounding step must be above zero, not %', step USING ERRCODE = 'data_exception';
    ELSIF value IN ('NaN', 'Infinity', '-Infinity') THEN
        RAISE EXCEPTION '% is not a number that can be shown', value USING ERRCODE = 'data_exception';
    END IF;
    -- in whole steps by whole numbers: div() cuts off, and twice the rest against the step decides the tie
    RETURN step * sign(value)
        * (div(abs(value), step) + CASE WHEN 2 * mod(abs(value), step) >= step THEN 1 ELSE 0 END);
END
$body$;
"""

SHOW = r"""
CREATE FUNCTION kitclinic_show(value numeric, unit text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $body$
DECLARE
    whole text;
    part text;
BEGIN
    IF value IN ('NaN', 'Infinity', '-Infinity') THEN
        RAISE EXCEPTION '% is not a number that can be shown', value USING ERRCODE = 'data_exception';
    END IF;
    whole := split_part(abs(value)::text, '.', 1);
    part := rtrim(split_part(abs(value)::text, '.', 2), '0');
    -- a comma before every three digits that are followed only by groups of three
    whole := regexp_replace(whole, '(\d)(?=(\d{3})+$)', '\1,', 'g');
    RETURN CASE WHEN value < 0 THEN U&'\2212' ELSE '' END || whole
        || CASE WHEN part = '' THEN '' ELSE '.' || part END
        || CASE WHEN unit = '' THEN '' ELSE ' ' || unit END;
END
$body$;
"""

DROP = """
DROP FUNCTION kitclinic_show(numeric, text);
DROP FUNCTION kitclinic_half_up(numeric, numeric);
"""


class Migration(migrations.Migration):
    dependencies = [("kitclinic", "0005_cap_may_stay_open")]
    operations = [migrations.RunSQL([HALF_UP, SHOW], reverse_sql=DROP)]
