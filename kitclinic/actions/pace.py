"""Counting searches and exports of one person."""

from datetime import datetime, timedelta

from django.db import connection

from kitclinic.models import PaceCount, StaffUser

# One statement, so that two requests at once are never counted as one: the second waits for the row of the first.
# A stretch that is over begins anew; at the limit nothing is written and no row comes back.
COUNT = """
INSERT INTO kitclinic_pacecount AS p (site_id, person_id, kind, since, used)
VALUES (%(site)s, %(person)s, %(kind)s, %(at)s, 1)
ON CONFLICT (site_id, person_id, kind) DO UPDATE SET
    since = CASE WHEN p.since <= %(begun)s OR p.since > %(at)s THEN excluded.since ELSE p.since END,
    used = CASE WHEN p.since <= %(begun)s OR p.since > %(at)s THEN 1 ELSE p.used + 1 END
WHERE p.since <= %(begun)s OR p.since > %(at)s OR p.used < %(most)s
RETURNING used
"""


def count_use(*, person: StaffUser, kind: str, most: int, within: timedelta, at: datetime) -> datetime | None:
    """Count one use. Returns None where it is within the limit, else when the next one is possible (WEB-05).

    most: uses in one stretch of time of this length, which begins with its first use.
    """
    facts = {
        "site": person.site_id,
        "person": person.pk,
        "kind": kind,
        "at": at,
        "begun": at - within,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, facts)
        if cursor.fetchone():
            return None
    return PaceCount.objects.get(site=person.site_id, person=person, kind=kind).since + within
