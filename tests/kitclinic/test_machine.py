"""What this machine lacks is said in one sentence with its remedy; what is thrown away is asked first."""

import io
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kitclinic import machine

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A checkout of its own; nothing here touches the real one."""
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The packages that were asked for; none of them can be installed."""
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(machine, "_apt", lambda *names: bool(asked.append(names)))
    return asked


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one sentence with which the needs are refused."""
    assert machine.main(list(words)) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    return sentence


def test_this_machine_runs_the_tests_so_it_has_the_right_python() -> None:
    assert machine.main(["python"]) == 0


def test_an_old_python_is_named_with_the_way_to_choose_another(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = SimpleNamespace(
        version_info=(3, 10, 12), version="3.10.12 (main)", executable="/usr/bin/python3", stderr=sys.stderr
    )
    monkeypatch.setattr(machine, "sys", old)
    sentence = said(capsys, "python")
    assert sentence == (
        "Python 3.11 or newer is needed; /usr/bin/python3 is 3.10.12. "
        "Name another one: make demo PYTHON=python3.12"
    )


def test_a_python_without_venv_names_the_package(
    monkeypatch: pytest.MonkeyPatch, packages: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)  # what Debian leaves out
    package = f"python3.{sys.version_info.minor}-venv"
    assert said(capsys, "python") == f"This Python cannot make virtual environments: apt install {package}"
    assert packages == [(package,)]


def test_the_file_that_speaks_first_can_be_read_by_an_older_python() -> None:
    """It runs before anything is installed, so it imports the standard library only."""
    code = "import sys; sys.modules['django'] = None; import kitclinic.machine as m; sys.exit(m.main(['python']))"
    root = Path(machine.__file__).parent.parent
    assert subprocess.run([sys.executable, "-S", "-c", code], cwd=root, timeout=60, check=False).returncode == 0
    compile(Path(machine.__file__).read_text(), "machine.py", "exec", _feature_version=8, dont_inherit=True)


@pytest.mark.parametrize(
    ("installed", "free", "enough"),
    [
        (False, machine.SPACE_NEEDED, True),
        (False, machine.SPACE_NEEDED - 1, False),
        (True, machine.SPACE_KEPT, True),
        (True, machine.SPACE_KEPT - 1, False),
    ],
)
def test_room_is_needed_for_the_packages_once_and_for_the_data_always(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    installed: bool,
    free: int,
    enough: bool,
) -> None:
    if installed:
        (root / ".venv").mkdir()
        (root / ".venv" / ".runtime").touch()
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: Usage(2 * free, free, free))
    if enough:
        assert machine.main(["disk"]) == 0
    else:
        sentence = said(capsys, "disk")
        needed = machine.SPACE_KEPT if installed else machine.SPACE_NEEDED
        assert sentence.endswith(f"MB are free here; {needed // 10**6} MB are needed. Free some space.")


def test_a_missing_pango_names_the_packages(
    monkeypatch: pytest.MonkeyPatch, packages: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "find_library", lambda name: None)
    sentence = said(capsys, "pango")
    assert "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in sentence
    assert "brew install pango" in sentence
    assert packages == [machine.PANGO]


def test_pango_that_is_there_is_not_installed_again(
    monkeypatch: pytest.MonkeyPatch, packages: list[tuple[str, ...]]
) -> None:
    monkeypatch.setattr(machine, "find_library", lambda name: "libpango-1.0.so.0")
    assert machine.main(["pango"]) == 0
    assert packages == []


def test_pango_that_could_be_installed_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter([None, "libpango-1.0.so.0"])
    monkeypatch.setattr(machine, "find_library", lambda name: next(found))
    monkeypatch.setattr(machine, "_apt", lambda *names: True)
    assert machine.main(["pango"]) == 0


def test_an_installation_that_did_not_bring_pango_is_not_taken_for_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "find_library", lambda name: None)
    monkeypatch.setattr(machine, "_apt", lambda *names: True)
    assert said(capsys, "pango").startswith("Pango is missing")


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_any_of_the_three_names_of_the_browser_will_do(
    monkeypatch: pytest.MonkeyPatch, packages: list[tuple[str, ...]], name: str
) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda word: f"/usr/bin/{word}" if word == name else None)
    assert machine.find_chromium() == f"/usr/bin/{name}"
    assert machine.main(["chromium"]) == 0
    assert packages == []


def test_a_missing_browser_names_the_package(
    monkeypatch: pytest.MonkeyPatch, packages: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda word: None)
    assert said(capsys, "chromium") == ("Chromium is missing, which the browser tests drive: apt install chromium")
    assert packages == [machine.CHROMIUM]


def test_the_first_need_that_is_not_met_stops_the_rest(
    monkeypatch: pytest.MonkeyPatch, packages: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: Usage(1, 1, 0))
    assert said(capsys, "disk", "chromium").startswith("Only 0 MB are free here")
    assert packages == []


def test_front_end_packages_that_do_not_come_are_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(machine.subprocess, "run", lambda *words, **options: failed)
    assert said(capsys, "npm") == (
        "The front-end packages could not be installed: check the network and run make again."
    )


@pytest.fixture
def apt(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The apt commands that would have run, as root on Debian; each works."""
    ran: list[list[str]] = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        ran.append(command[1:])
        assert options["env"]["DEBIAN_FRONTEND"] == "noninteractive"
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(machine.shutil, "which", lambda word: "/usr/bin/apt-get")
    monkeypatch.setattr(machine.os, "geteuid", lambda: 0)
    monkeypatch.setattr(machine.subprocess, "run", run)
    return ran


