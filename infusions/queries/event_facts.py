"""What an event carries beside its headline, for paper: nothing that was recorded is left out. No queries."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from infusions.models import InfusionEvent
from infusions.states import Identifier, PregnancyResult
from kitclinic.display import show
from kitclinic.models import Site
from scheduling.states import TransportKind

Kind = InfusionEvent.Kind
# Said by the headline, or a key of another row that stands on the paper by itself.
INTERNAL = frozenset({"unmatched", "order", "baseline", "event", "beside"})
PEOPLE = frozenset({"nurse", "from", "second", "witness"})  # keys of staff
CHECKS = {
    "alert_and_steady": "alert and steady",
    "nausea_controlled": "nausea controlled",
    "iv_out": "IV line out",
    "instructions_given": "instructions given",
}
LABELS = {
    "identifiers": "identified by",
    "rate_ml_per_h": "pump rate",
    "volume_ml": "pump volume",
    "expected_rate": "ordered rate",
    "expected_volume": "ordered volume",
    "second": "read by a second nurse",
    "from": "from",
    "nurse": "nurse",
    "chair": "chair",
    "version": "order version",
    "lot": "lot",
    "delivered_mg": "delivered",
    "mg": "",
    "checks": "checked",
    "language": "instructions given in",
    "transport": "way home",
    "seen_by": "driver seen by",
    "named": "named beforehand",
    "confirmed": "confirmed",
    "told_at": "told at",
    "reply": "the provider said",
    "going": "goes home",
    "open_flags": "flags open when leaving",
}
UNITS = {
    "rate_ml_per_h": "mL/h",
    "volume_ml": "mL",
    "expected_rate": "mL/h",
    "expected_volume": "mL",
    "delivered_mg": "mg",
    "mg": "mg",
}
PLACE = {name: place for place, name in enumerate(LABELS)}  # the database keeps no order of keys
WORDS: dict[str, Mapping[str, str]] = {
    "checks": CHECKS,
    "identifiers": {str(value): str(label).lower() for value, label in Identifier.choices},
    "result": {str(value): str(label).lower() for value, label in PregnancyResult.choices},
    "transport": {str(value): str(label).lower() for value, label in TransportKind.choices},
}
# What the headline of a kind says already.
SAID: dict[str, frozenset[str]] = {
    Kind.SIDE_EFFECT: frozenset({"symptom", "severity"}),
    Kind.INTERVENTION: frozenset({"what"}),
    Kind.STOPPED: frozenset({"reason"}),
    Kind.PAUSED: frozenset({"reason"}),
    Kind.RESUMED: frozenset({"reason"}),
    Kind.NOT_STARTED: frozenset({"reason"}),
    Kind.PROVIDER_ARRIVED: frozenset({"came"}),
}


def people_in(events: Iterable[InfusionEvent]) -> set[int]:
    """Keys of the staff that the events speak of."""
    return {event.detail[name] for event in events for name in PEOPLE if isinstance(event.detail.get(name), int)}


def event_facts(event: InfusionEvent, *, site: Site, names: Mapping[int, str]) -> str:
    """ "pump rate 75 mL/h; pump volume 50 mL; read by a second nurse Tomas Reyes"."""
    said = INTERNAL | SAID.get(event.kind, frozenset())
    if event.detail.get("driver"):
        said |= {"driver"}
    elif event.detail.get("provider"):
        said |= {"provider"}
    kept = sorted(set(event.detail) - said, key=lambda name: (PLACE.get(name, len(PLACE)), name))
    facts = [_fact(name, event.detail[name], site, names) for name in kept]
    return "; ".join(fact for fact in facts if fact)


def _fact(name: str, value: Any, site: Site, names: Mapping[int, str]) -> str:
    label = LABELS.get(name, name.replace("_", " "))
    if value in (None, "", [], False) or (name == "open_flags" and not value):
        return ""
    if value is True:
        return label
    if name in PEOPLE and isinstance(value, int):
        return f"{label} {names.get(value, value)}"
    if name.endswith("_at"):
        return f"{label} {site.clock(datetime.fromisoformat(str(value)))}"
    if name in UNITS:
        return f"{label} {show(Decimal(str(value)), UNITS[name])}".strip()
    known = WORDS.get(name, {})
    if isinstance(value, list):
        return f"{label} {', '.join(known.get(str(one), str(one)) for one in value)}"
    return f"{label} {known.get(str(value), value)}"
