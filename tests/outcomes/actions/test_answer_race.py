"""The same answer, sent twice at the same moment, is one row and one safety task."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

from django.db import connection

from kitclinic.problems import Refused
from outcomes import actions
from outcomes.models import Assessment, ItemResponse, SafetyTask, Score
from outcomes.states import AssessmentState
from tests.factories import outcomes as factory
from tests.factories import people

CLIENTS = 6


def send(assessment: Assessment, value: int, key: UUID, together: Barrier) -> str:
    """One client; the class of what it was answered."""
    together.wait()
    try:
        recorded = actions.record_answer(
            assessment=assessment, instrument="PHQ-9", item=9, value=value, key=key, at=factory.NOW
        )
        return f"row {recorded.response.pk}"
    except Refused:
        return "refused"
    finally:
        connection.close()


def race(assessment: Assessment, answers: list[tuple[int, UUID]]) -> list[str]:
    together = Barrier(len(answers))
    with ThreadPoolExecutor(len(answers)) as pool:
        futures = [pool.submit(send, assessment, value, key, together) for value, key in answers]
        return [future.result() for future in futures]


def test_pro_19_the_same_answer_at_once_is_one_row_and_one_task(committed_db: str) -> None:
    made, key = factory.opened(site=people.site()), uuid4()
    outcomes = race(made.assessment, [(2, key)] * CLIENTS)
    assert len(set(outcomes)) == 1
    assert (ItemResponse.objects.count(), SafetyTask.objects.count()) == (1, 1)


def test_pro_19_of_two_answers_with_one_key_one_is_kept(committed_db: str) -> None:
    made, key = factory.opened(site=people.site()), uuid4()
    outcomes = race(made.assessment, [(1, key), (3, key)])
    assert outcomes.count("refused") == 1
    assert (ItemResponse.objects.count(), SafetyTask.objects.count()) == (1, 1)


def test_the_last_answer_at_once_from_two_pages_is_scored_once(committed_db: str) -> None:
    made = factory.opened(site=people.site(), instruments=("PHQ-9",)).answers((0,) * 8)
    race(made.assessment, [(1, uuid4()), (1, uuid4())])
    assert made.refresh().assessment.state == AssessmentState.COMPLETED
    assert (Score.objects.count(), SafetyTask.objects.count()) == (1, 1)