def test_root_on_debian_installs_what_is_missing(apt: list[list[str]]) -> None:
    assert machine._apt("libpango-1.0-0")
    assert apt == [["install", "-y", "--no-install-recommends", "libpango-1.0-0"]]


def test_an_installation_that_fails_is_tried_again_with_fresh_lists(
    apt: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    works = machine.subprocess.run
    codes = iter([100, 0, 0])

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        works(command, **options)
        return subprocess.CompletedProcess(command, next(codes))

    monkeypatch.setattr(machine.subprocess, "run", run)
    assert machine._apt("chromium")
    assert [words[0] for words in apt] == ["install", "update", "install"]


def test_nobody_but_root_installs_anything(apt: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.os, "geteuid", lambda: 1000)
    assert not machine._apt("chromium")
    assert apt == []


def test_without_apt_nothing_is_installed(apt: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda word: None)
    assert not machine._apt("chromium")
    assert apt == []


# -- make reset ---------------------------------------------------------------------------------------


@pytest.fixture
def data(root: Path) -> Path:
    """A demonstration's data: database, broker, cohort, outbox; and what a reset keeps."""
    var = root / "var"
    for folder in ("postgres/base", "valkey", "cohort", "static"):
        (var / folder).mkdir(parents=True)
    for name in ("outbox.log", "celerybeat-schedule", "secret_key"):
        (var / name).write_text("x")
    return var


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda word: monkeypatch.setattr(machine.sys, "stdin", io.StringIO(word))


@pytest.fixture(autouse=True)
def nothing_real_is_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    remove = shutil.rmtree

    def guarded(path: Any, *words: Any, **options: Any) -> None:
        assert Path(path).is_relative_to(tmp_path)
        remove(path, *words, **options)

    monkeypatch.setattr(machine.shutil, "rmtree", guarded)
    yield
    monkeypatch.undo()


def test_reset_throws_the_data_away_after_yes(
    data: Path, answer: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    answer("yes\n")
    assert machine.main(["reset"]) == 0
    assert sorted(path.name for path in data.iterdir()) == ["secret_key", "static"]
    printed = capsys.readouterr().out
    assert "Type yes to go on" in printed
    assert printed.endswith("Removed. The next make demo starts from nothing.\n")


@pytest.mark.parametrize("word", ["no\n", "n\n", "\n", "", "y\n", "yes please\n"])
def test_reset_keeps_everything_on_any_other_word(
    data: Path, answer: Callable[[str], None], capsys: pytest.CaptureFixture[str], word: str
) -> None:
    before = sorted(data.rglob("*"))
    answer(word)
    assert machine.main(["reset"]) == 0
    assert sorted(data.rglob("*")) == before
    assert capsys.readouterr().out.endswith("Nothing was removed.\n")


def test_reset_refuses_while_the_clinic_runs_and_does_not_even_ask(
    data: Path, answer: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n/somewhere\n")
    answer("yes\n")
    assert said(capsys, "reset").startswith("The clinic is running: stop it first")
    assert (data / "postgres" / "base").exists()


def _ended() -> str:
    """The id of a process that is no more."""
    with subprocess.Popen([sys.executable, "-S", "-c", "pass"]) as child:
        child.wait(60)
    return str(child.pid)


@pytest.mark.parametrize("left_behind", [_ended, lambda: "", lambda: "nonsense\n"])
def test_a_file_left_by_a_crash_is_not_taken_for_a_running_clinic(
    data: Path, answer: Callable[[str], None], left_behind: Callable[[], str]
) -> None:
    (data / "postgres" / "postmaster.pid").write_text(left_behind())
    answer("yes\n")
    assert machine.main(["reset"]) == 0
    assert not (data / "postgres").exists()


def test_reset_without_data_asks_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert machine.main(["reset"]) == 0
    assert capsys.readouterr().out == "There is no demonstration data here.\n"
