"""Starts the processes of a demonstration, watches them, and ends every one of them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

PATIENCE = 10.0  # seconds a process gets to end by itself
RESTARTS = 5  # of one process, before it is left alone


@dataclass
class Worker:
    """One child process: its command, its log file, and whether the clinic can do without it."""

    name: str
    command: list[str]
    needed: bool = False
    once: bool = False  # ends by itself when its work is done
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0

    @property
    def log(self) -> Path:
        return Path(settings.VAR) / "log" / f"{self.name}.log"

    def start(self, environment: dict[str, str]) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  (our own commands)
                self.command,
                cwd=settings.BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the supervisor, which ends the others in order
            )

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def finished(self) -> bool:
        """Whether it has done its work and ended well; a process that should go on never has."""
        return self.once and self.process is not None and self.process.poll() == 0

    def signal(self, number: int) -> None:
        """Signal the process and everything it started."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


@dataclass
class Supervisor:
    """A few processes that live and end together."""

    environment: dict[str, str]
    say: Callable[[str], object]
    workers: list[Worker] = field(default_factory=list)
    ending: bool = False

    def start(self, worker: Worker) -> None:
        worker.start(self.environment)
        self.workers.append(worker)

    def watch(self) -> int:
        """Wait until somebody ends it (0) or the clinic cannot go on (1)."""
        while not self.ending:
            for worker in self.workers:
                if worker.ended and not self._revive(worker):
                    return 1
            time.sleep(0.5)
        return 0

    def _revive(self, worker: Worker) -> bool:
        """Start a process again that ended by itself; False when the clinic cannot do without it."""
        if worker.finished:
            return True
        if worker.needed:
            self.say(f"The {worker.name} process ended. Its last words are in {worker.log}.")
            return False
        if worker.restarts < RESTARTS:
            worker.restarts += 1
            self.say(f"The {worker.name} process ended and is started again (log: {worker.log}).")
            worker.start(self.environment)
        elif worker.restarts == RESTARTS:
            worker.restarts += 1
            self.say(f"The {worker.name} process keeps ending; the clinic goes on without it (log: {worker.log}).")
        return True

    def end(self) -> None:
        """End every process, in the opposite order, wait for it, and leave nothing that it started."""
        for worker in reversed(self.workers):
            worker.signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for worker in reversed(self.workers):
            if worker.process is None:
                continue
            try:
                worker.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.signal(signal.SIGKILL)
                worker.process.wait()
            else:
                worker.signal(signal.SIGKILL)  # what it started and left behind


def manage(*words: str) -> list[str]:
    """The command line of a management command, with this Python."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
