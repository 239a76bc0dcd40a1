"""``demo`` runs the whole clinic on this machine, with a simulated day, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from contextlib import closing
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from kitclinic import embedded
from kitclinic.demo_accounts import ACCOUNTS, PASSWORD
from kitclinic.supervisor import Supervisor, Worker, manage

MOST_PORT = 65_535
READY_WITHIN = 60  # seconds for the web server to answer


class Command(BaseCommand):
    help = "Run the clinic with a simulated day: database, broker, web, worker, scheduler, simulated staff."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        if not settings.EMBEDDED and not settings.DEBUG:
            raise CommandError("DATABASE_URL is set: the demonstration runs only on its own database. Unset it.")
        _refuse_taken_port(port)
        environment = os.environ | {
            "KITCLINIC_DEMO": "1",
            "KITCLINIC_BASE_URL": f"http://localhost:{port}",
            "PYTHONUNBUFFERED": "1",
        }
        supervisor = Supervisor(environment=environment, say=self.stdout.write)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: setattr(supervisor, "ending", True))
        valkey = None
        try:
            if not settings.REDIS_URL:  # before the clinic is made: its acts ask the worker for better plans
                valkey = embedded.start_valkey(settings.VAR / "valkey")
            self._prepare(supervisor)
            code = self._run(supervisor, port)
        finally:
            supervisor.end()
            if valkey is not None:
                valkey.stop()
        if code:
            raise CommandError("The clinic has stopped.", returncode=code)
        self.stdout.write("The clinic is closed. Its data is kept; make demo opens it again.")

    def _prepare(self, supervisor: Supervisor) -> None:
        """Database, static files and a clinic with today in it."""
        self.stdout.write("Database ...")
        call_command("migrate", verbosity=0, interactive=False)
        supervisor.environment["KITCLINIC_SUPERVISOR"] = str(os.getpid())
        self.stdout.write("Static files ...")
        call_command("collectstatic", verbosity=0, interactive=False)
        self.stdout.write("Simulated clinic ...")
        made = subprocess.run(manage("simulate", "today"), env=supervisor.environment, check=False)  # noqa: S603
        if made.returncode and not supervisor.ending:  # Ctrl-C reaches it too
            raise CommandError("The simulated clinic could not be made; the lines above say why.")

    def _run(self, supervisor: Supervisor, port: int) -> int:
        if supervisor.ending:
            return 0
        web = Worker("web", [*_module("gunicorn"), *_gunicorn_options(port)], needed=True)
        supervisor.start(web)
        celery = [*_module("celery"), "-A", "kitclinic"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
        supervisor.start(Worker("worker", [*celery, "worker", "--pool", "threads", "--concurrency", "2", *quiet]))
        schedule = str(settings.VAR / "celerybeat-schedule")
        supervisor.start(
            Worker("scheduler", [*celery, "beat", "--schedule", schedule, "--pidfile=", "--loglevel", "WARNING"])
        )
        if not _answers(port, web, supervisor):
            self.stderr.write(f"The web server did not come up. Its last words are in {web.log}.")
            return 0 if supervisor.ending else 1
        supervisor.start(Worker("simulation", manage("simulate", "live")))
        supervisor.start(Worker("history", ["nice", *manage("simulate", "history")], once=True))
        self._welcome(port)
        return supervisor.watch()

    def _welcome(self, port: int) -> None:
        lines = ["", f"  The clinic is open: http://localhost:{port}", "", f"  Password of all: {PASSWORD}"]
        lines += [f"    {username:<13} {name}, {role.label.lower()}" for username, name, _, role in ACCOUNTS]
        lines += ["", "  Ctrl-C closes it; the data is kept.", ""]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def _refuse_taken_port(port: int) -> None:
    if not 1 <= port <= MOST_PORT:
        raise CommandError(f"There is no port {port}. Choose one up to {MOST_PORT}: make demo PORT=8000")
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CommandError(f"Port {port} is for root only. Choose another one: make demo PORT=8000") from None
        except OSError:
            raise CommandError(f"Port {port} is taken. Choose another one: make demo PORT={port + 1}") from None


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


def _gunicorn_options(port: int) -> list[str]:
    return [
        "kitclinic.wsgi",
        *("--bind", f"127.0.0.1:{port}"),
        *("--workers", "2", "--threads", "4", "--preload"),
        *("--access-logfile", "-", "--access-logformat", "%(m)s %(U)s %(s)s %(M)sms"),
    ]


def _answers(port: int, web: Worker, supervisor: Supervisor) -> bool:
    """Wait for the web server's own word that database and migrations are well."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and not web.ended and not supervisor.ending:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:  # nosec
                return bool(answer.status == 200)
        except (URLError, OSError):
            time.sleep(0.2)
    return False
