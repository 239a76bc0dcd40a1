"""An adverse event in the simulated clinic: pressure falls, it is stopped; and a physician's review of one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from infusions.actions import record_event, review_event
from infusions.models import Infusion, InfusionEvent
from infusions.queries.adverse_events import happening
from infusions.rules.adverse_events import Judgement
from infusions.states import AdverseEventKind, Grade, Intervention, Recovery, Relatedness, Severity, SideEffect
from kitclinic.models import StaffUser
from kitclinic.signing import simulated_proof
from outcomes.simulation.chair import Chair
from outcomes.simulation.script import Act

Kind = InfusionEvent.Kind
AFTER = timedelta(hours=2)  # when the physician writes the review
SAID = Judgement(
    AdverseEventKind.HYPOTENSION,
    Grade.MODERATE,
    Relatedness.PROBABLE,
    Recovery.RECOVERED,
    False,
    "Dizzy and pale with falling pressure; stopped at once, legs up, 250 mL of saline. Well and steady within "
    "15 min, seen by me at the chair. The course goes on tomorrow with breakfast and fluids beforehand.",
)
Facts = dict[str, tuple[str, Callable[[Chair], dict[str, Any]], str]]
FACTS: Facts = {
    "effect": (
        Kind.SIDE_EFFECT,
        lambda chair: {"symptom": SideEffect.DIZZINESS.value, "severity": Severity.SEVERE.value},
        "pale, says the room turns",
    ),
    "call": (Kind.PROVIDER_CALLED, lambda chair: {"provider": _provider(chair)}, "pressure falls, dizzy"),
    "answered": (
        Kind.PROVIDER_ARRIVED,
        lambda chair: {"provider": _provider(chair), "came": True},
        "stop; legs up",
    ),
    "fluids": (Kind.INTERVENTION, lambda chair: {"what": Intervention.FLUIDS.value}, "saline 250 mL"),
}


def chart_fact(chair: Chair, act: Act, at: datetime) -> None:
    """One of the facts around the event, by the chair's nurse."""
    infusion = chair.infusion
    if infusion is None:
        raise ValueError("nothing can be charted before the patient sits down")
    kind, detail, note = FACTS[act.name]
    given: dict[str, Any] = {"key": chair.key(act.label), "by": infusion.nurse, "at": at}
    record_event(infusion=infusion, kind=kind, detail=detail(chair), note=note, **given)


def _provider(chair: Chair) -> str:
    doctor = chair.visit.site.staff.filter(role="physician").order_by("pk").first()
    return doctor.name if doctor else "the provider"


def review_what_happened(physician: StaffUser, infusion: Infusion) -> None:
    """The physician's review of an event some weeks ago; once."""
    found = happening(infusion, at=infusion.discharged_at or infusion.arrived_at)
    if not found.is_adverse or found.reviews or infusion.discharged_at is None:
        return
    at = infusion.discharged_at + AFTER
    proof = simulated_proof(user=physician, at=at)
    key = uuid5(NAMESPACE_URL, f"kitclinic:review:{infusion.pk}")
    review_event(infusion=infusion, said=SAID, proof=proof, by=physician, at=at, key=key)
