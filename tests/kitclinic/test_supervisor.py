"""The processes of a demonstration live and end together: real children, watched by events, never by time."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from kitclinic import supervisor as module
from kitclinic.supervisor import RESTARTS, Supervisor, Worker, manage

LIMIT = 60.0  # seconds after which a test gives up; nothing is measured
FOR_EVER = "import time; print('up', flush=True); time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {FOR_EVER}"


def until(happened: Callable[[], object]) -> None:
    """Wait for an event."""
    deadline = time.monotonic() + LIMIT
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


class Clinic:
    """A supervisor whose words and looks are kept, and whose watch runs beside the test."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.looks = 0
        self.codes: list[int] = []
        self.supervisor = Supervisor(environment=dict(os.environ), say=self.said.append)
        self.thread: Thread | None = None

    def start(self, name: str, code: str, **kind: bool) -> Worker:
        worker = Worker(name, [sys.executable, "-S", "-E", "-c", code], **kind)
        self.supervisor.start(worker)
        return worker

    def up(self, name: str, code: str, **kind: bool) -> Worker:
        """Start it and wait until it runs."""
        worker = self.start(name, code, **kind)
        until(lambda: b"up" in worker.log.read_bytes())
        return worker

    def watch(self) -> None:
        self.thread = Thread(target=lambda: self.codes.append(self.supervisor.watch()), daemon=True)
        self.thread.start()

    def some_looks_later(self) -> None:
        seen = self.looks
        until(lambda: self.looks >= seen + 3)

    def close(self) -> int:
        """End the watch as Ctrl-C does, and return its code."""
        self.supervisor.ending = True
        assert self.thread is not None
        self.thread.join(LIMIT)
        return self.codes[0]


@pytest.fixture
def clinic(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    settings.VAR = tmp_path
    here = Clinic()

    def look_again(seconds: float) -> None:
        here.looks += 1
        time.sleep(0.01)

    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=look_again, monotonic=time.monotonic))
    yield here
    here.supervisor.ending = True
    if here.thread is not None:
        here.thread.join(LIMIT)
    for worker in here.supervisor.workers:
        worker.signal(signal.SIGKILL)
        if worker.process is not None:
            worker.process.wait(LIMIT)


def code_of(worker: Worker) -> int | None:
    assert worker.process is not None
    return worker.process.poll()


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_ending_ends_every_process(clinic: Clinic) -> None:
    workers = [clinic.up(name, FOR_EVER) for name in ("web", "worker", "scheduler")]
    clinic.supervisor.end()
    assert [code_of(worker) for worker in workers] == [-signal.SIGTERM] * 3


