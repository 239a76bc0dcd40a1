"""The audit chain of each site: linking what waits, telling its head, and finding what was tampered with.

An event's own hash covers its bytes as the database writes them (migration 0012); a link's hash covers the link
before it. A chain alone cannot show a cut tail or a whole rewrite: for that its heads are kept elsewhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from kitclinic.chain_heads import Head, ship
from kitclinic.models import AuditWaiting, Site
from kitclinic.register import Rule

AUD_01 = Rule(
    "AUD-01",
    "Every audit event is linked into its site's chain within a minute; a link's SHA-256 covers the link before "
    "it and the event's own SHA-256.",
    source="45 CFR 164.312(b) and (c); clinic default",
)
AUD_02 = Rule(
    "AUD-02",
    "The check names every event that was altered, removed, put in between or never linked, and by the heads told "
    "before every tail that was cut and every chain that was written anew.",
    source="clinic default",
)

PROBLEMS = """
WITH chain AS (
    SELECT l.number, l.event_id, l.own, l.hash, e.id AS known,
           CASE WHEN e.id IS NULL THEN NULL ELSE sha256(kitclinic_audit_bytes(e)) END AS read,
           lag(l.number, 1, 0::bigint) OVER w AS number_before,
           lag(l.hash, 1, kitclinic_audit_beginning(%(site)s)) OVER w AS hash_before
    FROM kitclinic_auditlink l LEFT JOIN kitclinic_auditevent e ON e.id = l.event_id
    WHERE l.site_id = %(site)s WINDOW w AS (ORDER BY l.number)
)
SELECT number, event_id, CASE
    WHEN known IS NULL THEN 'removed'
    WHEN read IS DISTINCT FROM own THEN 'altered'
    WHEN number <> number_before + 1 THEN 'gap'
    ELSE 'broken' END
FROM chain
WHERE known IS NULL OR read IS DISTINCT FROM own OR number <> number_before + 1
   OR hash IS DISTINCT FROM sha256(hash_before || own)
ORDER BY number
"""
UNLINKED = """
SELECT e.id FROM kitclinic_auditevent e
WHERE e.site_id = %(site)s
  AND NOT EXISTS (SELECT 1 FROM kitclinic_auditlink l WHERE l.event_id = e.id)
  AND NOT EXISTS (SELECT 1 FROM kitclinic_auditwaiting w WHERE w.id = e.id)
ORDER BY e.id
"""
SENTENCES = {
    "altered": "Event {event} (link {number}) was altered: its bytes are not those that were linked.",
    "removed": "Event {event} (link {number}) was removed.",
    "gap": "Before link {number} (event {event}) at least one link was removed.",
    "broken": "Link {number} (event {event}) does not follow from the link before it.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a chain. event: its key, None where the chain as a whole is meant."""

    site: str
    event: int | None
    sentence: str


def seal(site: Site) -> int:
    """Link the events that wait; return how many (AUD-01)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kitclinic_seal_audit(%s)", [site.pk])
        (linked,) = cursor.fetchone()
    return int(linked)


def seal_all() -> int:
    """Link what waits at every site, each in a transaction of its own; return how many."""
    waiting = AuditWaiting.objects.order_by().values_list("site", flat=True).distinct()
    return sum(seal(site) for site in Site.objects.filter(pk__in=waiting))


def ship_heads_of_all(*, at: datetime) -> int:
    """Link what waits, then send every site's head off this machine; return how many."""
    seal_all()
    heads = [found for site in Site.objects.order_by("pk") if (found := head(site, at))]
    ship(heads)
    return len(heads)


def head(site: Site, at: datetime) -> Head | None:
    """Return the last link of a site's chain, None while there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, encode(hash, 'hex') FROM kitclinic_auditlink WHERE site_id = %s "
            "ORDER BY number DESC LIMIT 1",
            [site.pk],
        )
        found = cursor.fetchone()
    return None if found is None else Head(site.slug, int(found[0]), found[1], at)


def findings(site: Site, heads: Iterable[Head]) -> Iterator[Finding]:
    """Yield everything wrong with one site's chain (AUD-02). heads: told before, of whatever site."""
    with connection.cursor() as cursor:
        cursor.execute(PROBLEMS, {"site": site.pk})
        for number, event, what in cursor.fetchall():
            yield Finding(site.slug, event, SENTENCES[what].format(number=number, event=event))
        cursor.execute(UNLINKED, {"site": site.pk})
        for (event,) in cursor.fetchall():
            yield Finding(site.slug, event, f"Event {event} never came in by the door: it has no link.")
    yield from _against_heads(site, [one for one in heads if one.site == site.slug])


def _against_heads(site: Site, heads: list[Head]) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, encode(hash, 'hex') FROM kitclinic_auditlink WHERE site_id = %s AND number = ANY(%s)",
            [site.pk, [one.number for one in heads]],
        )
        held = dict(cursor.fetchall())
        cursor.execute("SELECT coalesce(max(number), 0) FROM kitclinic_auditlink WHERE site_id = %s", [site.pk])
        (last,) = cursor.fetchone()
    furthest = max(heads, key=lambda one: one.number, default=None)
    if furthest is not None and furthest.number > last:
        missing = furthest.number - last
        yield Finding(
            site.slug,
            None,
            f"The chain ends at link {last}; on {furthest.at:%Y-%m-%d %H:%M %Z} it had {furthest.number}. "
            f"{missing} {'link was' if missing == 1 else 'links were'} cut off.",
        )
    for one in heads:
        if one.number in held and held[one.number] != one.hash:
            yield Finding(
                site.slug,
                None,
                f"Link {one.number} is not the one told on {one.at:%Y-%m-%d %H:%M %Z}: the chain was written anew "
                f"at or before it.",
            )
