"""Whether a chart would look different: one query, for the pages that ask every few seconds."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery

from infusions.models import MonitorReading, Movement, OpeningCheck, ReadingAnswer, VerbalOrder
from kitclinic.models import AuditEvent
from scheduling.models import Visit

NEWEST = 5  # acts that a version names: two of one moment may be committed in the other order
HERE = OuterRef("pk")


def chart_version(visit: Visit, at: datetime) -> str:
    """The newest acts about this patient, what stands beside them on the chart, and the minute.

    Read before the facts: what commits meanwhile changes it again.
    """
    acts = AuditEvent.objects.filter(site=OuterRef("site"), patient_id=OuterRef("patient_id"))
    row = (
        Visit.objects.filter(site=visit.site_id, pk=visit.pk)
        .annotate(
            acts=ArraySubquery(acts.order_by("-at", "-pk").values("pk")[:NEWEST]),
            moved=_newest(Movement.objects.filter(infusion__visit=HERE)),
            read=_newest(MonitorReading.objects.filter(infusion__visit=HERE)),
            answered=_newest(ReadingAnswer.objects.filter(reading__infusion__visit=HERE)),
            said=_newest(VerbalOrder.objects.filter(order__sequence=OuterRef("sequence"))),
            checked=_newest(OpeningCheck.objects.filter(site=OuterRef("site"), date=OuterRef("date"))),
        )
        .values("state", "acts", "moved", "read", "answered", "said", "checked")
        .get()
    )
    newest = ".".join(str(pk) for pk in row["acts"])
    beside = (row["moved"], row["read"], row["answered"], row["said"], row["checked"])
    return "-".join(str(part or 0) for part in (row["state"], newest, *beside, int(at.timestamp()) // 60))


def _newest(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.order_by("-pk").values("pk")[:1])
