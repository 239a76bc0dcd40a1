"""The worker and the scheduler: what is planned exists and is short, and nothing clinical waits for it."""

import ast
import inspect
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import time_machine
from celery import Celery
from django.conf import settings as django_settings
from django.db import connections
from django.test import Client

from kitclinic import embedded
from kitclinic.actions import queue_message
from kitclinic.celery import app
from kitclinic.models import OutboxMessage, Site, StaffUser
from scheduling.models import Visit
from tests.factories import people, suite
from tests.factories.scheduling import patient

LIMIT = 90.0  # seconds after which a test gives up; nothing is measured
APPS = ("kitclinic", "scheduling", "infusions", "outcomes")
PLAN = django_settings.CELERY_BEAT_SCHEDULE


@pytest.fixture(scope="module")
def tasks() -> dict[str, Any]:
    """The registered tasks of the product, by name, as a worker finds them."""
    app.loader.import_default_modules()
    app.finalize()
    return {name: task for name, task in app.tasks.items() if name.split(".")[0] in APPS}


@pytest.mark.parametrize("entry", PLAN.values(), ids=PLAN.keys())
def test_what_is_planned_is_registered_and_takes_nothing(tasks: dict[str, Any], entry: dict[str, Any]) -> None:
    task = tasks[entry["task"]]
    assert inspect.signature(task.run).parameters == {}
    assert "args" not in entry
    assert "kwargs" not in entry
    assert entry["schedule"] > timedelta(0)


def test_every_task_is_planned_and_named_after_its_app_and_function(tasks: dict[str, Any]) -> None:
    assert set(tasks) == {entry["task"] for entry in PLAN.values()}
    for name, task in tasks.items():
        assert name == f"{task.run.__module__.split('.')[0]}.{task.run.__name__}"
        assert task.run.__module__.endswith(".tasks")


def test_a_task_is_at_most_eight_lines_and_calls_one_thing() -> None:
    for name in APPS:
        path = Path(str(import_module(f"{name}.tasks").__file__))
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno + 1 <= 8, f"{path.name}:{node.name}"
                assert len(node.body) <= 2, f"{path.name}:{node.name}"


def test_a_task_that_a_dead_worker_held_is_done_by_another() -> None:
    """Acknowledged only when done: each may run twice, which is why each acts once by key or state."""
    assert app.conf.task_acks_late
    assert app.conf.task_ignore_result


def test_no_process_of_the_web_sends_tasks() -> None:
    """Side effects leave as outbox rows; nothing in a request may depend on the broker."""
    senders = []
    for name in APPS:
        for path in Path(django_settings.BASE_DIR, name).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            senders += [str(path) for word in (".delay(", ".apply_async(", "send_task(") if word in text]
    assert senders == []


# -- a real worker and a real broker ------------------------------------------------------------------


@pytest.fixture
def broker() -> Iterator[str]:
    """The embedded Valkey on a socket of its own, whose path must stay short; the address of it."""
    with TemporaryDirectory(prefix="kc", dir="/tmp") as folder:
        server = embedded.start_valkey(Path(folder))
        yield f"redis+socket://{embedded.valkey_socket(Path(folder))}"
        server.stop()


def worker_environment(database: str, broker: str, var: Path) -> dict[str, str]:
    """A worker as it runs on another machine: everything it needs to know comes with the environment."""
    default = connections["default"]
    default.ensure_connection()
    host, role = default.settings_dict["HOST"], default.settings_dict["USER"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("KITCLINIC_")}
    return own | {
        "DATABASE_URL": f"postgresql://{role}@/{database}?host={host}",
        "REDIS_URL": broker,
        "KITCLINIC_SECRET_KEY": "k" * 50,
        "KITCLINIC_HOSTS": "clinic.example.org",
        "KITCLINIC_VAR": str(var),
    }


def test_a_message_goes_all_the_way_through_broker_and_worker_once(
    committed_db: str, broker: str, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    message = queue_message(
        site=people.site(), key="visit-7-reminder", channel="sms", to="555-0142", text="See you.", due_at=now
    )
    assert message is not None
    log = tmp_path / "worker.log"
    words = ["-m", "celery", "-A", "kitclinic", "worker", "--pool", "solo", "--without-gossip", "--without-mingle"]
    with log.open("wb") as out:
        worker = subprocess.Popen(
            [sys.executable, *words],
            cwd=django_settings.BASE_DIR,
            env=worker_environment(committed_db, broker, tmp_path),
            stdout=out,
            stderr=out,
        )
    try:
        with Celery(broker=broker) as sender:
            for _ in range(2):
                sender.send_task("kitclinic.deliver_outbox", ignore_result=True)
        deadline = time.monotonic() + LIMIT
        while OutboxMessage.objects.filter(sent_at__isnull=True).exists():
            assert worker.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
    finally:
        worker.terminate()
        worker.wait(LIMIT)
    message.refresh_from_db()
    assert (message.attempts, message.problem) == (1, "")
    (line,) = (tmp_path / "outbox.log").read_text().splitlines()
    assert line.split("\t")[:3] == ["visit-7-reminder", "sms", "555-0142"]


# -- the broker is down -------------------------------------------------------------------------------


@pytest.fixture
def broker_is_down(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis+socket:///tmp/nobody-listens-here.sock"


def test_healthz_says_that_the_broker_is_down_and_the_clinic_is_well(broker_is_down: None, db: None) -> None:
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "migrations": "ok", "broker": "down"}


def test_healthz_says_that_the_broker_is_up(broker: str, settings: Any, db: None) -> None:
    settings.CELERY_BROKER_URL = broker
    assert Client().get("/healthz").json()["broker"] == "ok"


def test_without_a_broker_people_go_on_signing_in_and_choosing(
    broker_is_down: None, nurse: StaffUser, as_user: Any
) -> None:
    answer = Client().post("/sign-in/", {"username": nurse.username, "password": people.PASSWORD})
    assert answer.status_code == 302
    as_user(nurse).post("/theme/", {"theme": "calm"})
    nurse.refresh_from_db()
    assert nurse.theme == "calm"


def test_without_a_broker_a_missed_day_is_recorded_and_its_page_shown(
    broker_is_down: None, site: Site, as_user: Any
) -> None:
    visit = Visit.objects.filter(sequence=suite.booked_sequence(site), day_index=1).get()
    client = as_user(people.staff("scheduler", site=site))
    with time_machine.travel(visit.starts_at + timedelta(minutes=30), tick=False):
        answer = client.post(f"/visits/{visit.pk}/missed/", {"reason": "transport", "note": ""}, follow=True)
    assert answer.status_code == 200
    visit.refresh_from_db()
    assert (visit.state, visit.missed_reason) == ("missed", "transport")


def test_without_a_broker_a_questionnaire_is_sent_and_waits_in_the_outbox(
    broker_is_down: None, site: Site, as_user: Any
) -> None:
    someone = patient(site=site, consent_sms=True)
    choice = {"instruments": ["PHQ-9", "GAD-7"], "occasion": "baseline"}
    client = as_user(people.staff("nurse", site=site))
    assert client.post(f"/patients/{someone.pk}/questionnaire/", choice).status_code == 200
    assert OutboxMessage.objects.filter(sent_at__isnull=True).count() == 1
