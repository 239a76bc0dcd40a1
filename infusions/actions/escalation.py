"""Calling out visits of the next clinic day that no signed order stands behind: once each."""

from datetime import datetime

from django.db import transaction

from infusions.models import Escalation
from infusions.queries.escalation import Unsigned, call_key, unsigned_visits
from infusions.rules.escalation import call_text
from kitclinic import audit
from kitclinic.actions import queue_message
from kitclinic.models import OutboxMessage, Site
from scheduling.models import Visit
from scheduling.rules.capacity import clock, date_words

PRESCRIBERS = "prescribers"


@transaction.atomic
def escalate_unsigned(*, site: Site, at: datetime) -> int:
    """Write a row and a message to the prescribers for every such visit that has none; return how many (ORD-35).

    Two workers at once queue at the visits' rows, and the second finds the first one's calls.
    """
    found = unsigned_visits(site, at=at)
    if not found:
        return 0
    ids = [one.visit.pk for one in found]
    list(Visit.objects.select_for_update(of=("self",)).filter(site=site, pk__in=ids).order_by("pk"))
    known = set(Escalation.objects.filter(site=site, visit__in=ids).values_list("visit_id", "date"))
    new = [one for one in found if (one.visit.pk, one.visit.date) not in known]
    for one in new:
        _call(site, one, at=at)
    return len(new)


def _call(site: Site, one: Unsigned, *, at: datetime) -> None:
    visit = one.visit
    row = Escalation.objects.create(site=site, visit=visit, date=visit.date, because=one.because, at=at)
    audit.record(
        event="unsigned order called out",
        by=None,
        actor="the clinic's clock",
        at=at,
        site=site,
        subject=row,
        patient_id=visit.patient_id,
        detail={"visit": visit.pk, "because": one.because},
    )
    text = call_text(
        record_tail=visit.patient.record_tail,
        day_words=date_words(visit.date),
        clock=clock(visit.start_minute),
        because=one.because,
    )
    queue_message(
        site=site,
        key=call_key(visit),
        channel=OutboxMessage.Channel.STAFF,
        to=PRESCRIBERS,
        text=text,
        due_at=at,
        expires_at=visit.starts_at,
    )
