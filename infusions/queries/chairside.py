"""What a clinic decided about charting at the chair."""

from dataclasses import dataclass
from datetime import datetime

from infusions.models import ChairsideSettings
from infusions.states import BoardName
from kitclinic.models import AuditEvent, Site

CHANGES_SHOWN = 10


@dataclass(frozen=True)
class Setting:
    """One setting as the page explains it. default, now: in words; changed_by: who did last, "" for nobody."""

    name: str
    word: str
    default: str
    now: str
    affects: str
    changed_by: str
    changed_at: datetime | None


WORDS = {
    "second_pump_check": (
        "Second person reads the pump",
        "Before a start two different people type what the pump shows, and both match the order. Off: one does.",
    ),
    "map_flags": (
        "MAP flags",
        "Mean arterial pressure 20% from its baseline flags too, beside SBP, DBP and HR. It counts for sets saved "
        "from then on.",
    ),
    "board_name": (
        "Names on the suite board",
        "The screen on the wall and the board of the nurses; the chart always shows the full name.",
    ),
}


def chairside_settings(site: Site) -> ChairsideSettings:
    """The site's settings; the defaults, unsaved, where nobody has set any. One query."""
    return ChairsideSettings.objects.filter(site=site).first() or ChairsideSettings(site=site)


def settings_told(site: Site) -> list[Setting]:
    """Each setting with its default, its value, what it affects and who changed it last. Two queries."""
    row = chairside_settings(site)
    newest: dict[str, AuditEvent] = {}
    if row.pk is not None:
        events = AuditEvent.objects.filter(site=site, subject=row._meta.db_table, subject_id=row.pk)
        for event in events.order_by("at", "pk"):
            newest |= dict.fromkeys(event.detail, event)
    told = []
    for name, (word, affects) in WORDS.items():
        default, change = getattr(ChairsideSettings(), name), newest.get(name)
        who, when = (change.actor, change.at) if change else ("", None)
        told.append(Setting(name, word, say(default), say(getattr(row, name)), affects, who, when))
    return told


def say(value: object) -> str:
    """ "On", "Off", or the words of a choice."""
    if isinstance(value, bool):
        return "On" if value else "Off"
    return str(BoardName(str(value)).label)
