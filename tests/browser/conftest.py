"""Debian's Chromium, driven by Playwright; and the clinic behind the web server that the demonstration runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from kitclinic.machine import find_chromium
from tests.browser.live import Live, collect_static, serve
from tests.browser.walk import SESSIONS, Walk
from tests.conftest import committed_copy

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
expect.set_options(timeout=30_000)  # ms; what is awaited must come, how fast is not asked: machines are shared
TABLET: ViewportSize = {"width": 1180, "height": 820}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a file. Missing, it fails the tests: nobody should believe that they ran."""
    path = find_chromium()
    if path is None:
        pytest.fail("Chromium is missing, which these tests drive: apt install chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    """A fresh page of a tablet's size."""
    page = chromium.new_page(viewport=TABLET)
    yield page
    page.close()


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files with hashed names, as WhiteNoise serves them; once a run."""
    return collect_static(tmp_path_factory.mktemp("static"))


@pytest.fixture(scope="module")
def serving() -> dict[str, str]:
    """What a file wants otherwise of the web server; see ``serve``."""
    return {}


@pytest.fixture(scope="module")
def live(
    chromium: Browser,  # first: while it runs, Django would refuse the database for safety
    django_db_setup: None,
    django_db_blocker: Any,
    static_root: Path,
    tmp_path_factory: pytest.TempPathFactory,
    serving: dict[str, str],
) -> Iterator[Live]:
    """The clinic on gunicorn, on a database in which commits are real; one a file, each test its own site."""
    SESSIONS.clear()  # a file before may have had the same port and the same numbers of people
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread; we use none of it
        with (
            override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]),
            committed_copy(django_db_blocker) as name,
            serve(name, static_root, tmp_path_factory.mktemp("live"), **serving) as server,
        ):
            yield server


@pytest.fixture
def walk(chromium: Browser, live: Live) -> Iterator[Walk]:
    """A person at a tablet; what the browser complains about fails the test at its end."""
    walker = Walk(chromium, live.address, size=TABLET)
    yield walker
    walker.close()
    assert walker.complaints == []
