"""When a patient whose answer asked for it is called: what the pages may promise, from the clinic's own times."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from kitclinic.models import Site
from outcomes.models import Assessment, SafetyTask
from outcomes.queries.clinic_hours import spans_ahead
from outcomes.queries.safety_settings import times_of
from outcomes.states import FIRST_LINE, WAITING_STATES, SafetyTaskKind


@dataclass(frozen=True, slots=True)
class Promise:
    """minutes: within so many, while the clinic is open long enough; else opens_at: soon after this opening."""

    minutes: int
    opens_at: datetime | None = None


def call_promise(assessment: Assessment, *, at: datetime) -> Promise | None:
    """Return what may be promised; None where no answer asked for a call or somebody has taken it up already.

    Of several tasks the newest one counts. Four queries at most.
    """
    rows = SafetyTask.objects.filter(
        Q(kind=SafetyTaskKind.ITEM_9) | Q(high=True),
        site=assessment.site_id,
        response__assessment=assessment,
        kind__in=FIRST_LINE,
        state__in=WAITING_STATES,
    )
    task = rows.order_by("-opened_at", "-pk").first()
    return promise_of(assessment.site, task, at=at) if task is not None else None


def promise_of(site: Site, task: SafetyTask | None, *, at: datetime) -> Promise:
    """Return what may be promised for this task; without one, for a raised one of this moment."""
    times, spans = times_of(site), spans_ahead(site, at)
    minutes = times.high_minutes if task is not None and task.high else times.raised_minutes
    here = next((span for span in spans if span[0] <= at < span[1]), None)
    if here is not None and (task is None or task.due_at <= here[1]):
        return Promise(minutes)
    return Promise(minutes, next((opens for opens, _ in spans if opens > at), None))
