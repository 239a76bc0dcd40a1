"""Flags that nobody has answered, for those who are not at the chair."""

from dataclasses import dataclass
from datetime import datetime

from infusions.models import Flag
from infusions.queries.course import Course
from infusions.queries.words import flag_words, minutes_to
from infusions.rules.vitals import Attention, attention
from infusions.states import InfusionState, Level
from kitclinic.models import Site
from scheduling.models import Patient


@dataclass(frozen=True)
class WaitingFlag:
    """One open flag. minutes: since it opened; overdue: for longer than VIT-15 allows."""

    flag: Flag
    patient: Patient
    chair: int
    visit_id: int
    words: str
    at: datetime
    minutes: int
    overdue: bool
    urgent: bool

    @property
    def key(self) -> str:
        return f"flag-{self.flag.pk}{'-overdue' if self.overdue else ''}"


def waiting_flags(site: Site, at: datetime) -> list[WaitingFlag]:
    """Open flags of today that are on the boards: urgent ones at once, others after VIT-15's minutes. One query.

    Urgent ones first, then the one that waits longest.
    """
    rows = Flag.objects.filter(
        site=site,
        vital_set__infusion__date=site.today(at),
        vital_set__corrected_by=None,
        acknowledgement=None,
        withdrawal=None,
    ).exclude(vital_set__infusion__state=InfusionState.NOT_STARTED)
    found = [_line(flag, at) for flag in rows.select_related("vital_set__infusion__patient", "against")]
    loud = [line for line in found if line is not None]
    return sorted(loud, key=lambda line: (not line.urgent, -line.minutes, line.flag.pk))


def _line(flag: Flag, at: datetime) -> WaitingFlag | None:
    opened, infusion = Course.opened_at(flag), flag.vital_set.infusion
    loud, urgent = attention(opened_at=opened, at=at), flag.level == Level.URGENT
    if loud is Attention.OPEN and not urgent:
        return None
    return WaitingFlag(
        flag=flag,
        patient=infusion.patient,
        chair=infusion.chair,
        visit_id=infusion.visit_id,
        words=flag_words(flag),
        at=flag.vital_set.occurred_at,
        minutes=minutes_to(opened, at),
        overdue=loud is Attention.OVERDUE,
        urgent=urgent,
    )


def waiting_version(lines: list[WaitingFlag]) -> str:
    """What changes when the list would look different."""
    return "-".join(f"{line.flag.pk}.{line.minutes}" for line in lines) or "none"
