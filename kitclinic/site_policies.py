"""The policies that keep rows to the sites named on the connection; ``migrate`` sets them (decision 0018).

They are found and not listed: every table with a ``site_id`` has one, as soon as it is migrated.
"""

from typing import Any

from psycopg import sql

LEFT_OUT = {
    "kitclinic_membership": "where somebody works besides is asked before it is known for which site they stand",
    "kitclinic_staffuser": "people sign in before their site is known, and one without a site is nobody's",
}

EVERY_SITE = """
CREATE OR REPLACE FUNCTION kitclinic_every_site() RETURNS bigint[]
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM kitclinic_site
$$
"""
# Without SET and SECURITY DEFINER, so that the planner puts the expression itself into the statement.
SITES = """
CREATE OR REPLACE FUNCTION kitclinic_sites() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE pg_catalog.current_setting('kitclinic.sites', true)
        WHEN 'every' THEN public.kitclinic_every_site()
        ELSE pg_catalog.string_to_array(
            coalesce(pg_catalog.current_setting('kitclinic.sites', true), ''), ',')::bigint[]
    END
$$
"""
POLICY = "site_id = ANY ((SELECT kitclinic_sites())::bigint[])"  # asked once a statement, and an index condition
BARE = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'site_id'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT a.attisdropped
  AND NOT (c.relrowsecurity AND EXISTS (
      SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'rows_of_named_sites'))
ORDER BY c.relname
"""


def define_sites(cursor: Any) -> None:
    """Make the functions that say which sites are named; a migration whose view asks them calls this first."""
    cursor.execute(EVERY_SITE)
    cursor.execute(SITES)


def keep_to_sites(cursor: Any) -> None:
    """Give every table with a site its policy, as the owner of the tables; those that have it are left alone."""
    cursor.execute("SELECT to_regclass('kitclinic_site')")
    if cursor.fetchone() == (None,):
        return
    define_sites(cursor)
    cursor.execute(BARE)
    for (table,) in cursor.fetchall():
        if table not in LEFT_OUT:
            named = sql.Identifier(table)
            cursor.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(named))
            cursor.execute(
                sql.SQL("CREATE POLICY rows_of_named_sites ON {} USING ({}) WITH CHECK ({})").format(
                    named, sql.SQL(POLICY), sql.SQL(POLICY)
                )
            )
