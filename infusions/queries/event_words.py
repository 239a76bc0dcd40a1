"""One event of a chart in words, the same on screen, on paper and in a signed text. No queries."""

from typing import Any

from infusions.models import InfusionEvent, VitalSet
from infusions.rules.facts import UNMATCHED
from infusions.states import Intervention, PauseReason, Severity, SideEffect, StopReason
from scheduling.states import MissedReason

Kind = InfusionEvent.Kind


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def symptom_words(symptom: str) -> str:
    """A side effect's name; that of a symptom tapped with a set where it is none of the list."""
    if symptom in SideEffect.values:
        return str(SideEffect(symptom).label)
    return _label(VitalSet.Symptom, symptom)


def event_words(event: InfusionEvent) -> str:
    """ "Side effect: Nausea, mild: since the start", "Provider called: Dr Ferrol"."""
    words = str(event.get_kind_display())
    if event.kind == Kind.PROVIDER_ARRIVED and not event.detail.get("came", True):
        words = "Provider answered by phone"
    said = _said(event)
    words += f": {said}" if said else ""
    if event.detail.get(UNMATCHED):
        words += " (while nothing ran)" if event.kind in (Kind.STOPPED, Kind.PAUSED) else " (patient not here)"
    return words + (f": {event.note}" if event.note else "")


def _said(event: InfusionEvent) -> str:
    detail = event.detail
    reason = detail.get("reason", "")
    if event.kind == Kind.SIDE_EFFECT:
        severity = _label(Severity, detail.get("severity", "")).lower()
        return ", ".join(part for part in (symptom_words(detail.get("symptom", "")), severity) if part)
    if event.kind == Kind.INTERVENTION:
        return _label(Intervention, detail.get("what", ""))
    if event.kind == Kind.STOPPED:
        return _label(StopReason, reason)
    if event.kind in (Kind.PAUSED, Kind.RESUMED):
        return _label(PauseReason, reason)
    if event.kind == Kind.NOT_STARTED:
        return _label(MissedReason, reason)
    if detail.get("driver"):
        return f"with {detail['driver']}"
    return str(detail.get("provider", ""))