def test_the_last_to_start_is_the_first_told_to_end(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("web", "worker", "scheduler"):
        clinic.up(name, FOR_EVER)
    told: list[str] = []
    tell = Worker.signal

    def note(worker: Worker, number: int) -> None:
        if number == signal.SIGTERM:
            told.append(worker.name)
        tell(worker, number)

    monkeypatch.setattr(Worker, "signal", note)
    clinic.supervisor.end()
    assert told == ["scheduler", "worker", "web"]


def test_a_process_that_does_not_listen_is_killed(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    deaf, polite = clinic.up("deaf", DEAF), clinic.up("polite", FOR_EVER)
    clinic.supervisor.end()
    assert (code_of(deaf), code_of(polite)) == (-signal.SIGKILL, -signal.SIGTERM)


def test_nothing_that_a_process_started_outlives_it(clinic: Clinic) -> None:
    code = (
        f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-S', '-c', {DEAF!r}],"
        " stdout=subprocess.PIPE); child.stdout.readline(); print('child', child.pid, 'up', flush=True);"
        " import time; time.sleep(600)"
    )
    parent = clinic.up("parent", code)
    grandchild = int(parent.log.read_text().split()[1])
    assert not is_gone(grandchild)
    clinic.supervisor.end()
    until(lambda: is_gone(grandchild))
    assert code_of(parent) == -signal.SIGTERM


def test_ending_twice_or_after_a_process_has_gone_is_quiet(clinic: Clinic) -> None:
    worker = clinic.start("short", "pass")
    until(lambda: worker.ended)
    clinic.supervisor.workers.append(Worker("never started", ["nothing"]))
    clinic.supervisor.end()
    clinic.supervisor.end()
    assert code_of(worker) == 0


def test_a_worker_that_died_is_started_again(clinic: Clinic) -> None:
    worker = clinic.up("worker", FOR_EVER)
    assert worker.process is not None
    first = worker.process.pid
    clinic.watch()
    worker.process.kill()
    until(lambda: worker.log.read_bytes().count(b"up") == 2)
    assert worker.process.pid != first
    assert not worker.ended
    assert [sentence for sentence in clinic.said if "worker process ended and is started again" in sentence]
    assert clinic.close() == 0
    clinic.supervisor.end()
    assert is_gone(worker.process.pid)


def test_one_that_keeps_ending_is_left_alone_and_the_clinic_goes_on(clinic: Clinic) -> None:
    failing = clinic.start("simulation", "raise SystemExit('no clinic')")
    other = clinic.up("web", FOR_EVER, needed=True)
    clinic.watch()
    until(lambda: any("keeps ending" in sentence for sentence in clinic.said))
    clinic.some_looks_later()
    assert failing.log.read_text().count("no clinic") == 1 + RESTARTS
    assert len(clinic.said) == RESTARTS + 1, "it is said once"
    assert str(failing.log) in clinic.said[-1]
    assert not other.ended
    assert clinic.close() == 0


def test_without_the_needed_one_the_clinic_stops(clinic: Clinic) -> None:
    clinic.up("worker", FOR_EVER)
    web = clinic.up("web", FOR_EVER, needed=True)
    clinic.watch()
    assert web.process is not None
    web.process.kill()
    until(lambda: clinic.codes)
    assert clinic.codes == [1]
    assert clinic.said == [f"The web process ended. Its last words are in {web.log}."]
    assert web.restarts == 0


def test_work_that_is_done_is_left_alone(clinic: Clinic) -> None:
    history = clinic.start("history", "print('filled in', flush=True)", once=True)
    until(lambda: history.ended)
    clinic.watch()
    clinic.some_looks_later()
    assert history.finished
    assert (clinic.said, history.restarts) == ([], 0)
    assert clinic.close() == 0


def test_work_that_broke_off_is_taken_up_again(clinic: Clinic, tmp_path: Path) -> None:
    mark = tmp_path / "tried"
    code = f"from pathlib import Path; mark = Path({str(mark)!r}); done = mark.exists(); mark.touch(); 1 / done"
    history = clinic.start("history", code, once=True)
    clinic.watch()
    until(lambda: history.finished)
    assert history.restarts == 1
    assert clinic.close() == 0


def test_a_process_that_should_go_on_is_never_done(clinic: Clinic) -> None:
    worker = clinic.start("worker", "pass")
    until(lambda: worker.ended)
    assert not worker.finished


def test_a_clinic_that_was_told_to_end_watches_nothing(clinic: Clinic) -> None:
    clinic.start("web", "raise SystemExit(1)", needed=True)
    clinic.supervisor.ending = True
    assert clinic.supervisor.watch() == 0


def test_ctrl_c_in_the_terminal_reaches_only_the_supervisor(clinic: Clinic) -> None:
    worker = clinic.up("worker", FOR_EVER)
    assert worker.process is not None
    assert os.getpgid(worker.process.pid) == worker.process.pid != os.getpgid(0)


def test_words_and_errors_of_a_process_go_to_its_log(clinic: Clinic, tmp_path: Path) -> None:
    talker = clinic.start("talker", "import sys; print('out', flush=True); print('err', file=sys.stderr)")
    until(lambda: talker.ended)
    assert talker.log == tmp_path / "log" / "talker.log"
    assert talker.log.read_text().split() == ["out", "err"]


def test_a_process_gets_the_environment_it_is_given(clinic: Clinic) -> None:
    clinic.supervisor.environment["KITCLINIC_SUPERVISOR"] = "77"
    teller = clinic.start("teller", "import os; print(os.environ['KITCLINIC_SUPERVISOR'], flush=True)")
    until(lambda: teller.ended)
    assert teller.log.read_text().strip() == "77"


def test_a_management_command_runs_with_this_python() -> None:
    python, script, *words = manage("simulate", "today")
    assert python == sys.executable
    assert Path(script).name == "manage.py"
    assert Path(script).exists()
    assert words == ["simulate", "today"]
