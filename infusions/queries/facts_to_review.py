"""Facts that came late or fit nothing, until a colleague has looked at them (CHS-08)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from infusions.models import Infusion, InfusionEvent, VitalSet
from infusions.queries.event_words import event_words
from infusions.rules.facts import UNMATCHED, needs_look
from infusions.rules.running import LATE_AFTER
from kitclinic.models import Site, StaffUser

Kind = InfusionEvent.Kind
SHOWN = 100  # the oldest hundred; the number says how many there are
# What is written by looking back is late by its nature, and says so itself.
NEVER_LATE = (Kind.STRUCK, Kind.HANDED_OVER)


@dataclass(frozen=True)
class LateFact:
    """One fact. what: in words; why: how late, or what it does not fit; url_kind: event or set."""

    fact: InfusionEvent | VitalSet
    infusion: Infusion
    what: str
    why: str
    url_kind: str

    @property
    def pk(self) -> int:
        return self.fact.pk

    @property
    def by(self) -> StaffUser:
        return self.fact.by


def facts_to_review(site: Site) -> list[LateFact]:
    """What nobody has looked at yet, oldest first, at most ``SHOWN``."""
    events = [_event(row) for row in waiting_events(site)[:SHOWN]]
    sets = [_set(row) for row in waiting_sets(site)[:SHOWN]]
    return sorted([*events, *sets], key=lambda one: one.fact.received_at)[:SHOWN]


def number_to_review(site: Site) -> int:
    return waiting_events(site).count() + waiting_sets(site).count()


def waiting_events(site: Site) -> QuerySet[InfusionEvent]:
    rows = InfusionEvent.objects.filter(_late() | Q(detail__has_key=UNMATCHED), site=site, look__isnull=True)
    rows = rows.exclude(kind__in=NEVER_LATE)
    return rows.select_related("infusion__patient", "infusion__visit", "by").order_by("received_at", "pk")


def waiting_sets(site: Site) -> QuerySet[VitalSet]:
    """Sets that were charted late, or read when the patient was not here. A correction is late by its nature."""
    gone = Q(infusion__discharged_at__isnull=False, occurred_at__gt=F("infusion__discharged_at"))
    rows = VitalSet.objects.filter(_late() | gone, site=site, look__isnull=True, corrects__isnull=True)
    return rows.select_related("infusion__patient", "infusion__visit", "by").order_by("received_at", "pk")


def is_listed(fact: InfusionEvent | VitalSet, infusion: Infusion) -> bool:
    """Whether this fact stands on the list, or stood there before somebody looked."""
    late_by_nature = fact.kind in NEVER_LATE if isinstance(fact, InfusionEvent) else bool(fact.corrects_id)
    if late_by_nature:
        return False
    unmatched = _unmatched(fact, infusion)
    return needs_look(occurred_at=fact.occurred_at, received_at=fact.received_at, unmatched=unmatched)


def _unmatched(fact: InfusionEvent | VitalSet, infusion: Infusion) -> bool:
    if isinstance(fact, InfusionEvent):
        return bool(fact.detail.get(UNMATCHED))
    return infusion.discharged_at is not None and fact.occurred_at > infusion.discharged_at


def _late() -> Q:
    return Q(received_at__gt=F("occurred_at") + LATE_AFTER)


def _event(row: InfusionEvent) -> LateFact:
    unfit = "while nothing ran" if row.kind in (Kind.STOPPED, Kind.PAUSED) else "while the patient was not here"
    return LateFact(row, row.infusion, event_words(row), _why(row, unfit), "event")


def _set(row: VitalSet) -> LateFact:
    return LateFact(row, row.infusion, f"Vital signs {row}", _why(row, "after the discharge"), "set")


def _why(row: InfusionEvent | VitalSet, unfit: str) -> str:
    late = late_words(row.occurred_at, row.received_at)
    return ", ".join(words for words in (late, unfit if _unmatched(row, row.infusion) else "") if words)


def _span(late: timedelta) -> str:
    minutes = late // timedelta(minutes=1)
    return f"charted {minutes} min late" if minutes < 120 else f"charted {minutes // 60} h late"


def late_words(occurred_at: datetime, received_at: datetime) -> str:
    """ "charted 22 min late", "" when it came in time."""
    late = received_at - occurred_at
    return _span(late) if late > LATE_AFTER else ""
