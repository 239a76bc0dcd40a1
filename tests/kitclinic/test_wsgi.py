"""The web server's processes begin with every page's code and with no connection of their parent's."""

import os
import subprocess
import sys
from importlib.util import find_spec

from django.conf import settings

ASKED = """
import sys
from kitclinic.wsgi import application
from django.db import connections
print("outcomes.views.dashboard" in sys.modules, [one.alias for one in connections.all() if one.connection])
"""


def test_the_first_page_of_a_worker_waits_for_no_code_and_shares_no_connection() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KITCLINIC_")}
    environment |= {"DATABASE_URL": "postgresql://nobody@/nothing", "KITCLINIC_HOSTS": "localhost"}
    environment |= {"KITCLINIC_SECRET_KEY": "only-for-tests-" + "x" * 50, "KITCLINIC_HTTPS": "0"}
    done = subprocess.run(
        [sys.executable, "-c", ASKED],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "True []", done.stderr


def test_no_package_makes_every_start_wait() -> None:
    """jsonschema, which altair needs, builds a grammar for seven seconds where it finds this package beside it."""
    assert find_spec("rfc3987_syntax") is None
