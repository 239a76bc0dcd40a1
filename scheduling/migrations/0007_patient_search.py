"""A search text for every patient, an index on its pieces, and look-ups by phone, newest and merged record.

No extension is needed: the functions use what every PostgreSQL has. They name nothing outside
pg_catalog, so that they also work where maintenance runs without a search path.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models import F, Q

from scheduling.models.patients import PhoneTail, SearchGrams, SearchText

FUNCTIONS = r"""
CREATE FUNCTION kitclinic_fold(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 20 AS $$
    -- Small letters without accents; whatever is neither letter, digit nor space goes.
    SELECT regexp_replace(
        replace(replace(replace(replace(
            translate(
                lower(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]', '', 'g')),
                'øØłŁđĐıÐðŦŧ', 'oollddiddtt'
            ),
            'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
        '[^[:alnum:] ]', '', 'g')
$$;

CREATE FUNCTION kitclinic_search_text(family text, given text, preferred text, number text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100 AS $$
DECLARE
    names text := family || ' ' || given || ' ' || preferred;
    parts text := translate(names, '-‐‑–', '    ');
    whole text := public.kitclinic_fold(translate(family, ' ', ''));
BEGIN
    -- " mullerludenscheidt jorg kt10001 muller ludenscheidt": the family name in one piece first, then
    -- the other names and the number, then the family name's parts where it has several.
    RETURN rtrim(regexp_replace(
        ' ' || whole || ' ' || public.kitclinic_fold(translate(given || ' ' || preferred, '-‐‑–', '    '))
            || ' ' || public.kitclinic_fold(translate(number, ' ', ''))
            || CASE WHEN translate(family, ' -‐‑–', '') = family THEN ''
                ELSE ' ' || public.kitclinic_fold(translate(family, '-‐‑–', '    ')) END,
        ' +', ' ', 'g'));
END $$;

CREATE FUNCTION kitclinic_search_grams(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2000 AS $$
    -- Every pair and every three of neighbouring letters, and the first letter of a word after its space.
    SELECT coalesce(array_agg(DISTINCT gram), '{}')
    FROM generate_series(1, length(words)) place,
        LATERAL (VALUES (substr(words, place, 2)), (substr(words, place, 3))) piece (gram)
    WHERE length(gram) = 3 AND gram !~ ' '
        OR length(gram) = 2 AND right(gram, 1) <> ' '
$$;
"""
NO_FUNCTIONS = """
DROP FUNCTION kitclinic_search_grams(text);
DROP FUNCTION kitclinic_search_text(text, text, text, text);
DROP FUNCTION kitclinic_fold(text);
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0006_protect_enrolment_records")]
    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.AddField(
            model_name="patient",
            name="search_text",
            field=models.GeneratedField(
                expression=SearchText("family_name", "given_name", "preferred_name", "record_number"),
                output_field=models.TextField(),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index("site", PhoneTail("phone"), name="patient_by_phone_tail"),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(F("site"), F("created_at").desc(), F("id").desc(), name="patient_newest_first"),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="patient_merged"
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=GinIndex(SearchGrams("search_text"), name="patient_search", fastupdate=False),
        ),
    ]
