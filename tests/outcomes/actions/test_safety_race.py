"""Two workers, two people, at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

from django.db import connection

from kitclinic.models import OutboxMessage
from kitclinic.problems import Refused
from outcomes import actions
from outcomes.models import SafetyStep
from tests.factories import outcomes as factory
from tests.factories import people

TOGETHER = 6


def race(acts: list[Callable[[], Any]]) -> list[Any]:
    gate = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return act()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(run, act) for act in acts]]


def test_pro_126_workers_at_once_escalate_each_task_exactly_once(committed_db: str) -> None:
    site = people.site()
    made = [factory.safety_task(site=site) for _ in range(4)]
    late = made[0].due_at + timedelta(seconds=1)
    counts = race([lambda: actions.escalate_overdue_safety_tasks(at=late)] * TOGETHER)
    assert sum(counts) == len(made)
    assert OutboxMessage.objects.filter(to="physician on call").count() == len(made)
    assert SafetyStep.objects.filter(to="physician on call").count() == len(made)
    for task in made:
        task.refresh_from_db()
        assert task.escalations == 1


def test_pro_123_of_people_who_take_a_task_at_once_one_is_on_it(committed_db: str) -> None:
    site = people.site()
    task = factory.safety_task(site=site)
    staff = [people.staff("nurse", site=site) for _ in range(TOGETHER)]
    at = factory.NOW + timedelta(minutes=1)
    outcomes = race([partial(actions.take_safety_task, task=task, by=by, at=at) for by in staff])
    assert sum(isinstance(one, Refused) for one in outcomes) == TOGETHER - 1
    assert SafetyStep.objects.filter(kind="taken").count() == 1
