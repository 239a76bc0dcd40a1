"""A message is queued once, leaves once, when it is due, and never for a change that was taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Lock
from typing import Any

import pytest
import time_machine
from django.db import connections, transaction

from kitclinic import outbox, tasks
from kitclinic.actions import KEPT_FOR, queue_message
from kitclinic.models import OutboxMessage, Site
from kitclinic.outbox import deliver_due, wait_after
from tests.factories import people

AT = datetime(2026, 3, 11, 14, 42, tzinfo=UTC)


def queue(site: Site, key: str = "visit-7-reminder", *, due_at: datetime = AT) -> OutboxMessage | None:
    return queue_message(site=site, key=key, channel="sms", to="555-0142", text="See you.", due_at=due_at)


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the messages that left, in order."""
    keys: list[str] = []
    monkeypatch.setattr(outbox, "deliver", lambda message: keys.append(message.key))
    return keys


@pytest.fixture
def way_out_is_shut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every delivery fails; the keys that were tried."""
    keys: list[str] = []

    def fail(message: OutboxMessage) -> None:
        keys.append(message.key)
        raise ConnectionRefusedError("the gateway does not answer")

    monkeypatch.setattr(outbox, "deliver", fail)
    return keys


def test_a_key_is_queued_once_however_often_it_is_asked_for(site: Site) -> None:
    first = queue(site)
    assert first is not None
    assert queue(site, due_at=AT + timedelta(days=1)) is None
    kept = OutboxMessage.objects.get()
    assert (kept.pk, kept.due_at, kept.expires_at) == (first.pk, AT, AT + KEPT_FOR)


def test_a_key_that_has_left_is_not_queued_again(site: Site, left: list[str]) -> None:
    queue(site)
    deliver_due(at=AT)
    assert queue(site) is None
    assert deliver_due(at=AT) == 0
    assert left == ["visit-7-reminder"]


def test_two_sites_may_use_the_same_key(site: Site, other_site: Site, left: list[str]) -> None:
    assert queue(site) is not None
    assert queue(other_site) is not None
    assert deliver_due(at=AT) == 2
    assert left == ["visit-7-reminder"] * 2


def test_nothing_leaves_before_its_time(site: Site, left: list[str]) -> None:
    queue(site, due_at=AT)
    assert deliver_due(at=AT - timedelta(microseconds=1)) == 0
    assert left == []
    assert deliver_due(at=AT) == 1
    assert OutboxMessage.objects.get().sent_at == AT


def test_messages_leave_in_the_order_in_which_they_are_due(site: Site, left: list[str]) -> None:
    for minutes, key in ((3, "third"), (1, "first"), (2, "second")):
        queue(site, key, due_at=AT + timedelta(minutes=minutes))
    assert deliver_due(at=AT + timedelta(minutes=5), most=2) == 2
    assert left == ["first", "second"]


def test_a_message_past_its_time_is_marked_and_does_not_leave(site: Site, left: list[str]) -> None:
    queue(site)
    assert deliver_due(at=AT + KEPT_FOR + timedelta(seconds=1)) == 0
    message = OutboxMessage.objects.get()
    assert (left, message.sent_at, message.problem) == (
        [],
        None,
        "Not sent in its time; attempts: 0.",
    )


def test_a_message_leaves_up_to_the_last_moment_of_its_time(site: Site, left: list[str]) -> None:
    queue(site)
    assert deliver_due(at=AT + KEPT_FOR) == 1
    assert left == ["visit-7-reminder"]


def test_a_patients_link_leaves_whole_and_is_not_kept(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The link is a key to the questionnaire: whoever reads the table later must not hold it."""
    text = "Please answer: https://clinic.example.org/q/#a-secret_1 before Monday."
    queue_message(site=site, key="asks", channel="sms", to="555-0142", text=text, due_at=AT)
    gone: list[str] = []
    monkeypatch.setattr(outbox, "deliver", lambda message: gone.append(message.text))
    deliver_due(at=AT)
    assert gone == [text]
    assert OutboxMessage.objects.get().text == "Please answer: https://clinic.example.org/q/#… before Monday."


def test_a_link_is_kept_while_its_message_waits_to_be_tried_again(site: Site, way_out_is_shut: list[str]) -> None:
    text = "Please answer: https://clinic.example.org/q/#a-secret_1"
    queue_message(site=site, key="asks", channel="sms", to="555-0142", text=text, due_at=AT)
    deliver_due(at=AT)
    assert OutboxMessage.objects.get().text == text


def test_a_failing_message_is_tried_once_a_run_and_holds_up_no_other(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(site, "bad", due_at=AT - timedelta(minutes=1))
    queue(site, "good")
    tried = []

    def deliver(message: OutboxMessage) -> None:
        tried.append(message.key)
        if message.key == "bad":
            raise TimeoutError("no answer")

    monkeypatch.setattr(outbox, "deliver", deliver)
    assert deliver_due(at=AT) == 1
    assert tried == ["bad", "good"]
    bad = OutboxMessage.objects.get(key="bad")
    assert (bad.attempts, bad.problem, bad.sent_at) == (1, "", None)


def test_a_message_that_failed_leaves_when_the_way_out_is_open_again(
    site: Site, way_out_is_shut: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(site)
    assert deliver_due(at=AT) == 0
    monkeypatch.setattr(outbox, "deliver", lambda message: None)
    assert deliver_due(at=AT + wait_after(1) - timedelta(seconds=1)) == 0
    assert deliver_due(at=AT + wait_after(1)) == 1
    message = OutboxMessage.objects.get()
    assert (message.attempts, message.problem) == (2, "")


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 30), (2, 60), (3, 120), (6, 960), (7, 1800), (8, 1800), (500, 1800)]
)
def test_the_wait_doubles_up_to_half_an_hour(attempts: int, seconds: int) -> None:
    assert wait_after(attempts) == timedelta(seconds=seconds)


