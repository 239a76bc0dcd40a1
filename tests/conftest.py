"""Tests run on a real PostgreSQL, as the application's role; the owner only migrates."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as invariants

from kitclinic.models import Site, StaffUser
from scheduling.queries import counted
from tests import databases
from tests.factories import people

LONG = ("tests/browser/", "tests/journeys/", "tests/access/")


def pytest_configure(config: pytest.Config) -> None:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; not what is tested
    settings.SECURE_SSL_REDIRECT = False
    settings.OWN_DEVICES_LOCK = False  # journeys jump over hours; its own tests ask for it
    settings.SECOND_STEP_ROLES = frozenset()  # its own tests ask for it
    # Machines are shared: how long an example takes says nothing about the product.
    invariants.register_profile("clinic", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    invariants.load_profile("clinic")
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where there is none


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take minutes come first, so that at the end no process works on one while the other waits."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    """While thousands of tests are collected, nothing of them is garbage, nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """One database per test process, made by the owner, used by the application's role."""
    name = f"test_kitclinic_{os.getpid()}"
    with django_db_blocker.unblock():
        before = connections["default"].settings_dict["NAME"]
        databases.create(name, databases.migrated())
        databases.use(name)
        connections["default"].execute_wrappers.append(databases.locks_its_own_rows)
    yield
    with django_db_blocker.unblock():
        connections["default"].execute_wrappers.remove(databases.locks_its_own_rows)
        databases.use(before)
        databases.drop(name)


@contextmanager
def committed_copy(django_db_blocker: Any) -> Iterator[str]:
    """A fresh copy of the test database in which commits are real; ``default`` is connected to it meanwhile."""
    tested = connections["default"].settings_dict["NAME"]
    name = f"{tested}_committed"
    with django_db_blocker.unblock():
        connections.close_all()
        databases.create(name, databases.migrated())
        databases.use(name)
        counted.DAYS.clear()  # another database begins to number its rows anew
        counted.WEEKS.clear()
        try:
            yield name
        finally:
            connections.close_all()
            databases.use(tested)
            databases.drop(name)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A fresh copy of the test database in which commits are real: for races, servers and browsers.

    Yields the name of the database.
    """
    with committed_copy(django_db_blocker) as name:
        yield name


@pytest.fixture
def site(db: None) -> Site:
    return people.site()


@pytest.fixture
def other_site(db: None) -> Site:
    return people.site(slug="elsewhere", name="Elsewhere Infusion")


@pytest.fixture
def nurse(site: Site) -> StaffUser:
    return people.staff("nurse", site=site)


@pytest.fixture
def physician(site: Site) -> StaffUser:
    return people.staff("physician", site=site)


@pytest.fixture
def psychologist(site: Site) -> StaffUser:
    return people.staff("psychologist", site=site)


@pytest.fixture
def scheduler(site: Site) -> StaffUser:
    return people.staff("scheduler", site=site)


@pytest.fixture
def lead(site: Site) -> StaffUser:
    return people.staff("clinic_lead", site=site)


@pytest.fixture
def as_user() -> Any:
    """``as_user(nurse)`` is a client signed in as that person."""

    def client_of(user: StaffUser) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of
