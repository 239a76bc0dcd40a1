"""The same prepared moment as often as it is needed: what a round wrote is taken back before the next one."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from django.db import connections

from tests import databases

ROUNDS = 50

KEEP = """
DO $$
DECLARE name text;
BEGIN
    EXECUTE 'DROP SCHEMA IF EXISTS kept CASCADE';
    EXECUTE 'CREATE SCHEMA kept';
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', name);
    END LOOP;
END $$
"""
TRIGGERS = """
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT DISTINCT c.relname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
                 WHERE c.relnamespace = 'public'::regnamespace AND NOT g.tgisinternal LOOP
        EXECUTE format('ALTER TABLE public.%I {do} TRIGGER USER', name);
    END LOOP;
END $$
"""
# Rows written since (xmin after the given transaction) go, then rows that are missing come back.
TAKE_BACK = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN
        SELECT c.relname AS name,
               (SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
                 WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns,
               (SELECT string_agg(format('t.%1$I = k.%1$I', a.attname), ' AND ') FROM pg_index i
                  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
                 WHERE i.indrelid = c.oid AND i.indisprimary) AS same
          FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    LOOP
        EXECUTE format('DELETE FROM public.%I WHERE xmin::text::bigint > {since}', one.name);
        EXECUTE format('INSERT INTO public.%1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM kept.%1$I k '
                       'WHERE NOT EXISTS (SELECT 1 FROM public.%1$I t WHERE %3$s)',
                       one.name, one.columns, one.same);
    END LOOP;
END $$
"""


def rounds(committed: str, number: int = ROUNDS) -> Iterator[int]:
    """Round by round, the committed database stands as it stood when the first one began.

    Rows made before keep their keys; what a round wrote is gone in the next one, numbers it used up stay used.
    """
    connections.close_all()
    with databases.owner_of(committed) as owner:
        owner.execute(KEEP)
        try:
            for one in range(number):
                since = _now(owner)
                yield one
                connections.close_all()
                owner.execute(TRIGGERS.replace("{do}", "DISABLE"))
                owner.execute(TAKE_BACK.replace("{since}", str(since)))
                owner.execute(TRIGGERS.replace("{do}", "ENABLE"))
        finally:
            connections.close_all()
            owner.execute("DROP SCHEMA kept CASCADE")


def _now(owner: psycopg.Connection[Any]) -> int:
    """The number of the newest transaction; rows of later ones bear a higher one."""
    row = owner.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
    assert row is not None
    return int(row[0])


def taking_turns(one: int, first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Callable[[], Any], ...]:
    """Both acts, the other one begun first in every second round."""
    return (first, second) if one % 2 else (second, first)
