"""Whether a chart would look different: one query, for the pages that ask every few seconds."""

from datetime import datetime

from django.db import connection

from kitclinic.models.audit import LOOKED
from scheduling.models import Visit

# Written out: a poll is mostly this query, and putting it together anew costs more than answering it. The newest
# five acts are named, not only the last one: two of one moment may be committed in the other order. Looking at a
# chart changes nothing on it.
FACTS = """
SELECT visit.state,
  ARRAY(SELECT act.id FROM kitclinic_auditevent act
    WHERE act.site_id = visit.site_id AND act.patient_id = visit.patient_id
      AND act.event <> ALL(%s)
    ORDER BY act.at DESC, act.id DESC LIMIT 5),
  (SELECT max(moved.id) FROM infusions_movement moved JOIN infusions_infusion infusion
    ON infusion.id = moved.infusion_id WHERE infusion.visit_id = visit.id),
  (SELECT max(reading.id) FROM infusions_monitorreading reading JOIN infusions_infusion infusion
    ON infusion.id = reading.infusion_id WHERE infusion.visit_id = visit.id),
  (SELECT max(answer.id) FROM infusions_readinganswer answer JOIN infusions_monitorreading reading
    ON reading.id = answer.reading_id JOIN infusions_infusion infusion
    ON infusion.id = reading.infusion_id WHERE infusion.visit_id = visit.id),
  (SELECT max(said.id) FROM infusions_verbalorder said JOIN infusions_order ordered
    ON ordered.id = said.order_id WHERE ordered.sequence_id = visit.sequence_id),
  (SELECT max(opening.id) FROM infusions_openingcheck opening
    WHERE opening.site_id = visit.site_id AND opening.date = visit.date)
FROM scheduling_visit visit WHERE visit.site_id = %s AND visit.id = %s
"""


def chart_version(visit: Visit, at: datetime) -> str:
    """The newest acts about this patient, what stands beside them on the chart, and the minute.

    Read before the facts: what commits meanwhile changes it again.
    """
    found = version_at(visit.site_id, visit.pk, at)
    if found is None:
        raise Visit.DoesNotExist
    return found


def version_at(site_id: int, visit_pk: int, at: datetime) -> str | None:
    """The same by the keys alone, before anything is loaded; None where the site has no such visit."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS, (list(LOOKED), site_id, visit_pk))
        row = cursor.fetchone()
    if row is None:
        return None
    state, acts, *beside = row
    newest = ".".join(str(pk) for pk in acts)
    return "-".join(str(part or 0) for part in (state, newest, *beside, int(at.timestamp()) // 60))
