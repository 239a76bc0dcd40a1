"""``demo`` says in one sentence why it cannot start, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from kitclinic import embedded
from kitclinic.demo_accounts import ACCOUNTS, PASSWORD
from kitclinic.management.commands import demo
from kitclinic.probe import is_well
from kitclinic.supervisor import Supervisor, Worker, manage

DEMO = demo.Command


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def run(*words: str, var: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """``manage.py`` in a process of its own, with a var folder of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("KITCLINIC_", "DATABASE_"))}
    return subprocess.run(
        manage(*words),
        env=own | {"KITCLINIC_VAR": str(var)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_taken_port_is_one_sentence_and_an_exit_code(taken_port: int, tmp_path: Path) -> None:
    answer = run("demo", "--port", str(taken_port), var=tmp_path)
    assert answer.returncode == 1
    assert answer.stdout == ""
    (said,) = answer.stderr.splitlines()
    assert said == f"CommandError: Port {taken_port} is taken. Choose another one: make demo PORT={taken_port + 1}"
    assert not (tmp_path / "postgres").exists(), "nothing was started"


def test_a_real_database_is_refused_in_one_sentence(tmp_path: Path) -> None:
    answer = run("demo", var=tmp_path, DATABASE_URL="postgresql://clinic@db.example.org/clinic")
    assert answer.returncode == 1
    assert answer.stdout == ""
    (said,) = answer.stderr.splitlines()
    assert said.startswith("DATABASE_URL is set: the demonstration")
    assert "Unset" in said


def test_a_real_database_is_refused_by_the_command_itself_too(settings: Any) -> None:
    settings.EMBEDDED, settings.DEBUG = False, False
    with pytest.raises(CommandError, match="DATABASE_URL is set"):
        call_command("demo", port=8000)


def test_a_wrong_setting_is_one_sentence_too(tmp_path: Path) -> None:
    answer = run("demo", var=tmp_path, KITCLINIC_DEBGU="1")
    assert answer.returncode == 1
    (said,) = answer.stderr.splitlines()
    assert said.startswith("Unknown setting KITCLINIC_DEBGU.")


@pytest.mark.parametrize("port", [0, -1, 65_536, 99_999])
def test_a_port_that_does_not_exist_is_said(port: int) -> None:
    with pytest.raises(CommandError, match=rf"no port {port}\."):
        call_command("demo", port=port)


def test_a_port_for_root_only_is_not_called_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, address: tuple[str, int]) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(demo.socket, "socket", type("Probe", (socket.socket,), {"bind": refuse}))
    with pytest.raises(CommandError, match="Port 80 is for root only"):
        demo._refuse_taken_port(80)


def test_a_free_port_passes_and_stays_free(taken_port: int) -> None:
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
    demo._refuse_taken_port(port)
    demo._refuse_taken_port(port)
    with pytest.raises(CommandError):
        demo._refuse_taken_port(taken_port)


class Valkey:
    """Stands in for the broker: only whether it was stopped counts here."""

    stopped = 0

    def stop(self) -> None:
        self.stopped += 1


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[Valkey]:
    """A demonstration that starts no process: a test says what happens instead."""
    settings.VAR, settings.REDIS_URL = tmp_path, ""
    valkey = Valkey()
    monkeypatch.setattr(demo, "_refuse_taken_port", lambda port: None)
    monkeypatch.setattr(embedded, "start_valkey", lambda data: valkey)
    monkeypatch.setattr(DEMO, "_prepare", lambda self, supervisor: None)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield valkey
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_clinic_that_stopped_by_itself_ends_with_an_error(
    stage: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DEMO, "_run", lambda self, supervisor, port: 1)
    with pytest.raises(CommandError, match="has stopped") as caught:
        call_command("demo", port=8000)
    assert caught.value.returncode == 1
    assert stage.stopped == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_well_and_says_that_the_data_is_kept(
    stage: Valkey, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    def watch(self: Any, supervisor: Supervisor, port: int) -> int:
        signal.raise_signal(number)
        return supervisor.watch()

    monkeypatch.setattr(DEMO, "_run", watch)
    out = StringIO()
    call_command("demo", port=8000, stdout=out)
    assert "Its data is kept" in out.getvalue()
    assert stage.stopped == 1


def test_what_was_started_is_ended_even_when_something_breaks(
    stage: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers: list[Worker] = []

    def breaks(self: Any, supervisor: Supervisor, port: int) -> int:
        worker = Worker("worker", [sys.executable, "-S", "-c", "import time; time.sleep(600)"])
        supervisor.start(worker)
        workers.append(worker)
        raise RuntimeError("in the middle")

    monkeypatch.setattr(DEMO, "_run", breaks)
    with pytest.raises(RuntimeError, match="in the middle"):
        call_command("demo", port=8000)
    assert workers[0].ended
    assert stage.stopped == 1


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The making of the simulated clinic fails; what it was given is kept."""
    given: dict[str, Any] = {}

    def fail(command: list[str], *, env: dict[str, str], check: bool) -> subprocess.CompletedProcess[bytes]:
        given.update(command=command, env=dict(env))
        return subprocess.CompletedProcess(command, 130)

    monkeypatch.setattr(demo, "call_command", lambda *words, **options: None)
    monkeypatch.setattr(demo.subprocess, "run", fail)
    return given


def test_a_clinic_that_cannot_be_made_is_said(made: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="could not be made"):
        DEMO(stdout=StringIO())._prepare(Supervisor(environment={}, say=print))
    assert made["command"] == manage("simulate", "today")
    assert made["env"] == {"KITCLINIC_SUPERVISOR": str(os.getpid())}


def test_ctrl_c_while_the_clinic_is_made_is_no_failure(made: dict[str, Any]) -> None:
    DEMO(stdout=StringIO())._prepare(Supervisor(environment={}, say=print, ending=True))
    assert made


class Answers(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *words: Any) -> None:
        return


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A web server that answers /healthz; its port."""
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join(30)


def test_the_clinic_is_open_when_healthz_says_so(web: int) -> None:
    assert demo._answers(web, Worker("web", []), Supervisor(environment={}, say=print))
    assert is_well(f"http://127.0.0.1:{web}/healthz")
    assert not is_well(f"http://127.0.0.1:{web}/nowhere")


def test_a_web_server_that_is_not_well_is_not_taken_for_open(web: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Answers, "status", 503)
    monkeypatch.setattr(demo, "READY_WITHIN", 0.3)
    assert not demo._answers(web, Worker("web", []), Supervisor(environment={}, say=print))
    assert not is_well(f"http://127.0.0.1:{web}/healthz")


def test_nobody_waits_for_a_web_server_that_has_ended_or_a_clinic_that_closes(
    settings: Any, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    web = Worker("web", [sys.executable, "-S", "-c", "pass"])
    supervisor = Supervisor(environment=dict(os.environ), say=print)
    supervisor.start(web)
    assert web.process is not None
    web.process.wait(60)
    assert not demo._answers(1, web, supervisor)
    assert not demo._answers(1, Worker("web", []), Supervisor(environment={}, say=print, ending=True))
    assert not is_well("http://127.0.0.1:1/healthz")


def test_the_welcome_names_address_accounts_and_password() -> None:
    out = StringIO()
    DEMO(stdout=out)._welcome(8123)
    said = out.getvalue()
    assert "http://localhost:8123" in said
    assert PASSWORD in said
    assert all(username in said for username, *_ in ACCOUNTS)
    assert "Ctrl-C" in said