def test_a_day_without_a_way_out_loses_no_message(
    site: Site, way_out_is_shut: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(site)
    at = AT
    while at < AT + timedelta(days=1):
        deliver_due(at=at)
        at = OutboxMessage.objects.get().due_at
    monkeypatch.setattr(outbox, "deliver", lambda message: None)
    assert deliver_due(at=at) == 1
    assert len(way_out_is_shut) < 60


def test_a_message_that_never_left_says_so_and_forgets_the_link(site: Site, way_out_is_shut: list[str]) -> None:
    text = "Please answer: https://clinic.example.org/q/#a-secret_1"
    queue_message(site=site, key="asks", channel="sms", to="555-0142", text=text, due_at=AT)
    deliver_due(at=AT)
    deliver_due(at=AT + KEPT_FOR + timedelta(seconds=1))
    message = OutboxMessage.objects.get()
    assert message.problem == "Not sent in its time; attempts: 1."
    assert "secret" not in message.text
    assert message.sent_at is None


def test_what_delivery_does_not_expect_is_not_taken_for_a_failed_attempt(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(message: OutboxMessage) -> None:
        raise ValueError("a fault of the program")

    monkeypatch.setattr(outbox, "deliver", broken)
    queue(site)
    with pytest.raises(ValueError, match="a fault"):
        deliver_due(at=AT)
    assert OutboxMessage.objects.get().attempts == 0


def test_the_file_gets_one_line_a_message(site: Site, settings: Any, tmp_path: Path) -> None:
    settings.OUTBOX_FILE = tmp_path / "made" / "outbox.log"
    settings.OUTBOX_DELIVERY = "kitclinic.delivery.to_file"
    text = "Two lines,\nand a tab\t."
    queue_message(site=site, key="a", channel="sms", to="555-0142", text=text, due_at=AT)
    queue(site, "b", due_at=AT + timedelta(minutes=1))
    assert deliver_due(at=AT + timedelta(minutes=1)) == 2
    lines = (tmp_path / "made" / "outbox.log").read_text().splitlines()
    assert [line.split("\t")[:3] for line in lines] == [["a", "sms", "555-0142"], ["b", "sms", "555-0142"]]


def test_a_file_that_cannot_be_written_is_a_failed_attempt(site: Site, settings: Any, tmp_path: Path) -> None:
    settings.OUTBOX_FILE = tmp_path  # a folder
    settings.OUTBOX_DELIVERY = "kitclinic.delivery.to_file"
    queue(site)
    assert deliver_due(at=AT) == 0
    assert OutboxMessage.objects.get().attempts == 1


def test_the_console_delivery_keeps_the_text_out_of_the_log(
    site: Site, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OUTBOX_DELIVERY = "kitclinic.delivery.to_console"
    caplog.set_level("INFO", logger="kitclinic.outbox")
    queue(site)
    with time_machine.travel(AT, tick=False):
        assert tasks.deliver_outbox() == 1
    assert "visit-7-reminder" in caplog.text
    assert "See you." not in caplog.text
    assert OutboxMessage.objects.get().to not in caplog.text


def test_two_workers_at_once_send_each_message_once(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    site, number = people.site(), 12
    for n in range(number):
        queue(site, f"m{n}")
    keys: list[str] = []
    guard, first, together = Lock(), Barrier(2, timeout=60), Barrier(2, timeout=60)

    def deliver(message: OutboxMessage) -> None:
        with guard:
            keys.append(message.key)
            meets = len(keys) <= 2
        if meets:
            first.wait()  # both hold a message at the same time

    monkeypatch.setattr(outbox, "deliver", deliver)

    def work() -> int:
        together.wait()
        try:
            return deliver_due(at=AT)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        sent = [one.result() for one in [pool.submit(work), pool.submit(work)]]
    assert sorted(keys) == sorted(f"m{n}" for n in range(number))
    assert sum(sent) == number
    assert min(sent) >= 1, "both had work"
    assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {1}


def elsewhere() -> int:
    """Deliver what is due on another connection, as the worker does."""

    def work() -> int:
        try:
            return deliver_due(at=AT)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(timeout=60)


def test_a_message_leaves_only_after_its_change_is_committed(committed_db: str, left: list[str]) -> None:
    site = people.site()
    with transaction.atomic():
        queue(site)
        assert elsewhere() == 0
    assert left == []
    assert elsewhere() == 1


def test_a_message_of_a_change_that_was_taken_back_never_leaves(committed_db: str, left: list[str]) -> None:
    site = people.site()

    @transaction.atomic
    def act_that_fails() -> None:
        queue(site)
        raise RuntimeError("the act failed after its message was queued")

    with pytest.raises(RuntimeError):
        act_that_fails()
    assert elsewhere() == 0
    assert (left, OutboxMessage.objects.count()) == ([], 0)
    assert queue(site) is not None, "the key is free for the act that succeeds"
