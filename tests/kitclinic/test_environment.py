"""The environment is read strictly."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from kitclinic.environment import Environment, EnvironmentProblem, database


def test_a_flag_is_on_off_or_an_error() -> None:
    env = Environment({"A": "1", "B": "off", "C": "maybe"})
    assert env.flag("A")
    assert not env.flag("B", default=True)
    assert env.flag("ABSENT", default=True)
    with pytest.raises(EnvironmentProblem, match="C must be 1 or 0"):
        env.flag("C")


def test_a_choice_outside_its_list_is_an_error() -> None:
    with pytest.raises(EnvironmentProblem, match="must be one of console, file"):
        Environment({"D": "pigeon"}).choice("D", {"file", "console"}, "file")


def test_a_database_address_is_taken_apart() -> None:
    parsed = database("postgresql://app:p%40ss@db.example:5433/clinic?sslmode=require", name="X")
    assert (parsed["NAME"], parsed["USER"], parsed["PASSWORD"]) == ("clinic", "app", "p@ss")
    assert (parsed["HOST"], parsed["PORT"], parsed["OPTIONS"]) == ("db.example", "5433", {"sslmode": "require"})


@pytest.mark.parametrize("url", ["sqlite:///x.db", "mysql://a/b", "postgresql://host"])
def test_anything_but_a_postgresql_database_is_an_error(url: str) -> None:
    with pytest.raises(EnvironmentProblem):
        database(url, name="DATABASE_URL")


def _settings(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KITCLINIC_")}
    code = "from django.conf import settings; print(settings.DEBUG, settings.DEMO, settings.HTTPS)"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=kept | {"DJANGO_SETTINGS_MODULE": "kitclinic.settings"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


REAL = {
    "DATABASE_URL": "postgresql://app@db/clinic",
    "KITCLINIC_SECRET_KEY": "x" * 50,
    "KITCLINIC_HOSTS": "clinic.example",
}


def test_a_real_database_is_served_without_debug_and_with_tls() -> None:
    assert _settings(**REAL).stdout.split() == ["False", "False", "True"]


def test_the_demonstration_is_impossible_on_a_real_database() -> None:
    result = _settings(**REAL, KITCLINIC_DEMO="1")
    assert result.returncode
    assert "runs only on its own database" in result.stderr


@pytest.mark.parametrize("missing", ["KITCLINIC_SECRET_KEY", "KITCLINIC_HOSTS"])
def test_a_real_clinic_without_secret_or_hosts_does_not_start(missing: str) -> None:
    result = _settings(**{name: value for name, value in REAL.items() if name != missing})
    assert result.returncode
    assert f"Set {missing}" in result.stderr


def test_a_misspelt_setting_is_an_error() -> None:
    result = _settings(KITCLINIC_DEBGU="1")
    assert result.returncode
    assert "Unknown setting KITCLINIC_DEBGU" in result.stderr
