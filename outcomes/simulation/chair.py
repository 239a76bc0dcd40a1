"""One visit as the simulated nurses see it: its script, and what is stored of it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Max

from infusions.models import Infusion, InfusionEvent, Order, VitalSet
from infusions.queries.orders import current_order
from outcomes.simulation.script import Script
from scheduling.models import Visit


@dataclass
class Chair:
    """One visit being charted. wait: when a refused act is tried again; person_at: a person's last act here."""

    visit: Visit
    script: Script
    infusion: Infusion | None = None
    tried_since: dict[str, datetime] = field(default_factory=dict)
    wait: dict[str, datetime] = field(default_factory=dict)
    sets_again: int = 0
    done: set[str] = field(default_factory=set)
    person_at: datetime | None = None
    known_order: Order | None = None

    @property
    def order(self) -> Order | None:
        """The order of this visit, looked up once between two refreshes: no act here changes its numbers."""
        if self.known_order is None:
            self.known_order = current_order(self.visit.sequence)
        return self.known_order

    def key(self, name: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"kitclinic:{self.script.seed}:{name}")

    def refresh(self) -> None:
        """Look again at what is stored: a person may have acted meanwhile."""
        visits = Visit.objects.select_related("site", "patient", "sequence", "suite_day")
        self.visit = visits.get(pk=self.visit.pk)
        self.known_order = None
        found = Infusion.objects.select_related("visit", "patient", "site", "nurse").filter(visit=self.visit)
        self.infusion = found.first()
        self.person_at = last_act_of_a_person(self)


def stored_keys(infusion: Infusion) -> set[UUID]:
    events = InfusionEvent.objects.filter(infusion=infusion).values_list("key", flat=True)
    sets = VitalSet.objects.filter(infusion=infusion).values_list("key", flat=True)
    return {*events, *sets}


def last_act_of_a_person(chair: Chair) -> datetime | None:
    """When somebody other than the simulation last charted here: an act with a key that is not ours."""
    if chair.infusion is None:
        return None
    ours = {chair.key(act.label) for act in chair.script.before_start(chair.infusion.arrived_at)}
    ours |= {chair.key(act.label) for act in chair.script.after_start(chair.infusion.arrived_at)}
    ours |= {
        chair.key(name) for name in ("arrive:", "pump again:", *(f"baseline again {n}" for n in range(1, 40)))
    }
    foreign = stored_keys(chair.infusion) - ours
    if not foreign:
        return None
    mine = {"infusion": chair.infusion, "key__in": foreign}
    last = [
        model.objects.filter(**mine).aggregate(last=Max("received_at"))["last"]
        for model in (VitalSet, InfusionEvent)
    ]
    return max((time for time in last if time is not None), default=None)
