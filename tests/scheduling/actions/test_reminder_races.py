"""Several workers queue and send the same reminders at once, on a database in which commits are real."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from kitclinic import outbox
from kitclinic.models import OutboxMessage, Site
from kitclinic.outbox import deliver_due
from scheduling.actions import queue_visit_reminders
from scheduling.models import DriverLink
from tests.factories import people
from tests.factories.suite import MONDAY, before, booked_sequence

SATURDAY = MONDAY - timedelta(days=2)
WORKERS = 4


@pytest.fixture
def clinic(committed_db: str) -> Iterator[Site]:
    made = people.site()
    for minute in (450, 540, 640):
        booked_sequence(made, at=before(made, MONDAY, days=20), start_minute=minute)
    yield made
    connections.close_all()


def test_rem_01_four_workers_at_once_queue_and_send_each_message_once(
    clinic: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[OutboxMessage] = []
    monkeypatch.setattr(outbox, "deliver", left.append)
    at = clinic.instant(SATURDAY, 700)
    together = Barrier(WORKERS)

    def work(_: int) -> int:
        try:
            together.wait()
            queued = queue_visit_reminders(at=at)
            deliver_due(at=at)
            return queued
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        queued = list(pool.map(work, range(WORKERS)))
    keys = [message.key for message in left]
    assert sum(queued) == 6, "three reminders, three tasks about drivers"
    assert len(keys) == len(set(keys)) == 6
    assert DriverLink.objects.count() == 3, "one link a message, none for a row that was not written"
