"""Random bodies for every form and every address, for longer than the tests do it.

    .venv/bin/python bench/fuzz.py [rounds for each address] [seed]

Prints how many posts were answered with which status, and every error of the server with one body that caused it.
"""

import logging
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402 (settings first)
from django.db import connections, transaction  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from tests import databases  # noqa: E402
from tests.factories import people  # noqa: E402
from tests.web.fuzz import forms, run  # noqa: E402
from tests.web.routes import Here, routes  # noqa: E402


def main(rounds: int, seed: int) -> int:
    setup_test_environment()
    logging.disable(logging.CRITICAL)
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SEARCHES_A_MINUTE = settings.EXPORTS_AN_HOUR = 1_000_000
    before, name = connections["default"].settings_dict["NAME"], f"test_kitclinic_fuzz_{os.getpid()}"
    databases.create(name, databases.migrated())
    databases.use(name)
    try:
        with transaction.atomic():
            here = Here(people.site())
            with here.noon():
                found = run(here, routes(), rounds=rounds, seed=seed, say=print)
                tried, wrong = forms(here, rounds=rounds * 5, seed=seed)
            transaction.set_rollback(True)
    finally:
        databases.use(before)
        databases.drop(name)
    answered = ", ".join(f"{status}: {number:,}" for status, number in sorted(found.statuses.items()))
    print(f"seed {seed}: {found.tried:,} bodies at {len(routes())} addresses; answered {answered}")
    print(f"{tried:,} bodies for forms alone; {len(found.errors)} errors of the server, {len(wrong)} of forms")
    for where, body in wrong.items():
        print(f"{where}\n    {body}")
    return len(found.errors) + len(wrong)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]] + [3, 1][len(sys.argv) - 1 :]
    sys.exit(1 if main(*given) else 0)
