"""Tests run on a real PostgreSQL, as the application's role; the owner only migrates."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client
from psycopg import sql

from kitclinic.models import Site, StaffUser
from scheduling.queries import counted
from tests.factories import people

TEMPLATE = "_template"


def pytest_configure(config: pytest.Config) -> None:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; not what is tested
    settings.SECURE_SSL_REDIRECT = False
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where there is none


def _use_database(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        connections.databases[alias]["NAME"] = name


@contextmanager
def _admin() -> Iterator[psycopg.Connection[Any]]:
    """A connection of the owner, outside any test database, to create and drop databases."""
    wrapper = connections["owner"].copy()
    wrapper.settings_dict["NAME"] = "postgres"
    params = wrapper.get_connection_params()
    params.pop("cursor_factory", None)
    params.pop("context", None)
    with psycopg.connect(**params, autocommit=True) as connection:
        yield connection


def _create(name: str, template: str = "template0") -> None:
    _drop(name)
    with _admin() as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )


def _drop(name: str) -> None:
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    with _admin() as admin:
        try:
            admin.execute(drop + sql.SQL(" WITH (FORCE)"))
        except psycopg.errors.InsufficientPrivilege:  # autovacuum is in it: not ours to end, but it makes way
            admin.execute(drop)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """One database per test process, made by the owner, used by the application's role."""
    name = f"test_kitclinic_{os.getpid()}"
    with django_db_blocker.unblock():
        before = connections["default"].settings_dict["NAME"]
        _create(name)
        _use_database(name)
        call_command("migrate", verbosity=0, interactive=False)
        connections.close_all()
        _create(f"{name}{TEMPLATE}", name)  # nobody ever connects to it, so it can be copied at any time
    yield
    with django_db_blocker.unblock():
        _use_database(before)
        _drop(name)
        _drop(f"{name}{TEMPLATE}")


@contextmanager
def committed_copy(django_db_blocker: Any) -> Iterator[str]:
    """A fresh copy of the test database in which commits are real; ``default`` is connected to it meanwhile."""
    tested = connections["default"].settings_dict["NAME"]
    name = f"{tested}_committed"
    with django_db_blocker.unblock():
        connections.close_all()
        _create(name, f"{tested}{TEMPLATE}")
        _use_database(name)
        counted.DAYS.clear()  # another database begins to number its rows anew
        counted.WEEKS.clear()
        try:
            yield name
        finally:
            connections.close_all()
            _use_database(tested)
            _drop(name)


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
