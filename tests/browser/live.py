"""The clinic on a real web server, and a site at which it is noon whenever the tests run."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connections
from django.utils import timezone

from kitclinic.models import Site
from tests.factories import people

SECRET = "only-for-tests-" + "x" * 50  # the server's key
_numbers = count(1)


@dataclass(frozen=True)
class Live:
    address: str


def noon_site(at: datetime | None = None, **fields: Any) -> Site:
    """A clinic where it is between 12 and 1 now, and today is day 1 of the clinic week.

    The browser cannot travel in time, so the clinic is laid around the moment.
    """
    now = at or timezone.now()
    ahead = 12 - now.hour  # Etc/GMT-5 is five hours ahead of UTC
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "Etc/UTC"
    number = next(_numbers)
    made = people.site(
        **{
            "slug": f"noon-{number}",
            "name": f"Noon Street Infusion {number}",
            "time_zone": zone,
            "phone": "216 555 0100",
        }
        | fields
    )
    made.first_weekday = made.today(now).weekday()
    made.save(update_fields=["first_weekday"])
    return made


def _environment(**more: str) -> dict[str, str]:
    """The server's own settings: production as far as one machine without TLS can be."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("KITCLINIC_")}
    return mine | {
        "KITCLINIC_HOSTS": "localhost",
        "KITCLINIC_HTTPS": "0",
        "KITCLINIC_OWN_DEVICES_LOCK": "0",
        "KITCLINIC_SECOND_STEP": "none",
        "KITCLINIC_SECRET_KEY": SECRET,
        "PYTHONWARNINGS": "default",
        **more,
    }


def _database_url(name: str) -> str:
    """The application's role on this database, on the server the tests are connected to."""
    params = connections["default"].get_connection_params()
    known = {key: str(params[key]) for key in ("host", "port", "password") if params.get(key)}
    password = f":{quote(known.pop('password'))}" if "password" in known else ""
    return f"postgresql://{params['user']}{password}@/{name}?{urlencode(known)}"


def collect_static(root: Path) -> Path:
    environment = _environment(
        DATABASE_URL="postgresql://nobody@/nothing",
        KITCLINIC_STATIC_ROOT=str(root),
        KITCLINIC_VAR=str(root / "var"),
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return root


@contextmanager
def serve(
    database: str, static_root: Path, var: Path, *, application: str = "kitclinic.wsgi", **more: str
) -> Iterator[Live]:
    """gunicorn on a port of the system's choice, as ``make demo`` runs it, until the end of the block.

    application: the module that has it; more: of the server's environment.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening, (var / "web.log").open("w+") as log:
        port = listening.getsockname()[1]
        environment = _environment(
            DATABASE_URL=_database_url(database),
            KITCLINIC_BASE_URL=f"http://localhost:{port}",
            KITCLINIC_STATIC_ROOT=str(static_root),
            KITCLINIC_VAR=str(var),
            **more,
        )
        command = [sys.executable, "-m", "gunicorn", application, "--bind", f"fd://{listening.fileno()}"]
        process = subprocess.Popen(
            [*command, "--workers", "2", "--threads", "4", "--preload"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
            pass_fds=[listening.fileno()],
        )
        try:
            _answers(port, process, log)
            yield Live(f"http://localhost:{port}")
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: nobody is there any more
            process.wait(timeout=30)


def _answers(port: int, process: subprocess.Popen[bytes], log: Any) -> None:
    """The port listens already, so the first answer comes as soon as the server is up."""
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=60) as answer:
            assert answer.status == 200
    except OSError as error:
        log.seek(0)
        raise AssertionError(f"the web server does not answer ({process.poll()}): {log.read()}") from error
