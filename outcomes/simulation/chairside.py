"""The simulated nurses: they chart every visit, up to a moment, in the order in which things happen."""

import heapq
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from infusions.models import Infusion
from kitclinic.problems import Refused
from outcomes.simulation.acts import do_not_start, make_ready, perform
from outcomes.simulation.chair import Chair, stored_keys
from outcomes.simulation.script import Act, Habits, Script, usual_habits
from scheduling.models import Visit
from scheduling.states import VisitState

logger = logging.getLogger("kitclinic.simulation")

AGAIN = timedelta(minutes=2)  # a refused act is tried again
GIVES_UP = timedelta(minutes=45)  # after which the visit is left as it stands
PERSON_STAYS = timedelta(minutes=20)  # since a person's last act at a chair
MISSED_AFTER = timedelta(minutes=20)  # after the booked start
WAITS = frozenset({"arrive", "start", "complete", "stop", "discharge"})  # tried until they pass


def chair_of(visit: Visit, habits: Habits | None = None) -> Chair:
    """Take up a visit wherever it stands."""
    seed = f"{visit.site_id}:{visit.pk}"
    script = Script(seed, habits or usual_habits(seed, day_index=visit.day_index))
    chair = Chair(visit=visit, script=script)
    chair.refresh()
    return chair


def run(chairs: Iterable[Chair], *, until: datetime) -> int:
    """Perform every act that is due up to ``until``, over all chairs in order of time; return how many."""
    numbers, performed = count(), 0
    queue: list[tuple[datetime, int, Act, Chair]] = []
    for chair in chairs:
        for act in _next_acts(chair):
            heapq.heappush(queue, (max(act.at, chair.wait.get(act.label, act.at)), next(numbers), act, chair))
    while queue and queue[0][0] <= until:
        at, _, act, chair = heapq.heappop(queue)
        if act.label in chair.done:
            continue
        try:
            more = perform(chair, act, at)
        except Refused as refused:
            if _tries_again(chair, act, at, refused):
                heapq.heappush(queue, (at + AGAIN, next(numbers), act, chair))
            continue
        chair.done.add(act.label)
        performed += 1
        for following in more:
            heapq.heappush(queue, (max(following.at, at), next(numbers), following, chair))
    return performed


def _tries_again(chair: Chair, act: Act, at: datetime, refused: Refused) -> bool:
    """Whether a refused act is tried again later; if not, it is left for good."""
    since = max(chair.tried_since.setdefault(act.label, at), chair.person_at or chair.visit.starts_at)
    if act.name == "start" and chair.infusion is not None:
        make_ready(chair, at)
    if act.name in WAITS and at - since < GIVES_UP:
        chair.wait[act.label] = at + AGAIN
        return True
    chair.done.add(act.label)
    if act.name == "start" and chair.infusion is not None:
        do_not_start(chair, at, str(refused))
    logger.info("Visit %s: %s refused: %s", chair.visit.pk, act.label, refused)
    return False


def _next_acts(chair: Chair) -> list[Act]:
    """What is still to come at this chair, from what is stored."""
    visit, infusion = chair.visit, chair.infusion
    if visit.state not in {VisitState.BOOKED, VisitState.ARRIVED, VisitState.ATTENDED}:
        return []
    if infusion is None:
        if chair.script.habits.misses:
            return [Act("miss", visit.starts_at + MISSED_AFTER)]
        return [Act("arrive", chair.script.arrival(visit.starts_at))]
    if not infusion.is_open:
        return []
    if infusion.started_at is None:
        acts = chair.script.before_start(infusion.arrived_at)
    else:
        acts = chair.script.after_start(infusion.started_at)
    chair.done |= _done(chair, infusion, acts)
    return [_after_the_person(act, chair.person_at) for act in acts if _is_ours(act, chair.person_at)]


def _is_ours(act: Act, person_at: datetime | None) -> bool:
    """Whether the simulated nurse still does this: what fell into a person's time is theirs."""
    return person_at is None or act.name in WAITS or act.at > person_at + PERSON_STAYS


def _after_the_person(act: Act, person_at: datetime | None) -> Act:
    return act if person_at is None else replace(act, at=max(act.at, person_at + PERSON_STAYS))


def _done(chair: Chair, infusion: Infusion, acts: list[Act]) -> set[str]:
    """The labels of acts that have left their mark already."""
    keys = stored_keys(infusion)
    done = {act.label for act in acts if chair.key(act.label) in keys}
    if infusion.weight_id:
        done.add("weigh:")
    return done
