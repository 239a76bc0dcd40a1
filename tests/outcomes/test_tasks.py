"""The scheduler's work in outcomes, each task once and again."""

from datetime import timedelta

import time_machine

from kitclinic.models import OutboxMessage, Site
from outcomes import tasks
from tests.factories import outcomes as factory

NOW = factory.NOW


def test_each_task_acts_once_and_may_run_again(site: Site) -> None:
    factory.safety_task(site=site)
    factory.sent(site=site, at=NOW - timedelta(days=6))
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert [tasks.escalate_safety_tasks(), tasks.escalate_safety_tasks()] == [1, 0]
        assert [tasks.expire_questionnaires(), tasks.expire_questionnaires()] == [1, 0]
        assert [tasks.remind_of_questionnaires(), tasks.remind_of_questionnaires()] == [1, 0]
    keys = OutboxMessage.objects.values_list("key", flat=True)
    assert sum(key.endswith("-reminder") for key in keys) == 1
    assert sum(key.endswith("-physician-on-call") for key in keys) == 1
