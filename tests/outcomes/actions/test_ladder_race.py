"""Two workers plan and climb at the same moment; each step is taken once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from django.db import IntegrityError, connection

from kitclinic.models import OutboxMessage, Site, StaffUser
from kitclinic.problems import Refused
from outcomes import actions
from outcomes.models import AskStep, Assessment, AssessmentPlan, PlannedAssessment
from outcomes.rules.plans import DEFAULT_LADDER, OCCASIONS
from tests.factories import asking as make
from tests.factories import people

WORKERS = 4
DAY = make.MONDAY


def at_once(act: Callable[[], object]) -> list[object]:
    together = Barrier(WORKERS)

    def one() -> object:
        together.wait()
        try:
            return act()
        except (Refused, IntegrityError) as refused:
            return type(refused).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(WORKERS)]]


def write_plan(site: Site, by: StaffUser) -> AssessmentPlan:
    batteries = {occasion: ["PHQ-9"] for occasion in OCCASIONS}
    at = make.noon(site, DAY)
    return actions.set_plan(
        site=site,
        protocol="standard",
        batteries=batteries,
        ladder=DEFAULT_LADDER,
        because="Shorter",
        after=0,
        by=by,
        at=at,
    )


def test_pro_88_workers_at_once_plan_once_and_send_each_step_once(committed_db: str) -> None:
    site = people.site()
    for _ in range(2):
        make.treated(site)
    days = [make.noon(site, DAY + timedelta(days=number)) for number in (1, 3, 4)]
    at_once(lambda: actions.plan_asks(site=site, at=days[0]))
    assert PlannedAssessment.objects.exclude(occasion="baseline").count() == 6
    for at in days:
        taken = at_once(lambda at=at: actions.take_steps(at=at, site=site))  # type: ignore[misc]
        actions.take_steps(at=at, site=site)
        assert sum(one for one in taken if isinstance(one, int)) <= 2
    assert sorted(AskStep.objects.values_list("step", flat=True)) == [0, 0, 1, 1, 2, 2]
    assert OutboxMessage.objects.filter(key__startswith="ask:").count() == 4
    assert Assessment.objects.filter(state="open").count() == 2
    by = people.staff("clinic_lead", site=site)
    written = at_once(lambda: write_plan(site, by))
    assert sum(isinstance(one, AssessmentPlan) for one in written) == 1
    assert {one for one in written if isinstance(one, str)} <= {"Conflict", "IntegrityError"}
