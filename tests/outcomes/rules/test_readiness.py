"""PRO-18: no start while a safety task waits."""

import pytest

from kitclinic.problems import Blocker
from outcomes.rules.readiness import may_start


def test_pro_18_without_a_waiting_task_nothing_stands_in_the_way() -> None:
    assert may_start(0) == []


@pytest.mark.parametrize("waiting", [1, 3])
def test_pro_18_waiting_tasks_are_one_blocker(waiting: int) -> None:
    (problem,) = may_start(waiting)
    assert isinstance(problem, Blocker)
    assert problem.rule == "PRO-18"
