"""The settings of a clinic that is open: Django's own check finds nothing to say."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

PRODUCTION = {
    "DATABASE_URL": "postgresql://kitclinic_app@/kitclinic",
    "KITCLINIC_HOSTS": "clinic.example",
    "KITCLINIC_SECRET_KEY": "".join(chr(33 + number % 90) for number in range(64)).replace("'", "x"),
    "REDIS_URL": "redis://broker.example/0",
}
COOKIES = """
from django.conf import settings as s
names = [getattr(s, name) for name in dir(s) if name.endswith("_COOKIE_NAME") and name != "LANGUAGE_COOKIE_NAME"]
from importlib import import_module
import django; django.setup()
names += [import_module("outcomes.opened").COOKIE, import_module("outcomes.opened").LANGUAGE]
names += [import_module("scheduling.views.driver").COOKIE]
print("\\n".join(names))
print(s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)
"""


def in_production(tmp_path: Path, *command: str) -> str:
    """Run this with the settings of a clinic that is open. Returns all it says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KITCLINIC_")}
    environment = (
        kept | PRODUCTION | {"KITCLINIC_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "kitclinic.settings"}
    )
    done = subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_check_for_deployment_has_no_warning(tmp_path: Path) -> None:
    said = in_production(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert said.strip() == "System check identified no issues (0 silenced)."


def test_every_cookie_belongs_to_this_address_alone(tmp_path: Path) -> None:
    *names, facts = in_production(tmp_path, "-c", COOKIES).strip().splitlines()
    assert len(names) >= 6
    assert [name for name in names if not name.startswith("__Host-")] == []
    assert facts == "31536000 True True True"
